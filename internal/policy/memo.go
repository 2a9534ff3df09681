package policy

import (
	"sync"
	"time"
)

// memoLimit bounds the answers that are remembered. Models and tools are named by others, so their number
// is not ours to trust.
const memoLimit = 4096

// memo remembers decisions by their canonical query.
type memo struct {
	mu      sync.Mutex
	answers map[string]Decision
}

func (m *memo) get(key []byte, now time.Time) (Decision, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.answers[string(key)]
	return d, ok && now.Before(d.ValidUntil)
}

func (m *memo) put(key []byte, d Decision, now time.Time) {
	if !now.Before(d.ValidUntil) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil || len(m.answers) >= memoLimit {
		m.answers = map[string]Decision{}
	}
	m.answers[string(key)] = d
}
