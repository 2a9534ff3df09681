package redact

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// Known are values that are known already: find finds them wherever they stand exactly, whether or not a rule would
// see them there. A value that was restored in an answer comes back in the history of the next request,
// often without the name or the quotes that gave it away the first time. A credential is known in its other forms,
// too: whoever reads a password may go on with its base64.
type Known struct {
	mu sync.RWMutex
	index
	// learnt counts what was added.
	learnt atomic.Uint64
	door   door
}

// index finds values by their first bytes. It has few pointers: a vault of many values costs the collector nothing.
type index struct {
	// first and then have a bit for a hash of bytes 0 to 3 and 2 to 5 of each value.
	first, then gate
	// heads are the first of the lengths that values have, by their first bytes: thousands of a vendor's tokens begin alike,
	// and are equally long. whole has the values by a hash of all of their bytes.
	heads   map[uint64]int32
	lengths []length
	whole   map[uint64]int32
	values  []known
	text    []byte
	metas   []Value // without Bytes, each once
}

// length is one that a value has, and the place of the next, or -1.
type length struct {
	n    uint32
	next int32
}

// known is a value: where it stands in the text, what it is, and another with the same hash, or -1.
type known struct {
	at, length uint32
	meta, next int32
}

var knownSeed = maphash.MakeSeed()

// gate is a set of hashes: what is not in it was not added.
type gate struct {
	bits  []uint64
	shift uint8
}

const (
	// gateBits is the size of a gate, which grows so that a hash by chance passes one time in sixteen at most.
	gateFactor = 2654435761
	gateBits   = 15
	gateSpace  = 16
)

func newGate(bits uint8) gate { return gate{make([]uint64, 1<<bits/64), 32 - bits} }

func (g *gate) hash(four uint32) uint32 { return four * gateFactor >> (g.shift & 31) }
func (g *gate) set(h uint32)            { g.bits[h>>6] |= 1 << (h & 63) }
func (g *gate) add(four uint32)         { g.set(g.hash(four)) }
func (g *gate) passes(four uint32) bool { h := g.hash(four); return g.bits[h>>6]&(1<<(h&63)) != 0 }
func (g *gate) room() int               { return len(g.bits) * 64 / gateSpace }
func fourAt(text []byte, at int) uint32 { return binary.LittleEndian.Uint32(text[at:]) }
func headAt(text []byte, at int) uint64 {
	return uint64(fourAt(text, at)) | uint64(fourAt(text, at+2))<<32
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
	take := func(v Value) {
		same := func(has Value) bool { return has.Rule == v.Rule && has.Class == v.Class }
		if !same(m.Value) && !slices.ContainsFunc(m.Others, same) {
			m.Others = append(m.Others[:len(m.Others):len(m.Others)], v)
		}
	}
	take(other.Value)
	for _, v := range other.Others {
		take(v)
	}
}

// Add makes a value known, and a credential in its forms.
func (k *Known) Add(v Value) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := len(k.values)
	defer func() {
		k.door.add(&k.index, before)
		k.learnt.Add(uint64(len(k.values) - before))
	}()
	k.add(v.Bytes, v)
	if v.Class == detect.Credential && len(v.Bytes) >= headLen && len(v.Bytes) <= detect.KnownLongest {
		eachForm(v.Bytes, func(form []byte) {
			if len(form) >= headLen { // a core of base64 may be shorter
				k.add(form, v)
			}
		})
	}
}

// clear forgets all.
func (k *Known) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.index, k.door = index{}, door{}
	k.learnt.Add(1)
}

func (x *index) add(value []byte, meta Value) {
	if len(value) < knownMin {
		return
	}
	if x.heads == nil {
		x.heads, x.whole = map[uint64]int32{}, map[uint64]int32{}
		x.first, x.then = newGate(gateBits), newGate(gateBits)
	}
	hash := maphash.Bytes(knownSeed, value)
	next, has := x.withHash(hash, value)
	if has {
		return
	}
	x.whole[hash] = int32(len(x.values))
	x.addLength(headAt(value, 0), uint32(len(value)))
	x.values = append(x.values, known{uint32(len(x.text)), uint32(len(value)), x.metaOf(meta), next})
	x.text = append(x.text, value...)
	if len(x.values) <= x.first.room() {
		x.first.add(fourAt(value, 0))
		x.then.add(fourAt(value, 2))
		return
	}
	bits := 32 - x.first.shift + 1
	x.first, x.then = newGate(bits), newGate(bits)
	for _, has := range x.values {
		v := x.bytes(has)
		x.first.add(fourAt(v, 0))
		x.then.add(fourAt(v, 2))
	}
}

// withHash is the place of a value; or, if it is not there, of the first that has its hash, or -1.
func (x *index) withHash(hash uint64, value []byte) (at int32, ok bool) {
	first, ok := x.whole[hash]
	if !ok {
		return -1, false
	}
	for at = first; at >= 0; at = x.values[at].next {
		if string(x.bytes(x.values[at])) == string(value) {
			return at, true
		}
	}
	return first, false
}

func (x *index) addLength(head uint64, n uint32) {
	first, ok := x.heads[head]
	if !ok {
		first = -1
	}
	for i := first; i >= 0; i = x.lengths[i].next {
		if x.lengths[i].n == n {
			return
		}
	}
	x.heads[head] = int32(len(x.lengths))
	x.lengths = append(x.lengths, length{n, first})
}

func (x *index) bytes(v known) []byte { return x.text[v.at : v.at+v.length] }

func (x *index) metaOf(v Value) int32 {
	v.Bytes = nil
	for i, has := range slices.Backward(x.metas) { // most often that of the value before
		if has.Type == v.Type && has.Rule == v.Rule && has.Class == v.Class {
			return int32(i)
		}
	}
	x.metas = append(x.metas, v)
	return int32(len(x.metas) - 1)
}

// at appends the known values that begin at a place.
func (x *index) at(dst []Match, text []byte, i int) []Match {
	if i+knownMin > len(text) || x.heads == nil || !x.first.passes(fourAt(text, i)) || !x.then.passes(fourAt(text, i+2)) {
		return dst
	}
	at, ok := x.heads[headAt(text, i)]
	if !ok {
		return dst
	}
	for ; at >= 0; at = x.lengths[at].next {
		end := i + int(x.lengths[at].n)
		if end > len(text) || end-i < anywhere && within(text, i, end) {
			continue
		}
		if n, ok := x.withHash(maphash.Bytes(knownSeed, text[i:end]), text[i:end]); ok {
			dst = append(dst, Match{Span: detect.Span{Start: i, End: end}, Value: x.metas[x.values[n].meta]})
		}
	}
	return dst
}

// find lists the known values and the secrets of a text, in order, not overlapping: one pass, four places for each
// word that is read. What is left over of one that overlaps the one before is a part of that.
func find(text []byte, k *Known, s *Secrets) (out []Match) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k.mu.RLock()
	defer k.mu.RUnlock()
	for !k.door.fits(&k.index, s) {
		k.mu.RUnlock()
		k.mu.Lock()
		k.door.rebuild(&k.index, s)
		k.mu.Unlock()
		k.mu.RLock()
	}
	x := &k.index
	if len(x.values) == 0 && len(s.prints) == 0 {
		return nil
	}
	var here []Match
	look := func(i int) {
		here = x.at(here[:0], text, i)
		if len(s.prints) > 0 && s.gate.passes(fourAt(text, i)) {
			here = s.at(here, text, i)
		}
		if len(here) == 0 {
			return
		}
		slices.SortStableFunc(here, func(a, b Match) int { return b.End - a.End })
		for _, m := range here {
			if n := len(out) - 1; n < 0 || out[n].End <= i {
				out = append(out, m)
			} else {
				out[n].also(m)
			}
		}
	}
	d := &k.door
	i := 0
	if d.large == nil {
		for small := d.small; i+8 <= len(text); i += 4 {
			word := binary.LittleEndian.Uint64(text[i:])
			for j := range 4 {
				if h := uint32(word>>(8*j)) * gateFactor >> (32 - smallDoor); small[h>>6]&(1<<(h&63)) != 0 {
					look(i + j)
				}
			}
		}
	} else {
		for large := d.large; i+8 <= len(text); i += 4 {
			word := binary.LittleEndian.Uint64(text[i:])
			for j := range 4 {
				if h := uint32(word>>(8*j)) * gateFactor >> (32 - largeDoor); large[h>>6]&(1<<(h&63)) != 0 {
					look(i + j)
				}
			}
		}
	}
	for ; i+4 <= len(text); i++ {
		look(i)
	}
	return out
}

// Elsewhere finds values of a text in all of it: what a name gave away in one place stands bare in another. The matches
// are in order and do not overlap; those places are among them where the values were found.
func Elsewhere(text []byte, values []Value) []Match {
	var k Known
	for _, v := range values {
		k.Add(v)
	}
	return find(text, &k, &Secrets{gate: newGate(printGate)})
}

// door is the gate before those of the values and of the secrets: most of a text goes no further. A small one stays
// near the processor; when a sixteenth of its bits are set it becomes a large one.
type door struct {
	// secrets is which of them are in it.
	secrets uint64
	small   *[1 << smallDoor / 64]uint64
	large   *[1 << largeDoor / 64]uint64
}

const (
	smallDoor = printGate
	largeDoor = smallDoor + 4
)

// fits tells whether all that is known passes.
func (d *door) fits(x *index, s *Secrets) bool {
	if d.secrets != s.learnt.Load() {
		return false
	}
	return d.large != nil || d.small != nil && !tooMany(x, s)
}

func tooMany(x *index, s *Secrets) bool { return len(x.values)+s.count > 1<<smallDoor/gateSpace }

func (d *door) rebuild(x *index, s *Secrets) {
	*d = door{secrets: s.learnt.Load()}
	if !tooMany(x, s) {
		d.small = new([1 << smallDoor / 64]uint64)
		copy(d.small[:], s.gate.bits)
	} else {
		d.large = new([1 << largeDoor / 64]uint64)
		for h := range uint32(1 << smallDoor) {
			if s.gate.bits[h>>6]&(1<<(h&63)) != 0 { // all sixteen that begin alike, a quarter of a word
				d.large[h>>2] |= 0xffff << (16 * (h & 3))
			}
		}
	}
	d.add(x, 0)
}

// add lets in the values from one on.
func (d *door) add(x *index, from int) {
	for _, v := range x.values[from:] {
		product := fourAt(x.text, int(v.at)) * gateFactor
		if d.small != nil {
			h := product >> (32 - smallDoor)
			d.small[h>>6] |= 1 << (h & 63)
		} else if d.large != nil {
			h := product >> (32 - largeDoor)
			d.large[h>>6] |= 1 << (h & 63)
		}
	}
}

// within tells whether a place is a part of a longer word.
func within(text []byte, start, end int) bool {
	word := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z' }
	return start > 0 && word(text[start-1]) && word(text[start]) || end < len(text) && word(text[end]) && word(text[end-1])
}
