package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// Engine finds the values of a set of rules. It is immutable and safe for concurrent use.
type Engine struct {
	rules     []*Rule
	automaton *automaton.DFA
	// woken are the rules by the numbers that the automaton's triggers have.
	woken     []*Rule
	published *guess.Published
	importing importing
	// numbers is the table of the rules that find kinds of numbers.
	numbers func() *numbers
	// finds has the rules of finders that something else than their triggers wakes.
	finds map[string]*Rule
	// formed are the rules whose values are looked for wherever a run of letters and digits begins.
	formed []*Rule
	// forms are the bytes with which one of those values begins.
	forms func() *[256]bool
	// indexed are the rules that are indexes.
	indexed []*Rule
	// paired are the rules whose findings may be halves of one leak.
	paired map[string]bool
	// back and reach are the largest of the rules'.
	back, reach int
}

// New makes an engine of rule sets. Later sets add to earlier ones; an id that stands in two of
// them is taken from the later.
func New(sets ...*Set) (*Engine, error) {
	return (&Engine{published: guess.NewPublished()}).With(sets...)
}

// With is the same engine with more rule sets.
func (e *Engine) With(sets ...*Set) (*Engine, error) {
	more := &Engine{published: e.published.Clone()}
	byID := map[string]*Rule{}
	for _, r := range e.rules {
		byID[r.ID] = r
	}
	for _, set := range sets {
		for _, r := range set.Rules {
			r.added = len(e.rules) > 0
			byID[r.ID] = r
		}
		more.published.Add(set.Published)
	}
	for _, r := range byID {
		more.rules = append(more.rules, r)
	}
	slices.SortFunc(more.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return more, more.build()
}

// InternalHostname is the id of the rule for names of machines within an organisation.
const InternalHostname = "internal-hostname"

// WithDomains is the same engine that knows the domains of an organisation: names of machines below them are no guess.
func (e *Engine) WithDomains(domains ...string) (*Engine, error) {
	r := e.Rule(InternalHostname)
	if len(domains) == 0 || r == nil {
		return e, nil
	}
	own := *r
	own.triggers = slices.Clone(r.triggers)
	suffixes := make([]string, len(domains))
	for i, d := range domains {
		suffixes[i] = "." + d
	}
	own.triggers = append(own.triggers, suffixes...)
	own.find = find.InternalHosts(suffixes)
	more, err := e.With(&Set{Rules: []*Rule{&own}})
	own.added = r.added // it is a rule of ours as before
	return more, err
}

// Without is the same engine less some of its rules. An id that no rule has is an error, because a
// misspelt one would leave the rule on that somebody meant to turn off.
func (e *Engine) Without(ids ...string) (*Engine, error) {
	less := &Engine{published: e.published}
	for _, id := range ids {
		if !slices.ContainsFunc(e.rules, func(r *Rule) bool { return r.ID == id }) {
			return nil, fmt.Errorf("no rule is called %q: see scrubjay rules list", id)
		}
	}
	less.automaton, less.woken = e.automaton.Without(func(n int32) bool { return slices.Contains(ids, e.woken[n].ID) }), e.woken
	for _, r := range e.rules {
		if slices.Contains(ids, r.ID) {
			continue
		}
		less.rules = append(less.rules, r)
	}
	less.back, less.reach = e.back, e.reach
	less.index()
	return less, nil
}

func (e *Engine) build() error {
	e.index()
	b := automaton.NewBuilder()
	e.woken = slices.Concat(e.rules, unnamedRules())
	for n, r := range e.woken {
		for _, t := range r.triggers {
			if r.numeral == "" {
				b.Add(t, int32(n))
			}
		}
		e.back, e.reach = max(e.back, r.back), max(e.reach, r.reach)
	}
	a, err := b.Build()
	e.automaton = a
	return err
}

// index makes what is looked up by rule.
func (e *Engine) index() {
	e.numbers = sync.OnceValue(func() *numbers { return numbersOf(e.rules) })
	e.forms = sync.OnceValue(func() *[256]bool {
		begins := new([256]bool)
		for _, r := range e.formed {
			for b, is := range r.near().first {
				begins[b] = begins[b] || is
			}
		}
		return begins
	})
	e.importing = importingOf(e.rules)
	e.paired, e.finds = map[string]bool{}, map[string]*Rule{}
	for _, r := range e.rules {
		for _, id := range r.with {
			e.paired[r.ID], e.paired[id] = true, true
		}
		if e.finds[r.source.Find] == nil || !r.added { // an added rule does not take ours' place
			e.finds[r.source.Find] = r
		}
		if r.alone && r.near != nil {
			e.formed = append(e.formed, r)
		}
		if r.index != nil {
			e.indexed = append(e.indexed, r)
		}
	}
}

// unnamedRules are checks that wake others' or make views, and that no person names.
func unnamedRules() []*Rule { return slices.Concat(viewRules, numberRules) }

// Default is the engine of the rules that are built into the program.
// It panics if they do not load: their tests have seen them load.
func Default() *Engine { return builtin() }

var builtin = sync.OnceValue(func() *Engine {
	if e, ok := loadCompiled(rules.Compiled); ok {
		return e
	}
	e, err := FromFiles()
	if err != nil {
		panic(err)
	}
	return e
})

// FromFiles is the engine of Default, read from the rules' files: its rules have their examples.
func FromFiles() (*Engine, error) {
	sets, err := LoadFS(rules.FS, "detect")
	if err != nil {
		return nil, err
	}
	return New(sets...)
}

// Rules lists the engine's rules in the order of their ids.
func (e *Engine) Rules() []*Rule { return e.rules }

// Rule answers with the rule of that id, or nil.
func (e *Engine) Rule(id string) *Rule {
	i, ok := slices.BinarySearchFunc(e.rules, id, func(r *Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return nil
	}
	return e.rules[i]
}

// Find returns the findings of text, in order, never overlapping.
// path, when it is known, lets rules judge by the file's kind; it is not opened.
func (e *Engine) Find(path string, text []byte) []Finding {
	c := e.newCheck(path, look.FileOf(path), text)
	defer c.release()
	c.header = header(path, text)
	c.run(letters.Between(0, len(text)))
	return settled(text, c.found)
}

// settled makes findings of candidates.
func settled(text []byte, found []candidate) []Finding {
	if len(found) == 0 {
		return nil
	}
	var prints []candidate
	if slices.ContainsFunc(found, func(f candidate) bool { return f.print != 0 }) {
		found = slices.DeleteFunc(found, func(f candidate) bool {
			if f.print != 0 {
				prints = append(prints, f)
			}
			return f.print != 0
		})
	}
	findings := resolve(text, found, make([]Finding, 0, len(found)))
	if len(prints) > 0 {
		findings = withRegions(prints, findings)
	}
	if len(findings) > 1 {
		pair(text, findings)
	}
	return findings
}
