package opa

import (
	"context"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// A decision is remembered by what the policy in force looks at. Most look at few parts of a query: then another model's name, or
// another rule's of the same class, asks nothing new.

// parts are those of a query that most policies do not look at.
var parts = []struct {
	path []string
	// tables are those of the organisation by which the built-in policy comes to look at it.
	tables []string
	// restoring: the built-in policy looks at it when a value may come back.
	restoring bool
	clear     func(*policy.Query)
}{
	{[]string{"destination", "provider"}, grantTables, true, func(q *policy.Query) { q.Destination.Provider = "" }},
	{[]string{"destination", "model"}, grantTables, false, func(q *policy.Query) { q.Destination.Model = "" }},
	{[]string{"assistant", "name"}, grantTables, false, func(q *policy.Query) { q.Assistant.Name = "" }},
	{[]string{"assistant", "version"}, nil, false, func(q *policy.Query) { q.Assistant.Version = "" }},
	{[]string{"repository"}, grantTables, false, func(q *policy.Query) { q.Repository = "" }},
	{[]string{"endpoint"}, []string{"references"}, false, func(q *policy.Query) { q.Endpoint = "" }},
}

// grantTables say whom and what something is granted or stopped for.
var grantTables = []string{"exceptions", "kill", "approved"}

// seen is a query without what a policy does not look at.
func (s source) seen() func(policy.Query) policy.Query {
	tables := map[string]bool{}
	var refs []ast.Ref
	if s.bundle != nil {
		for name := range s.bundle.org() {
			tables[name] = true
		}
		for _, m := range s.bundle.modules {
			ast.WalkRefs(m, func(r ast.Ref) bool {
				refs = append(refs, r)
				return false
			})
			for _, r := range m.Rules {
				if ref := r.Ref(); len(ref) > len(orgRef) {
					name, _ := ref[len(orgRef)].Value.(ast.String)
					tables[string(name)] = true
				}
			}
		}
	}
	var unseen, unlessRestoring []func(*policy.Query)
	for _, p := range parts {
		switch looked := slices.ContainsFunc(p.tables, func(name string) bool { return tables[name] }) || slices.ContainsFunc(refs, func(r ast.Ref) bool { return reaches(r, p.path) }); {
		case looked:
		case p.restoring:
			unlessRestoring = append(unlessRestoring, p.clear)
		default:
			unseen = append(unseen, p.clear)
		}
	}
	return func(q policy.Query) policy.Query {
		for _, clearPart := range unseen {
			clearPart(&q)
		}
		if q.Direction == policy.Outgoing {
			for _, clearPart := range unlessRestoring {
				clearPart(&q)
			}
		}
		return q
	}
}

// reaches tells whether a reference may give the part of the input at a path, or something that it is in.
func reaches(r ast.Ref, path []string) bool {
	if !r.HasPrefix(ast.InputRootRef) {
		return false
	}
	for i, step := range r[1:] {
		if i == len(path) {
			return true
		}
		if name, ok := step.Value.(ast.String); ok && string(name) != path[i] {
			return false
		}
	}
	return true
}

// anyRule stands for every rule that a policy does not name. No rule is called so.
const anyRule = "\x00any"

// seenAs is a subject without what a policy does not look at, which names these rules.
func seenAs(s policy.Subject, named []string) policy.Subject {
	if _, ok := slices.BinarySearch(named, s.Rule); !ok {
		s.Rule = anyRule
	}
	return s
}

// Warm asks what requests are likely to ask, so that the first of them finds the answers. It takes a moment of one core.
func (e *Engine) Warm(ctx context.Context) {
	f, now := e.current.Load(), e.now()
	if f.atOnce { // how findings come together, nobody knows
		return
	}
	for _, name := range slices.Sorted(maps.Keys(f.settings.Providers)) {
		kind := f.settings.Providers[name].Kind
		switch kind {
		case "":
			kind = policy.Public
		case policy.Local: // which hardly anything is kept from
			continue
		}
		q := policy.Query{Direction: policy.Outgoing, Destination: policy.Destination{Provider: name, Kind: kind}, Endpoint: "known", Subjects: usual()}
		if _, err := f.answer(ctx, q, now); err != nil {
			return // whoever asks is told
		}
	}
}

// usual are the kinds of findings that the built-in rules have.
func usual() (all []policy.Subject) {
	has := map[policy.Subject]bool{}
	for _, r := range detect.Default().Rules() {
		for _, s := range []policy.Subject{
			{Confidence: "high", Validated: true}, {Confidence: "high"}, {Confidence: "medium"}, {Confidence: "low"},
		} {
			s.Class, s.Severity, s.Rule = r.Class, r.Severity.String(), anyRule
			if r.ID == InternalHostname {
				s.Rule = r.ID
			}
			if !has[s] {
				has[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}

// InternalHostname is the rule of names of machines, which the default policy names.
const InternalHostname = "internal-hostname"
