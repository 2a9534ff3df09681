package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// cardSigns stand between the groups of a card's number, the longest first. Those that are odd are so seldom what a person
// writes that the number is in doubt.
var cardSigns = []struct {
	sign string
	odd  bool
}{{" - ", true}, {"  ", false}, {" ", false}, {"-", false}, {".", false}, {"_", true}, {"/", true}, {"+", true}, {"\t", true}, {"·", true}, {"\u200b", true}}

// cardJoints are the bytes with which one of them begins.
var cardJoints = func() (is [256]bool) {
	for _, s := range cardSigns {
		is[s.sign[0]] = true
	}
	return is
}()

// findCard reads a payment card number that begins at the trigger, or behind the escape that the trigger is a part of.
func findCard(c *look.Text, at letters.Span) {
	for n := 1; n <= 3; n++ { // \u0022, \x22, \0, \012: their digits and the card's are one run
		if b := c.ByteAt(at.Start - n); b == '\\' {
			from := at.Start - n + 1
			switch c.ByteAt(from) {
			case 'u':
				cardAt(c, from+5)
			case 'x':
				cardAt(c, from+3)
			case '0', '1', '2', '3':
				cardAt(c, from+1)
				cardAt(c, from+2)
				cardAt(c, from+3)
			}
			break
		}
	}
	cardAt(c, at.Start)
}

// cardAt reads one from a place: 12 to 19 digits, the groups separated by the same sign throughout, an issuer's range of
// that length, Luhn.
func cardAt(c *look.Text, start int) {
	text := c.Bytes
	if b := c.ByteAt(start - 1); (b == ' ' || b == '-') && (letters.IsDigit(c.ByteAt(start-2)) || b == ' ' && c.ByteAt(start-2) == b && letters.IsDigit(c.ByteAt(start-3))) {
		return // a later group of a number that began before, or of a longer one
	}
	var digits [20]byte
	run := 0
	for run < len(digits) && letters.IsDigit(c.ByteAt(start+run)) {
		run++
	}
	sep, odd := "", false
	if run == 4 && cardJoints[c.ByteAt(start+run)] {
		for _, s := range cardSigns {
			if bytes.HasPrefix(text[start+run:], []byte(s.sign)) {
				sep, odd = s.sign, s.odd
				break
			}
		}
	}
	if next := start + run + len(sep); run < 12 && (sep == "" || !letters.IsDigit(c.ByteAt(next)) || !letters.IsDigit(c.ByteAt(next+1)) || !letters.IsDigit(c.ByteAt(next+2)) || !letters.IsDigit(c.ByteAt(next+3))) {
		return // no further group, or a short one
	}
	n, i, groups := 0, start, 1
	for i < len(text) && n < len(digits) {
		b := text[i]
		if letters.IsDigit(b) {
			digits[n] = b - '0'
			n++
			i++
			continue
		}
		if sep == "" || !bytes.HasPrefix(text[i:], []byte(sep)) || !letters.IsDigit(c.ByteAt(i+len(sep))) || n%4 != 0 && n != 10 {
			break
		}
		groups++
		i += len(sep)
	}
	v := letters.Between(start, i)
	if n < 12 || n > 19 || odd && n != 16 && n != 15 || !proof.Issued(digits[:n]) || !proof.Luhn(digits[:n]) || guess.Distinct(digits[:n]) < 2 {
		return
	}
	// On a card's first track it stands between %B and ^.
	track := groups == 1 && start > 1 && text[start-1] == 'B' && text[start-2] == '%' && c.ByteAt(i) == '^'
	if !track && !c.AloneNumber(v) {
		return
	}
	if track {
		c.Emit(v, v)
		return
	}
	if groups == 1 {
		before := c.ByteAt(start - 1)
		if !c.Data(v) || before == '-' && !c.Marked(start) || before == '$' || c.Named(v, cardWords) == 0 && (n != 14 && n != 15 && n != 16 || c.Named(v, identifierWords) > 0) {
			return
		}
	}
	named := c.Named(v, cardWords) > 0
	switch {
	case (sep == "." || sep == "  ") && !named || groups == 4 && c.Named(v, portWords) > 0:
	case odd:
		c.Doubt(v, v, text[v.Start:v.End])
	case named || groups > 1:
		c.Emit(v, v)
	case !c.AmongNumbers(v):
		c.Doubt(v, v, text[v.Start:v.End])
	}
}

// cvcLabels come before the digits on a card's back.
var cvcLabels = []string{"cvc", "cvv", "cvn", "card verification", "card_verification", "card security code", "card_security_code", "kartenprüfnummer", "prüfziffer", "cryptogramme"}

// findCVC reads three or four digits after their label. A card near them takes the doubt away, and digits that somebody
// typed for want of others are nobody's.
func findCVC(c *look.Text, at letters.Span) {
	if letters.IsDigit(c.Bytes[at.Start]) {
		findCodeBehindCard(c, at.Start)
		return
	}
	if letters.IsWord(c.Before(at.Start)) && !isPersonTail(c.Bytes, at) {
		return
	}
	if b := c.ByteAt(at.End); b == '2' {
		at.End++ // CVV2
	}
	v, text := c.LabelledToken(at, 5)
	if len(text) != 3 && len(text) != 4 || !letters.IsNumber(text) || !c.AloneNumber(v) || !c.Data(v) || !signed(c, at.End, v.Start) && !cardNear(c, v) {
		return
	}
	switch {
	case proof.IsSequence(text):
		emitNobodys(c, v)
	case cardNear(c, v):
		c.Emit(v, v)
	default:
		c.Doubt(v, v, text)
	}
}

// findCodeBehindCard reads the code that stands behind a card's number and the month until which it is valid, with nothing
// between them but signs: 4539 ... , 04/27, 321. Without the month it is in doubt.
func findCodeBehindCard(t *look.Text, from int) {
	c := reading{t}
	run := from + 4
	for letters.IsDigit(c.ByteAt(run)) && run-from < 13 {
		run++
	}
	if run-from != 4 && run-from < 13 || run-from == 4 && (c.ByteAt(run) != ' ' && c.ByteAt(run) != '-' || !letters.IsDigit(c.ByteAt(run+1)) || !letters.IsDigit(c.ByteAt(run+3)) || !letters.IsDigit(c.ByteAt(run+4))) {
		return
	}
	end, ok := plainCard(t, from)
	if !ok || letters.IsWord(t.Before(from)) {
		return
	}
	i := c.afterSigns(end, " ,;|/\t")
	if i == end {
		return
	}
	month := letters.Between(i, i)
	for month.End < len(c.Bytes) && (letters.IsDigit(c.Bytes[month.End]) || month.Len() == 2 && strings.IndexByte("/-|", c.Bytes[month.End]) >= 0) && month.Len() < 8 {
		month.End++
	}
	valid := isValidity(c.Bytes[month.Start:month.End])
	if valid {
		if i = c.afterSigns(month.End, " ,;|/\t"); i == month.End {
			return
		}
	} else if strings.IndexByte(",;|", c.ByteAt(end)) < 0 {
		return
	}
	v := letters.Between(i, i)
	for letters.IsDigit(c.ByteAt(v.End)) && v.Len() < 5 {
		v.End++
	}
	text := c.Bytes[v.Start:v.End]
	switch {
	case len(text) != 3 && (len(text) != 4 || !valid) || letters.IsWord(c.ByteAt(v.End)) || c.ByteAt(v.End) == '.' && letters.IsDigit(c.ByteAt(v.End+1)):
	case proof.IsSequence(text):
		emitNobodys(t, v)
	case valid:
		c.Emit(v, v)
	default:
		c.Doubt(v, v, text)
	}
}

// afterSigns is where what follows some signs begins, of which there are at most four.
func (c reading) afterSigns(i int, signs string) int {
	for n := 0; n < 4 && i < len(c.Bytes) && strings.IndexByte(signs, c.Bytes[i]) >= 0; n++ {
		i++
	}
	return i
}

// isValidity tells the month until which a card is valid: 04/27, 04/2027, 04-27, 0427.
func isValidity(v []byte) bool {
	if len(v) < 4 || !letters.IsDigit(v[0]) || !letters.IsDigit(v[1]) {
		return false
	}
	month, year := int(v[0]-'0')*10+int(v[1]-'0'), v[2:]
	if !letters.IsDigit(year[0]) {
		year = year[1:]
	}
	return month >= 1 && month <= 12 && letters.AllOf(year, letters.IsDigit) && (len(year) == 2 || len(year) == 4 && year[0] == '2' && year[1] == '0')
}

// plainCard is where a card's number ends that begins at a place, in one run or in groups.
func plainCard(c *look.Text, from int) (end int, ok bool) {
	var digits [19]byte
	n, i := 0, from
	for ; n < len(digits) && i < len(c.Bytes) && i-from < 24; i++ {
		if b := c.Bytes[i]; letters.IsDigit(b) {
			digits[n] = b - '0'
			n++
		} else if b != ' ' && b != '-' || n%4 != 0 || n > 12 || !letters.IsDigit(c.ByteAt(i+1)) {
			break
		}
	}
	return i, n >= 13 && !letters.IsDigit(c.ByteAt(i)) && proof.Issued(digits[:n]) && proof.Luhn(digits[:n])
}

// cvcFar is how far from its code a card's number stands.
const cvcFar = 256

// cardNear tells whether a payment card's number stands near a place.
func cardNear(c *look.Text, v letters.Span) bool {
	var digits [19]byte
	for i := max(0, v.Start-cvcFar); i < min(len(c.Bytes), v.End+cvcFar); i++ {
		if !letters.IsDigit(c.Bytes[i]) || letters.IsDigit(c.ByteAt(i-1)) {
			continue
		}
		n, j := 0, i
		for ; n < len(digits) && j < len(c.Bytes) && j-i < 24; j++ {
			if b := c.Bytes[j]; letters.IsDigit(b) {
				digits[n] = b - '0'
				n++
			} else if b != ' ' && b != '-' || !letters.IsDigit(c.ByteAt(j+1)) {
				break
			}
		}
		if n >= 13 && proof.Issued(digits[:n]) && proof.Luhn(digits[:n]) {
			return true
		}
		i = j
	}
	return false
}

// Numbers that count something or tell a time are as long as a card's, and one in some dozens passes the check. So
// one without groups needs a word where it has a length that few cards have, and none that says identifier.
var (
	portWords       = look.VocabularyOf("expose,port,ports,listen,listening")
	cardWords       = look.VocabularyOf("card,cards,credit,debit,cc,ccn,pan,visa,mastercard,amex,maestro,payment,pay,kreditkarte,karte,kartennummer,carte,tarjeta,carta,creditcard,cardno")
	ibanWords       = look.VocabularyOf("iban")
	identifierWords = look.VocabularyOf("id,ids,uid,time,timestamp,ts,ns,nanos,millis,ms,seq,offset,hash,seed,serial,order,tweet,message,snowflake,version,size,count,addr,address")
)

// inIBAN are the bytes of a number and of what stands between its groups.
var inIBAN = func() (is [256]bool) {
	for b := range is {
		is[b] = letters.IsAlnum(byte(b)) || bytes.IndexByte([]byte(" -./_"), byte(b)) >= 0
	}
	return is
}()

// findIBAN looks back from four digits for the country that an IBAN begins with.
func findIBAN(c *look.Text, at letters.Span) {
	text := c.Bytes
	for from := at.Start - 2; from >= 0 && at.Start-from <= 40; from-- {
		b := text[from]
		if !inIBAN[b] {
			return
		}
		if letters.IsDigit(text[from+2]) && letters.IsAlpha(b) && letters.IsAlpha(text[from+1]) && letters.IsDigit(text[from+3]) && (!letters.IsWord(c.Before(from)) || c.ByteAt(from-1) == '_') {
			end, ok := readIBAN(c, from)
			v := letters.Between(from, end)
			if ok && c.ByteAt(from-1) == '_' && !c.Emphasised(v) {
				return
			}
			if ok && bytes.ContainsAny(c.Bytes[v.Start:v.End], "./_") { // hardly anybody writes it so
				c.Doubt(v, v, c.Bytes[v.Start:v.End])
				return
			}
			if ok && (letters.IsUpper(b) || c.Named(letters.Between(from, end), ibanWords) > 0) {
				c.Emit(letters.Between(from, end), letters.Between(from, end))
				return
			}
		}
	}
}

// readIBAN reads one from its first letter, in capitals or small: the form its country gives it, blanks or dashes between
// groups, and the remainder of 1 modulo 97.
func readIBAN(c *look.Text, from int) (end int, ok bool) {
	var country [2]byte
	for i := range country {
		country[i] = c.Bytes[from+i] &^ 0x20
	}
	form := proof.IbanForms[string(country[:])]
	if form == "" {
		return 0, false
	}
	small := letters.IsLower(c.Bytes[from])
	var digits [34]byte
	n, i := 0, from
	next := func() byte {
		b := c.ByteAt(i)
		for k := 0; k < 2 && (b == ' ' || k == 0 && (b == '-' || b == '.' || b == '/' || b == '_')) && n > 0; k++ {
			i++
			b = c.ByteAt(i)
		}
		i++
		if small && letters.IsLower(b) {
			b &^= 0x20
		}
		return b
	}
	take := func(count int, kind byte) bool {
		for range count {
			b := next()
			if n >= len(digits) || kind == 'n' && !letters.IsDigit(b) || kind == 'a' && !letters.IsUpper(b) || !letters.IsDigit(b) && !letters.IsUpper(b) {
				return false
			}
			digits[n] = b
			n++
		}
		return true
	}
	if !take(2, 'a') || !take(2, 'n') {
		return 0, false
	}
	for len(form) > 0 {
		count := 0
		for letters.IsDigit(form[0]) {
			count = count*10 + int(form[0]-'0')
			form = form[1:]
		}
		if !take(count, form[0]) {
			return 0, false
		}
		form = form[1:]
	}
	// Small letters do not go on with capitals: a token may be glued to it.
	if b := c.ByteAt(i); letters.IsWord(b) && b != '_' && !(letters.IsLower(b) && !small) {
		return 0, false
	}
	check := (digits[2]-'0')*10 + digits[3] - '0'
	return i, check >= 2 && check <= 98 && proof.Mod97(digits[:n]) == 1
}
