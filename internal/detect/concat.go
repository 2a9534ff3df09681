package detect

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// jointTriggers stand where a string ends and another may be joined to it.
func jointTriggers() []string {
	var out []string
	for _, quote := range []string{`"`, `'`} {
		for _, joint := range []string{"\n", "\r\n", "+", " +", " .", "..", " &", " \\", "\\\n", " ||", " <>", " ~", " ^"} {
			out = append(out, quote+joint)
		}
	}
	return out
}

// operator is the length of the sign at the beginning of text that joins strings in one language or
// another; 0 if none stands there.
func operator(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	switch a, b := text[0], text[1]; a {
	case '+', '.':
		if b == a {
			return 2
		}
		return 1
	case '&', '~', '^', '\\':
		return 1
	case '|':
		if b == '|' {
			return 2
		}
	case '<':
		if b == '>' {
			return 2
		}
	}
	return 0
}

// viewConcatenation reads a string that is put together from pieces, on one line or over several:
//
//	key = "sk_live_" +
//	      "51H8..."
//
// What stands before the first piece on its line stays in view, for the name. Only what lies
// in more than one piece is taken over: the rest has been found where it stands.
func viewConcatenation(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth {
		return
	}
	quote := text[at.Start]
	next, ok := c.joint(at.Start+1, quote)
	if !ok {
		return
	}
	open := c.opening(at.Start, quote)
	if open < 0 || c.joined(open, quote) {
		return // the first piece of a chain looks at all of it
	}
	const name = 80
	from := open
	for from > 0 && open-from < name && text[from-1] != '\n' {
		from--
	}
	v := c.view()
	for i := from; i < at.Start; i++ {
		v.add(text[i], i, i+1)
	}
	first := at.Start
	for ok && next-open < viewLimit {
		i := next + 1
		for i < len(text) && text[i] != quote && text[i] != '\n' && i-open < viewLimit {
			v.add(text[i], i, i+1)
			i++
		}
		if i >= len(text) || text[i] != quote {
			return
		}
		if next, ok = c.joint(i+1, quote); !ok || next-open >= viewLimit {
			v.add(quote, i, i+1)
			break
		}
	}
	c.lookAround(v, func(_, at letters.Span) bool { return at.Start < first && at.End > first+1 })
}

// joint reads from after a string's closing quote to the opening quote of the one it is joined to.
func (c *check) joint(i int, quote byte) (next int, ok bool) {
	text := c.Bytes
	limit := min(len(text), i+200)
	blank := func() (lines int) {
		for i < limit && letters.IsSpace(text[i]) {
			if text[i] == '\n' {
				lines++
			}
			i++
		}
		return lines
	}
	lines := blank()
	if n := operator(text[i:limit]); n > 0 {
		i += n
	} else if lines != 1 || !c.File.Implicit {
		return 0, false
	}
	blank()
	return i, i < limit && text[i] == quote && (i+1 >= len(text) || text[i+1] != quote)
}

// opening is where the string on this line begins whose closing quote stands at end; -1 if it cannot be told.
func (c *check) opening(end int, quote byte) int {
	for i := end - 1; i >= 0 && end-i < viewBack; i-- {
		switch c.Bytes[i] {
		case quote:
			return i
		case '\n':
			return -1
		}
	}
	return -1
}

// joined tells whether the string that opens at open is joined to one before it.
func (c *check) joined(open int, quote byte) bool {
	for i := open - 1; i >= 0 && open-i < 200; i-- {
		if c.Bytes[i] == quote {
			next, ok := c.joint(i+1, quote)
			return ok && next == open
		}
		if b := c.Bytes[i]; !letters.IsSpace(b) && strings.IndexByte("+.&|<>~^\\", b) < 0 {
			return false
		}
	}
	return false
}
