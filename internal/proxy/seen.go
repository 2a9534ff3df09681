package proxy

import (
	"hash/maphash"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// seen remembers what stands in a text, so that a conversation's history, which comes again with every turn, is not
// scanned again. A text is known by a hash under a key of this process, never by itself; what it holds of findings is
// their places. It forgets the older half of what it has when it is full, and all of it when the rules change. What the
// vault knows is looked for again only when it has learnt something since.
type seen struct {
	mu           sync.Mutex
	engine       *detect.Engine
	young, old   map[seenKey]remembered
	hits, misses uint64
}

// remembered is what a text holds, nil for most, and the vault's generation when it was looked for.
type remembered struct {
	*contents
	generation uint64
}

// contents of a text are what the rules find in it and what the vault knows of it.
type contents struct {
	findings []detect.Finding
	known    []redact.Match
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

// find is what the engine finds in a text under a name, or in one without, and what the vault knows in it.
func (s *seen) find(engine *detect.Engine, vault *redact.Vault, name, text []byte) ([]detect.Finding, []redact.Match) {
	k := keyOf(name, text)
	generation := vault.Generation() // before it is asked: what it learns meanwhile is looked for the next time
	r, ok := s.get(engine, k)
	if ok && r.generation == generation {
		return r.all()
	}
	findings, _ := r.all()
	if !ok {
		if len(name) > 0 {
			findings = engine.FindNamed(name, text)
		} else {
			findings = engine.Find("", text)
		}
	}
	r = remembered{generation: generation}
	if known := vault.Known(text); len(findings)+len(known) > 0 {
		r.contents = &contents{findings, known}
	}
	s.put(engine, k, r)
	return r.all()
}

func (r remembered) all() ([]detect.Finding, []redact.Match) {
	if r.contents == nil {
		return nil, nil
	}
	return r.findings, r.known
}

func (s *seen) get(engine *detect.Engine, k seenKey) (remembered, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine != engine {
		s.engine, s.young, s.old = engine, map[seenKey]remembered{}, nil
	}
	r, ok := s.young[k]
	if !ok {
		if r, ok = s.old[k]; ok {
			s.keep(k, r)
		}
	}
	if ok {
		s.hits++
	} else {
		s.misses++
	}
	return r, ok
}

// counts are how often a text was remembered, and how often not.
func (s *seen) counts() (hits, misses uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits, s.misses
}

func (s *seen) put(engine *detect.Engine, k seenKey, r remembered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.engine == engine {
		s.keep(k, r)
	}
}

func (s *seen) keep(k seenKey, r remembered) {
	if len(s.young) >= mostSeen {
		s.old, s.young = s.young, make(map[seenKey]remembered, mostSeen/4)
	}
	s.young[k] = r
}
