package detect

import "bytes"

// Postal addresses: a house number and a street in the order of a country, with a town after it or a label
// before it.

const (
	addressReach   = 768
	addressLongest = 160
)

// streetWords end the name of a street; the number stands before it (English) or after it (German).
var streetWords = []string{" street", " avenue", " ave", " boulevard", " blvd", " road", " rd", " lane", " drive", " court", " parkway", " st.", " st,", " place", " terrace", " crescent", " highway",
	"straße", "strasse", "str.", "weg ", "platz ", "allee ", "gasse "}

// addressLabels introduce an address whatever it looks like, if it has a number and a word in capitals.
var addressLabels = []string{"street", "address", "anschrift", "adresse", "direccion", "dirección", "indirizzo", "endereço", "shipping", "billing"}

var (
	addressTriggers = append(append([]string{}, streetWords...), addressLabels...)
	germanStreets   = map[string]bool{"straße": true, "strasse": true, "str.": true, "weg ": true, "platz ": true, "allee ": true, "gasse ": true}
)

func findAddress(c *check, r *Rule, at Span) {
	word := c.text[at.Start:at.End]
	if word[0] == ' ' {
		c.englishAddress(r, at)
		return
	}
	var scratch [16]byte
	if germanStreets[string(appendFolded(scratch[:0], word))] {
		c.germanAddress(r, at)
		return
	}
	c.labelledAddress(r, at)
}

// englishAddress reads a number, a street whose last word woke it, a town, and its code.
func (c *check) englishAddress(r *Rule, at Span) {
	text := c.text
	if !isUpper(text[at.Start+1]) || isAlnum(c.byteAt(at.End)) {
		return
	}
	// Back over words in capitals to the number.
	from := at.Start
	for n := 0; n < 4; n++ {
		to := from
		for from > 0 && to-from < 20 && isAlnum(text[from-1]) {
			from--
		}
		if from == to || !isUpper(text[from]) && !isDigit(text[from]) {
			return
		}
		if isDigit(text[from]) && isHouseNumber(text[from:to]) {
			break
		}
		if from == 0 || text[from-1] != ' ' || n == 3 {
			return
		}
		from--
	}
	if !isDigit(text[from]) || isWord(c.byteAt(from-1)) || c.byteAt(from-1) == '.' || c.byteAt(from-1) == '-' {
		return
	}
	end, town := c.town(at.End)
	v := Span{from, end}
	if !town && !c.labelsAddress(from) || !c.data(v) {
		return
	}
	c.emit(r, v, v)
}

// town reads what follows a street: ", Apt 4", ", Town", ", ST 12345" or a British postcode. It answers where
// the address ends, and whether a code is a part of it.
func (c *check) town(from int) (end int, code bool) {
	text := c.text
	end = from
	i := from
	for part := 0; part < 4; part++ {
		for i < len(text) && i-end < 4 && (text[i] == ',' || text[i] == ' ' || text[i] == '.' || text[i] == '#') {
			i++
		}
		start := i
		for i < len(text) && i-start < 40 && (isAlnum(text[i]) || text[i] >= 0x80 || text[i] == ' ' && isAlnum(c.byteAt(i+1)) || text[i] == '-' && isDigit(c.byteAt(i+1))) {
			i++
		}
		segment := text[start:i]
		if len(segment) < 2 || !isUpper(segment[0]) && !isDigit(segment[0]) {
			break
		}
		if n := postcode(segment); n > 0 {
			return start + n, true
		}
		if c.byteAt(i) != ',' {
			break
		}
		end = i
	}
	return from, false
}

// postcode is where a code ends in a segment such as "IL 62704", "62704 Springfield" or "London SW1A 2AA"; 0 if it has none.
func postcode(segment []byte) int {
	words := bytes.Fields(segment)
	at := 0
	for n, w := range words {
		at += bytes.Index(segment[at:], w) + len(w)
		switch {
		case n > 0 && len(words[n-1]) == 2 && isUpper(words[n-1][0]) && isUpper(words[n-1][1]) && (len(w) == 5 || len(w) == 10 && w[5] == '-') && isNumber(w[:5]):
			return at
		case n > 0 && len(w) == 3 && isDigit(w[0]) && isUpper(w[1]) && isUpper(w[2]) && len(words[n-1]) <= 4 && isUpper(words[n-1][0]) && bytes.ContainsAny(words[n-1], "0123456789"):
			return at
		}
	}
	return 0
}

// germanAddress reads a street, which woke it, a number, and perhaps a code and a town.
func (c *check) germanAddress(r *Rule, at Span) {
	text := c.text
	from := at.Start
	for from > 0 && at.Start-from < 40 && (isAlpha(text[from-1]) || text[from-1] >= 0x80 || text[from-1] == '-') {
		from--
	}
	if !isUpper(text[from]) {
		return
	}
	i := at.End
	for n := 0; n < 2 && c.byteAt(i) == ' '; n++ {
		i++
	}
	number := i
	for i < len(text) && i-number < 5 && isAlnum(text[i]) {
		i++
	}
	if !isHouseNumber(text[number:i]) || isWord(c.byteAt(i)) {
		return
	}
	end, code := i, false
	for n := 0; n < 4 && i < len(text) && (text[i] == ',' || text[i] == ' '); n++ {
		i++
	}
	if i+6 < len(text) && isNumber(text[i:i+5]) && text[i+5] == ' ' && (isUpper(text[i+6]) || text[i+6] >= 0x80) {
		for i += 6; i < len(text) && i-end < 48 && (isAlpha(text[i]) || text[i] >= 0x80 || text[i] == '-'); {
			i++
		}
		end, code = i, true
	}
	v := Span{from, end}
	if !code && !c.labelsAddress(from) || !c.data(v) {
		return
	}
	c.emit(r, v, v)
}

var addressWords = vocabularyOf("address,addr,street,anschrift,adresse,wohnhaft,lives at,living at,resides at,ship to,shipping,billing,deliver to,home,wohnt")

func (c *check) labelsAddress(from int) bool { return c.named(Span{from, from}, addressWords) > 0 }

// labelledAddress reads the value of a key that says what it is.
func (c *check) labelledAddress(r *Rule, at Span) {
	if b := c.byteAt(at.Start - 1); isAlpha(b) && isLower(c.text[at.Start]) {
		return
	}
	from, ok := c.afterLabel(at)
	if !ok || c.file.code && !c.quoted(from) {
		return
	}
	text := c.text[from:min(len(c.text), from+addressLongest)]
	end, digits, names := 0, 0, 0
	for end < len(text) && bytes.IndexByte([]byte("\"'`\n\r\t<>|{};=@()[]"), text[end]) < 0 {
		b, start := text[end], end == 0 || text[end-1] == ' '
		if b == ':' || b == '/' || b == '\\' {
			return
		}
		if start && isUpper(b) && end+2 < len(text) && isLower(text[end+1]) && isLower(text[end+2]) {
			names++
		}
		if start && isDigit(b) {
			word, _, _ := bytes.Cut(text[end:], []byte(" "))
			if isHouseNumber(bytes.TrimRight(word, ",.;\"'")) {
				digits++
			}
		}
		end++
	}
	value := bytes.TrimRight(text[:end], " ,.")
	v := Span{from, from + len(value)}
	if digits == 0 || names == 0 || digits > 3 || len(value) < 8 || len(value) > 120 || bytes.Count(value, []byte(" ")) > 14 {
		return
	}
	bare := equalFold(c.text[at.Start:at.End], "address")
	if bare && bytes.IndexByte(value, ',') < 0 && names+digits < 3 {
		return
	}
	c.emit(r, v, v)
}

// isHouseNumber: one to five digits, perhaps a letter.
func isHouseNumber(v []byte) bool {
	if n := len(v); n > 1 && isAlpha(v[n-1]) {
		v = v[:n-1]
	}
	return len(v) > 0 && len(v) <= 5 && isNumber(v)
}
