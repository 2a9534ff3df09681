package opa

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// batteryLimit is how long all questions of a battery may take together.
const batteryLimit = 30 * time.Second

// literalLimit is how many texts of a bundle's Rego are put into questions.
const literalLimit = 500

// oneOf says that one question of so many is put: all of them, but in tests under the race detector, which are run without
// it too.
var oneOf = 1

// answers puts a battery of questions to a policy before it comes into force: what it cannot answer here, it could
// not answer when a request waits, and everything would be forbidden.
func (s source) answers(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, batteryLimit)
	defer cancel()
	prepared, err := s.prepare(ctx, "data.scrubjay.trial")
	if err != nil {
		return err
	}
	spelling := s.spelling()
	for i, q := range s.battery() {
		if i%oneOf != 0 {
			continue
		}
		for _, stale := range q.stale {
			c := s.canonical(q.Query, stale)
			said, err := c.ask(ctx, prepared[0], now)
			if err == nil {
				err = spelling.trial(said, c)
			}
			if err != nil {
				return fmt.Errorf("it cannot answer a question (%s): %w", q.words(), err)
			}
		}
	}
	return nil
}

// with is the policy that a bundle would make below these settings.
func (b *Bundle) with(l *policy.Layers) source {
	return source{layers: l.WithBundle(&b.settings), bundle: b}
}

// alone is the policy of a bundle on a machine that has no settings of its own.
func (b *Bundle) alone() source {
	return b.with(&policy.Layers{User: &policy.Settings{Organisation: &policy.Organisation{Stale: policy.StaleScrub}}})
}

// accept tries a verified bundle before it comes into force: it has to be spelt right, to answer whatever it may be asked,
// and to pass its own tests.
func (s source) accept(ctx context.Context, now time.Time) error {
	if err := errors.Join(s.check(false), ctx.Err()); err != nil {
		return refuse(Unusable, "%w", err)
	}
	if err := s.answers(ctx, now); err != nil {
		return refuse(Unusable, "%w", err)
	}
	if err := s.bundle.passes(ctx); err != nil {
		return refuse(FailedTests, "%w", err)
	}
	return nil
}

// trial judges what was said to one question, and what the organisation's part of it was.
func (sp *spelling) trial(said map[string]any, c canonical) error {
	given, _ := said["given"].(map[string]any)
	if err := errors.Join(sp.given(given)...); err != nil {
		return err
	}
	if mistakes, err := texts(said["mistakes"]); err != nil || len(mistakes) > 0 {
		return errors.Join(err, errors.New(strings.Join(mistakes, "; ")))
	}
	decision, _ := said["decision"].(map[string]any)
	if decision == nil {
		return errUndefined
	}
	d, err := decode(decision, len(c.Subjects), len(c.Attachments))
	if err == nil && slices.Contains(d.Obligations, policy.ReviewByTwo) && len(sp.bundle.reviewers()) == 0 {
		err = errors.New("it asks for review_by_two, and its data name no reviewers")
	}
	return err
}

// question is a query with the states of the policy that it is asked in.
type question struct {
	policy.Query
	stale []string
}

// words say what is asked.
func (q question) words() string {
	words := []string{string(q.Direction)}
	add := func(what, value string) {
		if value != "" {
			words = append(words, what+" "+value)
		}
	}
	add("kind", string(q.Destination.Kind))
	add("provider", q.Destination.Provider)
	add("model", q.Destination.Model)
	add("tool", q.Tool.Name)
	add("tool kind", q.Tool.Kind)
	add("endpoint", q.Endpoint)
	for i, s := range q.Subjects {
		if i == 3 {
			words = append(words, fmt.Sprintf("%d subjects", len(q.Subjects)))
			break
		}
		add("class", string(s.Class))
		add("rule", s.Rule)
	}
	add("labels", strings.Join(q.Labels, " "))
	add("attachments", strings.Join(policy.Names(q.Attachments), " "))
	return strings.Join(words, ", ")
}

// battery holds every class, kind, direction, tool kind and attachment, alone and several at once, because some
// policies are asked about subjects one by one and others about all of them. What a policy compares with stands in
// its own text, so its texts are names of providers, models, tools, rules and labels, too.
func (s source) battery() []question {
	usual, every := []string{""}, []string{"", policy.StaleScrub, policy.StaleClosed} // open asks no organisation
	subjects := batterySubjects()
	few := subjects[:len(detect.Classes)]
	literals := s.literals()
	var all []question
	ask := func(stale []string, q policy.Query) { all = append(all, question{q, stale}) }
	for _, direction := range []policy.Direction{policy.Outgoing, policy.Answer, policy.Restore} {
		for _, kind := range policy.Kinds {
			q := policy.Query{Direction: direction, Destination: policy.Destination{Provider: "openai", Model: "some-model", Kind: kind}, Endpoint: "known"}
			if direction == policy.Restore {
				q.Origin, q.Tool = q.Destination.Provider, policy.Tool{Name: "edit", Kind: "edit"}
			}
			ask(every, q)
			for _, endpoint := range []string{"", "unknown"} {
				o := q
				o.Endpoint = endpoint
				ask(usual, o)
			}
			alone := subjects
			if direction != policy.Outgoing {
				alone = few
			}
			for _, subject := range alone {
				o := q
				o.Subjects = []policy.Subject{subject}
				ask(usual, o)
			}
			for _, several := range [][]policy.Subject{subjects[:2], few, subjects} {
				o := q
				o.Subjects = several
				ask(usual, o)
			}
			o := q
			o.Subjects, o.Labels = few[:2], slices.Concat([]string{policy.AIIgnored}, literals)
			ask(every, o)
			o.Labels = []string{policy.AIIgnored}
			ask(usual, o)
			for _, tool := range policy.ToolKinds {
				o := q
				o.Tool = policy.Tool{Name: "some-tool", Kind: tool}
				ask(usual, o)
				o.Origin = "another"
				ask(usual, o)
			}
			if direction == policy.Outgoing {
				for _, a := range policy.Attachments {
					o := q
					o.Attachments = []policy.Attachment{a}
					ask(every, o)
				}
				o := q
				o.Attachments, o.Subjects = policy.Attachments, few
				ask(every, o)
			}
			for _, provider := range slices.Sorted(maps.Keys(s.layers.Wire().Providers)) {
				o := q
				o.Destination.Provider, o.Subjects = provider, few[:2]
				ask(usual, o)
			}
			for _, text := range literals {
				o := q
				o.Destination.Provider, o.Destination.Model, o.Origin, o.Tool.Name, o.Labels = text, text, text, text, []string{text}
				o.Subjects = []policy.Subject{{Class: detect.PII, Rule: text, Severity: "high", Confidence: "high"}}
				if r := detect.Default().Rule(text); r != nil {
					o.Subjects[0].Class, o.Subjects[0].Severity = r.Class, r.Severity.String()
				}
				ask(usual, o)
			}
		}
	}
	return all
}

// batterySubjects are every class with every severity, and each confidence, proved and not. The first are one of each class.
func batterySubjects() []policy.Subject {
	var all []policy.Subject
	confidences := []string{"low", "medium", "high"}
	for j, severity := range []string{"high", "info", "low", "medium", "critical"} {
		for i, class := range detect.Classes {
			all = append(all, policy.Subject{Class: class, Rule: "some-" + string(class), Severity: severity, Confidence: confidences[(i+j)%3], Validated: (i+j)%2 == 0})
		}
	}
	return all
}

// literals are the texts that stand in the bundle's Rego, and the rows of its tables, each once and in order.
func (s source) literals() []string {
	if s.bundle == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, m := range s.bundle.modules {
		for _, r := range m.Rules {
			ast.WalkTerms(r, func(t *ast.Term) bool {
				switch v := t.Value.(type) {
				case ast.Ref: // the steps of a path are no texts that it compares with
					return v.IsGround()
				case ast.String:
					seen[string(v)] = true
				}
				return false
			})
		}
	}
	org := s.bundle.org()
	for _, table := range []string{"rules", "labels", "references"} {
		rows, _ := org[table].(map[string]any)
		for row := range rows {
			seen[row] = true
		}
	}
	all := slices.Sorted(maps.Keys(seen))
	return all[:min(len(all), literalLimit)]
}
