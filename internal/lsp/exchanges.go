package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// The proxy tells which values an exchange kept back, by their fingerprints. A finding of an open file that is
// one of them says so when it is hovered over, and the file's status counts them; an assistant asks often, and anything
// that came by itself would be noise.

// passage is what happened to a value on its way to a provider.
type passage struct {
	provider, verdict string
	at                time.Time
}

// passages are the latest of each value and provider, by the value's fingerprint.
type passages struct {
	mu    sync.Mutex
	of    map[string][]passage
	order []string // of the fingerprints, the longest known first
}

// mostPassages bounds how many values are remembered.
const mostPassages = 4096

func (p *passages) add(e control.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[string][]passage{}
	}
	for _, f := range e.Fingerprints {
		had, known := p.of[f]
		if !known {
			p.order = append(p.order, f)
		}
		others := slices.DeleteFunc(had, func(old passage) bool { return old.provider == e.Provider })
		p.of[f] = append(others, passage{e.Provider, e.Verdict, e.Time})
	}
	if n := len(p.order) - mostPassages; n > 0 {
		for _, f := range p.order[:n] {
			delete(p.of, f)
		}
		p.order = slices.Delete(p.order, 0, n)
	}
}

// say is what happened to a value, the latest last; nothing if nothing did.
func (p *passages) say(fingerprint string, now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out strings.Builder
	for _, was := range p.of[fingerprint] {
		at := was.at.Local()
		form := "15:04"
		if at.Format(time.DateOnly) != now.Local().Format(time.DateOnly) {
			form = "15:04 on " + time.DateOnly
		}
		switch was.verdict {
		case policy.Scrub.String():
			fmt.Fprintf(&out, "\nSent to %s as a placeholder at %s.\n", was.provider, at.Format(form))
		case policy.Forbid.String():
			fmt.Fprintf(&out, "\nNot sent to %s at %s: policy forbade the request that held it.\n", was.provider, at.Format(form))
		}
	}
	return out.String()
}

// exchanged takes note of an exchange, and counts in each open file the values that it was about.
func (s *Server) exchanged(ctx context.Context, e control.Event) {
	here := map[string]int{}
	if s.cfg.Fingerprint != nil && len(e.Fingerprints) > 0 {
		s.passages.add(e)
		for _, b := range s.buffers.All() {
			if n := s.among(s.judge(ctx, b), e.Fingerprints); n > 0 {
				here[b.URI] = n
			}
		}
	}
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	s.status.exchange = &Exchange{Text: e.Text, Provider: e.Provider, Verdict: e.Verdict, Classes: e.Classes}
	s.status.here = here
}

// among counts the values of a file that fingerprints stand for.
func (s *Server) among(r *report, fingerprints []string) int {
	found := map[string]bool{}
	for _, j := range r.findings {
		if f := s.cfg.Fingerprint(r.buffer.Value(j.Span)); slices.Contains(fingerprints, f) {
			found[f] = true
		}
	}
	return len(found)
}

// passed is what exchanges did with a value.
func (s *Server) passed(value []byte) string {
	if s.cfg.Fingerprint == nil {
		return ""
	}
	return s.passages.say(s.cfg.Fingerprint(value), time.Now())
}

// of is the exchange as a file is told of it.
func (x *Exchange) of(here int) *Exchange {
	if x == nil || here == 0 {
		return x
	}
	stand := "stand"
	if here == 1 {
		stand = "stands"
	}
	told := *x
	told.Text += fmt.Sprintf("; %d of its values %s in this file", here, stand)
	return &told
}
