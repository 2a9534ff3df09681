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
	if before == '_' && c.Emphasised(v) {
		before, after = 0, 0
	}
	if c.Marked(v.Start) && (before == '-' || v.Len() > longestPhone) {
		before = 0
	}
	if letters.IsWord(before) || letters.IsWord(after) || before >= 0x80 && !spaceless(c.Bytes[max(0, v.Start-3):v.Start]) && !parts(utf8.DecodeLastRune(c.Bytes[max(0, v.Start-utf8.UTFMax):v.Start])) ||
		after >= 0x80 && !spaceless(c.Bytes[v.End:min(len(c.Bytes), v.End+3)]) && !parts(utf8.DecodeRune(c.Bytes[v.End:])) {
		return false
	}
	joins := func(b byte) bool { return b == '.' || b == '-' || b == '+' || b == '/' }
	if joins(before) && letters.IsAlnum(c.ByteAt(v.Start-2)) || (after == '.' || after == '-') && letters.IsAlnum(c.ByteAt(v.End+1)) {
		return false
	}
	return before != '#' && before != '.' && before != '$' && before != '+'
}

// longestPhone is how many digits stand behind the plus of a telephone number at most.
const longestPhone = 15

// Marked tells whether a diff's mark of a line stands right before a place: + or - at the line's beginning.
func (c *Text) Marked(at int) bool {
	return at > 0 && (c.Bytes[at-1] == '-' || c.Bytes[at-1] == '+') && (at == 1 || c.Bytes[at-2] == '\n')
}

// Emphasised tells whether the marks of emphasis, _ or __, stand around a value.
func (c *Text) Emphasised(v letters.Span) bool {
	n := 0
	for n < 3 && c.ByteAt(v.Start-1-n) == '_' && c.ByteAt(v.End+n) == '_' {
		n++
	}
	return n > 0 && !letters.IsWord(c.ByteAt(v.Start-1-n)) && !letters.IsWord(c.ByteAt(v.End+n))
}

// parts tells a character that parts words: a blank of any width, what is not seen, a line's end, an arrow. A dash joins numbers.
func parts(r rune, size int) bool {
	return size > 1 && r != utf8.RuneError && (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.So, r) || unicode.Is(unicode.Sm, r) && r >= 0x2190 && r < 0x2200 || r >= 0x2190 && r < 0x2c00)
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
