package opa

import (
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
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
	asked map[string]policy.Decision
}

// remembered is what is known of a query: the answer without subjects, or to one that is answered as a whole, and the rulings
// on subjects.
type remembered struct {
	whole   policy.Decision
	rulings map[policy.Subject]lasting
}

type lasting struct {
	policy.Ruling
	until time.Time
}

// answer is that to the very question.
func (m *memo) answer(question []byte, now time.Time) (d policy.Decision, ok bool) {
	m.mu.Lock()
	d, ok = m.asked[string(question)]
	m.mu.Unlock()
	return d, ok && now.Before(d.ValidUntil)
}

func (m *memo) keepAsked(question []byte, d policy.Decision, now time.Time) {
	if !now.Before(d.ValidUntil) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked == nil || len(m.asked) >= memoLimit {
		m.asked = map[string]policy.Decision{}
	}
	m.asked[string(question)] = d
}

func (m *memo) get(key []byte, now time.Time) (d policy.Decision, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.answers[string(key)]; r != nil {
		d = r.whole
	}
	return d, now.Before(d.ValidUntil)
}

func (m *memo) ruling(key []byte, s policy.Subject, now time.Time) (r policy.Ruling, until time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.answers[string(key)]
	if known == nil {
		return r, until, false
	}
	said := known.rulings[s]
	return said.Ruling, said.until, now.Before(said.until)
}

func (m *memo) keep(key []byte, d policy.Decision, now time.Time) {
	if now.Before(d.ValidUntil) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.of(key).whole = d
	}
}

func (m *memo) put(key []byte, s policy.Subject, r policy.Ruling, until, now time.Time) {
	if now.Before(until) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.of(key).rulings[s] = lasting{r, until}
	}
}

// of is where the answers to a query are, with room for one more. The lock is held.
func (m *memo) of(key []byte) *remembered {
	if m.answers == nil || m.size >= memoLimit {
		m.answers, m.size = map[string]*remembered{}, 0
	}
	r := m.answers[string(key)]
	if r == nil {
		r = &remembered{rulings: map[policy.Subject]lasting{}}
		m.answers[string(key)] = r
	}
	m.size++
	return r
}
