package opa

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func TestPushJudgesBeforeItSaysWhoTakesIt(t *testing.T) {
	state := t.TempDir()
	s := newSite(t)
	s.put(t, signed(t, nil, 5, today.Add(hour)))
	if err := newMachine(t, s, state).Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	ours, nobody := organised(acme("")), &policy.Layers{}
	for name, c := range map[string]struct {
		raw    []byte
		layers *policy.Layers
		want   string // of the error; nothing if it is pushed
	}{
		"newer":          {signed(t, nil, 6, today.Add(hour)), ours, ""},
		"not to judge":   {signedBy(t, otherKey(), nil, 1, today.Add(hour), "umbrella"), nobody, ""},
		"expired":        {signed(t, nil, 6, today), ours, "expired on 2027-03-01"},
		"expired, alone": {signed(t, nil, 6, today), nobody, "expired on 2027-03-01"},
		"another key":    {signedBy(t, otherKey(), nil, 6, today.Add(hour), "acme"), ours, "would not take it"},
		"another scope":  {signedBy(t, acmeKey(), nil, 6, today.Add(hour), "umbrella"), ours, "would not take it"},
		"older":          {signed(t, nil, 4, today.Add(hour)), ours, "older than 5"},
		"as old":         {signed(t, verdicts("{}"), 5, today.Add(hour)), ours, "with another content"},
		"tampered": {remade(t, signed(t, nil, 6, today.Add(hour)), func(a archive) { a["acme.rego"] = append(a["acme.rego"], '\n') }),
			nobody, "changed after it was signed"},
		"a file more": {remade(t, signed(t, nil, 6, today.Add(hour)), func(a archive) { a["more.rego"] = []byte("package scrubjay.org\n") }),
			nobody, "changed after it was signed"},
		"misspelt": {forced(t, map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\" if input.destination.provider == \"opnai\"\n"}, 6),
			ours, "did you mean openai?"},
	} {
		t.Run(name, func(t *testing.T) {
			root, file := t.TempDir(), filepath.Join(t.TempDir(), "acme.tar.gz")
			if err := os.WriteFile(file, c.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			pushed, err := Push(t.Context(), file, Target{Place: root}, c.layers, state, today)
			_, there := os.Stat(filepath.Join(root, "acme.tar.gz"))
			if c.want == "" {
				if err != nil || there != nil || pushed.Judged != (c.layers == ours) || strings.Contains(pushed.String(), "would take it") != pushed.Judged {
					t.Errorf("%+v, %v, %v", pushed, err, there)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || there == nil {
				t.Errorf("said %v, not %s; there: %v", err, c.want, there == nil)
			}
		})
	}
}

func TestTroublesAreKnownWithTheirBeginning(t *testing.T) {
	s := newSite(t)
	m := newMachine(t, s, t.TempDir())
	poll := func(after time.Duration) (unreachable, refused Trouble) {
		m.Source.Now = func() time.Time { return today.Add(after) }
		m.Poll(t.Context())
		return m.Troubles()
	}
	s.put(t, signed(t, verdicts("{}"), 5, today.Add(24*hour)))
	if u, r := poll(0); u.Err != nil || r.Err != nil {
		t.Errorf("all is well: %v, %v", u.Err, r.Err)
	}
	s.down = true
	poll(time.Minute)
	if u, _ := poll(2 * time.Minute); u.Reason != Unreachable || !u.Since.Equal(today.Add(time.Minute)) {
		t.Errorf("down: %+v", u)
	}
	s.down = false
	if err := os.Remove(filepath.Join(s.root, "acme.tar.gz")); err != nil {
		t.Fatal(err)
	}
	if u, _ := poll(3 * time.Minute); !strings.Contains(u.Error(), "404") || !u.Since.Equal(today.Add(time.Minute)) {
		t.Errorf("404: %+v", u)
	}
	s.put(t, signed(t, verdicts("{}"), 4, today.Add(24*hour)))
	poll(4 * time.Minute)
	if u, r := poll(5 * time.Minute); u.Err != nil || r.Reason != Rollback || !r.Since.Equal(today.Add(4*time.Minute)) {
		t.Errorf("an older one: %+v, %+v", u, r)
	}
	s.put(t, signed(t, verdicts("{}"), 6, today.Add(24*hour)))
	if u, r := poll(6 * time.Minute); u.Err != nil || r.Err != nil {
		t.Errorf("all is well again: %v, %v", u.Err, r.Err)
	}
}

func TestReloadKeepsTheBundleWhileItsKeyIsTrusted(t *testing.T) {
	b, err := Verify(signed(t, nil, 1, today.Add(hour)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	keys := func(pairs ...pair) policy.Organisation {
		o := acme("")
		o.Keys = nil
		for _, p := range pairs {
			o.Keys = append(o.Keys, string(p.public))
		}
		return o
	}
	moved := acme("")
	moved.Scope = "umbrella"
	for name, c := range map[string]struct {
		to   policy.Organisation
		stay bool
	}{
		"a key more":    {keys(otherKey(), acmeKey()), true},
		"another place": {policy.Organisation{URL: "https://elsewhere.example/acme.tar.gz", Keys: acme("").Keys, Scope: "acme"}, true},
		"its key gone":  {keys(otherKey()), false},
		"another scope": {moved, false},
	} {
		e := newEngine(t, organised(acme("")))
		if err := e.Swap(b); err != nil {
			t.Fatal(err)
		}
		e.Reload(organised(c.to))
		if stays := e.Status().Revision == b.Revision; stays != c.stay {
			t.Errorf("%s: it stays: %v", name, stays)
		}
		if err := e.Swap(b); (err == nil) != c.stay {
			t.Errorf("%s: put in force again: %v", name, err)
		}
	}
}
