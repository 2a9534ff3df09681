package workspace

import (
	"bytes"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Place is where a byte of a file stands.
type Place struct {
	Offset int // bytes, from 0
	Line   int // from 1
	Column int // bytes, from 1
	Unit   int // UTF-16 code units, from 1
}

// Located is a finding and its place in the file. Its span is of the text that came with it.
type Located struct {
	detect.Finding
	From, To Place
}

// counter goes through a text that comes in parts and counts lines, only where a place is asked for.
type counter struct{ at Place }

func newCounter() counter { return counter{Place{0, 1, 1, 1}} }

// to is the place of an offset of the file. Offsets are asked for in their order; text stands at base.
func (c *counter) to(text []byte, base, offset int) Place {
	passed := text[c.at.Offset-base : offset-base]
	if lines := bytes.Count(passed, []byte("\n")); lines > 0 {
		c.at.Line += lines
		c.at.Column, c.at.Unit = 1, 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.at.Column += len(passed)
	for len(passed) > 0 {
		r, size := utf8.DecodeRune(passed)
		if c.at.Unit++; r > 0xffff {
			c.at.Unit++
		}
		passed = passed[size:]
	}
	c.at.Offset = offset
	return c.at
}

// part locates the findings of a part.
func (c *counter) part(p detect.Part) []Located {
	out := make([]Located, 0, len(p.Findings))
	for _, f := range p.Findings {
		from := c.to(p.Text, p.Offset, p.Offset+f.Start)
		at := *c
		out = append(out, Located{f, from, at.to(p.Text, p.Offset, p.Offset+f.End)})
	}
	return out
}

// leave counts what the next part may not have any more. It stops before a character that is cut.
func (c *counter) leave(p detect.Part) {
	done := p.Done
	for done > 0 && done < len(p.Text) && p.Done-done < utf8.UTFMax && !utf8.RuneStart(p.Text[done]) {
		done--
	}
	if p.Offset+done > c.at.Offset {
		c.to(p.Text, p.Offset, p.Offset+done)
	}
}
