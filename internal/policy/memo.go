package policy

import (
	"sync"
	"time"
)

// memoLimit bounds the answers that are remembered. Models and tools are named by others, so their number
// is not ours to trust.
const memoLimit = 4096

// memo remembers decisions: by what a query asks besides its subjects, and then by the subject. Requests differ in which
// findings they have together, and hardly ever in which there are.
type memo struct {
	mu      sync.Mutex
	answers map[string]*remembered
	size    int
	// asked has whole answers by the very question: the same request comes again and again, and costs no more than finding it.
	asked map[string]Decision
}

func (m *memo) whole(question []byte, now time.Time) (d Decision, ok bool) {
	m.mu.Lock()
	d, ok = m.asked[string(question)]
	m.mu.Unlock()
	return d, ok && now.Before(d.ValidUntil)
}

func (m *memo) keep(question []byte, d Decision, now time.Time) {
	if !now.Before(d.ValidUntil) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked == nil || len(m.asked) >= memoLimit {
		m.asked = map[string]Decision{}
	}
	m.asked[string(question)] = d
}

type remembered struct {
	// whole is the answer for a query without subjects, or for one that is answered as a whole.
	whole     Decision
	bySubject map[Subject]Decision
}

func (m *memo) get(key []byte, s *Subject, now time.Time) (d Decision, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.answers[string(key)]
	switch {
	case r == nil:
		return d, false
	case s == nil:
		d = r.whole
	default:
		d = r.bySubject[*s]
	}
	return d, now.Before(d.ValidUntil)
}

func (m *memo) put(key []byte, s *Subject, d Decision, now time.Time) {
	if !now.Before(d.ValidUntil) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil || m.size >= memoLimit {
		m.answers, m.size = map[string]*remembered{}, 0
	}
	r := m.answers[string(key)]
	if r == nil {
		r = &remembered{bySubject: map[Subject]Decision{}}
		m.answers[string(key)] = r
	}
	m.size++
	if s == nil {
		r.whole = d
	} else {
		r.bySubject[*s] = d
	}
}
