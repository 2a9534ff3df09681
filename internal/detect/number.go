package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// aloneNumber tells whether digits are a value of their own: no letter, digit or underscore beside
// them, nor a point or dash that joins them to more.
func (c *check) aloneNumber(v letters.Span) bool {
	before, after := c.byteAt(v.Start-1), c.byteAt(v.End)
	if letters.IsWord(before) || letters.IsWord(after) || before >= 0x80 && !spaceless(c.text[max(0, v.Start-3):v.Start]) ||
		after >= 0x80 && !spaceless(c.text[v.End:min(len(c.text), v.End+3)]) {
		return false
	}
	joins := func(b byte) bool { return b == '.' || b == '-' || b == '+' || b == '/' }
	if joins(before) && letters.IsAlnum(c.byteAt(v.Start-2)) || (after == '.' || after == '-') && letters.IsAlnum(c.byteAt(v.End+1)) {
		return false
	}
	return before != '#' && before != '.' && before != '$' && before != '+'
}

// spaceless tells a character of a script that is written without blanks, in three bytes.
func spaceless(char []byte) bool {
	r, size := utf8.DecodeRune(char)
	return size == 3 && size == len(char) && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r < 0x3040 || r >= 0xff00)
}

// findCard reads a payment card number that begins at the trigger: 12 to 19 digits, the groups
// separated by the same single blank or dash throughout, an issuer's range of that length, Luhn.
func findCard(c *check, r *Rule, at letters.Span) {
	text := c.text
	if b := c.byteAt(at.Start - 1); (b == ' ' || b == '-') && letters.IsDigit(c.byteAt(at.Start-2)) {
		return // a later group of a number that began before, or of a longer one
	}
	var digits [20]byte
	n, i, groups := 0, at.Start, 1
	var sep byte
	for i < len(text) && n < len(digits) {
		b := text[i]
		if letters.IsDigit(b) {
			digits[n] = b - '0'
			n++
			i++
			continue
		}
		if (b != ' ' && b != '-') || sep != 0 && b != sep || !letters.IsDigit(c.byteAt(i+1)) || n%4 != 0 && n != 10 || sep == 0 && n != 4 {
			break
		}
		sep = b
		groups++
		i++
	}
	v := letters.Between(at.Start, i)
	if n < 12 || n > 19 || !c.aloneNumber(v) || !issued(digits[:n]) || !luhn(digits[:n]) || distinct(digits[:n]) < 2 {
		return
	}
	if groups == 1 {
		before := c.byteAt(at.Start - 1)
		if !c.data(v) || before == '-' || before == '$' || c.named(v, cardWords) == 0 && (n != 14 && n != 15 && n != 16 || c.named(v, identifierWords) > 0) {
			return
		}
	}
	if groups == 4 && c.named(v, portWords) > 0 {
		return
	}
	c.emit(r, v, v)
}

// Numbers that count something or tell a time are as long as a card's, and one in some dozens passes the check. So
// one without groups needs a word where it has a length that few cards have, and none that says identifier.
var (
	portWords       = vocabularyOf("expose,port,ports,listen,listening")
	cardWords       = vocabularyOf("card,cards,credit,debit,cc,ccn,pan,visa,mastercard,amex,maestro,payment,pay,kreditkarte,karte,kartennummer,carte,tarjeta,carta,creditcard,cardno")
	identifierWords = vocabularyOf("id,ids,uid,time,timestamp,ts,ns,nanos,millis,ms,seq,offset,hash,seed,serial,order,tweet,message,snowflake,version,size,count,addr,address")
)

// luhn is ISO/IEC 7812's check.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// issued tells whether an issuer has cards of that beginning and length (validators: credit_card).
func issued(d []byte) bool {
	n := len(d)
	p := func(k int) int {
		v := 0
		for _, x := range d[:k] {
			v = v*10 + int(x)
		}
		return v
	}
	p2, p3, p4, p6 := p(2), p(3), p(4), p(6)
	switch {
	case d[0] == 4:
		return n == 13 || n == 16 || n == 19
	case p2 >= 51 && p2 <= 55 || p4 >= 2221 && p4 <= 2720:
		return n == 16
	case p2 == 34 || p2 == 37:
		return n == 15
	case p4 == 6011 || p3 >= 644 && p3 <= 649 || p2 == 65 || p6 >= 622126 && p6 <= 622925:
		return n >= 16
	case p3 >= 300 && p3 <= 305 || p4 == 3095 || p2 == 36 || p2 == 38 || p2 == 39:
		return n >= 14
	case p4 >= 3528 && p4 <= 3589, p2 == 62:
		return n >= 16
	case p2 == 50 || p2 >= 56 && p2 <= 58 || p2 == 63 || p2 == 67:
		return n >= 12
	}
	return false
}

// ibanForms is the length of a country's IBAN and the form of its bank part: n digits, a upper-case
// letters, c both. Source: the SWIFT IBAN registry.
var ibanForms = func() map[string]string {
	m := map[string]string{}
	for f := range strings.FieldsSeq(`AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n
		CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n
		GR7n16c GT4c20c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c
		LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD2c18c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n
		OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c
		SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c`) {
		m[f[:2]] = f[2:]
	}
	return m
}()

// findIBAN looks back from four digits for the country that an IBAN begins with.
func findIBAN(c *check, r *Rule, at letters.Span) {
	text := c.text
	for from := at.Start - 2; from >= 0 && at.Start-from <= 40; from-- {
		b := text[from]
		if !letters.IsUpper(b) && !letters.IsDigit(b) && b != ' ' && b != '-' {
			return
		}
		if letters.IsUpper(b) && letters.IsUpper(text[from+1]) && letters.IsDigit(c.byteAt(from+2)) && letters.IsDigit(c.byteAt(from+3)) && !letters.IsWord(c.byteAt(from-1)) {
			if end, ok := c.iban(from); ok {
				c.emit(r, letters.Between(from, end), letters.Between(from, end))
				return
			}
		}
	}
}

// iban reads one from its first letter: the form its country gives it, single blanks or dashes between
// groups, and the remainder of 1 modulo 97.
func (c *check) iban(from int) (end int, ok bool) {
	form := ibanForms[string(c.text[from:from+2])]
	if form == "" {
		return 0, false
	}
	var digits [34]byte
	n, i := 0, from
	next := func() byte {
		b := c.byteAt(i)
		if (b == ' ' || b == '-') && n > 0 {
			i++
			b = c.byteAt(i)
		}
		i++
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
	if letters.IsWord(c.byteAt(i)) {
		return 0, false
	}
	check := (digits[2]-'0')*10 + digits[3] - '0'
	return i, check >= 2 && check <= 98 && mod97(digits[:n]) == 1
}

// mod97 is ISO 7064's: the first four to the end, letters as 10 to 35.
func mod97(v []byte) int {
	m := 0
	for i := range v {
		b := v[(i+4)%len(v)]
		if letters.IsDigit(b) {
			m = (m*10 + int(b-'0')) % 97
		} else {
			m = (m*100 + int(b-'A') + 10) % 97
		}
	}
	return m
}
