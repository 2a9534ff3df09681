package detect

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A value may be broken by what its medium puts into it and nobody reads: the entities of HTML and where it may wrap,
// a mail's soft line ends, the marks of a word diff. The views of this file are what is read.

const (
	// brokenName is how much of the line before a broken value stays in view, for its name; brokenField bounds the value.
	brokenName, brokenField = 160, 2 << 10
	brokenBack              = brokenName + brokenField
	// diffLine bounds what of a line of a word diff is read.
	diffLine = 2 << 10
	// A line of a mail that goes on in the next is nearly as long as a line may be.
	softShortest, softLongest = 60, 78
	softLines                 = 12
)

// brokenTriggers are what breaks a value: entities that open a string behind its name's sign, entities of signs that
// values are made of, where a word may be wrapped. A terminal's colours and the signs of Unicode that nobody sees are not
// among them: bytes that no other trigger has made the automaton's table larger, and all of it slower by an eighth.
func brokenTriggers() []string {
	return []string{"&#", "&quot;", "&apos;", "<wbr", "&shy;"}
}

// opensValue tells an entity of a quote that stands behind a sign. Only such a one wakes a view: what stands in between
// ordinary entities is found where it stands.
func opensValue(text []byte, i int) bool {
	if i > 0 && text[i-1] == ' ' {
		i--
	}
	return i > 0 && (text[i-1] == ':' || text[i-1] == '=')
}

// viewBroken reads the field around a break, and what stands before it on the line.
func viewBroken(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth {
		return
	}
	said, size := breakAt(text, at.Start)
	switch quote := said == '"' || said == '\''; {
	case size == 0, quote && !opensValue(text, at.Start):
		return
	case !quote:
		// The first break of a field looks at all of it.
		for i := at.Start; i > 0 && at.Start-i < brokenField; i-- {
			if letters.IsSpace(text[i-1]) {
				break
			}
			if said, size := breakAt(text, i-1); size > 0 && (said != '"' && said != '\'' || opensValue(text, i-1)) {
				return
			}
		}
	}
	from := at.Start
	for from > 0 && at.Start-from < brokenName && text[from-1] != '\n' {
		from--
	}
	v := c.view()
	blank := false // the one behind the sign of a trigger
	for i := from; i < len(text) && i-at.Start < viewLimit/2; i++ {
		if said, size := breakAt(text, i); size > 0 {
			if said != 0 {
				v.add(said, i, i+size)
			}
			i += size - 1
			continue
		}
		if text[i] == '\n' || i >= at.End && letters.IsSpace(text[i]) && blank {
			break
		}
		blank = blank || i >= at.End
		v.add(text[i], i, i+1)
	}
	c.lookAround(v, nil)
}

// entities are what HTML calls the signs that it has for itself, and those that nobody sees.
var entities = []struct {
	name string
	said byte
}{{"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&nbsp;", ' '}, {"&shy;", 0}, {"&ZeroWidthSpace;", 0}, {"<wbr>", 0}, {"<wbr/>", 0}, {"<wbr />", 0}}

// breakAt is what the break at i says, 0 for nothing; size is 0 if none stands there.
func breakAt(text []byte, i int) (said byte, size int) {
	switch text[i] {
	case '&':
		if i+2 < len(text) && text[i+1] == '#' {
			return character(text[i:min(len(text), i+10)])
		}
	case '<':
	default:
		return 0, 0
	}
	for _, e := range entities {
		if bytes.HasPrefix(text[i:], []byte(e.name)) {
			return e.said, len(e.name)
		}
	}
	return 0, 0
}

// character reads &#65; and &#x41;.
func character(text []byte) (said byte, size int) {
	base, i := 10, 2
	if text[i]|0x20 == 'x' {
		base, i = 16, 3
	}
	code := 0
	for first := i; i < len(text) && i-first < 6; i++ {
		n := int(hexBytes.value[text[i]])
		if text[i] == ';' && i > first {
			switch {
			case code == 0x200b || code == 0xad || code == 0x2060 || code == 0xfeff:
				return 0, i + 1
			case code < 0x80 && letters.IsText(byte(code)):
				return byte(code), i + 1
			}
			return 0, 0
		}
		if n < 0 || n >= base {
			return 0, 0
		}
		code = code*base + n
	}
	return 0, 0
}

// viewQuotedPrintable joins the lines of a mail around a soft line end, and reads =3D.
func viewQuotedPrintable(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth {
		return
	}
	from := at.Start
	for from > 0 && at.Start-from <= softLongest && text[from-1] != '\n' {
		from--
	}
	soft := text[at.Start+1] == '\n' || text[at.Start+1] == '\r'
	if n := at.Start - from; soft && (n < softShortest || n > softLongest) || !soft && n > softLongest {
		return
	}
	v := c.view()
	lines, start := 0, from
	for i := from; i < len(text); i++ {
		b := text[i]
		switch {
		case b == '=' && i+2 < len(text) && letters.IsHex(text[i+1]) && letters.IsHex(text[i+2]) && letters.IsText(letters.HexByte(text[i+1], text[i+2])):
			v.add(letters.HexByte(text[i+1], text[i+2]), i, i+3)
			i += 2
			continue
		case b == '=' && softEnd(text, i) > 0 && i-start >= softShortest:
			if lines++; lines == softLines {
				c.lookAround(v, nil)
				return
			}
			i += softEnd(text, i)
			start = i + 1
			continue
		case b == '\n', i-start > softLongest:
			c.lookAround(v, nil)
			return
		}
		v.add(b, i, i+1)
	}
	c.lookAround(v, nil)
}

// softEnd is the length of the line end that follows the sign at i; 0 if none does.
func softEnd(text []byte, i int) int {
	switch {
	case i+1 < len(text) && text[i+1] == '\n':
		return 1
	case i+2 < len(text) && text[i+1] == '\r' && text[i+2] == '\n':
		return 2
	}
	return 0
}

// viewWordDiff reads a line of git diff --word-diff on both its sides: password = [-old-]{+new+}.
func viewWordDiff(c *check, r *Rule, at letters.Span) {
	text := c.Bytes
	if c.depth >= viewDepth || diffMark(text, at.Start) == 0 { // most of what wakes this is no mark, and a line may be full of it
		return
	}
	from := at.Start
	for from > 0 && at.Start-from < diffLine && text[from-1] != '\n' {
		from--
		if n := diffMark(text, from); n > 0 && from+n <= at.Start {
			return // the first mark of a line looks at all of it
		}
	}
	for _, side := range []byte("-+") {
		v := c.view()
		for i := from; i < len(text) && text[i] != '\n' && i-at.Start < diffLine; i++ {
			n := diffMark(text, i)
			if n == 0 {
				v.add(text[i], i, i+1)
				continue
			}
			if text[i+1] == side {
				for k := i + 2; k < i+n-2; k++ {
					v.add(text[k], k, k+1)
				}
			}
			i += n - 1
		}
		c.lookAround(v, nil)
	}
}

// diffMark is the length of the [-part-] or {+part+} at i; 0 if none stands there.
func diffMark(text []byte, i int) int {
	if i+4 >= len(text) || (text[i] != '[' || text[i+1] != '-') && (text[i] != '{' || text[i+1] != '+') {
		return 0
	}
	sign, end := text[i+1], byte(']')
	if text[i] == '{' {
		end = '}'
	}
	rest := text[i+2 : min(len(text), i+brokenField+1)]
	if feed := bytes.IndexByte(rest, '\n'); feed >= 0 {
		rest = rest[:feed]
	}
	if n := bytes.Index(rest, []byte{sign, end}); n >= 0 {
		return n + 4
	}
	return 0
}
