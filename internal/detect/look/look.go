// Package look is a text as finders see it: its bytes, what is known of its file, the line, words and labels around a
// place, and who takes what is found. It knows no rules; what a finder emits is for the rule that is being asked.
package look

import "github.com/scrubjay-dev/scrubjay/internal/detect/letters"

// Text is a text that is looked at, what is known of its file, and who takes what is found in it.
type Text struct {
	Bytes []byte
	File  File
	sink  Sink
}

// Sink takes what is found, for the rule that is being asked.
type Sink interface {
	// Emit takes a value that has the form its rule wants, and tells whether nothing speaks against it. whole is the match
	// around the value, for allow-lists that look at it.
	Emit(value, whole letters.Span) bool
	// EmitSaid takes a value that was judged already. said is what it says where it stands in another form.
	EmitSaid(value, whole letters.Span, said []byte)
	// Doubt is EmitSaid for a value that is more likely than others to be none.
	Doubt(value, whole letters.Span, said []byte)
	// Inform makes information of what was emitted last.
	Inform()
}

// TextOf is a text at its beginning.
func TextOf(text []byte, file File, sink Sink) Text { return Text{text, file, sink} }

// Emit hands a value to the sink.
func (c *Text) Emit(value, whole letters.Span) bool { return c.sink.Emit(value, whole) }

// EmitSaid hands over a value that was judged already, and what it says.
func (c *Text) EmitSaid(value, whole letters.Span, said []byte) { c.sink.EmitSaid(value, whole, said) }

// Doubt hands over a value that may be none.
func (c *Text) Doubt(value, whole letters.Span, said []byte) { c.sink.Doubt(value, whole, said) }

// Inform makes information of what was emitted last.
func (c *Text) Inform() { c.sink.Inform() }

// Line is the span of the line around a place, cut off at limit bytes to each side.
func (c *Text) Line(at letters.Span, limit int) letters.Span {
	from, to := at.Start, at.End
	for from > 0 && at.Start-from < limit && c.Bytes[from-1] != '\n' {
		from--
	}
	for to < len(c.Bytes) && to-at.End < limit && c.Bytes[to] != '\n' {
		to++
	}
	return letters.Between(from, to)
}

// Before is the byte before i, or 0 where a text or what stands behind an escape begins.
func (c *Text) Before(i int) byte {
	b := c.ByteAt(i - 1)
	if letters.IsWord(b) && letters.EndsEscape(c.Bytes, i) {
		return 0
	}
	return b
}

// ByteAt is the byte at an offset, 0 beyond the text.
func (c *Text) ByteAt(i int) byte {
	if i < 0 || i >= len(c.Bytes) {
		return 0
	}
	return c.Bytes[i]
}
