// Package automaton passes once over a text and says wherever one of many triggers ends: a literal, or one of a few
// patterns of digits. It knows nothing of rules: a trigger wakes numbers that its builder was given.
package automaton

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// The automaton is a dense Aho-Corasick DFA over classes of bytes, letters folded. It finds every
// trigger in one look-up a byte. A single DFA waits for its own previous look-up; so a block is cut
// in four and the four runs are interleaved, which fills the processor's pipeline (measured: 2.6
// times). A row of the table is two lines of the processor's cache, since that is what bounds the speed.
// The table is an array of a fixed size, of which only the used part is ever touched: no state and no class
// is beyond it, which spares the bounds check.
type DFA struct {
	classes [256]uint8
	table   *[tableSize]uint16
	// plain is how many states there are at which no trigger ends: 0, where a text begins, and on from it.
	plain int
	// kept is what the table is filled from when much is read; nil if it is full.
	kept *kept
	// ends holds the triggers that end at the others, which are accept and on from it: those of accept+n are
	// ends[first[n]:first[n+1]].
	ends    []*Trigger
	first   []uint32
	Longest int
}

const (
	// rowSize is how many classes of bytes there are at most, and 1<<rowShift.
	rowSize   = 64
	rowShift  = 6
	accept    = 1 << 15
	tableSize = 2*accept*rowSize + 256
	// block is what is run over before its hits are checked: it stays in the second-level cache.
	block = 256 << 10
	// streamFrom is the length from which four streams pay.
	streamFrom = 512
)

// first is the table of the first automaton. It is no part of the heap: nobody has to clean it, and the collector does not
// take it for memory in use, of which only a quarter is ever touched.
var first struct {
	taken atomic.Bool
	table [tableSize]uint16
}

func newTable() *[tableSize]uint16 {
	if first.taken.CompareAndSwap(false, true) {
		return &first.table
	}
	return new([tableSize]uint16)
}

// Trigger is what wakes checks: a literal, or one of the digit patterns.
type Trigger struct {
	length int
	// exactRun marks four digits in a row: it counts only at the beginning of its run of digits.
	exactRun bool
	// Wakes are the numbers that whoever built the automaton has given what the trigger wakes.
	Wakes []int32
}

// Without is the same automaton whose triggers wake nothing that is dropped. They are few, and
// building anew would take as long as all of a start.
func (a *DFA) Without(dropped func(int32) bool) *DFA {
	less := *a
	less.ends = make([]*Trigger, len(a.ends))
	kept := map[*Trigger]*Trigger{}
	for i, t := range a.ends {
		if kept[t] == nil {
			fewer := *t
			fewer.Wakes = slices.DeleteFunc(slices.Clone(t.Wakes), dropped)
			kept[t] = &fewer
		}
		less.ends[i] = kept[t]
	}
	return &less
}

// at lists the triggers that end at a state, which is one at which some do.
func (a *DFA) at(state uint16) []*Trigger {
	n := state - accept
	return a.ends[a.first[n]:a.first[n+1]]
}

// hit is a place where at least one trigger ends: the state there, and the offset after its last byte.
type hit struct {
	state uint16
	end   int
}

// streams holds the hits of one block, a slice for each stream so that their order is that of the text.
type streams [4][]hit

var streamPool = sync.Pool{New: func() any { return new(streams) }}

// Scan calls found for every trigger that ends in text[span.Start:span.End], in the order of the text.
// A trigger may begin before the span.
func (a *DFA) Scan(text []byte, span letters.Span, found func(t *Trigger, at letters.Span)) {
	if a.walks(span.Len()) {
		a.walk(text, span, found)
		return
	}
	a.fill()
	s := streamPool.Get().(*streams)
	defer streamPool.Put(s)
	for from := span.Start; from < span.End; from += block {
		to := min(from+block, span.End)
		if to-from < streamFrom {
			s[0] = a.one(text, from, to, s[0][:0])
			s[1], s[2], s[3] = s[1][:0], s[2][:0], s[3][:0]
		} else {
			a.four(text, from, to, s)
		}
		for _, hits := range s {
			for _, h := range hits {
				a.emit(text, h, found)
			}
		}
	}
}

// emit hands on the triggers that end at a hit.
func (a *DFA) emit(text []byte, h hit, found func(t *Trigger, at letters.Span)) {
	for _, t := range a.at(h.state) {
		start := h.end - t.length
		if t.exactRun && start > 0 && letters.IsDigit(text[start-1]) {
			continue
		}
		found(t, letters.Between(start, h.end))
	}
}

func (a *DFA) step(s uint16, c byte) uint16 {
	return a.table[uint32(s)<<rowShift+uint32(a.classes[c])]
}

// warm is the state at from: triggers that began before it must still be found.
func (a *DFA) warm(text []byte, from int) uint16 {
	var s uint16
	for _, c := range text[max(0, from-a.Longest):from] {
		s = a.step(s, c)
	}
	return s
}

// warmFour is warm for four quarters of that length, three of them at once.
func (a *DFA) warmFour(text []byte, from, q int) (states [4]uint16) {
	states[0] = a.warm(text, from)
	n := min(a.Longest, from+q)
	p1 := text[from+q-n:][:n]
	p2, p3 := text[from+2*q-n:][:len(p1)], text[from+3*q-n:][:len(p1)]
	for i, c := range p1 {
		states[1], states[2], states[3] = a.step(states[1], c), a.step(states[2], p2[i]), a.step(states[3], p3[i])
	}
	return states
}

func (a *DFA) one(text []byte, from, to int, hits []hit) []hit {
	s := a.warm(text, from)
	for i, c := range text[from:to] {
		s = a.step(s, c)
		if s >= accept {
			hits = append(hits, hit{s, from + i + 1})
		}
	}
	return hits
}

// four runs over four quarters at once.
func (a *DFA) four(text []byte, from, to int, s *streams) {
	q := (to - from) / 4
	parts := [4][]byte{text[from:][:q], text[from+q:][:q], text[from+2*q:][:q], text[from+3*q:][:q]}
	states := a.warmFour(text, from, q)
	for k := range s {
		s[k] = s[k][:0]
	}
	var at [64]int
	var ended [64][4]uint16
	for i := 0; i < q; {
		var n int
		i, n = a.run(&parts, i, &states, &at, &ended)
		for k := range s {
			// Which of the four it was is chance: each is written, and counts if it is one.
			have := len(s[k])
			hits := slices.Grow(s[k], n)[:have+n]
			for j := range n {
				state := ended[j][k]
				hits[have] = hit{state, from + k*q + at[j] + 1}
				have += int(state / accept)
			}
			s[k] = hits[:have]
		}
	}
	// The block's last one to three bytes belong to no quarter.
	rest := from + 4*q
	st := states[3]
	for i, c := range text[rest:to] {
		if st = a.step(st, c); st >= accept {
			s[3] = append(s[3], hit{st, rest + i + 1})
		}
	}
}

// run is the inner loop of four: so small that all it needs stays in registers. It returns when it has read all
// or has no room for more hits: where it is, and how many there are.
func (a *DFA) run(parts *[4][]byte, i int, states *[4]uint16, at *[64]int, ended *[64][4]uint16) (next, hits int) {
	table, classes := a.table, &a.classes
	p0 := parts[0]
	p1, p2, p3 := parts[1][:len(p0)], parts[2][:len(p0)], parts[3][:len(p0)]
	s0, s1, s2, s3 := states[0], states[1], states[2], states[3]
	n := 0
	for ; uint(i) < uint(len(p0)); i++ {
		s0 = table[uint32(s0)<<rowShift+uint32(classes[p0[i]])]
		s1 = table[uint32(s1)<<rowShift+uint32(classes[p1[i]])]
		s2 = table[uint32(s2)<<rowShift+uint32(classes[p2[i]])]
		s3 = table[uint32(s3)<<rowShift+uint32(classes[p3[i]])]
		if s0|s1|s2|s3 >= accept {
			at[n], ended[n] = i, [4]uint16{s0, s1, s2, s3}
			if n++; n == len(at) {
				i++
				break
			}
		}
	}
	*states = [4]uint16{s0, s1, s2, s3}
	return i, n
}
