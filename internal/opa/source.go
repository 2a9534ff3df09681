package opa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// SourceOptions say where bundles come from and where they go.
type SourceOptions struct {
	// Engine takes the bundles that are accepted.
	Engine *Engine
	// Organisation is what the settings say: Layers.Organisation.
	Organisation policy.Organisation
	// StateDir is the installation's state directory.
	StateDir string
	// Client asks the server; nil means one of our own.
	Client *http.Client
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Prepare is given the settings that a bundle is about to bring, and answers with what to do once they are in force, so
	// that the rules change with the policy; nil means nothing.
	Prepare func(policy.Settings) (inForce func())
	// OnSwap is told the revision when a bundle has come into force.
	OnSwap func(revision string)
	// OnPoll is called before the server is asked; nil means nothing is.
	OnPoll func()
	// OnRefuse is told why a bundle was not taken, once for each reason and bundle. The good one stays.
	OnRefuse func(Refusal)
}

// Source fetches the organisation's bundle and keeps the Engine supplied with the newest good one.
type Source struct {
	SourceOptions
	store store

	mu    sync.Mutex // held through a poll
	has   version    // of the last answer
	seen  string     // hash of the last answer that was judged
	first *Bundle    // that other machines take first
	told  map[string]bool
	asked int  // how often the server was
	tried int  // how often without an answer since the last one
	waits bool // the server holds a request until there is news

	// What keeps newer policy away, for whoever asks during a poll, too.
	health      sync.Mutex
	unreachable Trouble
	refused     Trouble
	waiting     string
}

// Trouble is why there is no newer policy, and since when. Its Refusal is empty if there is none.
type Trouble struct {
	Refusal
	Since time.Time
}

// Troubles are that the server or the disk does not answer, and why the bundle that the server has is not taken.
func (s *Source) Troubles() (unreachable, refused Trouble) {
	s.health.Lock()
	defer s.health.Unlock()
	return s.unreachable, s.refused
}

// Waiting says which newer bundle this machine does not take yet, and why; empty if there is none.
func (s *Source) Waiting() string {
	s.health.Lock()
	defer s.health.Unlock()
	return s.waiting
}

// wait keeps a bundle that other machines take first; nil if there is none any more.
func (s *Source) wait(b *Bundle, why string) {
	s.first = b
	s.health.Lock()
	defer s.health.Unlock()
	s.waiting = ""
	if b != nil {
		s.waiting = b.Revision + ": " + why
	}
}

// note keeps when a trouble began. nil is its end.
func (s *Source) note(t *Trouble, r *Refusal) {
	s.health.Lock()
	defer s.health.Unlock()
	switch {
	case r == nil:
		*t = Trouble{}
	case t.Err == nil || t.Reason != r.Reason:
		*t = Trouble{*r, s.Now()}
	default:
		t.Refusal = *r
	}
}

// NewSource makes a source. It does nothing until it is run or loaded.
func NewSource(o SourceOptions) *Source {
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnSwap == nil {
		o.OnSwap = func(string) {}
	}
	if o.Prepare == nil {
		o.Prepare = func(policy.Settings) func() { return func() {} }
	}
	if o.OnPoll == nil {
		o.OnPoll = func() {}
	}
	if o.OnRefuse == nil {
		o.OnRefuse = func(Refusal) {}
	}
	return &Source{SourceOptions: o, store: store{filepath.Join(o.StateDir, "policy")}, told: map[string]bool{}}
}

// Run loads the last good bundle and asks for a newer one until ctx ends.
func (s *Source) Run(ctx context.Context) {
	s.Load()
	for {
		began := time.Now()
		s.Poll(ctx)
		timer := time.NewTimer(s.pause(time.Since(began)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// pause is how long nothing is asked after a poll. A server that holds requests is asked again within a second; one that
// went away, soon, and then less and less often.
func (s *Source) pause(took time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.waits:
		return s.interval()
	case s.tried > 0:
		return min(time.Second<<min(s.tried, 20), s.interval())
	}
	return max(time.Second-took, 0)
}

// interval varies, so that a thousand machines that started together do not ask together.
func (s *Source) interval() time.Duration {
	every := s.Organisation.Poll
	if every <= 0 {
		every = policy.DefaultPoll
	}
	every += time.Duration((rand.Float64() - 0.5) * 0.2 * float64(every))
	return max(every, time.Second)
}

// Load puts the last good bundle of this machine in force, without asking anybody. It is verified again,
// and it must not be below the floor. One that has expired is taken too: the Engine knows that it is
// stale, and what it forbids stays forbidden. The error, a *Refusal, has been told to OnRefuse.
func (s *Source) Load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

func (s *Source) load() error {
	f, err := s.store.floor()
	if err != nil {
		return s.refuse(&Refusal{Unreachable, err}, "disk")
	}
	if m, ok := f[s.Organisation.Scope]; ok && m.Content == s.Engine.content() {
		return nil
	}
	raw, err := s.store.bundle()
	if err != nil {
		return s.refuse(refuse(Unreachable, "the last good one cannot be read: %w", err), "disk")
	}
	if raw == nil {
		return nil
	}
	b, err := Verify(raw, s.Organisation)
	if err == nil {
		err = f.admits(b)
	}
	if err != nil {
		return s.refuse(err, "disk "+hash(raw))
	}
	if b.content == s.Engine.content() {
		return nil
	}
	b.since = s.store.since()
	return s.swap(b, "disk "+hash(raw))
}

// Poll asks once. The error, a *Refusal, has been told to OnRefuse unless it had been before.
func (s *Source) Poll(ctx context.Context) error {
	s.OnPoll()
	s.mu.Lock()
	defer s.mu.Unlock()
	// Another process of this machine may have been quicker.
	s.load()
	err := s.poll(ctx)
	if st := s.Engine.Status(); st.Stale != "" && !st.Expires.IsZero() {
		s.refuse(&Refusal{Expired, fmt.Errorf("the organisation's policy expired on %s; until a new one comes this holds: %s", st.Expires.UTC().Format(time.DateTime), st.Stale)}, st.Revision)
	}
	return err
}

func (s *Source) poll(ctx context.Context) error {
	if s.first != nil && s.Engine.waits(s.first) == "" {
		s.has, s.seen = version{}, "" // its turn has come
	}
	got, err := s.fetch(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.tried++
		if r, ok := errors.AsType[*Refusal](err); ok {
			return s.refuse(r, "")
		}
		return s.refuse(refuse(Unreachable, "%w", err), "")
	}
	s.tried = 0
	delete(s.told, string(Unreachable)+" ")
	s.note(&s.unreachable, nil)
	raw := got.raw
	if raw == nil || hash(raw) == s.seen {
		s.has = got.version
		return nil
	}
	err = s.take(ctx, raw)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if r, ok := errors.AsType[*Refusal](err); ok && r.Reason == Unreachable {
		// It may be this machine's fault, so the same bundle is tried again.
		return s.refuse(r, hash(raw))
	}
	s.has, s.seen = got.version, hash(raw)
	if err != nil {
		return s.refuse(err, hash(raw))
	}
	return nil
}

// take judges a fetched bundle, keeps it and puts it in force.
func (s *Source) take(ctx context.Context, raw []byte) error {
	s.wait(nil, "")
	b, err := Verify(raw, s.Organisation)
	if err != nil {
		return err
	}
	if b.content == s.Engine.content() {
		s.note(&s.refused, nil) // the server has what is in force again
		return nil
	}
	if !s.Now().Before(b.Expires) {
		return refuse(Expired, "it expired on %s: build it anew", b.Expires.UTC().Format(time.DateTime))
	}
	f, err := s.store.floor()
	if err != nil {
		return &Refusal{Unreachable, err}
	}
	if err := f.admits(b); err != nil {
		return err
	}
	if why := s.Engine.waits(b); why != "" {
		s.note(&s.refused, nil)
		s.wait(b, why)
		return nil
	}
	if err := b.with(s.Engine.Layers()).accept(ctx, s.Now()); err != nil {
		return err
	}
	b.since = s.Now()
	if err := s.store.keep(ctx, b, raw); err != nil {
		if _, ok := errors.AsType[*Refusal](err); ok {
			return err
		}
		return refuse(Unreachable, "it cannot be kept: %w", err)
	}
	return s.swap(b, hash(raw))
}

func (s *Source) swap(b *Bundle, which string) error {
	inForce := s.Prepare(s.Engine.Layers().WithBundle(&b.settings).Wire())
	if err := s.Engine.Swap(b); err != nil {
		return s.refuse(refuse(Malformed, "%w", err), which)
	}
	inForce()
	s.wait(nil, "")
	s.note(&s.refused, nil)
	clear(s.told)
	s.OnSwap(b.Revision)
	return nil
}

// refuse tells of a refusal once for each reason and bundle.
func (s *Source) refuse(err error, which string) error {
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		r = &Refusal{Malformed, err}
	}
	if r.Reason == Unreachable {
		s.note(&s.unreachable, r)
	} else {
		s.note(&s.refused, r)
	}
	if key := string(r.Reason) + " " + which; !s.told[key] {
		s.told[key] = true
		s.OnRefuse(*r)
	}
	return r
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
