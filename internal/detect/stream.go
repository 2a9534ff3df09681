package detect

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Part is what is at hand of a text that is read in parts. Text and Findings are good until the
// callback returns.
type Part struct {
	Text []byte
	// Offset is where Text stands in the whole.
	Offset int
	// Findings have their spans in Text, and around each stands what Ignored looks at.
	Findings []Finding
	// Done is how much of Text is settled: no finding of a later part begins before it.
	Done int
}

const (
	// surroundings is what stays of the text before Done, and what must be known behind a finding.
	// Allow-lists and Ignored look at the lines around a finding, farther than a rule's reach.
	surroundings = 4 * lineLimit
	// maxChain bounds how much text is kept for the sake of candidates that overlap in a chain. Only a
	// text made for it has a longer one, and it is then cut there.
	maxChain = 64 << 10
	// wholeLimit is the largest text that is held for rules that ask for all of it.
	wholeLimit = 64 << 20
)

// FindReader finds in a text that is read in parts what Find would find in the whole, and calls found for
// each part in order. The first n bytes of buf are the text's beginning already; what is read goes into
// buf, or into a larger one if it is too small. It answers with the length of the text. Where reading
// fails, what was read until then is the text, and the error is told.
//
// A candidate belongs to the part in which its trigger stands. A part's triggers end a reach before what
// was read ends, and a reach of text stays before the next part's, so that every check sees what it
// may look at. Overlaps are settled when no later trigger can add to them. Some imported rules look at the
// whole text; with such a rule it is read as a whole.
func (e *Engine) FindReader(path string, r io.Reader, buf []byte, n int, found func(Part)) (int, error) {
	c := e.newCheck(path, look.FileOf(path), nil)
	defer c.release()
	s := stream{check: c, margin: e.reach + e.automaton.Longest + surroundings, buf: buf[:cap(buf)], n: n}
	held := e.importing.held
	for {
		err := s.fill(r)
		last := err != nil
		switch {
		case held != nil && s.n > wholeLimit:
			return s.n, fmt.Errorf("it is larger than 64 MiB, and rule %q %s", held.ID, e.importing.why)
		case last || held == nil && s.n >= s.from+2*s.margin:
			s.find(last, found)
		default:
			s.grow()
		}
		if err == io.EOF {
			err = nil
		}
		if last {
			return s.offset + s.n, err
		}
	}
}

// stream is a text that is read in parts. All places are those in buf.
type stream struct {
	*check
	margin int
	buf    []byte
	n      int // how much of buf is text
	offset int // where buf stands in the whole
	from   int // triggers before it have been asked
	cut    int // where a chain was cut: what begins before it overlaps a finding that was told
	out    []Finding
}

func (s *stream) grow() {
	larger := make([]byte, max(2*len(s.buf), 4*s.margin))
	copy(larger, s.buf[:s.n])
	s.buf = larger
}

func (s *stream) fill(r io.Reader) error {
	for s.n < len(s.buf) {
		n, err := r.Read(s.buf[s.n:])
		s.n += n
		if err != nil {
			return err
		}
	}
	return nil
}

// find asks the triggers of what is at hand, and forgets what no later part needs.
func (s *stream) find(last bool, found func(Part)) {
	s.Bytes, s.tried = s.buf[:s.n], s.tried[:0]
	to := s.n
	if !last {
		to -= s.margin
	}
	if s.offset == 0 && s.from == 0 {
		s.header = header(s.path, s.Bytes)
	}
	a := s.engine.automaton
	a.Scan(s.Bytes, letters.Between(s.from, min(s.n, to+a.Longest)), func(t *automaton.Trigger, at letters.Span) {
		if at.Start < s.from || at.Start >= to {
			return
		}
		for _, n := range t.Wakes {
			s.wake(s.engine.woken[n], at)
		}
	})
	s.runs(letters.Between(s.from, to), nil)
	s.rows(letters.Between(s.from, to), nil)
	s.names(letters.Between(s.from, to), nil)
	s.hidden(letters.Between(s.from, to), nil)
	s.colours(letters.Between(s.from, to), nil)
	s.beyond(letters.Between(s.from, to), nil)
	s.terms(letters.Between(s.from, to), nil)
	s.prints(letters.Between(s.from, to), nil)
	pending := s.n
	if last {
		s.runImported()
	} else {
		pending = s.runComplete(to)
	}
	s.found = slices.DeleteFunc(s.found, func(f candidate) bool { return f.Start < s.cut })
	ready, done := len(s.found), s.n
	if !last {
		ready, done = s.complete(min(to-s.margin, pending))
	}
	s.out = settled(s.Bytes, s.found[:ready])
	found(Part{s.Bytes, s.offset, s.out, done})
	if last {
		return
	}
	if len(s.out) > 0 {
		s.cut = max(s.cut, s.out[len(s.out)-1].End)
	}
	drop := max(0, done-surroundings)
	s.n = copy(s.buf, s.buf[drop:s.n])
	s.offset, s.from, s.cut = s.offset+drop, to-drop, s.cut-drop
	s.found = append(s.found[:0], s.found[ready:]...)
	for i := range s.found {
		f := &s.found[i]
		f.Start, f.End, f.anchor = f.Start-drop, f.End-drop, f.anchor-drop
	}
	for i := range s.hits {
		s.hits[i].Span = s.hits[i].Moved(-drop)
	}
	s.feeds = s.feeds[:0]
	if s.n > len(s.buf)/2 {
		s.grow()
	}
}

// complete sorts the candidates, and tells how many of them no later one can overlap or be the other half
// of, because all those begin at limit or behind it; and the place before which nothing is left to tell.
func (s *stream) complete(limit int) (ready, done int) {
	slices.SortFunc(s.found, func(a, b candidate) int { return cmp.Compare(a.Start, b.Start) })
	cluster, end := 0, 0
	for i, f := range s.found {
		if f.Start >= end {
			cluster = i
		}
		end = max(end, f.End)
		if s.engine.paired[f.Rule.ID] {
			end = max(end, f.End+pairSpan)
		}
		if f.print != 0 {
			end = max(end, f.End+regionGap)
		}
		if end <= limit {
			continue
		}
		if limit-s.found[cluster].Start > maxChain {
			cluster = i
		}
		return cluster, min(limit, s.found[cluster].Start)
	}
	return len(s.found), limit
}
