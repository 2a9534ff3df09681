package find

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

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
var addressLabels = []string{"street", "address", "anschrift", "adresse", "direccion", "dirección", "indirizzo", "endereço", "endereco", "domicilio", "domicile", "shipping", "billing", "adres", "adresa", "lakcim", "osoite", "alamat", "bostadsadress", "adressen", "morada:", "bopael", "bopæl"}

var (
	addressTriggers = append(append([]string{}, streetWords...), addressLabels...)
	germanStreets   = map[string]bool{"straße": true, "strasse": true, "str.": true, "weg ": true, "platz ": true, "allee ": true, "gasse ": true}
)

func findAddress(c *look.Text, at letters.Span) {
	word := c.Bytes[at.Start:at.End]
	if word[0] == ' ' {
		englishAddress(c, at)
		return
	}
	var scratch [16]byte
	if germanStreets[string(letters.AppendFolded(scratch[:0], word))] {
		germanAddress(c, at)
		return
	}
	labelledAddress(c, at)
}

// englishAddress reads a number, a street whose last word woke it, a town, and its code.
func englishAddress(c *look.Text, at letters.Span) {
	text := c.Bytes
	if !letters.IsUpper(text[at.Start+1]) || letters.IsAlnum(c.ByteAt(at.End)) {
		return
	}
	// Back over words in capitals to the number.
	from := at.Start
	for n := 0; n < 4; n++ {
		to := from
		for from > 0 && to-from < 20 && letters.IsAlnum(text[from-1]) {
			from--
		}
		if from == to || !letters.IsUpper(text[from]) && !letters.IsDigit(text[from]) {
			return
		}
		if letters.IsDigit(text[from]) && isHouseNumber(text[from:to]) {
			break
		}
		if from == 0 || text[from-1] != ' ' || n == 3 {
			return
		}
		from--
	}
	if !letters.IsDigit(text[from]) || letters.IsWord(c.Before(from)) || c.ByteAt(from-1) == '.' || c.ByteAt(from-1) == '-' {
		return
	}
	end, town := townAt(c, at.End)
	v := letters.Between(from, end)
	if !town && !labelsAddress(c, from) || !c.Data(v) {
		return
	}
	c.Emit(v, v)
}

// townAt reads what follows a street: ", Apt 4", ", Town", ", ST 12345" or a British postcode. It answers where
// the address ends, and whether a code is a part of it.
func townAt(c *look.Text, from int) (end int, code bool) {
	text := c.Bytes
	end = from
	i := from
	for part := 0; part < 4; part++ {
		for i < len(text) && i-end < 4 && (text[i] == ',' || text[i] == ' ' || text[i] == '.' || text[i] == '#') {
			i++
		}
		start := i
		for i < len(text) && i-start < 40 && (letters.IsAlnum(text[i]) || text[i] >= 0x80 || text[i] == ' ' && letters.IsAlnum(c.ByteAt(i+1)) || text[i] == '-' && letters.IsDigit(c.ByteAt(i+1))) {
			i++
		}
		segment := text[start:i]
		if len(segment) < 2 || !letters.IsUpper(segment[0]) && !letters.IsDigit(segment[0]) {
			break
		}
		if n := postcode(segment); n > 0 {
			return start + n, true
		}
		if c.ByteAt(i) != ',' {
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
		case n > 0 && len(words[n-1]) == 2 && letters.IsUpper(words[n-1][0]) && letters.IsUpper(words[n-1][1]) && (len(w) == 5 || len(w) == 10 && w[5] == '-') && letters.IsNumber(w[:5]):
			return at
		case n > 0 && len(w) == 3 && letters.IsDigit(w[0]) && letters.IsUpper(w[1]) && letters.IsUpper(w[2]) && len(words[n-1]) <= 4 && letters.IsUpper(words[n-1][0]) && bytes.ContainsAny(words[n-1], "0123456789"):
			return at
		}
	}
	return 0
}

// germanAddress reads a street, which woke it, a number, and perhaps a code and a town.
func germanAddress(c *look.Text, at letters.Span) {
	text := c.Bytes
	from := at.Start
	for from > 0 && at.Start-from < 40 && (letters.IsAlpha(text[from-1]) || text[from-1] >= 0x80 || text[from-1] == '-') {
		from--
	}
	if !letters.IsUpper(text[from]) {
		return
	}
	i := at.End
	for n := 0; n < 2 && c.ByteAt(i) == ' '; n++ {
		i++
	}
	number := i
	for i < len(text) && i-number < 5 && letters.IsAlnum(text[i]) {
		i++
	}
	if !isHouseNumber(text[number:i]) || letters.IsWord(c.ByteAt(i)) {
		return
	}
	end, code := i, false
	for n := 0; n < 4 && i < len(text) && (text[i] == ',' || text[i] == ' '); n++ {
		i++
	}
	if i+6 < len(text) && letters.IsNumber(text[i:i+5]) && text[i+5] == ' ' && (letters.IsUpper(text[i+6]) || text[i+6] >= 0x80) {
		for i += 6; i < len(text) && i-end < 48 && (letters.IsAlpha(text[i]) || text[i] >= 0x80 || text[i] == '-'); {
			i++
		}
		end, code = i, true
	}
	v := letters.Between(from, end)
	if !code && !labelsAddress(c, from) || !c.Data(v) {
		return
	}
	c.Emit(v, v)
}

var addressWords = look.VocabularyOf("address,addr,street,anschrift,adresse,wohnhaft,lives at,living at,resides at,ship to,shipping,billing,deliver to,home,wohnt")

func labelsAddress(c *look.Text, from int) bool {
	return c.Named(letters.Between(from, from), addressWords) > 0
}

// labelledAddress reads the value of a key that says what it is.
func labelledAddress(c *look.Text, at letters.Span) {
	if b := c.Before(at.Start); letters.IsAlpha(b) && letters.IsLower(c.Bytes[at.Start]) {
		return
	}
	from, ok := c.AfterLabel(at)
	if !ok || c.File.Code && !isQuoted(c, from) {
		return
	}
	text := c.Bytes[from:min(len(c.Bytes), from+addressLongest)]
	if n := eastAsianAddress(text); n > 0 {
		c.Emit(letters.Between(from, from+n), letters.Between(from, from+n))
		return
	}
	end, digits, names := 0, 0, 0
	for end < len(text) && bytes.IndexByte([]byte("\"'`\n\r\t<>|{};=@()[]"), text[end]) < 0 {
		b, start := text[end], end == 0 || text[end-1] == ' '
		if r, _ := utf8.DecodeRune(text[end:]); start && b >= 0x80 && unicode.IsUpper(r) {
			names++
		}
		if b == ':' || b == '/' || b == '\\' {
			return
		}
		if start && letters.IsUpper(b) && end+2 < len(text) && letters.IsLower(text[end+1]) && letters.IsLower(text[end+2]) {
			names++
		}
		if start && letters.IsDigit(b) {
			word, _, _ := bytes.Cut(text[end:], []byte(" "))
			if isHouseNumber(bytes.TrimRight(word, ",.;\"'")) {
				digits++
			}
		}
		end++
	}
	value := bytes.TrimRight(text[:end], " ,.")
	v := letters.Between(from, from+len(value))
	if digits == 0 || names == 0 || digits > 3 || len(value) < 8 || len(value) > 120 || bytes.Count(value, []byte(" ")) > 14 {
		return
	}
	bare := letters.EqualFold(c.Bytes[at.Start:at.End], "address")
	if bare && bytes.IndexByte(value, ',') < 0 && names+digits < 3 {
		return
	}
	c.Emit(v, v)
}

// eastAsianAddress reads an address of Chinese, Japanese or Korean characters: some that stand for a place's rank, and
// a number. It answers how long it is, 0 if there is none.
func eastAsianAddress(text []byte) int {
	places, digits, end := 0, 0, 0
	for end < len(text) {
		r, size := utf8.DecodeRune(text[end:])
		switch {
		case r < 0x80 && letters.IsDigit(text[end]), r >= 0xff10 && r <= 0xff19:
			digits++
		case r == ' ' || r == '-' || r == '‐' || r == '−' || r == '－' || r == '〒' || r == '　' || r < 0x80 && letters.IsUpper(text[end]):
		case strings.ContainsRune("省市区區县縣镇鎮乡鄉路街巷弄号號楼樓栋室都道府県町村丁目番地시도구군읍면동로길번호", r):
			places++
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		default:
			size = 0
		}
		if size == 0 {
			text = text[:end]
		}
		end += size
	}
	if places < 2 || digits == 0 {
		return 0
	}
	return len(bytes.TrimRight(text[:end], " -"))
}

// isHouseNumber: one to five digits, perhaps a letter.
func isHouseNumber(v []byte) bool {
	if n := len(v); n > 1 && letters.IsAlpha(v[n-1]) {
		v = v[:n-1]
	}
	return len(v) > 0 && len(v) <= 5 && letters.IsNumber(v)
}
