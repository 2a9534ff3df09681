package redact

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Known are values that are known already: find finds them wherever they stand exactly, whether or not a rule would
// see them there. A value that was restored in an answer comes back in the history of the next request,
// often without the name or the quotes that gave it away the first time.
type Known struct {
	mu    sync.RWMutex
	gate  gate
	byKey map[[knownMin]byte][]known
	// learnt counts what was added.
	learnt atomic.Uint64
}

// gate has a bit for a hash of the first four bytes of each value: most of a text goes no further.
type gate [1 << gateBits / 64]uint64

const gateBits = 17

func gateHash(text []byte) uint32 { return hash4(binary.LittleEndian.Uint32(text)) }

func hash4(first uint32) uint32 { return first * 2654435761 >> (32 - gateBits) }

func (g *gate) add(h uint32) { g[h>>6] |= 1 << (h & 63) }

type known struct {
	value []byte
	meta  Value // without Bytes
}

const (
	// knownMin is the shortest value that is looked for. Shorter ones stand in ordinary text by chance.
	knownMin = 6
	// anywhere is the length from which a value counts within a longer word too.
	anywhere = 12
)

// Match is a known value in a text.
type Match struct {
	detect.Span
	Value // without Bytes
	// Others are values by other rules that the span holds, too: policy may judge them otherwise.
	Others []Value
}

// also takes in another match that the span holds a part of, at least.
func (m *Match) also(other Match) {
	m.End = max(m.End, other.End)
	same := func(v Value) bool { return v.Rule == other.Rule && v.Class == other.Class }
	if !same(m.Value) && !slices.ContainsFunc(m.Others, same) {
		m.Others = append(m.Others, other.Value)
	}
}

// Add makes a value known.
func (k *Known) Add(v Value) {
	if len(v.Bytes) < knownMin {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byKey == nil {
		k.byKey = map[[knownMin]byte][]known{}
	}
	key := [knownMin]byte(v.Bytes)
	for _, have := range k.byKey[key] {
		if slices.Equal(have.value, v.Bytes) {
			return
		}
	}
	value := slices.Clone(v.Bytes)
	v.Bytes = nil
	list := append(k.byKey[key], known{value, v})
	// The longest first: a key's own prefix must not leave the rest of it in the text.
	slices.SortFunc(list, func(a, b known) int { return len(b.value) - len(a.value) })
	k.byKey[key] = list
	k.gate.add(gateHash(value))
	k.learnt.Add(1)
}

// at appends the known values that begin at a place.
func (k *Known) at(dst []Match, text []byte, i int) []Match {
	if i+knownMin > len(text) {
		return dst
	}
	for _, v := range k.byKey[[knownMin]byte(text[i:])] {
		end := i + len(v.value)
		if end <= len(text) && string(text[i:end]) == string(v.value) && (len(v.value) >= anywhere || !within(text, i, end)) {
			dst = append(dst, Match{Span: detect.Span{Start: i, End: end}, Value: v.meta})
		}
	}
	return dst
}

// find lists the known values and the secrets of a text, in order, not overlapping: one pass, four places for each
// word that is read. What is left over of one that overlaps the one before is a part of that.
func find(text []byte, k *Known, s *Secrets) (out []Match) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(k.byKey) == 0 && len(s.prints) == 0 {
		return nil
	}
	var here []Match
	look := func(i int) {
		here = s.at(k.at(here[:0], text, i), text, i)
		slices.SortStableFunc(here, func(a, b Match) int { return b.End - a.End })
		for _, m := range here {
			if n := len(out) - 1; n < 0 || out[n].End <= i {
				out = append(out, m)
			} else {
				out[n].also(m)
			}
		}
	}
	one, other := &k.gate, &s.gate
	passes := func(h uint32) bool { return (one[h>>6]|other[h>>6])&(1<<(h&63)) != 0 }
	i := 0
	for ; i+8 <= len(text); i += 4 {
		word := binary.LittleEndian.Uint64(text[i:])
		for j := range 4 {
			if passes(hash4(uint32(word >> (8 * j)))) {
				look(i + j)
			}
		}
	}
	for ; i+4 <= len(text); i++ {
		if passes(gateHash(text[i:])) {
			look(i)
		}
	}
	return out
}

// within tells whether a place is a part of a longer word.
func within(text []byte, start, end int) bool {
	word := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z' }
	return start > 0 && word(text[start-1]) && word(text[start]) || end < len(text) && word(text[end]) && word(text[end-1])
}
