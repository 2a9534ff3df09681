package detect

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// findPhone reads an international number after its plus. What has the form is judged by
// libphonenumber's tables, which cost microseconds; so the form is checked first.
func findPhone(c *check, r *Rule, at Span) {
	text := c.text
	if b := c.byteAt(at.Start - 1); isWord(b) || b == '+' || b == '.' || b == ')' || b == ']' {
		return
	}
	digits, open, i := 0, 0, at.Start+1
	end := i
	for i < len(text) && i-at.Start < 32 && digits <= 15 {
		b := text[i]
		switch {
		case isDigit(b):
			digits++
			end = i + 1
		case b == '(' && open == 0:
			open++
		case b == ')' && open == 1:
			open++
		case b == ' ' || b == '-' || b == '.' || b == '/':
			if p := text[i-1]; p == '-' || p == '.' || p == '/' || p == ' ' && b == ' ' {
				i = len(text)
			}
		default:
			i = len(text)
		}
		i++
	}
	if digits < 8 || digits > 15 || isWord(c.byteAt(end)) || c.byteAt(end) == '.' && isDigit(c.byteAt(end+1)) {
		return
	}
	v := string(text[at.Start:end])
	if strings.Contains(v, "555-01") || strings.Contains(v, "55501") || strings.Contains(v, "555 01") {
		return // reserved for fiction
	}
	number, err := phonenumbers.Parse(v, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return
	}
	c.emit(r, Span{at.Start, end}, Span{at.Start, end})
}
