package wire

import (
	"bytes"
)

// Servers and gateways label streams as they like, so that an answer's first bytes tell how it comes, and its label only
// where they say nothing.

var byteOrderMark = []byte("\xef\xbb\xbf")

// fields are what a line of server-sent events may begin with. A comment has no name.
var fields = []string{"data:", "event:", "id:", "retry:", ":"}

// sniff tells by a stream's first bytes how its events follow one another. It is not ok while more is needed.
func (st streaming) sniff(first []byte, label framing) (f framing, ok bool) {
	if len(first) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, first) {
		return label, false
	}
	t := bytes.TrimLeft(bytes.TrimPrefix(first, byteOrderMark), " \t\r\n")
	switch {
	case len(t) == 0:
		return label, false
	case t[0] == '{' && label != lines:
		return documents, true
	case t[0] == '[' && st.array:
		return elements, true
	}
	events, ok := sniffEvents(t)
	if events {
		return serverSent, true
	}
	return label, ok || label == serverSent
}

// sniffEvents tells whether a text begins like server-sent events. It is not ok while more is needed.
func sniffEvents(t []byte) (events, ok bool) {
	ok = true
	for _, f := range fields {
		if bytes.HasPrefix(t, []byte(f)) {
			return true, true
		}
		ok = ok && !bytes.HasPrefix([]byte(f), t)
	}
	return false, ok
}

// Opening is the beginning of an answer whose label is not that of a stream.
type Opening struct {
	route   *Route
	restore Restore
	asked   bool
	split   splitter
	from    int // where the first document begins in first
	ends    int // where it ends; 0 before that
	first   []byte
}

// Open begins an answer. asked says that the request wants a stream.
func (r *Route) Open(asked bool, restore Restore) *Opening {
	return &Opening{route: r, restore: restore, asked: asked, split: splitter{framing: documents}}
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
	t := bytes.TrimLeft(bytes.TrimPrefix(o.first, byteOrderMark), " \t\r\n")
	if len(t) == 0 {
		return nil, false
	}
	switch t[0] {
	case '{':
		return o.document(p)
	case '[':
		if st.array {
			return o.route.newStream(elements, o.restore), true
		}
		return nil, true
	}
	events, ok := sniffEvents(t)
	if events {
		return o.route.newStream(serverSent, o.restore), true
	}
	return nil, ok
}

// document waits for the end of the first document. It is an event if that is what the request asked for, or what it
// says; or if another follows.
func (o *Opening) document(p []byte) (s *Stream, decided bool) {
	if o.ends == 0 {
		o.split.write(p)
		event, err := o.split.next()
		if err != nil { // too large for an event
			return nil, true
		}
		if event == nil {
			return nil, false
		}
		o.from, o.ends = bytes.IndexByte(event, '{'), len(event)
		if o.asked || o.says(event[o.from:]) {
			return o.route.newStream(documents, o.restore), true
		}
	}
	if len(bytes.TrimSpace(o.first[o.ends:])) == 0 {
		return nil, false
	}
	return o.route.newStream(documents, o.restore), true
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
