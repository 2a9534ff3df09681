package redact

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Known finds values that are known already, wherever they stand exactly, whether or not a rule would
// see them there. A value that was restored in an answer comes back in the history of the next request,
// often without the name or the quotes that gave it away the first time.
type Known struct {
	mu sync.RWMutex
	// gate has a bit for a hash of the first four bytes of each value: most of a text goes no further.
	gate  [1 << 11]uint64
	byKey map[[knownMin]byte][]known
}

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
	h := gateHash(value)
	k.gate[h>>6] |= 1 << (h & 63)
}

func gateHash(text []byte) uint32 {
	return binary.LittleEndian.Uint32(text) * 2654435761 >> 15
}

// Find lists the known values of a text, in order, not overlapping.
func (k *Known) Find(text []byte) []Match {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.byKey) == 0 {
		return nil
	}
	var out []Match
	for i := 0; i+knownMin <= len(text); i++ {
		h := gateHash(text[i:])
		if k.gate[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, v := range k.byKey[[knownMin]byte(text[i:])] {
			end := i + len(v.value)
			if end > len(text) || string(text[i:end]) != string(v.value) || len(v.value) < anywhere && within(text, i, end) {
				continue
			}
			out = append(out, Match{detect.Span{Start: i, End: end}, v.meta})
			i = end - 1
			break
		}
	}
	return out
}

// within tells whether a place is a part of a longer word.
func within(text []byte, start, end int) bool {
	word := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z' }
	return start > 0 && word(text[start-1]) && word(text[start]) || end < len(text) && word(text[end]) && word(text[end-1])
}
