// Package detect finds what is sensitive in a text. It is pure: bytes in, findings out.
// It opens no files, knows no policy, keeps no value and starts no goroutine.
//
// The way of a text through the room:
//
//   - automaton.go passes once over the bytes and stops wherever a trigger ends: a rule's keyword,
//     one of the few patterns of digits that lead.go knows. Everything else is never looked at again.
//   - A trigger wakes the checks of its rules (check.go). A rule with a regular expression runs it
//     only in a window around the trigger; what is frequent in ordinary text (assignments, addresses,
//     numbers, URLs, keys in PEM) is checked by hand, a file each. numeral.go tries all the numbers
//     that people have at once; context.go and label.go look for the words that say what a value is.
//   - validate.go proves values by their checksums; published.go knows the documented examples.
//   - resolve.go settles overlaps: what a checksum proved beats a provider's format, that beats a
//     generic rule, and then the longer span wins.
//   - scan.go keeps what an edit cannot have changed. It relies on one promise of every check: its
//     answer depends on nothing farther from the trigger than the rule's reach.
//
// Rules are data: rules/detect/*.toml, in the schema that rule.go documents.
package detect

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// Engine finds the values of a set of rules. It is immutable and safe for concurrent use.
type Engine struct {
	rules     []*Rule
	automaton *automaton
	published *published
	// whole are the rules without a keyword; only imported ones.
	whole []*Rule
	// reach is the largest of the rules' reaches.
	reach int
}

// New makes an engine of rule sets. Later sets add to earlier ones; an id that stands in two of
// them is taken from the later.
func New(sets ...*Set) (*Engine, error) { return (&Engine{published: newPublished()}).With(sets...) }

// With is the same engine with more rule sets.
func (e *Engine) With(sets ...*Set) (*Engine, error) {
	more := &Engine{published: e.published.clone()}
	byID := map[string]*Rule{}
	for _, r := range e.rules {
		byID[r.ID] = r
	}
	for _, set := range sets {
		for _, r := range set.Rules {
			r.added = len(e.rules) > 0
			byID[r.ID] = r
		}
		more.published.add(set.Published)
	}
	for _, r := range byID {
		more.rules = append(more.rules, r)
	}
	slices.SortFunc(more.rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return more, more.build()
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
	for _, r := range e.rules {
		if !slices.Contains(ids, r.ID) {
			less.rules = append(less.rules, r)
		}
	}
	return less, less.build()
}

func (e *Engine) build() error {
	b := newBuilder()
	numbers := &numberTable{labels: map[string]*formList{}}
	for _, r := range e.rules {
		for _, n := range numerals {
			if n.name == r.numeral {
				numbers.add(r, n)
			}
		}
		for _, t := range r.triggers {
			if r.numeral == "" {
				b.add(t, r)
			}
		}
		if r.triggers == nil {
			e.whole = append(e.whole, r)
			continue
		}
		e.reach = max(e.reach, r.reach)
	}
	numbers.wake(b)
	a, err := b.build()
	e.automaton = a
	return err
}

// Default is the engine of the rules that are built into the program.
// It panics if they do not load: their tests have seen them load.
func Default() *Engine { return builtin() }

var builtin = sync.OnceValue(func() *Engine {
	sets, err := LoadFS(rules.FS, "detect")
	if err != nil {
		panic(err)
	}
	e, err := New(sets...)
	if err != nil {
		panic(err)
	}
	return e
})

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
	c := e.newCheck(path, text)
	defer c.release()
	c.run(Span{0, len(text)})
	return resolve(c.found, nil)
}
