package proxy

import (
	"hash/maphash"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// seen remembers what the rules found in a text, so that a conversation's history, which comes again with every
// turn, is not scanned again. A text is known by a hash under a key of this process, never by itself; what it holds
// of findings is their places. It forgets the older half of what it has when it is full, and all of it when the rules
// change. Values that the vault knows are not remembered here: there are more of them with every turn.
type seen struct {
	mu           sync.Mutex
	engine       *detect.Engine
	young, old   map[seenKey][]detect.Finding
	hits, misses uint64
}

// seenKey is 128 bits, so that two texts never share one.
type seenKey [2]uint64

// mostSeen is how many texts one half holds: some hundred turns of some hundred strings.
const mostSeen = 1 << 15

var seenSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func keyOf(name, text []byte) (k seenKey) {
	for i, seed := range seenSeeds {
		var h maphash.Hash
		h.SetSeed(seed)
		maphash.WriteComparable(&h, len(name))
		_, _ = h.Write(name) // it never fails
		_, _ = h.Write(text)
		k[i] = h.Sum64()
	}
	return k
}

// find is what the engine finds in a text under a name, or in one without.
func (s *seen) find(engine *detect.Engine, name, text []byte) []detect.Finding {
	k := keyOf(name, text)
	if findings, ok := s.get(engine, k); ok {
		return findings
	}
	var findings []detect.Finding
	if len(name) > 0 {
		findings = engine.FindNamed(name, text)
	} else {
		findings = engine.Find("", text)
	}
	s.put(engine, k, findings)
	return findings
}

func (s *seen) get(engine *detect.Engine, k seenKey) ([]detect.Finding, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine != engine {
		s.engine, s.young, s.old = engine, map[seenKey][]detect.Finding{}, nil
	}
	findings, ok := s.young[k]
	if !ok {
		if findings, ok = s.old[k]; ok {
			s.keep(k, findings)
		}
	}
	if ok {
		s.hits++
	} else {
		s.misses++
	}
	return findings, ok
}

// counts are how often a text was remembered, and how often not.
func (s *seen) counts() (hits, misses uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits, s.misses
}

func (s *seen) put(engine *detect.Engine, k seenKey, findings []detect.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine == engine {
		s.keep(k, findings)
	}
}

func (s *seen) keep(k seenKey, findings []detect.Finding) {
	if len(s.young) >= mostSeen {
		s.old, s.young = s.young, make(map[seenKey][]detect.Finding, mostSeen/4)
	}
	s.young[k] = findings
}
