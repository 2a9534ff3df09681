package detect

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// percentTriggers are the beginnings of the escapes of what is not allowed in a URL as it is.
func percentTriggers() []string { return strings.Fields("%2 %3 %4 %5 %6 %7") }

// viewPercent undoes %2F and the like in the field around it: to blanks, quotes and ampersands.
func viewPercent(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if !letters.IsPercent(text, at.Start) || c.depth >= viewDepth {
		return
	}
	from := at.Start
	for from > 0 && at.Start-from < viewBack && !endsField[text[from-1]] {
		from--
		if text[from] == '%' && letters.IsPercent(text, from) && text[from+1] >= '2' && text[from+1] <= '7' {
			return // the first escape of a field that wakes this looks at all of it
		}
	}
	v := c.view()
	for i := from; i < len(text) && i-at.Start < viewLimit/2 && !endsField[text[i]]; i++ {
		if text[i] == '%' && letters.IsPercent(text, i) {
			v.add(letters.HexByte(text[i+1], text[i+2]), i, i+3)
			i += 2
		} else {
			v.add(text[i], i, i+1)
		}
	}
	c.lookAround(v, nil)
}

var endsField = func() (ends [256]bool) {
	for _, c := range []byte(" \t\r\n\"'`<>&\\") {
		ends[c] = true
	}
	return ends
}()

// escapeTriggers are the beginnings of the escapes of what can be read: those of other bytes fill tables of programs.
func escapeTriggers() []string {
	return strings.Fields(`\/ \x2 \x3 \x4 \x5 \x6 \x7 \u002 \u003 \u004 \u005 \u006 \u007`)
}

// viewEscapes undoes \u0041, \x41 and \/ in the string around it; the key before it stays in view.
func viewEscapes(c *check, r *Rule, at letters.Span) {
	const name = 80
	text := c.Bytes
	if !hides(text, at.Start) || c.depth >= viewDepth {
		return
	}
	from := at.Start
	for from > 0 && at.Start-from < viewBack && !opensString(text, from-1) {
		from--
		if text[from] == '\\' && hides(text, from) {
			return // the first escape of a string looks at all of it
		}
	}
	start := from
	for start > 0 && from-start < name && text[start-1] != '\n' {
		start--
	}
	v := c.view()
	for i := start; i < len(text) && i-at.Start < viewLimit/2 && text[i] != '\n'; i++ {
		if b, size := unescape(text, i); size > 0 {
			v.add(b, i, i+size)
			i += size - 1
			continue
		}
		v.add(text[i], i, i+1)
		if i >= at.End && opensString(text, i) {
			break
		}
	}
	c.lookAround(v, nil)
}

// hides tells an escape of what values are made of. Encoders escape <, & and the like as a matter of course.
func hides(text []byte, i int) bool {
	b, size := unescape(text, i)
	return size > 0 && (letters.IsAlnum(b) || strings.IndexByte("-_=+/.@:", b) >= 0)
}

// opensString tells a quote that no backslash makes a part of its string, or the line's end.
func opensString(text []byte, i int) bool {
	switch text[i] {
	case '\n':
		return true
	case '"', '\'', '`':
		return i == 0 || text[i-1] != '\\'
	}
	return false
}

// unescape reads the escape at i that says a character of ASCII; size is 0 if none stands there.
func unescape(text []byte, i int) (b byte, size int) {
	if text[i] != '\\' || i+1 >= len(text) {
		return 0, 0
	}
	digits := 0
	switch text[i+1] {
	case '/':
		return '/', 2
	case 'x':
		digits = i + 2
	case 'u':
		if i+3 >= len(text) || text[i+2] != '0' || text[i+3] != '0' {
			return 0, 0
		}
		digits = i + 4
	default:
		return 0, 0
	}
	if digits+1 >= len(text) || !letters.IsHex(text[digits]) || !letters.IsHex(text[digits+1]) {
		return 0, 0
	}
	if b = letters.HexByte(text[digits], text[digits+1]); !letters.IsText(b) {
		return 0, 0
	}
	return b, digits + 2 - i
}
