package opa

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// site is a web server over a directory that bundles are put into.
type site struct {
	root     string
	handler  http.Handler
	requests []int // the statuses of the answers
	down     bool
}

func newSite(t *testing.T) *site {
	s := &site{root: t.TempDir()}
	files := http.FileServer(http.Dir(s.root))
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if raw, err := os.ReadFile(filepath.Join(s.root, filepath.Base(r.URL.Path))); err == nil {
			w.Header().Set("ETag", `"`+hash(raw)[:16]+`"`)
		}
		files.ServeHTTP(w, r)
	})
	return s
}

func (s *site) put(t *testing.T, raw []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.root, "acme.tar.gz"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// RoundTrip answers without a network, so that time can be a test's own.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.down {
		s.requests = append(s.requests, 0)
		return nil, errors.New("connection refused")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.requests = append(s.requests, w.Code)
	return w.Result(), nil
}

// machine is an installation: its engine, its source and what it was told.
type machine struct {
	*Engine
	*Source
	swapped []string
	refused []Reason
	now     time.Time
}

func newMachine(t *testing.T, s *site, state string) *machine {
	t.Helper()
	m := &machine{now: today}
	clock := func() time.Time { return m.now }
	var err error
	if m.Engine, err = NewEngine(Options{Layers: organised(acme("")), Now: clock}); err != nil {
		t.Fatal(err)
	}
	m.Source = NewSource(SourceOptions{
		Engine: m.Engine, Organisation: acme(""), StateDir: state, Client: &http.Client{Transport: s}, Now: clock,
		OnSwap:   func(revision string) { m.swapped = append(m.swapped, revision) },
		OnRefuse: func(r Refusal) { m.refused = append(m.refused, r.Reason) },
	})
	return m
}

func (m *machine) pii(t *testing.T) policy.Verdict {
	t.Helper()
	return decide(t, m.Engine, outgoing(policy.Public, subject(detect.PII))).Verdict
}

const hour = time.Hour

func TestAPushReachesTheMachine(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	m := newMachine(t, s, state)
	if m.pii(t) != policy.Scrub {
		t.Error("without a policy findings are scrubbed")
	}
	s.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour)))
	for range 3 {
		if err := m.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if m.pii(t) != policy.Forbid || len(m.swapped) != 1 || !strings.HasPrefix(m.swapped[0], "1-") || len(m.refused) != 0 {
		t.Errorf("verdict %s, swapped %q, refused %q", m.pii(t), m.swapped, m.refused)
	}
	s.put(t, signed(t, verdicts("{pii: {public: allow}}"), 2, today.Add(hour)))
	if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Allow {
		t.Errorf("verdict %s, error %v: what was decided before is not forgotten", m.pii(t), err)
	}
	if want := []int{200, 304, 304, 200}; !slices.Equal(s.requests, want) {
		t.Errorf("the server answered %v, not %v", s.requests, want)
	}
	for _, name := range []string{"bundle.tar.gz", "floor.json", "lock"} {
		st, err := os.Stat(filepath.Join(state, "policy", name))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, error %v", name, st.Mode(), err)
		}
	}
}

func TestTheServerIsDown(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	m := newMachine(t, s, state)
	s.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour)))
	if err := m.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.down = true
	after := newMachine(t, s, state)
	if err := after.Load(); err != nil {
		t.Fatal(err)
	}
	after.Poll(t.Context())
	after.Poll(t.Context())
	if after.pii(t) != policy.Forbid || !slices.Equal(after.refused, []Reason{Unreachable}) {
		t.Errorf("verdict %s, told %q", after.pii(t), after.refused)
	}
	s.down = false
	if err := after.Poll(t.Context()); err != nil {
		t.Error(err)
	}
	s.down = true
	after.Poll(t.Context())
	if len(after.refused) != 2 {
		t.Errorf("a server that went away again is told again: %q", after.refused)
	}
	if err := os.Remove(filepath.Join(s.root, "acme.tar.gz")); err != nil {
		t.Fatal(err)
	}
	s.down = false
	if err := m.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("no bundle there: %v", err)
	}
}

func TestTheDiskIsVerifiedLikeTheServer(t *testing.T) {
	old, current := signed(t, verdicts("{pii: {public: allow}}"), 1, today.Add(hour)), signed(t, verdicts("{pii: {public: forbid}}"), 2, today.Add(hour))
	for name, c := range map[string]struct {
		tamper func(t *testing.T, dir string)
		want   Reason
	}{
		"an old bundle":    {func(t *testing.T, dir string) { overwrite(t, dir, "bundle.tar.gz", old) }, Rollback},
		"half a bundle":    {func(t *testing.T, dir string) { overwrite(t, dir, "bundle.tar.gz", current[:100]) }, Malformed},
		"a damaged floor":  {func(t *testing.T, dir string) { overwrite(t, dir, "floor.json", []byte("{")) }, Unreachable},
		"an unlimited one": {func(t *testing.T, dir string) { overwrite(t, dir, "bundle.tar.gz", make([]byte, bundleLimit+2)) }, Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			state := t.TempDir()
			s.put(t, current)
			if err := newMachine(t, s, state).Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.tamper(t, filepath.Join(state, "policy"))
			m := newMachine(t, s, state)
			if err := m.Load(); err == nil || refusal(t, err) != c.want || m.pii(t) != policy.Scrub {
				t.Errorf("error %v, verdict %s", err, m.pii(t))
			}
		})
	}
}

func overwrite(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAnExpiredPolicyIsStaleAndStaysSoAfterARestart(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	m := newMachine(t, s, state)
	s.put(t, signed(t, verdicts("{pii: {public: allow}, pci: {public: forbid}}"), 1, today.Add(hour)))
	if err := m.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(m *machine) {
		t.Helper()
		m.now = today.Add(hour)
		m.Poll(t.Context())
		d := decide(t, m.Engine, outgoing(policy.Public, subject(detect.PII), subject(detect.PCI)))
		if d.Rulings[0].Verdict != policy.Scrub || d.Rulings[1].Verdict != policy.Forbid || !slices.Equal(m.refused, []Reason{Expired}) {
			t.Errorf("%v, told %q", d.Rulings, m.refused)
		}
	}
	check(m)
	s.down = true
	after := newMachine(t, s, state)
	if err := after.Load(); err != nil {
		t.Fatal(err)
	}
	s.down = false
	check(after)
}

func TestTwoProcessesShareTheState(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	a, b := newMachine(t, s, state), newMachine(t, s, state)
	s.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour)))
	if err := a.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.down = true
	b.Poll(t.Context())
	if b.pii(t) != policy.Forbid || len(b.swapped) != 1 {
		t.Errorf("the second process did not take what the first fetched: %s", b.pii(t))
	}
	s.down = false
	s.put(t, signed(t, verdicts("{pii: {public: allow}}"), 2, today.Add(hour)))
	var wg sync.WaitGroup
	for _, m := range []*machine{a, b} {
		m.Client = &http.Client{Transport: &site{handler: s.handler}}
		wg.Go(func() {
			if err := m.Poll(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a.pii(t) != policy.Allow || b.pii(t) != policy.Allow {
		t.Errorf("verdicts are %s and %s", a.pii(t), b.pii(t))
	}
	s.put(t, signed(t, verdicts("{pii: {public: allow}}"), 1, today.Add(hour)))
	c := newMachine(t, s, state)
	if refusal(t, c.Poll(t.Context())) != Rollback || c.pii(t) != policy.Allow {
		t.Errorf("a third process went back: %s", c.pii(t))
	}
}

func TestTheDiskFollowsTheOrganisation(t *testing.T) {
	s := newSite(t)
	state := t.TempDir()
	ours := signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))
	theirs := signedBy(t, otherKey(), verdicts("{}"), 1, today.Add(hour), "umbrella")
	s.put(t, ours)
	if err := newMachine(t, s, state).Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	umbrella := newMachine(t, s, state)
	umbrella.Organisation = policy.Organisation{URL: acme("").URL, Keys: []string{string(otherKey().public)}, Scope: "umbrella"}
	umbrella.Reload(organised(umbrella.Organisation))
	s.put(t, theirs)
	if err := umbrella.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.put(t, ours)
	if err := newMachine(t, s, state).Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := newMachine(t, s, state)
	if err := again.Load(); err != nil || again.pii(t) != policy.Forbid {
		t.Errorf("back at the first organisation: verdict %s, error %v", again.pii(t), err)
	}
}

func TestRunPollsUntilItIsStopped(t *testing.T) {
	// Keys and bundles are made outside, because nothing in the bubble may depend on them.
	raw := signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		m := newMachine(t, s, t.TempDir())
		m.Organisation.Poll = 10 * time.Second
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); m.Run(ctx) }()
		synctest.Wait()
		s.put(t, raw)
		<-time.After(12 * time.Second)
		synctest.Wait()
		if len(m.swapped) != 1 {
			t.Errorf("after an interval: swapped %q, answers %v", m.swapped, s.requests)
		}
		<-time.After(100 * time.Second)
		synctest.Wait()
		if n := len(s.requests); n < 9 || n > 15 {
			t.Errorf("%d requests in 112 seconds at one in ten", n)
		}
		cancel()
		<-done
	})
}

// A server over the network, with a body that breaks off.
func TestOverTheNetwork(t *testing.T) {
	raw := signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour))
	var broken bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(raw)))
		w.Header().Set("Content-Encoding", "gzip") // some servers label a .gz so
		if broken {
			w.Write(raw[:100])
			return
		}
		w.Write(raw)
	}))
	defer server.Close()
	m := newMachine(t, newSite(t), t.TempDir())
	m.Client = server.Client()
	m.Organisation.URL = server.URL + "/acme.tar.gz?key=" + "hunter2"
	broken = true
	if err := m.Poll(t.Context()); err == nil || refusal(t, err) != Unreachable {
		t.Errorf("half an answer: %v", err)
	}
	broken = false
	if err := m.Poll(t.Context()); err != nil || m.pii(t) != policy.Forbid {
		t.Errorf("the whole answer: %v", err)
	}
	server.Close()
	if err := m.Poll(t.Context()); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("no server: %v", err)
	}
}
