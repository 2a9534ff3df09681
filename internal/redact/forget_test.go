package redact

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

func credential(value string) Value {
	return Value{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential, Bytes: []byte(value)}
}

// TestForget: a word that was taken for a secret is listed and can be forgotten, for good; secrets are not listed, and a
// file's placeholder is not forgotten.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	secret := "kx-" + rand.Text()
	issued, err := v.Issue(Wire, "openai", []Value{credential("export"), credential(secret), credential("development")})
	if err != nil {
		t.Fatal(err)
	}
	inFile, err := v.Issue(File, "", []Value{credential("import")})
	if err != nil {
		t.Fatal(err)
	}
	words := v.Words()
	if want := []string{issued[0], issued[2]}; len(words) != 2 || !slices.Contains(want, words[0]) || !slices.Contains(want, words[1]) {
		t.Errorf("words are %v of %v", words, issued)
	}
	for _, other := range []string{inFile[0], "SECRET_222222", "export", ""} {
		if err := v.Forget(other); !errors.Is(err, ErrNotOnWire) {
			t.Errorf("%q: %v", other, err)
		}
	}
	if err := v.Forget(words...); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		if n := len(v.Known([]byte("export development of " + secret))); n != 1 || len(v.Words()) != 0 {
			t.Errorf("%s: %d values are known, and %v are words", when, n, v.Words())
		}
		if _, ok := v.FromWire("openai")(issued[0]); ok {
			t.Errorf("%s: the placeholder is restored", when)
		}
	}
	check("forgotten")
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err = OpenVault(dir); err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	check("after a restart")
}

// TestParts: what a cursor cut off a value comes back, and is not looked for, until it is a value of its own.
func TestParts(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	part := credential("export")
	part.Part = true
	issue := func(value Value, learns bool) string {
		t.Helper()
		p, learnt, err := v.IssueNew(Wire, "openai", []Value{value})
		if err != nil || learnt != learns {
			t.Fatalf("learnt %v, %v", learnt, err)
		}
		return p[0]
	}
	first := issue(part, false)
	for range 2 {
		if got, ok := v.FromWire("openai")(first); !ok || string(got) != "export" || len(v.Known([]byte("an export b"))) != 0 {
			t.Errorf("%q, %v: it does not come back, or is looked for", got, ok)
		}
		if again := issue(part, false); again != first {
			t.Errorf("%s is %s the second time", first, again)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if v, err = OpenVault(dir); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { v.Close() }()
	if whole := issue(credential("export"), true); whole != first || len(v.Known([]byte("an export b"))) != 1 {
		t.Errorf("as a value of its own it is %s, not %s, or is not looked for", whole, first)
	}
}

// TestKnownForms: a credential is known in the forms that texts have of it; an address is not.
func TestKnownForms(t *testing.T) {
	var k Known
	value := "pw-" + rand.Text()[:11] + "/+?"
	k.Add(credential(value))
	k.Add(Value{Type: "EMAIL", Rule: "email-address", Class: detect.PII, Bytes: []byte(strings.Join([]string{"jan.nowak", "onet.pl"}, "@"))})
	for _, text := range []string{
		value, hex.EncodeToString([]byte(value)), base64.StdEncoding.EncodeToString([]byte("u:" + value)),
		base64.URLEncoding.EncodeToString([]byte(value + "!")), strings.NewReplacer("/", "%2F", "+", "%2B", "?", "%3F").Replace(value),
	} {
		if len(find([]byte("it is "+text+" here"), &k, testSecrets())) != 1 {
			t.Errorf("%s is not known", text)
		}
	}
	if n := len(find([]byte(hex.EncodeToString([]byte(strings.Join([]string{"jan.nowak", "onet.pl"}, "@")))), &k, testSecrets())); n != 0 {
		t.Errorf("%d addresses are known in hex", n)
	}
}

// TestKnownDifferential: however many values there are, and whatever they have in common, what is found is what a plain
// search finds; the doors grow on the way.
func TestKnownDifferential(t *testing.T) {
	r := mathrand.New(mathrand.NewPCG(3, 4))
	var k Known
	var values []string
	for _, upTo := range []int{20, 3000, 12000} {
		for i := len(values); i < upTo; i++ {
			v := fmt.Sprintf("%s%x", []string{"ghp_", "sk-ant-api03-", "", "AKIA", "ab"}[i%5], r.Uint64()>>(4*r.IntN(8)))
			if len(v) < knownMin {
				v += "-of-a-kind"
			}
			values = append(values, v)
			k.Add(Value{Type: "SECRET", Rule: "x", Class: detect.PII, Bytes: []byte(v)})
		}
		s := testSecrets("the-first-7-value")
		for range 50 {
			var text []byte
			want := 0
			for range 20 {
				text = append(text, "some words, and then "...)
				if r.IntN(2) == 0 {
					text = append(text, values[r.IntN(len(values))]...)
					want++
				} else {
					text = fmt.Appendf(text, "ghp_%x", r.Uint32())
				}
				text = append(text, '\n')
			}
			text = append(text, "the-first-7-value"...)
			found := find(text, &k, s)
			if len(found) != want+1 {
				t.Fatalf("%d values: %d found, want %d, in %q", upTo, len(found), want+1, text)
			}
			for _, m := range found[:want] {
				if !slices.ContainsFunc(values, func(v string) bool { return bytes.Equal(text[m.Start:m.End], []byte(v)) }) {
					t.Fatalf("%q is no value", text[m.Start:m.End])
				}
			}
		}
	}
}
