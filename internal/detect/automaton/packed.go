package automaton

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/packed"
)

// Equals walks both at once: their states may be numbered differently.
func (a *DFA) Equals(b *DFA) bool {
	a.fill()
	b.fill()
	type both struct{ a, b uint16 }
	seen := map[both]bool{{}: true}
	queue := []both{{}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for c := range 256 {
			to := both{a.step(at.a, byte(c)), b.step(at.b, byte(c))}
			if to.a&accept != to.b&accept || to.a >= accept && !slices.Equal(wokenBy(a.at(to.a)), wokenBy(b.at(to.b))) {
				return false
			}
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return true
}

// wokenBy are the numbers that triggers wake, in order.
func wokenBy(out []*Trigger) (all []int32) {
	for _, t := range out {
		all = append(all, t.Wakes...)
	}
	slices.Sort(all)
	return all
}

// Write writes each state's row as what differs from the row of an earlier state: that of the
// longest suffix, mostly, from which it differs in the few keywords that go on here. Before the rows it says where each
// begins, for whoever does not read them all.
func Write(w *packed.Writer, a *DFA) {
	w.Text(string(a.classes[:]))
	w.Number(a.Longest)
	var triggers []*Trigger
	number := map[*Trigger]int{}
	for _, t := range a.ends {
		if _, ok := number[t]; !ok {
			number[t] = len(triggers)
			triggers = append(triggers, t)
		}
	}
	w.Number(len(triggers))
	woken := 0
	for _, t := range triggers {
		woken += len(t.Wakes)
	}
	w.Number(woken)
	for _, t := range triggers {
		w.Number(t.length)
		w.Number(map[bool]int{true: 1}[t.exactRun])
		w.Number(len(t.Wakes))
		for _, n := range t.Wakes {
			w.Number(int(n))
		}
	}
	w.Number(a.plain)
	w.Number(len(a.ends))
	for _, t := range a.ends {
		w.Number(number[t])
	}
	w.Number(len(a.first))
	for n, first := range a.first {
		w.Number(int(first - a.first[max(0, n-1)]))
	}
	rows := &packed.Writer{}
	var starts []byte
	for n := range a.states() {
		starts = binary.LittleEndian.AppendUint32(starts, uint32(len(rows.Bytes)))
		from, differs := a.base(n)
		rows.Number(from)
		rows.Number(len(differs))
		for _, class := range differs {
			rows.Number(class)
			rows.Number(int(a.rowOf(n)[class]))
		}
	}
	w.Text(string(starts))
	w.Text(string(rows.Bytes))
}

func (a *DFA) states() int { return a.plain + len(a.first) - 1 }

// rowOf is a state's row: of the plain states first, and then of the others.
func (a *DFA) rowOf(n int) []uint16 {
	if n >= a.plain {
		n += accept - a.plain
	}
	return a.table[n*rowSize : (n+1)*rowSize]
}

// base finds the earlier state whose row is most like a state's, and the classes where they differ.
func (a *DFA) base(n int) (from int, differs []int) {
	own := a.rowOf(n)
	var d []int // the two change places instead of being made for each of the many candidates
	for candidate := range n {
		d = d[:0]
		other := a.rowOf(candidate)
		for class, to := range own {
			if to != other[class] {
				d = append(d, class)
			}
			if candidate > 0 && len(d) >= len(differs) {
				break
			}
		}
		if candidate == 0 || len(d) < len(differs) {
			from, differs, d = candidate, d, differs
		}
		if len(differs) < 2 && candidate > 0 {
			break
		}
	}
	if n == 0 {
		for class := range own {
			differs = append(differs, class)
		}
	}
	return from, differs
}

// Read reads what the writer's writes.
func Read(r *packed.Reader) *DFA {
	a := &DFA{table: newTable()}
	copy(a.classes[:], r.Text())
	a.Longest = r.Number()
	triggers := make([]Trigger, r.Number())
	woken := make([]int32, 0, r.Number()) // of all triggers
	for i := range triggers {
		t := &triggers[i]
		t.length = r.Number()
		t.exactRun = r.Number() == 1
		from := len(woken)
		for range r.Number() {
			woken = append(woken, int32(r.Number()))
		}
		t.Wakes = woken[from:len(woken):len(woken)]
	}
	a.plain = r.Number()
	a.ends = make([]*Trigger, r.Number())
	for i := range a.ends {
		a.ends[i] = &triggers[r.Number()]
	}
	a.first = make([]uint32, r.Number())
	for n := range a.first {
		a.first[n] = a.first[max(0, n-1)] + uint32(r.Number())
	}
	a.kept = &kept{starts: r.Text(), rows: r.Text()}
	return a
}

// kept is the table as it is written. To fill it takes a tenth of a start; a program that looks at little text, as for a
// file on the command line or a message to an assistant, reads of it what it needs.
type kept struct {
	starts, rows string
	once         sync.Once
	filled       atomic.Bool
	// walked is how many bytes were read by it.
	walked atomic.Int64
}

// walkLimit is how many bytes are read before the table is filled.
const walkLimit = 4 << 10

// fill fills the table, once.
func (a *DFA) fill() {
	if a.kept == nil || a.kept.filled.Load() {
		return
	}
	a.kept.once.Do(func() {
		r := packed.Reader{Rest: a.kept.rows}
		for n := range a.states() {
			row := a.rowOf(n)
			copy(row, a.rowOf(r.Number()))
			for range r.Number() {
				class := r.Number()
				row[class] = uint16(r.Number())
			}
		}
		a.kept.filled.Store(true)
	})
}

// walks tells whether so many bytes are to be read without the table.
func (a *DFA) walks(n int) bool {
	return a.kept != nil && !a.kept.filled.Load() && a.kept.walked.Add(int64(n)) <= walkLimit
}

// walk is Scan without the table.
func (a *DFA) walk(text []byte, span letters.Span, found func(t *Trigger, at letters.Span)) {
	var s uint16
	for i := max(0, span.Start-a.Longest); i < span.End; i++ {
		if s = a.next(s, int(a.classes[text[i]])); s >= accept && i >= span.Start {
			a.emit(text, hit{s, i + 1}, found)
		}
	}
}

// next is the state after another, as the rows are written.
func (a *DFA) next(s uint16, class int) uint16 {
	n := int(s)
	if n >= accept {
		n += a.plain - accept
	}
	for {
		r := packed.Reader{Rest: a.kept.rows[a.rowStart(n):]}
		from := r.Number()
		for range r.Number() {
			c, to := r.Number(), r.Number()
			if c == class {
				return uint16(to)
			}
		}
		n = from
	}
}

// rowStart is where a state's row begins in what is kept.
func (a *DFA) rowStart(n int) int {
	p := a.kept.starts[4*n:][:4]
	return int(p[0]) | int(p[1])<<8 | int(p[2])<<16 | int(p[3])<<24
}
