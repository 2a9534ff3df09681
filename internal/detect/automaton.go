package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// The automaton is a dense Aho-Corasick DFA over classes of bytes, letters folded. It finds every
// trigger in one look-up a byte. A single DFA waits for its own previous look-up; so a block is cut
// in four and the four runs are interleaved, which fills the processor's pipeline (measured: 2.6
// times). A row of the table is two lines of the processor's cache, since that is what bounds the speed.
// The table is an array of a fixed size, of which only the used part is ever touched: no state and no class
// is beyond it, which spares the bounds check.
type automaton struct {
	classes [256]uint8
	table   *[tableSize]uint16
	// plain is how many states there are at which no trigger ends: 0, where a text begins, and on from it.
	plain int
	// ends holds the triggers that end at the others, which are accept and on from it: those of accept+n are
	// ends[first[n]:first[n+1]].
	ends    []*trigger
	first   []uint32
	longest int
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
	a := &automaton{longest: leadReach, first: []uint32{0}}
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

	a.table = new([tableSize]uint16)
	leads := newLeads(members)
	perNode := len(leads.all)
	known := make([]bool, len(t.fail)*perNode)
	ids := make([]uint16, len(known)) // of a state's name
	known[0], a.plain = true, 1
	queue := []int{0}
	for n := 0; n < len(queue); n++ {
		node, before := queue[n]/perNode, queue[n]%perNode
		from := int(ids[queue[n]]) * rowSize
		for class := range members {
			to := int(t.next[node*t.classes+class])
			after := leads.next[before*len(members)+class]
			name := to*perNode + int(after)
			if !known[name] {
				known[name] = true
				queue = append(queue, name)
				out := t.out[to]
				if tr := b.special[leads.all[after].emits]; tr != nil {
					out = append(out[:len(out):len(out)], tr)
				}
				if len(out) > 0 {
					ids[name] = accept + uint16(len(a.first)-1)
					a.ends = append(a.ends, out...)
					a.first = append(a.first, uint32(len(a.ends)))
				} else {
					ids[name] = uint16(a.plain)
					a.plain++
				}
				if max(a.plain, len(a.first)-1) > accept {
					return nil, fmt.Errorf("the rules hold more keywords than one automaton takes (%d states): drop some or shorten them", accept)
				}
			}
			a.table[from+class] = ids[name]
		}
	}
	return a, nil
}

// without is the same automaton whose triggers wake none of the rules that are dropped. They are few, and
// building anew would take as long as all of a start.
func (a *automaton) without(dropped func(*Rule) bool) *automaton {
	less := *a
	less.ends = make([]*trigger, len(a.ends))
	kept := map[*trigger]*trigger{}
	for i, t := range a.ends {
		if kept[t] == nil {
			fewer := *t
			fewer.rules = slices.DeleteFunc(slices.Clone(t.rules), dropped)
			kept[t] = &fewer
		}
		less.ends[i] = kept[t]
	}
	return &less
}

// classify gives each byte that a trigger holds a class of its own, and a letter that of its other case.
// The bytes of letters beyond ASCII share one, and some signs do: a trigger with such a byte also wakes at
// another, and the checks look for themselves. Class 0 is every other byte. It answers
// with a member of each class.
func (a *automaton) classify(literals map[string]*trigger) []byte {
	members := []byte{0}
	add := func(c byte) {
		switch {
		case a.classes[c] != 0:
		case len(members) == rowSize:
			a.classes[c] = a.classes[sign]
		default:
			a.classes[c] = uint8(len(members))
			members = append(members, c)
		}
	}
	for i := range len(leadBytes) {
		add(leadBytes[i])
	}
	add(sign)
	var used [256]bool
	for lit := range literals {
		for i := range len(lit) {
			used[shared(lit[i])] = true
		}
	}
	for c := range 256 {
		if used[c] {
			add(byte(c))
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

// sign stands for those that share a class.
const sign = ')'

// shared is the byte whose class a byte has: there are no more than 64.
func shared(b byte) byte {
	switch {
	case b >= 0x80:
		return 0x80
	case strings.IndexByte("*,^}~", b) >= 0:
		return sign
	}
	return b
}

// at lists the triggers that end at a state, which is one at which some do.
func (a *automaton) at(state uint16) []*trigger {
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

// scan calls found for every trigger that ends in text[span.Start:span.End], in the order of the text.
// A trigger may begin before the span.
func (a *automaton) scan(text []byte, span letters.Span, found func(t *trigger, at letters.Span)) {
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
				for _, t := range a.at(h.state) {
					start := h.end - t.length
					if t.exactRun && start > 0 && letters.IsDigit(text[start-1]) {
						continue
					}
					found(t, letters.Between(start, h.end))
				}
			}
		}
	}
}

func (a *automaton) step(s uint16, c byte) uint16 {
	return a.table[uint32(s)<<rowShift+uint32(a.classes[c])]
}

// warm is the state at from: triggers that began before it must still be found.
func (a *automaton) warm(text []byte, from int) uint16 {
	var s uint16
	for _, c := range text[max(0, from-a.longest):from] {
		s = a.step(s, c)
	}
	return s
}

func (a *automaton) one(text []byte, from, to int, hits []hit) []hit {
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
func (a *automaton) four(text []byte, from, to int, s *streams) {
	q := (to - from) / 4
	parts := [4][]byte{text[from:][:q], text[from+q:][:q], text[from+2*q:][:q], text[from+3*q:][:q]}
	states := [4]uint16{a.warm(text, from), a.warm(text, from+q), a.warm(text, from+2*q), a.warm(text, from+3*q)}
	for k := range s {
		s[k] = s[k][:0]
	}
	var at [64]int
	var ended [64][4]uint16
	for i := 0; i < q; {
		var n int
		i, n = a.run(&parts, i, &states, &at, &ended)
		for k := range s {
			for j, e := range ended[:n] {
				if e[k] >= accept {
					s[k] = append(s[k], hit{e[k], from + k*q + at[j] + 1})
				}
			}
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
func (a *automaton) run(parts *[4][]byte, i int, states *[4]uint16, at *[64]int, ended *[64][4]uint16) (next, hits int) {
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
