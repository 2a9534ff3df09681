package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// Reading the rules' files, parsing their expressions and building the automaton of their keywords takes
// ten milliseconds and more, which every start of the program would pay. So what they come to is kept
// beside them, in rules/compiled.bin, which go test ./internal/detect -run Compiled -update writes.
// It holds what the files say, but for examples and negatives, how each expression is to be run, and
// the automaton. It says which files it was made of; if they have changed, it is passed over.

// compiledVersion changes with the format.
const compiledVersion = 4

// sum is a checksum of the rules' files.
func sum(files fs.FS, dir string) (uint32, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.toml"))
	if err != nil {
		return 0, err
	}
	all := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	buf := make([]byte, 32<<10)
	for _, name := range names {
		f, err := files.Open(name)
		if err != nil {
			return 0, err
		}
		_, err = io.CopyBuffer(all, f, buf) // a copy of the whole costs more than the sum
		if err := errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
	}
	return all.Sum32(), nil
}

// loadCompiled makes the built-in engine; ok is false if what was kept is of other rules than the files'.
func loadCompiled(blob string) (e *Engine, ok bool) {
	r := &reader{rest: blob}
	of, err := sum(rules.FS, "detect")
	if err != nil || len(blob) < 8 || r.number() != compiledVersion || uint32(r.number()) != of {
		return nil, false
	}
	e = &Engine{published: guess.NewPublished()}
	e.published.Add(r.strings())
	e.rules = make([]*Rule, r.number())
	for i := range e.rules {
		if e.rules[i] = r.rule(); e.rules[i] == nil {
			return nil, false
		}
	}
	all := slices.Concat(e.rules, unnamedRules())
	for _, rule := range all {
		e.back, e.reach = max(e.back, rule.back), max(e.reach, rule.reach)
	}
	e.index()
	e.automaton = r.automaton(all)
	return e, r.rest == ""
}

// compile is what loadCompiled reads.
func compile(of uint32, sets []*Set) ([]byte, error) {
	e, err := New(sets...)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.number(compiledVersion)
	w.number(int(of))
	var published []string
	for _, set := range sets {
		published = append(published, set.Published...)
	}
	w.strings(published)
	w.number(len(e.rules))
	for _, r := range e.rules {
		w.rule(r)
	}
	w.automaton(e.automaton, slices.Concat(e.rules, unnamedRules()))
	return w.out, nil
}

// rule writes what its entry says and how its expression is to be run.
func (w *writer) rule(r *Rule) {
	t := r.source
	for _, s := range []string{t.ID, t.Description, t.Regex, t.Path, t.Find, t.Class, t.Severity, t.Confidence, t.Placeholder, t.Validate, t.Judge} {
		w.string(s)
	}
	w.number(t.SecretGroup)
	w.number(int(math.Float64bits(t.Entropy)))
	w.strings(t.Keywords)
	w.strings(t.Context)
	w.strings(t.With)
	if r.pattern == nil || r.near != nil {
		return
	}
	flags := 0
	for i, set := range []bool{r.pattern.anchored, r.pattern.boundary} {
		if set {
			flags |= 1 << i
		}
	}
	w.number(flags)
	w.number(r.pattern.back)
	w.number(r.pattern.forward)
}

func (r *reader) rule() *Rule {
	t := &ruleTOML{known: true}
	for _, s := range []*string{&t.ID, &t.Description, &t.Regex, &t.Path, &t.Find, &t.Class, &t.Severity, &t.Confidence, &t.Placeholder, &t.Validate, &t.Judge} {
		*s = r.string()
	}
	t.SecretGroup = r.number()
	t.Entropy = math.Float64frombits(uint64(r.number()))
	t.Keywords, t.Context, t.With = r.strings(), r.strings(), r.strings()
	if t.Find == "" {
		flags := r.number()
		t.plan = &pattern{anchored: flags&1 != 0, boundary: flags&2 != 0, back: r.number(), forward: r.number()}
	}
	rule, err := t.rule()
	t.known = false // it is no part of the entry
	if err != nil {
		return nil
	}
	return rule
}

// automaton writes each state's row as what differs from the row of an earlier state: that of the
// longest suffix, mostly, from which it differs in the few keywords that go on here.
func (w *writer) automaton(a *automaton, all []*Rule) {
	w.string(string(a.classes[:]))
	w.number(a.longest)
	var triggers []*trigger
	number := map[*trigger]int{}
	for _, t := range a.ends {
		if _, ok := number[t]; !ok {
			number[t] = len(triggers)
			triggers = append(triggers, t)
		}
	}
	w.number(len(triggers))
	woken := 0
	for _, t := range triggers {
		woken += len(t.rules)
	}
	w.number(woken)
	for _, t := range triggers {
		w.number(t.length)
		w.number(map[bool]int{true: 1}[t.exactRun])
		w.number(len(t.rules))
		for _, r := range t.rules {
			w.number(slices.Index(all, r))
		}
	}
	w.number(a.plain)
	w.number(len(a.ends))
	for _, t := range a.ends {
		w.number(number[t])
	}
	w.number(len(a.first))
	for n, first := range a.first {
		w.number(int(first - a.first[max(0, n-1)]))
	}
	for n := range a.states() {
		from, differs := a.base(n)
		w.number(from)
		w.number(len(differs))
		for _, class := range differs {
			w.number(class)
			w.number(int(a.rowOf(n)[class]))
		}
	}
}

func (a *automaton) states() int { return a.plain + len(a.first) - 1 }

// rowOf is a state's row: of the plain states first, and then of the others.
func (a *automaton) rowOf(n int) []uint16 {
	if n >= a.plain {
		n += accept - a.plain
	}
	return a.table[n*rowSize : (n+1)*rowSize]
}

// base finds the earlier state whose row is most like a state's, and the classes where they differ.
func (a *automaton) base(n int) (from int, differs []int) {
	own := a.rowOf(n)
	for candidate := range n {
		var d []int
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
			from, differs = candidate, d
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

func (r *reader) automaton(all []*Rule) *automaton {
	a := &automaton{table: new([tableSize]uint16)}
	copy(a.classes[:], r.string())
	a.longest = r.number()
	triggers := make([]trigger, r.number())
	woken := make([]*Rule, 0, r.number()) // of all triggers
	for i := range triggers {
		t := &triggers[i]
		t.length = r.number()
		t.exactRun = r.number() == 1
		from := len(woken)
		for range r.number() {
			woken = append(woken, all[r.number()])
		}
		t.rules = woken[from:len(woken):len(woken)]
	}
	a.plain = r.number()
	a.ends = make([]*trigger, r.number())
	for i := range a.ends {
		a.ends[i] = &triggers[r.number()]
	}
	a.first = make([]uint32, r.number())
	for n := range a.first {
		a.first[n] = a.first[max(0, n-1)] + uint32(r.number())
	}
	for n := range a.states() {
		row := a.rowOf(n)
		copy(row, a.rowOf(r.number()))
		for range r.number() {
			class := r.number()
			row[class] = uint16(r.number())
		}
	}
	return a
}

// writer and reader hold numbers as varints and strings with their length before them.
type writer struct{ out []byte }

func (w *writer) number(n int) { w.out = binary.AppendUvarint(w.out, uint64(n)) }
func (w *writer) string(s string) {
	w.number(len(s))
	w.out = append(w.out, s...)
}

func (w *writer) strings(list []string) {
	w.number(len(list))
	for _, s := range list {
		w.string(s)
	}
}

type reader struct{ rest string }

func (r *reader) number() int {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	panic(fmt.Sprintf("rules/compiled.bin ends %d bytes early", len(r.rest)))
}

// string is a part of what is read, not a copy.
func (r *reader) string() string {
	n := r.number()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) strings() []string {
	n := r.number()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.string()
	}
	return list
}
