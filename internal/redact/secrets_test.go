package redact

import (
	"bytes"
	"compress/gzip"
	cryptorand "crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

func testSecrets(values ...string) *Secrets {
	s := newSecrets(bytes.Repeat([]byte{7}, 48))
	var all [][]byte
	for _, v := range values {
		all = append(all, []byte(v))
	}
	s.Set("test", all)
	return s
}

// TestSecretsForms: a secret is found in every form that texts have of it, and all of it.
func TestSecretsForms(t *testing.T) {
	const value = `p4"ss w'ord/+$x\é?&`
	s := testSecrets(value, "another-1-value")
	quoted, _ := json.Marshal(value)
	basic := base64.StdEncoding.EncodeToString
	for name, text := range map[string]string{
		"as it is": "it is " + value + " here", "query": "https://a/?k=" + url.QueryEscape(value), "path": url.PathEscape(value),
		"json": string(quoted), "single quotes": "'" + strings.ReplaceAll(value, "'", `'\''`) + "'",
		"hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
		"base64": basic([]byte(value)), "basic 1": basic([]byte("u:" + value)), "basic 2": basic([]byte("jay:" + value)), "basic 3": basic([]byte("kay0:" + value + ".")),
		"url base64": base64.URLEncoding.EncodeToString([]byte(">>" + value)),
	} {
		found := find([]byte(text), new(Known), s)
		if len(found) != 1 || found[0].Rule != KnownRule {
			t.Errorf("%s: %d found in %q", name, len(found), text)
			continue
		}
		if rest := text[:found[0].Start] + text[found[0].End:]; strings.Contains(rest, value[6:10]) || len(rest) > 18 {
			t.Errorf("%s: %q is left", name, rest)
		}
	}
	for _, text := range []string{"", "p4", `p4"ss w'ord/+$x\é`, "xanother-1-value2", strings.Repeat(value[:8], 20)} {
		if found := find([]byte(text), new(Known), s); strings.Contains(text, "another") != (len(found) == 1) {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// TestSecretsSources: a source's values take the place of those that it had; another's stay.
func TestSecretsSources(t *testing.T) {
	s := testSecrets("the-first-7-value")
	s.Set("other", [][]byte{[]byte("the-other-7-value"), []byte("short")})
	text := []byte("the-first-7-value the-other-7-value the-third-7-value short")
	if n := len(find(text, new(Known), s)); n != 2 {
		t.Errorf("found %d of 2", n)
	}
	s.Set("test", [][]byte{[]byte("the-third-7-value")})
	found := find(text, new(Known), s)
	if len(found) != 2 || found[0].Start != 18 || found[1].Start != 36 {
		t.Errorf("found %v", found)
	}
	s.Set("test", nil)
	s.Set("other", nil)
	if n := len(find(text, new(Known), s)); n != 0 {
		t.Errorf("found %d of none", n)
	}
}

// TestTooManySecrets: what is beyond the bound is not looked for, and is counted; what the person named is never among
// it, and when a source goes there is room again.
func TestTooManySecrets(t *testing.T) {
	s := newSecrets(bytes.Repeat([]byte{7}, 48))
	last, named := []byte("the-last-7-value"), []byte("the-named-7-value")
	prints := make([]Print, mostPrints-len(s.Prints(named)))
	for i := range prints {
		prints[i] = Print{Length: 20, Gate: uint32(i) % (1 << gateBits), Head: uint64(i)}
	}
	s.SetPrints("file a", prints)
	s.SetPrints("file a again", prints[:100])
	s.Set(addedSource, [][]byte{named})
	if n := s.LeftOut(); n != 0 {
		t.Errorf("%d left out, of as many as there may be", n)
	}
	s.Set("file b", [][]byte{last})
	if n := s.LeftOut(); n != len(s.Prints(last)) {
		t.Errorf("%d left out, want %d", n, len(s.Prints(last)))
	}
	if len(find(named, new(Known), s)) != 1 {
		t.Error("what the person named is left out")
	}
	if len(find(last, new(Known), s)) != 0 {
		t.Error("what is left out is found")
	}
	s.Set("file a", nil)
	s.Set("file a again", nil)
	if s.LeftOut() != 0 || len(find(last, new(Known), s)) != 1 {
		t.Errorf("%d left out in the end", s.LeftOut())
	}
}

// TestSecretsDifferential: whatever the values and the text, what is found is where a plain search finds it.
func TestSecretsDifferential(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab.0"[random.IntN(4)]
		}
		return string(b)
	}
	for range 300 {
		values := []string{word(12 + random.IntN(8)), word(12), word(14)}
		s := testSecrets(values...)
		text := word(random.IntN(40))
		for range random.IntN(6) {
			text += values[random.IntN(3)] + word(random.IntN(12))
		}
		covered := make([]bool, len(text))
		for _, m := range find([]byte(text), new(Known), s) {
			for i := m.Start; i < m.End; i++ {
				covered[i] = true
			}
		}
		left := []byte(text)
		for i := range left {
			if covered[i] {
				left[i] = '#'
			}
		}
		for _, v := range values {
			if strings.Contains(string(left), v) {
				t.Fatalf("%q is left of %q in %q", v, text, left)
			}
		}
	}
}

// TestAddedSecrets: they are known after a restart, and their file says nothing of them.
func TestAddedSecrets(t *testing.T) {
	dir := t.TempDir()
	open := func() *Vault {
		t.Helper()
		v, err := OpenVault(dir)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const value = "quite-secret-41"
	v := open()
	if err := v.AddSecret("deploy", []byte(value)); err != nil {
		t.Fatal(err)
	}
	if err := v.AddSecret("short", []byte("seven77")); err == nil {
		t.Error("a short one is taken")
	}
	if err := v.RemoveSecret("other"); err == nil {
		t.Error("one that was never added is removed")
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "secrets"))
	if err != nil || bytes.Contains(file, []byte("deploy")) || bytes.Contains(file, []byte(value)) {
		t.Errorf("the file tells: %v", err)
	}
	v = open()
	if found := v.Known([]byte("say " + value)); len(found) != 1 || !slices.Equal(v.SecretNames(), []string{"deploy"}) {
		t.Errorf("after a restart, found %v of %q", found, v.SecretNames())
	}
	if err := v.RemoveSecret("deploy"); err != nil || len(v.Known([]byte("say "+value))) != 0 {
		t.Errorf("removed, it is still known: %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []string{"", "other", addedHeader, addedHeader + strings.Repeat("x", 100)} {
		if err := os.WriteFile(filepath.Join(dir, "secrets"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if v, err := OpenVault(dir); err == nil || !strings.Contains(err.Error(), "secrets") {
			t.Errorf("%q is taken: %v %v", damaged, v, err)
		}
	}
}

// TestKnownTwice: what both the vault and the machine know is one match, and two that overlap are one.
func TestKnownTwice(t *testing.T) {
	var k Known
	for _, v := range []string{"abcdef-1-ghi", "second-2-one", "short7"} {
		k.Add(Value{Bytes: []byte(v)})
	}
	s := testSecrets("abcdef-1-ghi", "1-ghi-jkl-mno", "second-2-one-and-more")
	for text, want := range map[string]string{
		"abcdef-1-ghi": "[0-12]", " abcdef-1-ghi-jkl-mno ": "[1-21]", "second-2-one-and-more second-2-one": "[0-21 22-34]", "x short7": "[2-8]", "short7x": "[]",
		"abcdef-1-ghiabcdef-1-ghi": "[0-12 12-24]", "short": "[]", "": "[]",
	} {
		var got []string
		for _, m := range find([]byte(text), &k, s) {
			got = append(got, fmt.Sprintf("%d-%d", m.Start, m.End))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}

func BenchmarkSecrets(b *testing.B) {
	var values []string
	for i := range 100 {
		values = append(values, fmt.Sprintf("value-%d-%x", i, i*7919))
	}
	s := testSecrets(values...)
	text := []byte(strings.Repeat("func (s *Server) handle(w http.ResponseWriter, r *http.Request) { return s.next(w, r) }\n", 2000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		find(text, new(Known), s)
	}
}

// TestKnownInPacked: a value is known in text that was compressed and encoded, too.
func TestKnownInPacked(t *testing.T) {
	v, err := OpenVault(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	value := cryptorand.Text()[:20]
	if _, err := v.Issue(Wire, "openai", []Value{{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential, Bytes: []byte(value)}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, werr := w.Write([]byte("it says " + value + " here"))
	if err := errors.Join(werr, w.Close()); err != nil {
		t.Fatal(err)
	}
	packed := base64.StdEncoding.EncodeToString(b.Bytes())
	known := v.Known([]byte("x " + packed + " y"))
	if len(known) != 1 || known[0].Start != 2 || known[0].End != 2+len(packed) {
		t.Errorf("%+v", known)
	}
}
