package look

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// What has no form of its own is found by the label before it: "date of birth: ...", passport_number = ...,
// {"mrn": ...}. The label wakes the finder, which reads what follows it.

// LabelGap is how much may stand between a label's first word and its value.
const LabelGap = 48

// labelFillers may stand between a label and its value.
var labelFillers = letters.ListOf(`number numbers numero no nr num nummer id ids code codes value val text str string field s is was are of for the a an my his her
	their your this date day on in at am le el il em op den dnia ist lautet card holder mrn bank account acct new current full primary home work main
	cm who type name os record file patient to by and und birth dob me us him her them back unter der die mich au sous al moi est es meu o é hk sg uk usa gb private privat prive personal office buro bureau business mobil`)

// labelSigns may, too.
var labelSigns = func() (is [256]bool) {
	for _, b := range []byte(" \t:=#\"'`()[]<>.,-_*|/&;?\\") {
		is[b] = true
	}
	return is
}()

// AfterLabel is where the value begins that follows the label at a place, on the same line.
func (c *Text) AfterLabel(at letters.Span) (from int, ok bool) {
	text := c.Bytes
	first := text[at.Start]
	if b := c.Before(at.Start); letters.IsDigit(b) || b == '%' || letters.IsAlpha(b) && letters.IsAlpha(first) && (letters.IsLower(first) || letters.IsUpper(b)) {
		return 0, false
	}
	apart := !letters.IsWord(text[at.End-1])
	for i := at.End; i < len(text) && i-at.End < LabelGap; {
		b := text[i]
		switch {
		case b|0x20 == 'n' && i+2 < len(text) && text[i+1] == 0xc2 && (text[i+2] == 0xb0 || text[i+2] == 0xba): // n°, nº
			apart = true
			i += 3
		case letters.IsAlpha(b):
			to := i + 1
			for to < len(text) && letters.IsAlpha(text[to]) && !(letters.IsUpper(text[to]) && letters.IsLower(text[to-1])) && to-i < 16 {
				to++
			}
			var scratch [16]byte
			if !labelFillers.Has(letters.AppendFolded(scratch[:0], text[i:to])) || letters.IsDigit(c.ByteAt(to)) || c.ByteAt(to) >= 0x80 {
				return i, apart
			}
			i = to
		case letters.IsDigit(b) && !apart && i-at.End < 3: // ICD10, line2
			i++
		case b == 0xe2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] >= 0x93 && text[i+2] <= 0x95: // a long dash
			apart = true
			i += 3
		case b == 0xe2 && i+2 < len(text) && text[i+1] == 0x84 && text[i+2] == 0x96: // №
			apart = true
			i += 3
		case letters.IsDigit(b) || b >= 0x80:
			return i, apart
		case labelSigns[b]:
			apart = apart || b != '_' && b != '-' && b != '.'
			i++
		default:
			return 0, false
		}
	}
	return 0, false
}

// token is the word of letters, digits and dashes that begins at a place.
func (c *Text) token(from, limit int) letters.Span {
	to := from
	for to < len(c.Bytes) && to-from <= limit && (letters.IsAlnum(c.Bytes[to]) || c.Bytes[to] == '-' && to > from && letters.IsAlnum(c.ByteAt(to+1))) {
		to++
	}
	return letters.Between(from, to)
}

// LabelledToken is the token that follows a label; it is empty if none does.
func (c *Text) LabelledToken(at letters.Span, limit int) (v letters.Span, text []byte) {
	if from, ok := c.AfterLabel(at); ok {
		v = c.token(from, limit)
	}
	return v, c.Bytes[v.Start:v.End]
}
