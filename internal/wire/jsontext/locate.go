package jsontext

import (
	"bytes"
	"unicode/utf8"
)

// Locate turns ranges of the decoded text into ranges of the contents of a JSON string.
func Locate(raw []byte, edits []Edit) {
	at := Cursor{Raw: raw}
	for i := range edits {
		edits[i].Start = at.To(edits[i].Start, false)
		edits[i].End = at.To(edits[i].End, true)
	}
}

// Cursor walks the contents of a JSON string and counts what they decode to.
type Cursor struct {
	Raw []byte
	// pos and text are where it stands, in raw and in the decoded text.
	pos, text int
}

// To moves on to a place in the decoded text and returns where that is in raw. Within a character it stops
// before it, or after it if asked.
func (c *Cursor) To(text int, after bool) int {
	for c.text < text {
		// Up to the next escape a byte says itself.
		plain := bytes.IndexByte(c.Raw[c.pos:min(c.pos+text-c.text, len(c.Raw))], '\\')
		if plain < 0 {
			plain = text - c.text
		}
		if plain > 0 {
			c.pos += plain
			c.text += plain
			continue
		}
		if c.pos+1 < len(c.Raw) && ShortEscapes[c.Raw[c.pos+1]] != 0 {
			c.pos += 2
			c.text++
			continue
		}
		n := EscapeLen(c.Raw[c.pos:])
		if n == 0 {
			n = 1
		}
		var buf [8]byte
		size := 1
		if n > 1 {
			size = len(Unescape(buf[:0], c.Raw[c.pos:]))
		}
		if c.text+size > text {
			if after {
				return c.pos + n
			}
			return c.pos
		}
		c.pos += n
		c.text += size
	}
	pos := c.pos
	for pos < len(c.Raw) && !utf8.RuneStart(c.Raw[pos]) {
		if after {
			pos++
		} else {
			pos--
		}
	}
	return pos
}
