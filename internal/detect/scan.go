package detect

import (
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Scan is the result of scanning one version of one text. It is immutable: an edit makes a new one.
type Scan struct {
	engine   *Engine
	path     string
	header   columns
	found    []candidate
	findings []Finding
}

// Open scans a text from scratch.
func (e *Engine) Open(path string, text []byte) *Scan {
	c := e.newCheck(path, look.FileOf(path), text)
	defer c.release()
	c.header = header(path, text)
	c.run(letters.Between(0, len(text)))
	s := &Scan{engine: e, path: path, header: c.header, found: append([]candidate(nil), c.found...)}
	s.findings = settled(text, append([]candidate(nil), s.found...))
	return s
}

// Findings are those of this version, in order, never overlapping.
func (s *Scan) Findings() []Finding { return s.findings }

// Edit returns the scan of text, which came from this scan's text by replacing the bytes
// of old with newLen others. Only what the edit can have changed is looked at;
// the result is the very same as that of Open.
//
// A candidate depends on nothing farther from its trigger than its rule's reach. So what stands
// farther from the edit than that is kept, moved by the difference, and the rest is found anew.
func (s *Scan) Edit(text []byte, old letters.Span, newLen int) *Scan {
	e := s.engine
	moved := newLen - old.Len()
	names := header(s.path, text)
	if names.delim != s.header.delim || !slices.Equal(names.names, s.header.names) {
		return e.Open(s.path, text) // every row means something else now
	}
	next := &Scan{engine: e, path: s.path, header: names, found: make([]candidate, 0, len(s.found)+4)}
	for _, f := range s.found {
		if f.Rule.imported != nil && !f.viewed {
			continue
		}
		if f.anchor+f.reach < old.Start {
			next.found = append(next.found, f)
		} else if f.anchor-f.back > old.End {
			f.Start, f.End, f.anchor = f.Start+moved, f.End+moved, f.anchor+moved
			next.found = append(next.found, f)
		}
	}
	c := e.newCheck(s.path, look.FileOf(s.path), text)
	defer c.release()
	edited := letters.Between(old.Start, old.Start+newLen)
	from, to := max(0, edited.Start-e.reach), min(len(text), edited.End+e.back+e.automaton.Longest)
	e.automaton.Scan(text, letters.Between(from, to), func(t *automaton.Trigger, at letters.Span) {
		for _, n := range t.Wakes {
			r := e.woken[n]
			if r.imported != nil {
				continue
			}
			if at.Start+r.reach >= edited.Start && at.Start-r.back <= edited.End {
				c.wake(r, at)
			}
		}
	})
	unchanged := func(back, reach int) func(int) bool {
		return func(start int) bool { return start+reach < edited.Start || start-back > edited.End }
	}
	c.runs(letters.Between(from, to), unchanged(runBack, viewReach))
	c.header = names
	c.rows(letters.Between(from, to), unchanged(1, rowLimit))
	c.names(letters.Between(from, to), unchanged(find.PersonReach, find.PersonReach))
	c.hidden(letters.Between(from, to), unchanged(find.HiddenBack, find.HiddenReach))
	c.colours(letters.Between(from, to), unchanged(lineViewBack, lineViewReach))
	c.beyond(letters.Between(from, to), unchanged(lineViewBack, lineViewReach))
	c.terms(letters.Between(from, to), unchanged(termBack, termReach))
	c.prints(letters.Between(from, to), unchanged(printBack, printReach))
	c.rerunImported()
	next.found = append(next.found, c.found...)
	next.findings = settled(text, append([]candidate(nil), next.found...))
	return next
}
