package automaton

import (
	"fmt"
	"strings"
)

type builder struct {
	literals map[string]*Trigger
	special  map[string]*Trigger
}

func NewBuilder() *builder {
	return &builder{literals: map[string]*Trigger{}, special: map[string]*Trigger{}}
}

// Add has a trigger wake what has that number.
func (b *builder) Add(text string, wakes int32) {
	m, n := b.literals, len(text)
	if text[0] == 0 {
		m, n = b.special, len(text)-1
	} else {
		text = strings.ToLower(text)
	}
	t := m[text]
	if t == nil {
		t = &Trigger{length: n, exactRun: text == FourDigits}
		m[text] = t
	}
	t.Wakes = append(t.Wakes, wakes)
}

// trie holds the literals over classes of bytes; after link its next is the whole transition function.
type trie struct {
	classes int
	next    []int32 // node*classes + class
	fail    []int32
	out     [][]*Trigger
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

// Build makes the DFA: the trie of the literals, and then its product with the digit patterns' little
// automaton, of which few states can be reached (a state after a letter knows that no digit went before).
func (b *builder) Build() (*DFA, error) {
	a := &DFA{Longest: leadReach, first: []uint32{0}}
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
		a.Longest = max(a.Longest, len(lit))
	}
	t.link()

	a.table = newTable()
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

// classify gives each byte that a trigger holds a class of its own, and a letter that of its other case.
// Some signs share one, and the bytes of letters beyond ASCII share four: with one for all of them, Chinese or Japanese would
// wake at every letter a trigger that is all of such. A trigger with such a byte also wakes at another, and the checks look
// for themselves. Class 0 is every other byte. It answers with a member of each class.
func (a *DFA) classify(literals map[string]*Trigger) []byte {
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
	case b >= 0xe0:
		return 0xe0
	case b >= 0xc0:
		return 0xc0
	case b >= 0x80: // a small letter and its capital mostly differ in what is left out here
		return b & 0x90
	case strings.IndexByte("*,^}~", b) >= 0:
		return sign
	}
	return b
}
