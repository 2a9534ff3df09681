package detect

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A file of several lines in a string of JSON or of a program has its lines' ends as \n. Most of it is read as it stands. What
// needs the next line is read in a view: a value below its name, a list, a section, an element of several lines.

// lineTriggers end a line that names what the next one has, or begin the next one. A colon or a bracket alone is none: signs as
// frequent as these make the automaton slower when they begin a trigger.
func lineTriggers() []string {
	return []string{`s]\n`, `s]\\n`, `\n  `, `\n<s`, `\n\u003cs`, `\n\\u003cs`, `\nvalue`, `\nname`}
}

const (
	// linesBack and linesAhead are how much of the string is read before what wakes the view, and after.
	linesBack, linesAhead = 128, 768
	// linesName is how much behind a record's name is looked at for what it says.
	linesName = 40
	// linesDeepest is how often the string's escapes may be escaped themselves.
	linesDeepest = 7
)

// viewLines undoes the ends of lines and the quotes of a string, where a line of it that says secret goes on in the next.
func viewLines(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth {
		return
	}
	from := at.Start
	for from > 0 && at.Start-from < linesBack && text[from-1] != '\n' && (text[from-1] != '"' || from > 1 && text[from-2] == '\\') {
		from--
	}
	before := text[from:at.Start]
	if text[at.Start] == '\\' && text[at.Start+1] == 'n' {
		before = before[max(0, len(before)-linesBack/2):]
	} else if end := bytes.LastIndex(before, []byte(`\n`)); end >= 0 {
		before = before[end:]
	}
	if !saysSecret(before) && (text[at.End-1] != 'e' || text[at.End-2] != 'm' || !saysSecret(text[at.End:min(len(text), at.End+linesName)])) {
		return
	}
	v := c.view()
	for i := from; i < len(text) && i-at.Start < linesAhead && text[i] != '\n'; i++ {
		slash := i
		for text[i] == '\\' && i+1 < len(text) && i-slash < linesDeepest {
			i++
		}
		switch b := text[i]; {
		case slash == i && b == '"' && i >= at.End:
			i = len(text) // the string ends
		case slash == i:
			v.add(b, i, i+1)
		case b == 'n':
			v.add('\n', slash, i+1)
		case b == 'r':
		case b == 't':
			v.add('\t', slash, i+1)
		case b == '"' || b == '/':
			v.add(b, slash, i+1)
		case b == 'u':
			said, size := unescape(text, i-1)
			if size == 0 {
				v.add('\\', slash, i)
				v.add(b, i, i+1)
				break
			}
			v.add(said, slash, i-1+size)
			i += size - 2
		default:
			v.add('\\', slash, i)
			v.add(b, i, i+1)
		}
	}
	c.lookAround(v, nil)
}

// saysSecret tells whether a word stands in a line that names what nobody may see.
func saysSecret(line []byte) bool {
	for _, word := range [...]string{"pass", "secret", "token", "key", "cred", "pwd"} {
		if letters.ContainsFold(line, word) {
			return true
		}
	}
	return false
}
