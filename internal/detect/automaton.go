package detect

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// The automaton is a dense Aho-Corasick DFA over classes of bytes, letters folded. It finds every
// trigger in one look-up a byte. A single DFA waits for its own previous look-up; so a block is cut
// in four and the four runs are interleaved, which fills the processor's pipeline (measured: 2.6
// times). The table is an array of a fixed size, of which only the used part is ever touched, so that
// masking an index both strips the accept flag and spares the bounds check.
type automaton struct {
	classes [256]uint8
	table   *[tableSize]uint32
	// outputs holds, for each state, the triggers that end there; shift makes its index of a state.
	outputs [][]*trigger
	shift   uint
	longest int
}

const (
	tableSize = 1 << 22
	tableMask = tableSize - 1
	accept    = 1 << 31
	// block is what is run over before its hits are checked: it stays in the second-level cache.
	block = 256 << 10
	// streamFrom is the length from which four streams pay.
	streamFrom = 2 << 10
)

// trigger is what wakes rules: a literal, or one of the digit patterns.
type trigger struct {
	length int
	// exactRun marks four digits in a row: it counts only at the beginning of its run of digits.
	exactRun bool
	rules    []*Rule
}

type builder struct {
	literals map[string]*trigger
	special  map[string]*trigger
}

func newBuilder() *builder {
	return &builder{literals: map[string]*trigger{}, special: map[string]*trigger{}}
}

func (b *builder) add(text string, r *Rule) {
	m, n := b.literals, len(text)
	if text[0] == 0 {
		m, n = b.special, len(text)-1
	} else {
		text = strings.ToLower(text)
	}
	t := m[text]
	if t == nil {
		t = &trigger{length: n, exactRun: text == fourDigits}
		m[text] = t
	}
	t.rules = append(t.rules, r)
}

// trie holds the literals over classes of bytes; after link its next is the whole transition function.
type trie struct {
	classes int
	next    []int32 // node*classes + class
	fail    []int32
	out     [][]*trigger
}

func (t *trie) grow() int32 {
	t.next = append(t.next, make([]int32, t.classes)...)
	t.fail = append(t.fail, 0)
	t.out = append(t.out, nil)
	return int32(len(t.fail) - 1)
}

// link sets the failure links breadth first, hands each node what its suffixes find, and fills the
// transitions that the literals leave open with those of the failure link.
func (t *trie) link() {
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for c := range int32(t.classes) {
			to := &t.next[at*int32(t.classes)+c]
			after := int32(0)
			if at != 0 {
				after = t.next[t.fail[at]*int32(t.classes)+c]
			}
			if *to == 0 {
				*to = after
				continue
			}
			t.fail[*to] = after
			t.out[*to] = append(t.out[*to], t.out[after]...)
			queue = append(queue, *to)
		}
	}
}

// build makes the DFA: the trie of the literals, and then its product with the digit patterns' little
// automaton, of which few states can be reached (a state after a letter knows that no digit went before).
func (b *builder) build() (*automaton, error) {
	a := &automaton{longest: leadReach}
	members := a.classify(b.literals)
	t := &trie{classes: len(members)}
	t.grow()
	for lit, tr := range b.literals {
		at := int32(0)
		for i := range len(lit) {
			to := &t.next[int(at)*t.classes+int(a.classes[lit[i]])]
			if *to == 0 {
				n := t.grow()
				to = &t.next[int(at)*t.classes+int(a.classes[lit[i]])] // growing has moved it
				*to = n
			}
			at = *to
		}
		t.out[at] = append(t.out[at], tr)
		a.longest = max(a.longest, len(lit))
	}
	t.link()

	stride := uint32(64)
	for stride < uint32(len(members)) {
		stride *= 2
	}
	a.shift = uint(bits.TrailingZeros32(stride))
	a.outputs = make([][]*trigger, 1, len(t.fail)+64)
	a.table = new([tableSize]uint32)
	leads := newLeads(members)
	perNode := len(leads.all)
	ids := make([]uint32, len(t.fail)*perNode) // of a state's name, one more than its number
	ids[0] = 1
	queue, accepts := []int{0}, []uint32{0}
	for n := uint32(0); int(n) < len(queue); n++ {
		node, before := queue[n]/perNode, queue[n]%perNode
		for class := range members {
			to := int(t.next[node*t.classes+class])
			after := leads.next[before*len(members)+class]
			name := to*perNode + int(after)
			if ids[name] == 0 {
				queue = append(queue, name)
				ids[name] = uint32(len(queue))
				id := uint32(len(queue)-1) * stride
				if id+stride > tableSize {
					return nil, fmt.Errorf("the rules hold more keywords than one automaton takes (%d states): drop some or shorten them", tableSize/stride)
				}
				out := t.out[to]
				if tr := b.special[leads.all[after].emits]; tr != nil {
					out = append(out[:len(out):len(out)], tr)
				}
				a.outputs = append(a.outputs, out)
				accepts = append(accepts, 0)
				if len(out) > 0 {
					accepts[id/stride] = accept
				}
			}
			id := (ids[name] - 1) * stride
			a.table[n*stride+uint32(class)] = id | accepts[id/stride]
		}
	}
	return a, nil
}

// without is the same automaton whose triggers wake none of the rules that are dropped. They are few, and
// building anew would take as long as all of a start.
func (a *automaton) without(dropped func(*Rule) bool) *automaton {
	less := *a
	less.outputs = make([][]*trigger, len(a.outputs))
	kept := map[*trigger]*trigger{}
	for n, out := range a.outputs {
		if out == nil {
			continue
		}
		less.outputs[n] = make([]*trigger, len(out))
		for i, t := range out {
			if kept[t] == nil {
				fewer := *t
				fewer.rules = slices.DeleteFunc(slices.Clone(t.rules), dropped)
				kept[t] = &fewer
			}
			less.outputs[n][i] = kept[t]
		}
	}
	return &less
}

// classify gives each byte that a trigger holds a class of its own, and a letter that of its other case.
// The bytes of letters beyond ASCII share one, and some signs do: a trigger with such a byte also wakes at
// another, and the checks look for themselves. Class 0 is every other byte. It answers
// with a member of each class.
func (a *automaton) classify(literals map[string]*trigger) []byte {
	var used [256]bool
	for i := range len(leadBytes) {
		used[leadBytes[i]] = true
	}
	for lit := range literals {
		for i := range len(lit) {
			used[shared(lit[i])] = true
		}
	}
	members := []byte{0}
	for c := range 256 {
		if used[c] {
			a.classes[c] = uint8(len(members))
			members = append(members, byte(c))
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.classes[c-'a'+'A'] = a.classes[c]
	}
	for c := range 256 {
		if one := shared(byte(c)); one != byte(c) {
			a.classes[c] = a.classes[one]
		}
	}
	return members
}

// shared is the byte whose class a byte has. With 64 classes and no more a row of the table is half as long.
func shared(b byte) byte {
	switch {
	case b >= 0x80:
		return 0x80
	case strings.IndexByte("*,^}~", b) >= 0:
		return ')'
	}
	return b
}

// hit is a place where at least one trigger ends: the state there, and the offset after its last byte.
type hit struct {
	state uint32
	end   int
}

// streams holds the hits of one block, a slice for each stream so that their order is that of the text.
type streams [4][]hit

var streamPool = sync.Pool{New: func() any { return new(streams) }}

// scan calls found for every trigger that ends in text[span.Start:span.End], in the order of the text.
// A trigger may begin before the span.
func (a *automaton) scan(text []byte, span Span, found func(t *trigger, at Span)) {
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
				for _, t := range a.outputs[h.state>>a.shift] {
					start := h.end - t.length
					if t.exactRun && start > 0 && isDigit(text[start-1]) {
						continue
					}
					found(t, Span{start, h.end})
				}
			}
		}
	}
}

// warm is the state at from: triggers that began before it must still be found.
func (a *automaton) warm(text []byte, from int) uint32 {
	var s uint32
	for _, c := range text[max(0, from-a.longest):from] {
		s = a.table[(s+uint32(a.classes[c]))&tableMask]
	}
	return s
}

func (a *automaton) one(text []byte, from, to int, hits []hit) []hit {
	s := a.warm(text, from)
	for i, c := range text[from:to] {
		s = a.table[(s+uint32(a.classes[c]))&tableMask]
		if s&accept != 0 {
			hits = append(hits, hit{s & tableMask, from + i + 1})
		}
	}
	return hits
}

func (a *automaton) four(text []byte, from, to int, s *streams) {
	q := (to - from) / 4
	f1, f2, f3 := from+q, from+2*q, from+3*q
	s0, s1, s2, s3 := a.warm(text, from), a.warm(text, f1), a.warm(text, f2), a.warm(text, f3)
	p0, p1, p2, p3 := text[from:f1], text[f1:f2][:q], text[f2:f3][:q], text[f3 : f3+q][:q]
	h0, h1, h2, h3 := s[0][:0], s[1][:0], s[2][:0], s[3][:0]
	table, classes := a.table, &a.classes
	for i := range p0 {
		s0 = table[(s0+uint32(classes[p0[i]]))&tableMask]
		s1 = table[(s1+uint32(classes[p1[i]]))&tableMask]
		s2 = table[(s2+uint32(classes[p2[i]]))&tableMask]
		s3 = table[(s3+uint32(classes[p3[i]]))&tableMask]
		if (s0|s1|s2|s3)&accept == 0 {
			continue
		}
		if s0&accept != 0 {
			h0 = append(h0, hit{s0 & tableMask, from + i + 1})
		}
		if s1&accept != 0 {
			h1 = append(h1, hit{s1 & tableMask, f1 + i + 1})
		}
		if s2&accept != 0 {
			h2 = append(h2, hit{s2 & tableMask, f2 + i + 1})
		}
		if s3&accept != 0 {
			h3 = append(h3, hit{s3 & tableMask, f3 + i + 1})
		}
	}
	// The block's last one to three bytes belong to no quarter.
	s[0], s[1], s[2], s[3] = h0, h1, h2, a.one(text, f3+q, to, h3)
}
