package opa

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// today is when these tests take place.
var today = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// pair is made once: keys take time.
type pair struct{ private, public []byte }

var acmeKey, otherKey = sync.OnceValue(newPair), sync.OnceValue(newPair)

func newPair() pair {
	private, public, err := policy.GenerateKey()
	if err != nil {
		panic(err)
	}
	return pair{private, public}
}

// acmeKeyID is what Acme's signatures call its key.
func acmeKeyID(t testing.TB) string {
	t.Helper()
	key, err := policy.ParsePublicKey(string(acmeKey().public))
	if err != nil {
		t.Fatal(err)
	}
	id, err := policy.KeyID(key)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func acme(stale string) policy.Organisation {
	return policy.Organisation{URL: "https://policy.acme.example/acme.tar.gz", Keys: []string{string(acmeKey().public)}, Scope: "acme", Stale: stale}
}

// organised are layers of a user who named the organisation.
func organised(o policy.Organisation) *policy.Layers {
	return &policy.Layers{User: &policy.Settings{Organisation: &o}}
}

// signed packs and signs a bundle of files, which nobody has tried; without files it is testdata/policy/acme.
func signed(t testing.TB, files map[string]string, seq int64, expires time.Time) []byte {
	t.Helper()
	return signedBy(t, acmeKey(), files, seq, expires, "acme")
}

func signedBy(t testing.TB, key pair, files map[string]string, seq int64, expires time.Time, scope string) []byte {
	t.Helper()
	b, read, err := readDir(dirOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	var unsigned bytes.Buffer
	if err := b.pack(read, &unsigned, seq, expires, scope); err != nil {
		t.Fatal(err)
	}
	raw, err := Sign(unsigned.Bytes(), key.private)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// forced is a signed bundle of files as they stand, which need not even compile.
func forced(t testing.TB, files map[string]string, seq int64) []byte {
	t.Helper()
	good := map[string]string{"scrubjay/org/data.yaml": "verdicts: {pii: {public: allow}}\n", "x_test.rego": "package scrubjay.org_test\n"}
	raw, err := Sign(remade(t, signed(t, good, seq, today.Add(time.Hour)), func(a archive) {
		for name, text := range files {
			a[name] = []byte(text)
		}
	}), acmeKey().private)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const acmeDir = "../../testdata/policy/acme"

func dirOf(t testing.TB, files map[string]string) string {
	t.Helper()
	if files == nil {
		return acmeDir
	}
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// verdicts is a bundle's data that sets verdicts in YAML's short form.
func verdicts(cells string) map[string]string {
	return map[string]string{"scrubjay/org/data.yaml": "verdicts: " + cells + "\n"}
}

// remade unpacks a bundle, changes its files and packs it again, as someone without the key could.
func remade(t testing.TB, raw []byte, change func(archive)) []byte {
	t.Helper()
	files, err := unpack(raw)
	if err != nil {
		t.Fatal(err)
	}
	files = maps.Clone(files)
	change(files)
	var out bytes.Buffer
	if err := files.pack(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newEngine(t testing.TB, l *policy.Layers) *Engine {
	t.Helper()
	e, err := NewEngine(Options{Layers: l, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func subject(class detect.Class) policy.Subject {
	return policy.Subject{Class: class, Rule: "some-" + string(class), Severity: "high", Confidence: "high"}
}

func outgoing(kind policy.Kind, subjects ...policy.Subject) policy.Query {
	return policy.Query{Direction: policy.Outgoing, Destination: policy.Destination{Provider: "openai", Model: "gpt", Kind: kind}, Endpoint: "known", Subjects: subjects}
}

func decide(t testing.TB, e *Engine, q policy.Query) policy.Decision {
	t.Helper()
	d, err := e.Decide(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// allQuestions is for tests that need every question of a battery.
func allQuestions(t *testing.T) {
	t.Helper()
	if oneOf > 1 {
		t.Skip("it is run without the race detector")
	}
}
