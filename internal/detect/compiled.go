package detect

import (
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/packed"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// Reading the rules' files, parsing their expressions and building the automaton of their keywords takes
// ten milliseconds and more, which every start of the program would pay. So what they come to is kept
// beside them, in rules/compiled.bin, which go test ./internal/detect -run Compiled -update writes.
// It holds what the files say, but for examples and negatives, how each expression is to be run, and
// the automaton. It says which files it was made of; if they have changed, it is passed over.

// compiledVersion changes with the format.
const compiledVersion = 5

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
	r := &packed.Reader{Rest: blob}
	of, err := sum(rules.FS, "detect")
	if err != nil || len(blob) < 8 || r.Number() != compiledVersion || uint32(r.Number()) != of {
		return nil, false
	}
	e = &Engine{published: guess.NewPublished()}
	e.published.Add(r.Texts())
	e.rules = make([]*Rule, r.Number())
	for i := range e.rules {
		if e.rules[i] = readRule(r); e.rules[i] == nil {
			return nil, false
		}
	}
	e.woken = slices.Concat(e.rules, unnamedRules())
	for _, rule := range e.woken {
		e.back, e.reach = max(e.back, rule.back), max(e.reach, rule.reach)
	}
	e.index()
	e.automaton = automaton.Read(r)
	return e, r.Rest == ""
}

// compile is what loadCompiled reads.
func compile(of uint32, sets []*Set) ([]byte, error) {
	e, err := New(sets...)
	if err != nil {
		return nil, err
	}
	w := &packed.Writer{}
	w.Number(compiledVersion)
	w.Number(int(of))
	var published []string
	for _, set := range sets {
		published = append(published, set.Published...)
	}
	w.Texts(published)
	w.Number(len(e.rules))
	for _, r := range e.rules {
		writeRule(w, r)
	}
	automaton.Write(w, e.automaton)
	return w.Bytes, nil
}

// writeRule writes what its entry says and how its expression is to be run.
func writeRule(w *packed.Writer, r *Rule) {
	t := r.source
	for _, s := range []string{t.ID, t.Description, t.Regex, t.Path, t.Find, t.Class, t.Severity, t.Confidence, t.Placeholder, t.Validate, t.Judge} {
		w.Text(s)
	}
	w.Number(t.SecretGroup)
	w.Number(int(math.Float64bits(t.Entropy)))
	w.Texts(t.Keywords)
	w.Texts(t.Context)
	w.Texts(t.With)
	if r.pattern == nil || r.near != nil {
		return
	}
	flags := 0
	for i, set := range []bool{r.pattern.anchored, r.pattern.boundary} {
		if set {
			flags |= 1 << i
		}
	}
	w.Number(flags)
	w.Number(r.pattern.back)
	w.Number(r.pattern.forward)
}

func readRule(r *packed.Reader) *Rule {
	t := &ruleTOML{known: true}
	for _, s := range []*string{&t.ID, &t.Description, &t.Regex, &t.Path, &t.Find, &t.Class, &t.Severity, &t.Confidence, &t.Placeholder, &t.Validate, &t.Judge} {
		*s = r.Text()
	}
	t.SecretGroup = r.Number()
	t.Entropy = math.Float64frombits(uint64(r.Number()))
	t.Keywords, t.Context, t.With = r.Texts(), r.Texts(), r.Texts()
	if t.Find == "" {
		flags := r.Number()
		t.plan = &pattern{anchored: flags&1 != 0, boundary: flags&2 != 0, back: r.Number(), forward: r.Number()}
	}
	rule, err := t.rule()
	t.known = false // it is no part of the entry
	if err != nil {
		return nil
	}
	return rule
}
