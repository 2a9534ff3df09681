package find

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// findCard reads a payment card number that begins at the trigger: 12 to 19 digits, the groups
// separated by the same single blank or dash throughout, an issuer's range of that length, Luhn.
func findCard(c *look.Text, at letters.Span) {
	text := c.Bytes
	if b := c.ByteAt(at.Start - 1); (b == ' ' || b == '-') && letters.IsDigit(c.ByteAt(at.Start-2)) {
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
		if (b != ' ' && b != '-') || sep != 0 && b != sep || !letters.IsDigit(c.ByteAt(i+1)) || n%4 != 0 && n != 10 || sep == 0 && n != 4 {
			break
		}
		sep = b
		groups++
		i++
	}
	v := letters.Between(at.Start, i)
	if n < 12 || n > 19 || !c.AloneNumber(v) || !proof.Issued(digits[:n]) || !proof.Luhn(digits[:n]) || guess.Distinct(digits[:n]) < 2 {
		return
	}
	if groups == 1 {
		before := c.ByteAt(at.Start - 1)
		if !c.Data(v) || before == '-' || before == '$' || c.Named(v, cardWords) == 0 && (n != 14 && n != 15 && n != 16 || c.Named(v, identifierWords) > 0) {
			return
		}
	}
	if groups == 4 && c.Named(v, portWords) > 0 {
		return
	}
	c.Emit(v, v)
}

// Numbers that count something or tell a time are as long as a card's, and one in some dozens passes the check. So
// one without groups needs a word where it has a length that few cards have, and none that says identifier.
var (
	portWords       = look.VocabularyOf("expose,port,ports,listen,listening")
	cardWords       = look.VocabularyOf("card,cards,credit,debit,cc,ccn,pan,visa,mastercard,amex,maestro,payment,pay,kreditkarte,karte,kartennummer,carte,tarjeta,carta,creditcard,cardno")
	identifierWords = look.VocabularyOf("id,ids,uid,time,timestamp,ts,ns,nanos,millis,ms,seq,offset,hash,seed,serial,order,tweet,message,snowflake,version,size,count,addr,address")
)

// findIBAN looks back from four digits for the country that an IBAN begins with.
func findIBAN(c *look.Text, at letters.Span) {
	text := c.Bytes
	for from := at.Start - 2; from >= 0 && at.Start-from <= 40; from-- {
		b := text[from]
		if !letters.IsUpper(b) && !letters.IsDigit(b) && b != ' ' && b != '-' {
			return
		}
		if letters.IsUpper(b) && letters.IsUpper(text[from+1]) && letters.IsDigit(c.ByteAt(from+2)) && letters.IsDigit(c.ByteAt(from+3)) && !letters.IsWord(c.Before(from)) {
			if end, ok := readIBAN(c, from); ok {
				c.Emit(letters.Between(from, end), letters.Between(from, end))
				return
			}
		}
	}
}

// readIBAN reads one from its first letter: the form its country gives it, single blanks or dashes between
// groups, and the remainder of 1 modulo 97.
func readIBAN(c *look.Text, from int) (end int, ok bool) {
	form := proof.IbanForms[string(c.Bytes[from:from+2])]
	if form == "" {
		return 0, false
	}
	var digits [34]byte
	n, i := 0, from
	next := func() byte {
		b := c.ByteAt(i)
		if (b == ' ' || b == '-') && n > 0 {
			i++
			b = c.ByteAt(i)
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
	if letters.IsWord(c.ByteAt(i)) {
		return 0, false
	}
	check := (digits[2]-'0')*10 + digits[3] - '0'
	return i, check >= 2 && check <= 98 && proof.Mod97(digits[:n]) == 1
}
