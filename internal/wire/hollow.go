package wire

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
)

// Clients keep a stream's parts as their history and send them back, and a part of a text that says nothing is refused
// then. A piece of text that was held back whole, and went into a later one, leaves such a part: it is taken out, and the
// event with it if that was all that it said.

// saysMore are members for which an event is kept.
var saysMore = [][]byte{[]byte(`"finishReason"`), []byte(`"citationMetadata"`), []byte(`"groundingMetadata"`), []byte(`"promptFeedback"`), []byte(`"error"`)}

// hollow takes parts out of an event with so many pieces of text. It is gone if nothing is left.
func hollow(raw []byte, edits []Edit, pieces int) (rest []Edit, gone bool) {
	alone := 0
	for i := range edits {
		e := &edits[i]
		if len(e.Text) > 0 || e.Start == e.End {
			continue
		}
		start, end, ok := textAlone(raw, e.Start, e.End)
		if !ok {
			continue
		}
		before := bytes.TrimRight(raw[:start], " \t\r\n")
		after := bytes.TrimLeft(raw[end:], " \t\r\n")
		switch {
		case len(before) == 0 || len(after) == 0:
		case after[0] == ',':
			e.Start, e.End = start, len(raw)-len(after)+1
		case before[len(before)-1] == ',' && (i == 0 || edits[i-1].End < len(before)):
			e.Start, e.End = len(before)-1, end
		case before[len(before)-1] == '[' && after[0] == ']':
			alone++
		}
	}
	gone = alone > 0 && alone == pieces
	for _, more := range saysMore {
		gone = gone && !bytes.Contains(raw, more)
	}
	return edits, gone
}

// textAlone finds the object whose only member is the text from start to end.
func textAlone(raw []byte, start, end int) (from, to int, ok bool) {
	head := raw[:start]
	for _, token := range []string{`"`, `:`, `"text"`, `{`} {
		if token != `"` {
			head = bytes.TrimRight(head, " \t\r\n")
		}
		if head, ok = bytes.CutSuffix(head, []byte(token)); !ok {
			return 0, 0, false
		}
	}
	tail, ok := bytes.CutPrefix(raw[end:], []byte(`"`))
	tail = bytes.TrimLeft(tail, " \t\r\n")
	if !ok || len(tail) == 0 || tail[0] != '}' {
		return 0, 0, false
	}
	return len(head), len(raw) - len(tail) + 1, true
}

// without gives out nothing of an event, but the bracket that opens the array: what comes next then needs no comma. If its
// last line end has only come by half, the other half goes, too.
func (s *Stream) without(raw []byte) {
	s.half = raw[len(raw)-1] == '\r'
	if s.split.Framing != event.Elements {
		return
	}
	if i := bytes.IndexByte(raw[:max(bytes.IndexByte(raw, '{'), 0)], '['); i >= 0 {
		s.out = append(s.out, raw[:i+1]...)
		s.bare = true
	}
}
