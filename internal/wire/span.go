package wire

import (
	"bytes"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Text is what a span says, decoded; of a number its digits. It may share the body, or buf, which grows as it must and may be nil: use it
// before the next call, and do not write to it.
func (q *Request) Text(s Span, buf *[]byte) []byte {
	text := q.text(s, buf)
	if s.IsNumber {
		text, _, _ = bytes.Cut(text, []byte{'.'})
	}
	return text
}

func (q *Request) text(s Span, buf *[]byte) []byte {
	text := q.body[s.Start:s.End]
	if !s.escaped {
		return text
	}
	if buf == nil {
		buf = new([]byte)
	}
	// No text is longer than what spells it, so the second layer is decoded in its own place.
	*buf = slices.Grow((*buf)[:0], len(text))
	for range s.layers {
		text = jsontext.Decode((*buf)[:0], text)
	}
	return text
}

// Place turns edits of a span's text into edits of the body, in place: their ranges become ranges of the body,
// their texts are escaped for where they land. The edits are in order and do not overlap. A range that cuts
// a character in two takes all of it.
func (q *Request) Place(s Span, edits []Edit) {
	raw := q.body[s.Start:s.End]
	if s.IsNumber {
		for i := range edits { // at most one, of all of it
			edits[i] = Edit{Start: s.Start, End: s.End, Text: s.Encode(edits[i].Text)}
		}
		return
	}
	if s.escaped && s.layers == 2 {
		jsontext.Locate(jsontext.Decode(nil, raw), edits)
	}
	if s.layers > 0 {
		jsontext.Locate(raw, edits)
	}
	for i := range edits {
		e := &edits[i]
		e.Start += s.Start
		e.End += s.Start
		e.Text = s.Encode(e.Text)
	}
}

// Raw is a span as it stands in the body, and a number that tells apart how such bytes are to be read: what is raw alike
// under the same number says the same.
func (q *Request) Raw(s Span) (raw []byte, reading byte) {
	if s.escaped {
		reading = s.layers
	}
	if s.IsNumber {
		reading |= 1 << 7
	}
	return q.body[s.Start:s.End], reading
}

// Mark is a place in a span's text, and where in the span's raw bytes what begins there begins, and what ends there
// ends. They differ within a character, and nowhere else.
type Mark struct{ Text, Begin, End int }

// Mark finds places of a span's text in its raw bytes. The places are in order.
func (q *Request) Mark(s Span, places []int) []Mark {
	marks := make([]Mark, len(places))
	edits := make([]Edit, len(places))
	for i, at := range places {
		edits[i] = Edit{Start: at, End: at}
	}
	raw := q.body[s.Start:s.End]
	if s.escaped && s.layers == 2 {
		jsontext.Locate(jsontext.Decode(nil, raw), edits)
	}
	if s.layers > 0 {
		jsontext.Locate(raw, edits)
	}
	for i, e := range edits {
		marks[i] = Mark{places[i], e.Start, e.End}
	}
	return marks
}

// Part is what some of a span's raw bytes say.
func (q *Request) Part(s Span, begin, end int) []byte {
	text := q.body[s.Start+begin : s.Start+end]
	if s.escaped {
		for range s.layers {
			text = jsontext.Decode(nil, text)
		}
	}
	return text
}

// Encode escapes a value for the span's place in the body. In a number's place it becomes a string.
func (s Span) Encode(value []byte) []byte {
	if s.IsNumber {
		value = slices.Concat([]byte{'"'}, jsontext.Encode(nil, value), []byte{'"'})
		if s.layers == 2 {
			value = jsontext.Encode(nil, value)
		}
		return value
	}
	for range s.layers {
		value = jsontext.Encode(nil, value)
	}
	return value
}
