package proxy

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
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

// contents of a text are what the rules find in it and what the vault knows of it, and where the ends of all that stand
// in the bytes that say the text.
type contents struct {
	findings []detect.Finding
	known    []redact.Match
	marks    []wire.Mark
}

func (c *contents) mark(req *wire.Request, sp wire.Span) {
	var places []int
	for _, f := range c.findings {
		places = append(places, f.Start, f.End)
	}
	for _, k := range c.known {
		places = append(places, k.Start, k.End)
	}
	slices.Sort(places)
	c.marks = req.Mark(sp, slices.Compact(places))
}

func (c *contents) markAt(place int) (wire.Mark, bool) {
	if c == nil {
		return wire.Mark{}, false
	}
	i, ok := slices.BinarySearchFunc(c.marks, place, func(m wire.Mark, place int) int { return m.Text - place })
	if !ok {
		return wire.Mark{}, false
	}
	return c.marks[i], true
}

// seenKey is 128 bits, so that two texts never share one.
type seenKey [2]uint64

// mostSeen is how many texts one half holds: some hundred turns of some hundred strings.
const mostSeen = 1 << 15

var seenSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// key is that of a span, by what spells its text and its name.
func (r *reading) key(sp wire.Span) seenKey {
	raw, as := r.req.Raw(sp)
	if sp.Key < 0 {
		return keyOf(nil, 0, raw, as)
	}
	name, nameAs := r.req.Raw(r.req.Spans[sp.Key])
	return keyOf(name, nameAs, raw, as)
}

func keyOf(name []byte, nameAs byte, raw []byte, as byte) (k seenKey) {
	for i, seed := range seenSeeds {
		var h maphash.Hash
		h.SetSeed(seed)
		maphash.WriteComparable(&h, [3]int{len(name), int(nameAs), int(as)})
		_, _ = h.Write(name) // it never fails
		_, _ = h.Write(raw)
		k[i] = h.Sum64()
	}
	return k
}

// scan takes down what is remembered of a text, or what the engine finds in it under its name, or without one. It tells
// whether the engine was asked and found something.
func (s *seen) scan(engine *detect.Engine, t *told, name, text func() []byte) bool {
	if t.has, t.scanned = s.get(engine, t.key); t.scanned {
		return false
	}
	var under []byte
	if name != nil {
		under = name()
	}
	var findings []detect.Finding
	if len(under) > 0 {
		findings = engine.FindNamed(under, text())
	} else {
		findings = engine.Find("", text())
	}
	if len(findings) > 0 {
		t.has.contents = &contents{findings: findings}
	}
	return len(findings) > 0
}

// look adds what the vault knows in a text, unless it has learnt nothing since that was looked for, and remembers all.
// mark, if there is one, looks up the places of what stands in it.
func (s *seen) look(engine *detect.Engine, vault *redact.Vault, t *told, text func() []byte, mark func(*contents)) {
	generation := vault.Generation() // before it is asked: what it learns meanwhile is looked for the next time
	if t.scanned && t.has.generation == generation {
		return
	}
	findings, _ := t.has.all()
	t.has, t.scanned = remembered{generation: generation}, true
	if known := vault.Known(text()); len(findings)+len(known) > 0 {
		t.has.contents = &contents{findings: findings, known: known}
		if mark != nil {
			mark(t.has.contents)
		}
	}
	s.put(engine, t.key, t.has)
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
