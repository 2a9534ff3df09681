package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// signer is an organisation's key pair.
type signer struct{ private, public []byte }

func newSigner(t *testing.T) signer {
	t.Helper()
	private, public, err := policy.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, public}
}

func (s signer) bundle(t *testing.T, seq int64) []byte {
	t.Helper()
	return s.bundleOf(t, seq, map[string]string{"settings.yaml": "verdicts: {pii: {public: forbid}}\n"})
}

func (s signer) bundleOf(t *testing.T, seq int64, files map[string]string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var raw bytes.Buffer
	if err := opa.Build(dir, &raw, seq, time.Now().Add(time.Hour), "acme"); err != nil {
		t.Fatal(err)
	}
	signed, err := opa.Sign(raw.Bytes(), s.private)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// TestTheOrganisationIsFollowedWhileItRuns: it is named, its key is replaced, and it is taken out again; nothing is started
// anew.
func TestTheOrganisationIsFollowedWhileItRuns(t *testing.T) {
	first, second := newSigner(t), newSigner(t)
	var served atomic.Pointer[[]byte]
	serve := func(raw []byte) { served.Store(&raw) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if raw := served.Load(); raw != nil {
			w.Write(*raw)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config, edits := filepath.Join(state.Dir, "config.yaml"), 0
	var g *Governance
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		edits++
		date := time.Now().Add(time.Duration(edits) * time.Second)
		if err := os.Chtimes(config, date, date); err != nil {
			t.Fatal(err)
		}
		if g != nil {
			g.mu.Lock()
			g.looked = time.Time{}
			g.mu.Unlock()
			g.Settings()
		}
	}
	organisation := func(keys ...signer) string {
		text := fmt.Sprintf("organisation:\n  url: %s/acme.tar.gz\n  scope: acme\n  keys:\n", server.URL)
		for _, k := range keys {
			text += "    - |\n      " + strings.ReplaceAll(strings.TrimSpace(string(k.public)), "\n", "\n      ") + "\n"
		}
		return text
	}
	write("destinations: [openai]\n")
	if g, err = NewGovernance(state, config, "", zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	changes := make(chan Change, 20)
	g.Watch = func(c Change) { changes <- c }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); g.Run(ctx) }()
	defer func() { cancel(); <-done }()
	until := func(what string, is func(Change) bool) {
		t.Helper()
		for {
			select {
			case c := <-changes:
				if is(c) {
					return
				}
			case <-t.Context().Done():
				t.Fatal("never " + what)
			}
		}
	}
	revision := func(prefix string) func(Change) bool {
		return func(c Change) bool { return c.Refused == "" && strings.HasPrefix(c.Revision, prefix) }
	}

	// What goes by the settings in force, such as how long records are kept, is told of each change.
	told := func(by <-chan struct{}, what string) {
		t.Helper()
		select {
		case <-by:
		case <-t.Context().Done():
			t.Fatal(what + " is told to nobody")
		}
	}
	changed := g.Changed()
	serve(first.bundle(t, 1))
	write("ledger_keep_days: 30\n")
	told(changed, "a file that changed")
	write(organisation(first))
	until("in force", revision("1-"))
	inForce := g.prepare(g.Settings())
	changed = g.Changed()
	inForce()
	told(changed, "a bundle")

	write(organisation(first, second))
	if got := g.Standing(); !strings.HasPrefix(got.Revision, "1-") || got.Stale != "" {
		t.Errorf("with a key more: %+v", got)
	}
	serve(second.bundle(t, 2))
	write(organisation(second, first)) // in another order, so that it is asked at once
	until("signed with the second", revision("2-"))
	write(organisation(second))
	if got := g.Standing(); !strings.HasPrefix(got.Revision, "2-") || got.Stale != "" {
		t.Errorf("without the first key: %+v", got)
	}

	serve(first.bundle(t, 3))
	write(organisation(second) + "  stale: closed\n")
	until("refused", func(c Change) bool { return c.Refused != "" })
	if got := g.Standing(); got.Refused == "" || got.RefusedSince == nil || !strings.HasPrefix(got.Revision, "2-") {
		t.Errorf("refused: %+v", got)
	}

	served.Store(nil)
	g.Poll(t.Context())
	if got := g.Standing(); !strings.Contains(got.Unreachable, "404") || got.UnreachableSince == nil {
		t.Errorf("404: %+v", got)
	}

	write(organisation(first))
	if got := g.Standing(); got.Revision != "built-in" || got.Stale != "scrub" {
		t.Errorf("its key is not trusted any more: %+v", got)
	}
	write("destinations: [openai]\n")
	if got := g.Standing(); got.Revision != "built-in" || got.Stale+got.Refused+got.Unreachable != "" {
		t.Errorf("no organisation any more: %+v", got)
	}
	serve(second.bundle(t, 4))
	write(organisation(second))
	until("back", revision("4-"))
}

// TestABundlesRulesComeAndGoWithIt: what it carries is looked for from the moment that it is in force, is in no file, and
// never takes a built-in rule's place.
func TestABundlesRulesComeAndGoWithIt(t *testing.T) {
	s := newSigner(t)
	var served atomic.Pointer[[]byte]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(*served.Load()) }))
	defer server.Close()
	state, err := installation.OpenState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(state.Dir, "config.yaml")
	text := fmt.Sprintf("organisation:\n  url: %s/acme.tar.gz\n  scope: acme\n  keys:\n    - |\n      %s\n", server.URL, strings.ReplaceAll(strings.TrimSpace(string(s.public)), "\n", "\n      "))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	governance := func() *Governance {
		g, err := NewGovernance(state, config, "", zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	rule := func(id, word string) string {
		return fmt.Sprintf("[[rules]]\nid = '%s'\nclass = 'internal'\nregex = '%s-[0-9]{6}'\nkeywords = ['%s-']\n", id, word, word)
	}
	finds := func(g *Governance, text string) string {
		var ids []string
		for _, f := range g.Engine().Find("", []byte(text)) {
			ids = append(ids, f.Rule.ID)
		}
		return strings.Join(ids, " ")
	}
	push := func(g *Governance, seq int64, files map[string]string) {
		raw := s.bundleOf(t, seq, files)
		served.Store(&raw)
		g.Poll(t.Context())
		if got := g.Standing(); got.Refused+got.Unreachable != "" {
			t.Fatal(got)
		}
	}
	g := governance()
	g.Watch = func(Change) {
		if got := finds(g, "acorn-123456"); got != "acorn-project" && g.Policy().Status().Sequence == 1 {
			t.Errorf("the policy is in force, and its rules are not: found %q", got)
		}
	}
	push(g, 1, map[string]string{"rules/acorn.toml": rule("acorn-project", "acorn")})
	if got := finds(g, "acorn-123456"); got != "acorn-project" {
		t.Errorf("found %q", got)
	}
	if got := g.Standing(); !got.Organised || got.Sequence != 1 || len(got.Keys) != 1 || got.Since.IsZero() || got.Expires.IsZero() {
		t.Errorf("standing: %+v", got)
	}
	if got := finds(governance(), "acorn-123456"); got != "acorn-project" {
		t.Errorf("after a restart: found %q", got)
	}
	push(g, 2, map[string]string{"rules/acorn.toml": rule("acorn-project", "beech")})
	if got := finds(g, "acorn-123456 beech-123456"); got != "acorn-project" || finds(g, "acorn-123456") != "" {
		t.Errorf("the same file with another rule: found %q", got)
	}
	push(g, 3, map[string]string{"settings.yaml": "rules: {disable: []}\n"})
	if got := finds(g, "acorn-123456 beech-123456"); got != "" {
		t.Errorf("without rules: found %q", got)
	}
}
