// Package opa decides what may go where, and takes an organisation's signed bundles. It is the only importer of OPA.
//
// The way of a question, Decide(Query):
//
//   - query.go makes it canonical: subjects sorted, each once. No text, value or path is in it.
//   - looks.go says which parts of it the policy in force looks at: by these it is remembered.
//   - engine.go answers from memory while an equal question's answer is valid; a swap of the policy or
//     of the settings forgets all answers.
//   - program.go asks rules/policy/*.rego, together with what the organisation's bundle holds. It is
//     compiled at the first question, so that what never asks never pays.
//   - What fails, is undefined or is not understood is Forbid, and an error.
//
// The way of a bundle: build.go makes, signs and publishes it, serve.go serves it; source.go fetches it
// (fetch.go; from a registry oci.go); archive.go and verify.go accept it or not: OPA's own check of signature,
// hashes and scope, then our guard, because OPA takes old and expired bundles: sequence floor and expiry, and the
// bundle's own tests. rollout.go says whether it is this machine's turn, and carried.go which rules of detection
// it brings, revoked.go which values it forbids, outdated.go whether this program is too old for it. store.go keeps the last good one, and the floor beside it. Only then the Engine swaps. Which machines
// have it, fleet.go tells. Nothing here is logged.
package opa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/rego"
)

// builtinRevision is the policy's revision while no bundle is in force.
const builtinRevision = "built-in"

// decideLimit is how long one decision may take before it counts as failed.
const decideLimit = 5 * time.Second

// Options of an Engine.
type Options struct {
	// Layers are the settings; nil means none.
	Layers *policy.Layers
	// Who is whose machine this is.
	Who policy.Who
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Engine decides. It is safe for concurrent use, and starts no goroutine.
type Engine struct {
	now     func() time.Time
	swap    sync.Mutex // held by whoever replaces current
	current atomic.Pointer[force]
}

// force is what is in force between two swaps.
type force struct {
	source
	settings policy.Settings
	program  func() (*program, error)
	// atOnce says that subjects cannot be asked about one by one.
	atOnce bool
	// see is a query without what the policy does not look at.
	see  func(policy.Query) policy.Query
	memo memo
}

// NewEngine makes an engine. It compiles nothing: the first question does.
func NewEngine(o Options) (*Engine, error) {
	if o.Layers == nil {
		o.Layers = &policy.Layers{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &Engine{now: o.Now}
	e.current.Store(newForce(source{who: o.Who, layers: o.Layers}))
	return e, nil
}

func newForce(s source) *force {
	f := &force{source: s, settings: s.layers.Wire(), atOnce: s.looksAtAll(), see: s.seen()}
	f.program = sync.OnceValues(func() (*program, error) { return s.compile(context.Background()) })
	return f
}

// Settings is what the wire obeys now, with the bundle's part.
func (e *Engine) Settings() policy.Settings { return e.current.Load().settings }

// Layers are the settings in force, with the bundle's.
func (e *Engine) Layers() *policy.Layers { return e.current.Load().layers }

// Status is what is in force, for people.
type Status struct {
	Revision string
	// Organised is true if an organisation is named; Sequence and Expires are its bundle's, if there is one.
	Organised bool
	Sequence  int64
	Expires   time.Time
	// Since is when the bundle came into force on this machine, and Keys are the ids of the keys that signed it.
	Since time.Time
	Keys  []string
	// Stale is scrub, closed or open while the organisation's policy is missing or has expired.
	Stale string
	// Outdated is the version that the bundle asks for at least, if this program is an older one.
	Outdated string
}

// Status says what is in force.
func (e *Engine) Status() Status {
	f := e.current.Load()
	s := Status{Revision: f.revision(), Organised: f.layers.Organisation() != nil, Stale: f.stale(e.now()), Outdated: f.outdated()}
	if f.bundle != nil {
		s.Sequence, s.Expires, s.Since, s.Keys = f.bundle.Sequence, f.bundle.Expires, f.bundle.since, f.bundle.keys
	}
	return s
}

func (f *force) revision() string {
	if f.bundle == nil {
		return builtinRevision
	}
	return f.bundle.Revision
}

func (f *force) stale(now time.Time) string {
	o := f.layers.Organisation()
	if o == nil || f.bundle != nil && now.Before(f.bundle.Expires) {
		return ""
	}
	return o.Stale
}

// Swap puts a bundle in force, all at once: its rules, data and settings. What does not compile is an
// error, and what was in force stays.
func (e *Engine) Swap(b *Bundle) error {
	e.swap.Lock()
	defer e.swap.Unlock()
	who, layers := e.current.Load().who, e.current.Load().layers
	if layers.Organisation() == nil {
		return errors.New("a bundle needs organisation in the settings")
	}
	if !b.trusted(layers.Organisation()) {
		return errors.New("the settings' organisation has changed: its keys or its scope are not the bundle's")
	}
	f := newForce(source{who: who, layers: layers.WithBundle(&b.settings), bundle: b})
	if _, err := f.program(); err != nil {
		return err
	}
	e.current.Store(f)
	return nil
}

// Reload puts other settings in force. The bundle stays if they trust the key that signed it, for the same scope.
func (e *Engine) Reload(l *policy.Layers) {
	e.swap.Lock()
	defer e.swap.Unlock()
	old := e.current.Load()
	s := source{who: old.who, layers: l.WithBundle(nil)}
	if old.bundle != nil && old.bundle.trusted(l.Organisation()) {
		s.layers, s.bundle = l.WithBundle(&old.bundle.settings), old.bundle
	}
	e.current.Store(newForce(s))
}

// waits says why a bundle does not come into force yet, or nothing. Where no policy is in force, any is better.
func (e *Engine) waits(b *Bundle) string {
	f := e.current.Load()
	if f.bundle == nil || f.stale(e.now()) != "" {
		return ""
	}
	return b.waits(f.who, f.layers)
}

// content identifies the bundle in force; empty without one.
func (e *Engine) content() string {
	if b := e.current.Load().bundle; b != nil {
		return b.content
	}
	return ""
}

// Decide answers a query. The answer's lists are others' too, who asked the same: whoever changes one copies it. An error comes
// with a decision that forbids everything and says why.
func (e *Engine) Decide(ctx context.Context, q policy.Query) (policy.Decision, error) {
	f, now := e.current.Load(), e.now()
	var scratch [2 << 10]byte
	question := appendQuery(scratch[:0], q, f.stale(now))
	if d, ok := f.memo.answer(question, now); ok {
		return d, nil
	}
	d, err := f.answer(ctx, q, now)
	if err != nil {
		return closed(q, f.revision(), now, err), err
	}
	f.memo.keepAsked(question, d, now)
	return d, nil
}

// answer puts a decision together from that on the query without its subjects and those on each of them alone: they are
// few, however they are combined. A policy that looks at all of them at once is asked about all of them at once.
func (f *force) answer(ctx context.Context, q policy.Query, now time.Time) (policy.Decision, error) {
	if f.atOnce {
		c := f.canonical(q, f.stale(now))
		d, err := f.remembered(ctx, c, now)
		if err == nil {
			d = clone(d)
			d.Rulings, d.Attachments = c.rulings(q, d), c.permissions(q, d)
		}
		return d, err
	}
	subjects := q.Subjects
	q = f.see(q)
	q.Subjects = nil
	c := f.canonical(q, f.stale(now))
	d, err := f.remembered(ctx, c, now)
	if err != nil {
		return d, err
	}
	d = clone(d)
	d.Attachments = c.permissions(q, d)
	c.Attachments = nil // what is said of them is said
	d.Rulings = make([]policy.Ruling, len(subjects))
	return d, f.judge(ctx, c, subjects, &d, now)
}

// mostAtOnce is how many subjects one question is about: its time is bounded.
const mostAtOnce = 64

// judge rules on subjects, from memory those that are there, and asks about all others at once: what a question costs before it
// comes to its subjects is paid once. They cannot see each other, or they would not be asked about apart from the rest.
func (f *force) judge(ctx context.Context, c canonical, subjects []policy.Subject, d *policy.Decision, now time.Time) error {
	var open []policy.Subject
	at := map[policy.Subject]int{}
	for i, s := range subjects {
		s = seenAs(s, d.Named)
		if r, until, ok := f.memo.ruling(c.key, s, now); ok {
			rule(d, i, r, until)
		} else if _, asked := at[s]; !asked {
			at[s] = len(open)
			open = append(open, s)
		}
	}
	rulings := make([]policy.Ruling, 0, len(open))
	for rest := open; len(rest) > 0; {
		c.Subjects = rest[:min(len(rest), mostAtOnce)]
		rest = rest[len(c.Subjects):]
		said, err := f.decide(ctx, c, now)
		if err != nil {
			return err
		}
		for i, r := range said.Rulings {
			f.memo.put(c.key, c.Subjects[i], r, said.ValidUntil, now)
		}
		rulings = append(rulings, said.Rulings...)
		if said.ValidUntil.Before(d.ValidUntil) {
			d.ValidUntil = said.ValidUntil
		}
	}
	for i, s := range subjects {
		if n, asked := at[seenAs(s, d.Named)]; asked {
			rule(d, i, rulings[n], d.ValidUntil)
		}
	}
	return nil
}

// remembered is the decision on a query as a whole, from memory if it is there.
func (f *force) remembered(ctx context.Context, c canonical, now time.Time) (policy.Decision, error) {
	if d, ok := f.memo.get(c.key, now); ok {
		return d, nil
	}
	d, err := f.decide(ctx, c, now)
	if err == nil {
		f.memo.keep(c.key, d, now)
	}
	return d, err
}

func (f *force) decide(ctx context.Context, c canonical, now time.Time) (policy.Decision, error) {
	p, err := f.program()
	if err != nil {
		return policy.Decision{}, err
	}
	said, err := c.ask(ctx, p.decision, now)
	if err != nil {
		return policy.Decision{}, err
	}
	d, err := decode(said, len(c.Subjects), len(c.Attachments))
	if err != nil {
		return d, err
	}
	d.Revision = f.revision()
	if f.bundle != nil && now.Before(f.bundle.Expires) && f.bundle.Expires.Before(d.ValidUntil) {
		d.ValidUntil = f.bundle.Expires
	}
	return d, nil
}

// ask is the object that a rule gives of the query.
func (c canonical) ask(ctx context.Context, q rego.PreparedEvalQuery, now time.Time) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, decideLimit)
	defer cancel()
	if ctx.Err() != nil {
		return nil, ctx.Err() // OPA looks at it only now and then
	}
	rs, err := q.Eval(ctx, rego.EvalParsedInput(c.input(now)), rego.EvalTime(now))
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = errors.New("it takes too long: make its rules do less") // OPA's own says only that it was cancelled
		}
		return nil, fmt.Errorf("the policy cannot be evaluated: %w", err)
	}
	return only(rs)
}

// closed is the decision when there is none. It holds for no time.
func closed(q policy.Query, revision string, now time.Time, err error) policy.Decision {
	reason := "Nothing goes out, because the policy cannot decide: " + err.Error() + "."
	d := policy.Decision{Verdict: policy.Forbid, Rulings: make([]policy.Ruling, len(q.Subjects)), Attachments: make([]policy.Permission, len(q.Attachments)), Reasons: []string{reason}, Revision: revision, ValidUntil: now}
	for i := range d.Rulings {
		d.Rulings[i] = policy.Ruling{Verdict: policy.Forbid, Diagnostic: "error", Reason: reason}
	}
	for i := range d.Attachments {
		d.Attachments[i] = policy.Permission{Verdict: policy.Forbid, Reason: reason}
	}
	return d
}

var _ policy.Decider = (*Engine)(nil)

// rule puts a ruling into a decision.
func rule(d *policy.Decision, i int, r policy.Ruling, until time.Time) {
	d.Rulings[i] = r
	d.Verdict = max(d.Verdict, r.Verdict)
	if r.Verdict != policy.Allow {
		if n, has := slices.BinarySearch(d.Reasons, r.Reason); !has {
			d.Reasons = slices.Insert(d.Reasons, n, r.Reason)
		}
	}
	if until.Before(d.ValidUntil) {
		d.ValidUntil = until
	}
}

// clone is the decision for a caller, who may change the lists.
func clone(d policy.Decision) policy.Decision {
	d.Reasons, d.Obligations = slices.Clone(d.Reasons), slices.Clone(d.Obligations)
	return d
}
