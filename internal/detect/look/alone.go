package look

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// AloneNumber tells whether digits are a value of their own: no letter, digit or underscore beside
// them, nor a point or dash that joins them to more.
func (c *Text) AloneNumber(v letters.Span) bool {
	before, after := c.Before(v.Start), c.ByteAt(v.End)
	if letters.IsWord(before) || letters.IsWord(after) || before >= 0x80 && !spaceless(c.Bytes[max(0, v.Start-3):v.Start]) ||
		after >= 0x80 && !spaceless(c.Bytes[v.End:min(len(c.Bytes), v.End+3)]) {
		return false
	}
	joins := func(b byte) bool { return b == '.' || b == '-' || b == '+' || b == '/' }
	if joins(before) && letters.IsAlnum(c.ByteAt(v.Start-2)) || (after == '.' || after == '-') && letters.IsAlnum(c.ByteAt(v.End+1)) {
		return false
	}
	return before != '#' && before != '.' && before != '$' && before != '+'
}

// spaceless tells a character of a script that is written without blanks, in three bytes.
func spaceless(char []byte) bool {
	r, size := utf8.DecodeRune(char)
	return size == 3 && size == len(char) && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) || r >= 0x3000 && r < 0x3040 || r >= 0xff00)
}

// AmongNumbers tells whether another number of five digits and more stands next to a value, on its line: data, in which one
// number in ten passes any check.
func (c *Text) AmongNumbers(v letters.Span) bool {
	between := func(b byte) bool { return strings.IndexByte(" \t,;|[](){}\"'", b) >= 0 && b != 0 }
	from := v.Start
	for from > 0 && v.Start-from < 8 && between(c.Bytes[from-1]) {
		from--
	}
	to := v.End
	for to < len(c.Bytes) && to-v.End < 8 && between(c.Bytes[to]) {
		to++
	}
	before, after := 0, 0
	for before < 5 && (letters.IsDigit(c.ByteAt(from-1-before)) || c.ByteAt(from-1-before) == '.') {
		before++
	}
	for after < 5 && (letters.IsDigit(c.ByteAt(to+after)) || c.ByteAt(to+after) == '.') {
		after++
	}
	return before == 5 || after == 5
}

// Apart tells whether a number is a value of its own, and no part of a longer one in groups.
func (c *Text) Apart(v letters.Span) bool {
	if !c.AloneNumber(v) {
		return false
	}
	for i := v.Start; i < v.End; i++ {
		if b := c.Bytes[i]; b == ' ' {
			return !(c.ByteAt(v.Start-1) == ' ' && letters.IsDigit(c.ByteAt(v.Start-2)) || c.ByteAt(v.End) == ' ' && letters.IsDigit(c.ByteAt(v.End+1)))
		}
	}
	return true
}

// Alone tells whether a value is a word of its own, and no part of a path, a URL's query or an encoding.
func (c *Text) Alone(v letters.Span) bool {
	before, after := c.Before(v.Start), c.ByteAt(v.End)
	return !letters.IsWord(before) && before != '+' && before < 0x80 && !letters.IsWord(after) && after != '+' && after < 0x80
}
