package wire

import (
	"bytes"
	"errors"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// ErrUnfinished ends a stream.
var ErrUnfinished = errors.New("the vendor's stream goes on for 16 MiB behind half a word of another text; the answer was cut off here")

// held is an event that waits: for open lanes of its own, or for one before it.
type held struct {
	raw   []byte
	edits []Edit
	open  int
	size  int
	// pieces are how many texts the event has.
	pieces int
}

func (l *lane) held() bool { return !l.over && l.to != nil && l.to.to.Held() }

// wait has an event wait for the lane.
func (l *lane) wait(in *held, edit int) {
	if l.in != in {
		in.open++
	}
	l.in, l.edit = in, edit
}

// goesOn lets the event go that waited for the lane.
func (l *lane) goesOn() {
	if l.in != nil {
		l.in.open--
		l.in = nil
	}
}

// pass sends an event on, or has it wait: with h for lanes of its own.
func (s *Stream) pass(raw []byte, edits []Edit, h *held) error {
	s.drain()
	if len(s.waiting) == 0 && h == nil {
		s.give(raw, edits, 0)
		return nil
	}
	if h == nil {
		h = new(held)
	}
	h.raw, h.edits = bytes.Clone(raw), slices.Clone(edits)
	// A value may be much longer than its placeholder, and even an empty event costs something.
	h.size = len(raw) + 128
	for _, e := range edits {
		h.size += len(e.Text)
	}
	s.waiting = append(s.waiting, h)
	if s.size += h.size; s.size > MaxEvent {
		return ErrUnfinished
	}
	return nil
}

// drain sends what need not wait any longer.
func (s *Stream) drain() {
	n := 0
	for ; n < len(s.waiting) && s.waiting[n].open == 0; n++ {
		h := s.waiting[n]
		s.give(h.raw, h.edits, h.pieces)
		s.size -= h.size
	}
	s.waiting = slices.Delete(s.waiting, 0, n)
}

// give sends an event on. Of one that waited it says how many texts it has.
func (s *Stream) give(raw []byte, edits []Edit, pieces int) {
	if s.route.stream.hollow && pieces > 0 {
		var gone bool
		if edits, gone = hollow(raw, edits, pieces); gone {
			s.without(raw)
			return
		}
	}
	half := s.half
	if s.half = false; half && string(raw) == "\n" {
		return
	}
	if comma := bytes.IndexByte(raw, ','); s.bare && comma >= 0 && comma < bytes.IndexByte(raw, '{') {
		edits = append([]Edit{{Start: comma, End: comma + 1}}, edits...)
	}
	s.bare = false
	s.out = jsontext.AppendSplice(s.out, raw, edits)
	if s.split.Framing == event.Messages {
		s.ends = append(s.ends, len(s.out))
	}
}

// finish gives out what a lane holds, where it spoke last.
func (s *Stream) finish(l *lane) {
	if l.piece < len(s.pieces) && s.pieces[l.piece].l == l {
		p := &s.pieces[l.piece]
		p.text = l.flush(p.text)
		return
	}
	if l.in != nil {
		e := &l.in.edits[l.edit]
		e.Text = l.flush(e.Text)
		l.goesOn()
	}
}

// interrupt has the texts of a choice give out what they hold but for the one that goes on, if only one can.
func (s *Stream) interrupt(choice int, but *lane) {
	if !s.route.stream.serial {
		return
	}
	for _, l := range s.lanes {
		if l != but && l.Choice == choice {
			s.finish(l)
		}
	}
}
