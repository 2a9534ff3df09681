package wire

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// maxLanes is how many texts may be open at once in one stream.
const maxLanes = 1024

// ErrTooManyLanes ends a stream.
var ErrTooManyLanes = errors.New("the vendor's stream has more than 1,024 texts at once; the answer was cut off here")

// streaming says how a route's answer is streamed.
type streaming struct {
	event *table
	done  string // the data that ends everything, if it is not JSON
	name  string // of an event of text, if the vendor's events have names
	// text appends the data of an event that carries text, escaped already, in a lane.
	// last is the data of the last event that carried any. Nil if there must be no events of ours.
	text func(dst, last []byte, l Lane, text []byte) []byte
	// array is for a route that streams the elements of an array where it is not asked for events.
	array bool
	// hollow says that texts that say nothing are refused when they come back, so that there must be none of ours.
	hollow bool
	// serial says that a choice's texts come one after the other: one that begins ends the one before.
	serial bool
	// named is the member of a websocket's event that names the answer it belongs to; or else nested holds the answer.
	named, nested string
	// failure is the data of an event that ends the stream with an error, if it is not the format's error.
	failure func(sequence int, code, message string) []byte
}

// framing tells how an answer of a content type is streamed. Without ok it comes whole.
func (st streaming) framing(contentType string) (f event.Framing, ok bool) {
	switch contentType {
	case "text/event-stream":
		return event.ServerSent, true
	case "application/x-ndjson", "application/x-jsonl":
		return event.Lines, true
	case "application/json":
		return event.Elements, st.array
	}
	return 0, false
}

// Stream restores a streamed answer. What comes in and what goes out are the same events in the same order.
// Text that may be part of a placeholder is held until a later event of its lane, or until the lane ends:
// then it goes into the event that ends it, or into one of its own before that.
//
// Where events are numbered, or texts take turns, there can be none of ours. An event whose text ends in what may be part of a
// placeholder then waits, and all that come after it, until its lane goes on or ends, so that what is held can
// still go into it. That costs no more time than the held text itself: it is a word or two, and the next event
// is nearly always the same lane's.
type Stream struct {
	route   *Route
	restore Restore
	split   event.Splitter
	ev      event.Event
	scan    scanner
	lanes   []*lane // in the order they began
	tools   map[laneID]string
	pieces  []piece
	edits   []Edit
	last    []byte // data of the last event that carried text
	number  int    // of the last event that had one
	waiting []*held
	size    int // of what waits
	// missing is how many line ends the vendor's last event lacks, once it is known to be the last.
	missing int
	// sure says that the first bytes have told the framing, which is the label's until then; first are those.
	sure  bool
	first []byte
	// guess are the routes that it may be one of, if that is not known.
	guess []*Route
	// opened says that the array has begun whose elements are the events.
	opened bool
	// bare says that the array's first element was left out.
	bare bool
	// half says that an event was left out of whose end half a line end is still to come.
	half bool
	out  []byte
	// ends are where the messages in out end, if that is how the events are framed.
	ends []int
	err  error
}

// piece is a lane's text in one event.
type piece struct {
	mark
	l    *lane
	text []byte
}

// Stream begins an answer of a content type. It is nil if that is none of a stream's: then Open tells whether it is one.
func (r *Route) Stream(contentType string, restore Restore) *Stream {
	f, ok := r.stream.framing(contentType)
	if !ok {
		return nil
	}
	return r.newStream(f, restore)
}

func (r *Route) newStream(f event.Framing, restore Restore) *Stream {
	return &Stream{
		route: r, restore: restore, split: event.Splitter{Framing: f, IsWhole: isWhole},
		scan: scanner{lax: true, group: true}, tools: make(map[laneID]string),
	}
}

// Write takes what has arrived, cut anywhere, and returns what can be sent on, good until the next call.
// After an error, only Close.
func (s *Stream) Write(p []byte) ([]byte, error) {
	s.out = s.out[:0]
	if s.err != nil {
		return nil, s.err
	}
	if !s.sure && s.begin(p) {
		p, s.first = s.first, nil
	}
	if !s.sure {
		return s.out, nil
	}
	s.split.Write(p)
	for {
		raw, err := s.split.Next()
		if err == nil && raw == nil {
			return s.out, nil
		}
		if err == nil {
			err = s.event(raw)
		}
		if err != nil {
			s.err = err
			return s.out, err
		}
	}
}

// begin finds out how the events follow one another. The ends of lines before them need not wait for that.
func (s *Stream) begin(p []byte) bool {
	if len(s.first) == 0 {
		rest := bytes.TrimLeft(p, "\r\n")
		s.out = append(s.out, p[:len(p)-len(rest)]...)
		p = rest
	}
	s.first = append(s.first, p...)
	s.split.Framing, s.sure = s.route.stream.sniff(s.first, s.split.Framing)
	return s.sure
}

// Close ends the stream and returns what is still to be sent. With an error, which must be fit to be shown
// to the person, the stream ends with the vendor's own kind of error, so that nobody takes it for whole.
func (s *Stream) Close(err error) []byte {
	s.out = s.out[:0]
	// Half an event would hide the error behind it: it is dropped then.
	s.split.Write(s.first)
	s.first = nil
	rest := s.split.Rest()
	closing := s.split.Framing == event.Elements || s.split.Framing == event.Documents
	if len(rest) > 0 && err == nil && !closing {
		if err = s.event(rest); err == nil {
			s.missing = 2
			if c := rest[len(rest)-1]; c == '\n' || c == '\r' || s.split.Framing == event.Lines {
				s.missing = 1
			}
		}
	}
	s.end(ended{all: true})
	s.drain()
	switch failure := s.route.stream.failure; {
	case err == nil:
	case failure != nil:
		s.send("error", failure(s.number+1, "stream_interrupted", err.Error()))
	default:
		s.send("error", s.route.Format.failure(http.StatusBadGateway, "stream_interrupted", err.Error()))
	}
	switch {
	case !closing:
	case err == nil:
		s.out = append(s.out, rest...) // the array's closing bracket, or the end of a line
	case s.opened:
		s.out = append(s.out, ']')
	}
	return s.out
}

// isWhole tells whether a line of data is a document by itself, or says that there is no more.
func isWhole(data []byte) bool {
	data = bytes.TrimSpace(data)
	s := scanner{data: data, lax: true}
	return string(data) == "[DONE]" || s.document(nil) == nil
}

// rawEdits turns edits of an event's data into edits of the event, in place.
func rawEdits(ev *event.Event, edits []Edit) {
	for i := range edits {
		ed := &edits[i]
		ed.Start, ed.End = ev.At(ed.Start), ev.At(ed.End)
		ed.Text = ev.InLines(ed.Text) // only between the parts of a value: strings have their newlines escaped
	}
}

// event sends one event on.
func (s *Stream) event(raw []byte) error {
	ev, st, sc := &s.ev, &s.route.stream, &s.scan
	s.read(raw)
	if st.done != "" && string(bytes.TrimSpace(ev.Data)) == st.done {
		s.end(ended{all: true})
	}
	sc.data, sc.pos, sc.depth, sc.marks = ev.Data, 0, 0, sc.marks[:0]
	if len(s.guess) > 0 && len(ev.Data) > 0 {
		if text, settled := s.settle(ev.Data); settled {
			return s.event(raw)
		} else if !bytes.Equal(text, ev.Data) {
			s.edits = append(s.edits[:0], Edit{Start: 0, End: len(ev.Data), Text: text})
			rawEdits(ev, s.edits)
			return s.pass(raw, s.edits, nil)
		}
		return s.pass(raw, nil, nil)
	}
	last := false
	if len(ev.Data) == 0 || sc.document(st.event.node()) != nil {
		if last = len(ev.Data) > 0 && s.isLast(); !last {
			return s.pass(raw, nil, nil) // a comment, a ping, [DONE]: nothing to restore
		}
	}
	if s.split.Framing == event.Documents && !sc.saysText() {
		// No event, but an answer that comes whole.
		if whole, err := s.route.Answer(ev.Data, s.restore); err == nil && !bytes.Equal(whole, ev.Data) {
			s.edits = append(s.edits[:0], Edit{Start: 0, End: len(ev.Data), Text: whole})
			rawEdits(ev, s.edits)
			return s.pass(raw, s.edits, nil)
		}
	}
	ends, err := s.carry()
	if err != nil {
		return err
	}
	ends.all = ends.all || last
	s.end(ends)
	var h *held
	s.edits = s.edits[:0]
	for _, p := range s.pieces {
		if st.text == nil && p.l != nil && p.l.held() {
			if h == nil {
				h = &held{pieces: len(s.pieces)}
			}
			p.l.wait(h, len(s.edits))
		} else if string(p.text) == string(ev.Data[p.start:p.end]) {
			continue
		}
		s.edits = append(s.edits, Edit{Start: p.start, End: p.end, Text: p.text})
	}
	rawEdits(ev, s.edits)
	if len(s.pieces) > 0 {
		s.last = append(s.last[:0], ev.Data...)
	}
	s.pieces = s.pieces[:0]
	return s.pass(raw, s.edits, h)
}

// isLast tells whether behind the document stands what says that there is no more.
func (s *Stream) isLast() bool {
	done := s.route.stream.done
	rest := bytes.TrimSpace(s.scan.data[s.scan.pos:])
	rest = bytes.TrimSpace(bytes.TrimPrefix(rest, []byte("data:")))
	return s.scan.depth == 0 && done != "" && string(rest) == done
}

// read finds the event's data.
func (s *Stream) read(raw []byte) {
	switch s.split.Framing {
	case event.ServerSent:
		s.ev.Read(raw)
	case event.Lines, event.Messages:
		s.ev.ReadDocument(raw, 0, len(raw))
	case event.Elements, event.Documents:
		from := max(bytes.IndexByte(raw, '{'), 0)
		s.opened = s.opened || s.split.Framing == event.Elements && bytes.IndexByte(raw[:from], '[') >= 0
		s.ev.ReadDocument(raw, from, len(raw))
	}
}

// carry takes the event's text through its lanes into s.pieces, and tells which lanes the event ends.
func (s *Stream) carry() (ends ended, err error) {
	sc := &s.scan
	for _, m := range sc.marks {
		switch {
		case m.f.As == toolName && m.str && m.end > m.start:
			sc.groups[m.group].tool = string(jsontext.Decode(nil, sc.data[m.start:m.end]))
			if !sc.chunk(m.group) {
				s.tools[sc.id(m.group, "")] = sc.groups[m.group].tool
			}
		case m.f.As == sequence:
			s.number, _ = number(sc.data[m.start:m.end])
		}
		ends.add(m, sc)
	}
	if len(s.tools) > maxLanes {
		return ends, ErrTooManyLanes
	}
	// An object that is no element of an array is all there is.
	ends.all = ends.all || s.split.Framing == event.Elements && !s.opened
	for _, m := range sc.marks {
		id := sc.id(m.group, m.lane())
		// A call in a list whose places say nothing goes on until the next.
		calling := laneID{choice: id.choice, call: -1, field: "call"}
		if name := sc.groups[m.group].tool; m.f.As == toolName && name != "" && sc.chunk(m.group) {
			s.interrupt(id.choice, nil)
			s.tools[calling] = name
		}
		if !m.text() || m.start == m.end || sc.sealed(m.group) {
			continue
		}
		raw, tool := sc.data[m.start:m.end], s.tools[laneID{choice: id.choice, call: id.call}]
		if m.f.As == argument || m.f.As == tree && sc.chunk(m.group) {
			tool = cmp.Or(sc.tool(m.group), s.tools[calling])
		}
		if m.f.As == tree || m.f.Whole {
			s.interrupt(id.choice, nil)
			l := newLane(id, m.f, tool, s.restore)
			s.pieces = append(s.pieces, piece{m, nil, l.flush(l.write(nil, raw, m.f.As))})
			continue
		}
		l, err := s.lane(id, m.f, tool)
		if err != nil {
			return ends, err
		}
		s.interrupt(l.Choice, l)
		l.goesOn()
		l.piece = len(s.pieces)
		p := piece{m, l, l.write(nil, raw, m.f.As)}
		if m.f.As == argument && !sc.groups[m.group].goesOn {
			p.text = l.flush(p.text)
			l.over = true
		}
		s.pieces = append(s.pieces, p)
	}
	// The last piece of a lane that ends here takes what is held.
	for i := len(s.pieces) - 1; i >= 0; i-- {
		if p := &s.pieces[i]; p.l != nil && ends.has(p.l.Choice, p.l.Call) && !p.l.over {
			p.text = p.l.flush(p.text)
			p.l.over = true
		}
	}
	return ends, nil
}

func (s *Stream) lane(id laneID, f *Field, tool string) (*lane, error) {
	for _, l := range s.lanes {
		// What was restored for one tool must not go on in what is for another.
		if l.Choice == id.choice && l.Call == id.call && l.Field == id.field && l.Key == id.key && !l.over &&
			(f.As != argument || l.Tool.Name == tool) {
			return l, nil
		}
	}
	if len(s.lanes) == maxLanes {
		return nil, ErrTooManyLanes
	}
	l := newLane(id, f, tool, s.restore)
	s.lanes = append(s.lanes, l)
	return l, nil
}

// ended is what an event ends.
type ended struct {
	all   bool
	parts map[[2]int]bool // choices and calls; -1 is all calls
}

func (e *ended) add(m mark, sc *scanner) {
	text := string(sc.data[m.start:m.end])
	if m.null || text == "" { // some vendors write "" for "not yet"
		return
	}
	for _, f := range m.n.roles {
		switch {
		case f.Is != "" && f.Is != text:
		case f.As == endAll:
			e.all = true
		case f.As == end:
			if e.parts == nil {
				e.parts = map[[2]int]bool{}
			}
			id := sc.id(m.group, "")
			e.parts[[2]int{id.choice, id.call}] = true
		}
	}
}

// has tells whether what is ended is this call of a choice, or all of the choice.
func (e *ended) has(choice, call int) bool {
	return e.all || e.parts[[2]int{choice, -1}] || e.parts[[2]int{choice, call}]
}

// end sends what the lanes that have ended still hold, and forgets them.
func (s *Stream) end(e ended) {
	s.lanes = slices.DeleteFunc(s.lanes, func(l *lane) bool {
		switch {
		case l.over:
			return true
		case !e.has(l.Choice, l.Call):
			return false
		case s.route.stream.text == nil:
			s.finish(l)
			return true
		}
		if rest := l.flush(nil); len(rest) > 0 {
			s.send(s.route.stream.name, s.route.stream.text(nil, s.last, l.Lane, rest))
		}
		return true
	})
	maps.DeleteFunc(s.tools, func(id laneID, _ string) bool { return e.has(id.choice, id.call) })
}

// send writes an event of our own, as the vendor's are written.
func (s *Stream) send(name string, data []byte) {
	eol := s.ev.EOL
	if len(eol) == 0 {
		eol = []byte("\n")
	}
	switch s.split.Framing {
	case event.ServerSent:
		if s.split.Unspaced && s.missing == 0 {
			s.missing = 1
		}
		for ; s.missing > 0; s.missing-- {
			s.out = append(s.out, eol...)
		}
		if s.route.stream.name != "" {
			s.out = append(append(append(s.out, "event: "...), name...), eol...)
		}
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			s.out = append(append(append(s.out, "data: "...), line...), eol...)
		}
		s.out = append(s.out, eol...)
	case event.Documents:
		s.out = append(append(s.out, '\n'), data...)
	case event.Lines:
		for ; s.missing > 0; s.missing-- {
			s.out = append(s.out, '\n')
		}
		s.out = append(append(s.out, data...), '\n')
	case event.Elements:
		if s.opened {
			if !s.bare {
				s.out = append(s.out, ",\n"...)
			}
			s.bare = false
		} else {
			s.out = append(s.out, '[')
		}
		s.opened = true
		s.out = append(s.out, data...)
	}
}
