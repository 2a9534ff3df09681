package wire

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
)

// Servers and gateways label streams as they like, so that an answer's first bytes tell how it comes, and its label only
// where they say nothing.

// sniff tells by a stream's first bytes how its events follow one another. It is not ok while more is needed.
func (st streaming) sniff(first []byte, label event.Framing) (f event.Framing, ok bool) {
	if len(first) < len(event.ByteOrderMark) && bytes.HasPrefix(event.ByteOrderMark, first) {
		return label, false
	}
	t := bytes.TrimLeft(bytes.TrimPrefix(first, event.ByteOrderMark), " \t\r\n")
	switch {
	case len(t) == 0:
		return label, false
	case t[0] == '{' && label != event.Lines:
		return event.Documents, true
	case t[0] == '[' && st.array:
		return event.Elements, true
	}
	events, ok := event.Sniff(t)
	if events {
		return event.ServerSent, true
	}
	return label, ok || label == event.ServerSent
}

// Opening is the beginning of an answer whose label is not that of a stream.
type Opening struct {
	route   *Route
	restore Restore
	asked   bool
	split   event.Splitter
	from    int // where the first document begins in first
	ends    int // where it ends; 0 before that
	first   []byte
}

// Open begins an answer. asked says that the request wants a stream.
func (r *Route) Open(asked bool, restore Restore) *Opening {
	return &Opening{route: r, restore: restore, asked: asked, split: event.Splitter{Framing: event.Documents}}
}

// First is what has been written, which is not restored yet.
func (o *Opening) First() []byte { return o.first }

// Write takes what has arrived and tells how the answer comes as soon as that is decided: as a stream, which begins with
// what First says, or whole, which is nil. An answer that ends undecided comes whole.
func (o *Opening) Write(p []byte) (s *Stream, decided bool) {
	o.first = append(o.first, p...)
	st := &o.route.stream
	if st.event == nil {
		return nil, true
	}
	t := bytes.TrimLeft(bytes.TrimPrefix(o.first, event.ByteOrderMark), " \t\r\n")
	if len(t) == 0 {
		return nil, false
	}
	switch t[0] {
	case '{':
		return o.document(p)
	case '[':
		if st.array {
			return o.route.newStream(event.Elements, o.restore), true
		}
		return nil, true
	}
	events, ok := event.Sniff(t)
	if events {
		return o.route.newStream(event.ServerSent, o.restore), true
	}
	return nil, ok
}

// document waits for the end of the first document. It is an event if that is what the request asked for, or what it
// says; or if another follows.
func (o *Opening) document(p []byte) (s *Stream, decided bool) {
	if o.ends == 0 {
		o.split.Write(p)
		first, err := o.split.Next()
		if err != nil { // too large for an event
			return nil, true
		}
		if first == nil {
			return nil, false
		}
		o.from, o.ends = bytes.IndexByte(first, '{'), len(first)
		if o.asked || o.says(first[o.from:]) {
			return o.route.newStream(event.Documents, o.restore), true
		}
	}
	if len(bytes.TrimSpace(o.first[o.ends:])) == 0 {
		return nil, false
	}
	return o.route.newStream(event.Documents, o.restore), true
}

// says tells whether a document holds text where the route's events do.
func (o *Opening) says(document []byte) bool {
	s := scanner{data: document, lax: true, group: true}
	return s.document(o.route.stream.event.node()) == nil && s.saysText()
}

// saysText tells whether the document that was read holds text.
func (s *scanner) saysText() bool {
	for _, m := range s.marks {
		if m.text() {
			return true
		}
	}
	return false
}
