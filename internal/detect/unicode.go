package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// unicodeTriggers are the beginnings of the escapes of what is beyond ASCII, as most writers of JSON have them: the labels of
// other languages, blanks and dashes of typesetting, full-width signs.
func unicodeTriggers() []string {
	return strings.Fields(`\u00a \u00b \u00c \u00d \u00e \u00f \u01 \u02 \u03 \u04 \u05 \u06 \u07 \u09 \u0a \u0b \u0c \u0e \u1 \u20 \u21 \u3 \u4 \u5 \u6 \u7 \u8 \u9 \ua \ub \uc \ud \uff`)
}

// viewUnicode undoes \u00e9 in the line around it, which the string that has it may write as \n. The escapes may themselves
// be escaped.
func viewUnicode(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth || text[at.Start+1] != 'u' || !means(text, at.Start) {
		return
	}
	from := at.Start
	for from > 0 && at.Start-from < viewBack && text[from-1] != '\n' && !endsLine(text, from) {
		from--
		if text[from] == '\\' && at.Start-from > 6 && means(text, from) {
			return // the first escape of a line looks at all of it
		}
	}
	v := c.view()
	for i := from; i < len(text) && i-at.Start < viewLimit/2 && text[i] != '\n'; i++ {
		if text[i] != '\\' {
			v.add(text[i], i, i+1)
			continue
		}
		slash := i
		for i+1 < len(text) && text[i+1] == '\\' {
			i++
		}
		if slash >= at.End && (i+1 == len(text) || text[i+1] == 'n') {
			break
		}
		said, size := unicodeAt(text, i)
		if size == 0 {
			for ; slash <= i; slash++ {
				v.add('\\', slash, slash+1)
			}
			continue
		}
		for _, b := range utf8.AppendRune(nil, said) {
			v.add(b, slash, i+size)
		}
		i += size - 1
	}
	c.lookAround(v, nil)
}

// endsLine tells an escaped end of a line before a place.
func endsLine(text []byte, i int) bool { return i > 1 && text[i-1] == 'n' && text[i-2] == '\\' }

// means tells an escape of what labels, numbers and names are made of.
func means(text []byte, i int) bool {
	r, size := unicodeAt(text, i)
	return size > 0 && (unicode.IsLetter(r) || r == 0xa0 || r == '°' || r == 'º' || r == '№' || r >= 0x2000 && r <= 0x2013 || r == 0x202f || r >= 0xff01 && r <= 0xff5e)
}

// unicodeAt reads the escape at i that says a character beyond ASCII; size is 0 if none stands there.
func unicodeAt(text []byte, i int) (r rune, size int) {
	const length = len(`\u00e9`)
	if i+length > len(text) || text[i] != '\\' || text[i+1] != 'u' {
		return 0, 0
	}
	for _, b := range text[i+2 : i+length] {
		if !letters.IsHex(b) {
			return 0, 0
		}
	}
	r = rune(letters.HexByte(text[i+2], text[i+3]))<<8 | rune(letters.HexByte(text[i+4], text[i+5]))
	if r < 0x80 || !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, length
}
