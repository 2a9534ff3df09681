package opa

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/bundle"
)

func refusal(t *testing.T, err error) Reason {
	t.Helper()
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("it was not refused: %v", err)
	}
	return r.Reason
}

func TestABundleIsWhatWasBuilt(t *testing.T) {
	raw := signed(t, nil, 7, today.Add(time.Hour))
	b, err := Verify(raw, acme(""))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.Revision, "7-") || b.Sequence != 7 || b.Scope != "acme" || !b.Expires.Equal(today.Add(time.Hour)) {
		t.Errorf("%+v", b)
	}
	if len(b.modules) != 1 || len(b.tests) != 1 || b.settings.Providers["acme"].Kind != policy.Private {
		t.Errorf("%d modules, %d tests, settings %+v", len(b.modules), len(b.tests), b.settings)
	}
	// Others read it, too.
	key := map[string]*bundle.KeyConfig{"any": {Key: string(acmeKey().public), Algorithm: "ES256"}}
	if _, err := bundle.NewReader(bytes.NewReader(raw)).WithBundleVerificationConfig(bundle.NewVerificationConfig(key, "any", "acme", nil)).Read(); err != nil {
		t.Errorf("OPA itself does not read it: %v", err)
	}
	again, err := Verify(signed(t, nil, 7, today.Add(time.Hour)), acme(""))
	if err != nil || again.content != b.content || again.Revision != b.Revision {
		t.Errorf("signing again changed the content: %v", err)
	}
	rotated := acme("")
	rotated.Keys = []string{string(otherKey().public), string(acmeKey().public)}
	if _, err := Verify(raw, rotated); err != nil {
		t.Errorf("one key among several: %v", err)
	}
}

func TestBuildIsReproducible(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Build(acmeDir, w, 1, today, "acme"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("equal directories give different bundles")
	}
	files, err := unpack(a.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if filepath.IsAbs(name) || strings.Contains(name, "..") {
			t.Errorf("the bundle holds the path %s", name)
		}
	}
}

func TestWhatIsNotTheOrganisationsIsRefused(t *testing.T) {
	good := signed(t, nil, 3, today.Add(time.Hour))
	var unsigned bytes.Buffer
	if err := Build(acmeDir, &unsigned, 3, today.Add(time.Hour), "acme"); err != nil {
		t.Fatal(err)
	}
	token := func(change func(header, payload map[string]any)) func(archive) {
		return func(a archive) {
			var s bundle.SignaturesConfig
			if err := json.Unmarshal(a[signatureFile], &s); err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(s.Signatures[0], ".")
			var header, payload map[string]any
			for i, into := range []*map[string]any{&header, &payload} {
				text, err := base64.RawURLEncoding.DecodeString(parts[i])
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(text, into); err != nil {
					t.Fatal(err)
				}
			}
			change(header, payload)
			for i, from := range []map[string]any{header, payload} {
				text, err := json.Marshal(from)
				if err != nil {
					t.Fatal(err)
				}
				parts[i] = base64.RawURLEncoding.EncodeToString(text)
			}
			s.Signatures[0] = strings.Join(parts, ".")
			a[signatureFile], _ = json.Marshal(s)
		}
	}
	for name, c := range map[string]struct {
		raw  []byte
		want Reason
	}{
		"nothing":          {nil, Malformed},
		"not a bundle":     {[]byte("<html>not found</html>"), Malformed},
		"truncated":        {good[:len(good)-20], Malformed},
		"half":             {good[:len(good)/2], Malformed},
		"unsigned":         {unsigned.Bytes(), Untrusted},
		"another key":      {signedBy(t, otherKey(), nil, 3, today.Add(time.Hour), "acme"), Untrusted},
		"another scope":    {signedBy(t, acmeKey(), nil, 3, today.Add(time.Hour), "other"), Untrusted},
		"a changed rule":   {remade(t, good, func(a archive) { a["acme.rego"] = append(a["acme.rego"], '\n') }), Untrusted},
		"changed data":     {remade(t, good, func(a archive) { a[dataFile] = bytes.ReplaceAll(a[dataFile], []byte("forbid"), []byte("allow")) }), Untrusted},
		"changed settings": {remade(t, good, func(a archive) { a[settingsFile] = []byte("delegate: [allow]") }), Untrusted},
		"a changed manifest": {remade(t, good, func(a archive) {
			a[manifestFile] = bytes.Replace(a[manifestFile], []byte(`"seq":3`), []byte(`"seq":4`), 1)
		}), Untrusted},
		"a file more":         {remade(t, good, func(a archive) { a["more.rego"] = []byte("package scrubjay.org") }), Untrusted},
		"settings slipped in": {remade(t, signed(t, verdicts("{}"), 3, today.Add(time.Hour)), func(a archive) { a[settingsFile] = []byte("delegate: [allow]") }), Untrusted},
		"a file less":         {remade(t, good, func(a archive) { delete(a, settingsFile) }), Untrusted},
		"a delta":             {remade(t, good, func(a archive) { clear(a); a["patch.json"] = []byte(`{"data":[]}`); a[signatureFile] = []byte("{}") }), Untrusted},
		"its own verifier": {remade(t, good, func(a archive) {
			a[signatureFile] = bytes.Replace(a[signatureFile], []byte("{"), []byte(`{"plugin":"any",`), 1)
		}), Untrusted},
		"a later sequence":   {remade(t, good, token(func(_, p map[string]any) { p["seq"] = 99 })), Untrusted},
		"a later expiry":     {remade(t, good, token(func(_, p map[string]any) { p["exp"] = 4102444800 })), Untrusted},
		"no algorithm":       {remade(t, good, token(func(h, _ map[string]any) { h["alg"] = "none" })), Untrusted},
		"another key's name": {remade(t, good, token(func(h, _ map[string]any) { h["kid"] = "0" })), Untrusted},
		"no signatures":      {remade(t, good, func(a archive) { a[signatureFile] = []byte(`{"signatures":[]}`) }), Untrusted},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Verify(c.raw, acme(""))
			if b != nil || refusal(t, err) != c.want {
				t.Errorf("refused as %v, not %s", err, c.want)
			}
		})
	}
	if _, err := Verify(good, acme("")); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// Whoever holds the key may still sign what must not come into force.
func TestSignedButNotUnderstood(t *testing.T) {
	resigned := func(change func(archive)) []byte {
		raw, err := Sign(remade(t, signed(t, nil, 3, today.Add(time.Hour)), change), acmeKey().private)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, change := range map[string]func(archive){
		"roots of ours": func(a archive) {
			a[manifestFile] = bytes.Replace(a[manifestFile], []byte("scrubjay/org_test"), []byte("scrubjay/decision"), 1)
		},
		"all roots":            func(a archive) { a[manifestFile] = bytes.Replace(a[manifestFile], []byte("scrubjay/org_test"), nil, 1) },
		"an organisation":      func(a archive) { a[settingsFile] = []byte("organisation: {url: 'https://x.example'}") },
		"settings not YAML":    func(a archive) { a[settingsFile] = []byte("{") },
		"a misspelt verdict":   func(a archive) { a[dataFile] = []byte(`{"scrubjay":{"org":{"verdicts":{"pii":{"public":"fobid"}}}}}`) },
		"a class that is none": func(a archive) { a[dataFile] = []byte(`{"scrubjay":{"org":{"verdicts":{"pi":{"public":"forbid"}}}}}`) },
		"a table that is none": func(a archive) { a[dataFile] = []byte(`{"scrubjay":{"org":{"labels":["secret"]}}}`) },
		"a name that is none":  func(a archive) { a[dataFile] = []byte(`{"scrubjay":{"org":{"name":1}}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Verify(resigned(change), acme(""))
			if err == nil {
				err = b.with(organised(acme(""))).accept(t.Context(), today)
			}
			if refusal(t, err) == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestBuildRefusesWhatTheMachinesWould(t *testing.T) {
	test := "package scrubjay.org_test\n\ntest_it if data.scrubjay.org.answer == 42\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing there":      {map[string]string{"README.md": "hello"}, "holds no policy"},
		"another package":    {map[string]string{"x.rego": "package scrubjay\n\nkind := \"local\"\n"}, "do not permit"},
		"data at the top":    {map[string]string{"data.yaml": "verdicts: {}\n"}, "scrubjay/org/data.yaml"},
		"network":            {map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\" if http.send({\"url\": \"http://x.example\"})\n"}, "http.send"},
		"environment":        {map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains opa.runtime().env.HOME\n"}, "opa.runtime"},
		"an unused variable": {map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\" if {\n\ty := 1\n}\n"}, "unused"},
		"a failing test":     {map[string]string{"x.rego": "package scrubjay.org\n\nanswer := 41\n", "x_test.rego": test}, "test_it"},
		"a loop":             {map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\" if data.scrubjay.decision.verdict == \"scrub\"\n"}, "recursive"},
		"settings":           {map[string]string{"settings.yaml": "nothing: 1\n"}, `settings.yaml:1: no setting is called "nothing"`},
		"data hides a rule":  {map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\"\n", "scrubjay/org/data.yaml": "forbid: []\n"}, "conflict"},
		"a link out of it":   {nil, "escapes"},
		"a misspelt verdict": {verdicts("{pii: {public: fobid}}"), "did you mean forbid"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := dirOf(t, c.files)
			if c.files == nil {
				dir = t.TempDir()
				if err := os.Symlink("/etc/hostname", filepath.Join(dir, "x.rego")); err != nil {
					t.Skip(err)
				}
			}
			err := Build(dir, &bytes.Buffer{}, 1, today, "acme")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v, not %q", err, c.want)
			}
		})
	}
	if Build(acmeDir, &bytes.Buffer{}, 0, today, "acme") == nil || Build(acmeDir, &bytes.Buffer{}, 1, today, "") == nil {
		t.Error("built without a sequence number or a scope")
	}
}

func TestCheckAndTestOfADirectory(t *testing.T) {
	if err := Check(acmeDir); err != nil {
		t.Error(err)
	}
	report, err := Test(acmeDir)
	if err != nil || report.Err() != nil || len(report.Results) != 1 || report.Coverage <= 50 {
		t.Errorf("%+v, error %v", report, err)
	}
	if r := report.Results[0]; r.File != "acme_test.rego" || r.Line == 0 || r.Name != "scrubjay.org_test.test_health_data_go_to_our_own_model_only" {
		t.Errorf("%+v", r)
	}
	if err := Check(dirOf(t, map[string]string{"x.rego": "package scrubjay.org\nforbid contains  \"x\"\n"})); err == nil || !strings.Contains(err.Error(), "x.rego is not formatted") {
		t.Errorf("formatting: %v", err)
	}
}

func TestTestsThatWereCutShortHaveNotPassed(t *testing.T) {
	b, err := Verify(signed(t, nil, 1, today.Add(time.Hour)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := b.passes(ctx); err != nil {
		t.Error(err)
	}
	cancel()
	if b.passes(ctx) == nil {
		t.Error("no test ran, and all passed")
	}
}

func TestPush(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(t.TempDir(), "acme.tar.gz")
	push := func(raw []byte) error {
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Push(t.Context(), file, Target{Place: root}, &policy.Layers{}, t.TempDir(), today.Add(-time.Hour))
		return err
	}
	served := func() (string, time.Time) {
		raw, err := os.ReadFile(filepath.Join(root, "acme.tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(filepath.Join(root, "acme.tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		return hash(raw), st.ModTime().Truncate(time.Second)
	}
	one, two := signed(t, nil, 1, today), signed(t, nil, 2, today)
	if err := push(one); err != nil {
		t.Fatal(err)
	}
	name, date := served()
	if err := push(one); err != nil {
		t.Fatal(err)
	}
	if n, d := served(); n != name || !d.Equal(date) {
		t.Error("an equal push touched the file")
	}
	if err := push(two); err != nil {
		t.Fatal(err)
	}
	if n, d := served(); n != hash(two) || !d.After(date) {
		t.Errorf("a push within the same second is dated %s, after %s", d, date)
	}
	if err := push(one); err == nil || !strings.Contains(err.Error(), "served already") {
		t.Errorf("an older sequence number: %v", err)
	}
	if err := push(remade(t, signed(t, nil, 3, today), func(a archive) { delete(a, signatureFile) })); err == nil || !strings.Contains(err.Error(), "not signed") {
		t.Errorf("an unsigned bundle: %v", err)
	}
	if err := push([]byte("hello")); err == nil {
		t.Error("something else was pushed")
	}
	left, err := os.ReadDir(root)
	if err != nil || len(left) != 1 {
		t.Errorf("the web root holds %d files, error %v", len(left), err)
	}
}

func FuzzUnpack(f *testing.F) {
	var small bytes.Buffer
	if err := (archive{"a/b": []byte("x"), manifestFile: nil}).pack(&small); err != nil {
		f.Fatal(err)
	}
	f.Add(small.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		files, err := unpack(raw)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := files.pack(&out); err != nil {
			t.Skip(err) // a name that tar cannot write
		}
		again, err := unpack(out.Bytes())
		if err != nil || !maps.EqualFunc(files, again, bytes.Equal) {
			t.Errorf("packing changed the files: %v", err)
		}
	})
}
