package opa

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/ast"
)

// canonical is a query in the one form that all equal ones have.
type canonical struct {
	policy.Query
	stale string
	key   []byte
	// who, groups and outdated are the same in every query, and no part of the key.
	who      policy.Who
	groups   []string
	outdated string
}

// canonical is a query as it is put to this policy.
func (s source) canonical(q policy.Query, stale string) canonical {
	c := canonicalise(q, stale)
	c.who, c.groups, c.outdated = s.who, s.layers.Groups(), s.outdated()
	return c
}

func canonicalise(q policy.Query, stale string) canonical {
	c := canonical{Query: q, stale: stale}
	c.Subjects = sorted(q.Subjects, compareSubjects)
	c.Labels = sorted(q.Labels, cmp.Compare[string])
	c.Attachments = sorted(q.Attachments, cmp.Compare[policy.Attachment])
	c.key = appendQuery(make([]byte, 0, 96+64*len(c.Subjects)), c.Query, stale)
	return c
}

// appendQuery writes a query so that no two are written alike.
func appendQuery(k []byte, q policy.Query, stale string) []byte {
	for _, s := range [...]string{stale, string(q.Direction), q.Destination.Provider, q.Destination.Model, string(q.Destination.Kind),
		q.Origin, q.Tool.Name, q.Tool.Kind, q.Endpoint, q.Assistant.Name, q.Assistant.Version, q.Repository} {
		k = appendText(k, s)
	}
	k = binary.AppendUvarint(k, uint64(len(q.Labels)))
	for _, l := range q.Labels {
		k = appendText(k, l)
	}
	k = binary.AppendUvarint(k, uint64(len(q.Attachments)))
	for _, a := range q.Attachments {
		k = appendText(k, string(a))
	}
	for _, s := range q.Subjects {
		k = appendText(appendText(appendText(appendText(appendText(k, string(s.Class)), s.Rule), s.Severity), s.Confidence), s.Revoked)
		if s.Validated {
			k = append(k, 1)
		} else {
			k = append(k, 0)
		}
	}
	return k
}

// rulings are those of a decision on the canonical query, in the order that the caller asked in.
func (c canonical) rulings(q policy.Query, d policy.Decision) []policy.Ruling {
	out := make([]policy.Ruling, len(q.Subjects))
	for i, s := range q.Subjects {
		n, _ := slices.BinarySearchFunc(c.Subjects, s, compareSubjects)
		out[i] = d.Rulings[n]
	}
	return out
}

// permissions are the same for attachments.
func (c canonical) permissions(q policy.Query, d policy.Decision) []policy.Permission {
	out := make([]policy.Permission, len(q.Attachments))
	for i, a := range q.Attachments {
		n, _ := slices.BinarySearch(c.Attachments, a)
		out[i] = d.Attachments[n]
	}
	return out
}

// appendText puts the length first: a name that holds any byte cannot pass for two.
func appendText(k []byte, s string) []byte {
	return append(binary.AppendUvarint(k, uint64(len(s))), s...)
}

// sorted is the list in order and without doubles; the list itself if it is so already.
func sorted[T comparable](list []T, compare func(a, b T) int) []T {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) >= 0 {
			list = slices.Clone(list)
			slices.SortFunc(list, compare)
			return slices.Compact(list)
		}
	}
	return list
}

func compareSubjects(a, b policy.Subject) int {
	if c := cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Confidence, b.Confidence), cmp.Compare(a.Revoked, b.Revoked)); c != 0 || a.Validated == b.Validated {
		return c
	}
	if b.Validated {
		return -1
	}
	return 1
}

// input is the query as Rego sees it. It is built by hand: going through JSON costs as much as deciding.
func (c canonical) input(now time.Time) ast.Value {
	subjects := make([]*ast.Term, len(c.Subjects))
	for i, s := range c.Subjects {
		subjects[i] = object("class", string(s.Class), "rule", s.Rule, "severity", s.Severity, "confidence", s.Confidence, "revoked", s.Revoked)
		subjects[i].Value.(ast.Object).Insert(ast.InternedTerm("validated"), ast.InternedTerm(s.Validated))
	}
	labels := make([]*ast.Term, len(c.Labels))
	for i, l := range c.Labels {
		labels[i] = ast.StringTerm(l)
	}
	attachments := make([]*ast.Term, len(c.Attachments))
	for i, a := range c.Attachments {
		attachments[i] = ast.StringTerm(string(a))
	}
	groups := make([]*ast.Term, len(c.groups))
	for i, g := range c.groups {
		groups[i] = ast.StringTerm(g)
	}
	in := object("direction", string(c.Direction), "origin", c.Origin, "endpoint", c.Endpoint, "repository", c.Repository, "stale", c.stale, "user", c.who.User, "machine", c.who.Machine, "outdated", c.outdated).Value.(ast.Object)
	for name, value := range map[string]*ast.Term{
		"destination": object("provider", c.Destination.Provider, "model", c.Destination.Model, "kind", string(c.Destination.Kind)),
		"tool":        object("name", c.Tool.Name, "kind", c.Tool.Kind),
		"assistant":   object("name", c.Assistant.Name, "version", c.Assistant.Version),
		"groups":      ast.ArrayTerm(groups...),
		"subjects":    ast.ArrayTerm(subjects...),
		"labels":      ast.ArrayTerm(labels...),
		"attachments": ast.ArrayTerm(attachments...),
		"now":         ast.IntNumberTerm(int(now.Unix())),
	} {
		in.Insert(ast.InternedTerm(name), value)
	}
	return in
}

func object(pairs ...string) *ast.Term {
	o := ast.NewObjectWithCapacity(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		o.Insert(ast.InternedTerm(pairs[i]), ast.StringTerm(pairs[i+1]))
	}
	return ast.NewTerm(o)
}
