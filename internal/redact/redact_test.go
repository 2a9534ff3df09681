package redact

import (
	"bytes"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

var testMACs = newMACs([]byte("a key for tests only, 32 bytes.."))

// TestPlaceholderForm: an identifier, the same each time, another for each scope, type and value, and
// any single wrong or exchanged character shows.
func TestPlaceholderForm(t *testing.T) {
	form := regexp.MustCompile(`^(REDACTED_)?[A-Z][A-Z0-9_]*_[2-9a-hjkmnp-z]{6}$`)
	seen := map[string]string{}
	for _, typ := range []string{"EMAIL", "IP", "AWS_KEY_ID"} {
		for _, scope := range []Scope{Wire, File} {
			for i := range 200 {
				p := placeholder(testMACs, scope, typ, fmt.Appendf(nil, "value %d", i), 0)
				if !form.MatchString(p) || len(p) > MaxPlaceholder {
					t.Fatalf("%q is no placeholder", p)
				}
				if was, ok := seen[p]; ok {
					t.Fatalf("%q stands for %s and %s %d", p, was, typ, i)
				}
				seen[p] = typ
				if f := Find([]byte("x " + p + ".")); len(f) != 1 || f[0].Scope != scope || f[0].End-f[0].Start != len(p) {
					t.Fatalf("%q is found as %v", p, f)
				}
				wrong := []byte(p)
				wrong[len(p)-1-i%6] = alphabet[(strings.IndexByte(alphabet, wrong[len(p)-1-i%6])+1+i%30)%31]
				for _, s := range Find(wrong) {
					if s.End-s.Start == len(p) {
						t.Fatalf("%q passes for %q", wrong, p)
					}
				}
			}
		}
	}
}

// TestLengths: a placeholder is as long as its type makes it, whatever it stands for.
func TestLengths(t *testing.T) {
	v := open(t, t.TempDir())
	defer v.Close()
	for _, scope := range []Scope{Wire, File} {
		lengths := map[int]bool{}
		for _, n := range []int{1, 8, 60, 5000} {
			p, err := v.Issue(scope, "openai", []Value{{Type: "API_KEY", Rule: "generic-secret", Class: "credential", Bytes: []byte(strings.Repeat("x", n))}})
			if err != nil {
				t.Fatal(err)
			}
			lengths[len(p[0])] = true
		}
		if len(lengths) != 1 {
			t.Errorf("lengths %v", lengths)
		}
	}
}

func open(t *testing.T, dir string) *Vault {
	t.Helper()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func secret(i int) Value {
	return Value{Type: "API_KEY", Rule: "generic-secret", Class: "credential", Bytes: fmt.Appendf(nil, "v\"alue\\%d\n😀é", i)}
}

// TestVault: the same value gets the same placeholder through restarts; a provider gets back only what
// was issued to it; a file's placeholder is not the wire's.
func TestVault(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	if _, err := OpenVault(dir); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second process gets %v", err)
	}
	wire, err := v.Issue(Wire, "openai", []Value{secret(1), secret(2), secret(1)})
	if err != nil || wire[0] != wire[2] || wire[0] == wire[1] {
		t.Fatalf("%v %v", wire, err)
	}
	file, err := v.Issue(File, "", []Value{secret(1)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, ok := v.FromWire("openai")(wire[0]); !ok || !bytes.Equal(got, secret(1).Bytes) {
			t.Fatal("the provider's own placeholder is not restored")
		}
		if _, ok := v.FromWire("anthropic")(wire[0]); ok {
			t.Fatal("another provider's placeholder is restored")
		}
		if _, ok := v.FromWire("openai")(file[0]); ok {
			t.Fatal("a file's placeholder is restored on the wire")
		}
		if got, ok := v.FromFile(file[0]); !ok || !bytes.Equal(got, secret(1).Bytes) {
			t.Fatal("a file's placeholder is not restored in a file")
		}
		if _, ok := v.FromFile(wire[0]); ok {
			t.Fatal("the wire's placeholder is restored in a file")
		}
		again, err := v.Issue(Wire, "openai", []Value{secret(1)})
		if err != nil || again[0] != wire[0] {
			t.Fatalf("%v %v, want %v", again, err, wire[0])
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		v = open(t, dir)
	}
	defer v.Close()
	for _, name := range []string{"vault.log", "vault.key"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Contains(text, []byte("alue")) || bytes.Contains(text, []byte("API_KEY")) {
			t.Fatalf("%s shows what it holds (%v)", name, err)
		}
		if st, _ := os.Stat(filepath.Join(dir, name)); st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, st.Mode())
		}
	}
}

// TestOneValueOnePlaceholder: a value keeps the placeholder it was first given, whatever finds it later.
func TestOneValueOnePlaceholder(t *testing.T) {
	v := open(t, t.TempDir())
	defer v.Close()
	first, err := v.Issue(Wire, "openai", []Value{secret(1)})
	if err != nil {
		t.Fatal(err)
	}
	other := secret(1)
	other.Type, other.Rule = "PASSWORD", "url-password"
	again, err := v.Issue(Wire, "anthropic", []Value{other})
	if err != nil || again[0] != first[0] {
		t.Errorf("%v and then %v (%v)", first, again, err)
	}
	one, two := secret(2), secret(2)
	two.Type = "PASSWORD"
	if both, err := v.Issue(Wire, "openai", []Value{one, two}); err != nil || both[0] != both[1] {
		t.Errorf("%v at once (%v)", both, err)
	}
}

// TestExpiry: the wire's placeholders expire, a file's never do; purging forgets one for good.
func TestExpiry(t *testing.T) {
	dir := t.TempDir()
	now := time.Unix(1_800_000_000, 0)
	v, err := openLocked(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	wire, _ := v.Issue(Wire, "openai", []Value{secret(1)})
	file, _ := v.Issue(File, "", []Value{secret(2), secret(3)})
	now = now.Add(100 * 365 * 24 * time.Hour)
	if _, ok := v.FromWire("openai")(wire[0]); ok {
		t.Error("a wire placeholder outlived its time")
	}
	if err := v.Purge(file[1]); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err = openLocked(dir, func() time.Time { return now }); err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if _, ok := v.FromFile(file[0]); !ok {
		t.Error("a file's value is lost")
	}
	if _, ok := v.FromFile(file[1]); ok {
		t.Error("a purged value is still there")
	}
}

// TestTorn: whatever byte a crash cuts the vault at, it opens, and every whole record is there.
func TestTorn(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir)
	var tokens []string
	var sizes []int64
	for i := range 4 {
		p, err := v.Issue(File, "", []Value{secret(i)})
		if err != nil {
			t.Fatal(err)
		}
		tokens, sizes = append(tokens, p[0]), append(sizes, v.journal.size)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(filepath.Join(dir, "vault.log"))
	for cut := range whole {
		if err := os.WriteFile(filepath.Join(dir, "vault.log"), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		v := open(t, dir)
		for i, p := range tokens {
			if _, ok := v.FromFile(p); ok != (sizes[i] <= int64(cut)) {
				t.Fatalf("cut at %d of %d: record %d there is %v", cut, len(whole), i, ok)
			}
		}
		if _, err := v.Issue(File, "", []Value{secret(9)}); err != nil {
			t.Fatal(err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLostKey: a vault without its key is refused, not silently begun anew.
func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "vault.key"))
	if _, err := OpenVault(dir); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Fatalf("error is %v", err)
	}
}

// TestRestoreSplits: however a text is cut, the restored pieces make up the restored text, and never
// more than MaxPlaceholder bytes are held.
func TestRestoreSplits(t *testing.T) {
	values := map[string]string{}
	look := func(p string) ([]byte, bool) { v, ok := values[p]; return []byte(v), ok }
	for i, typ := range []string{"EMAIL", "AWS_KEY_ID", "IP"} {
		values[placeholder(testMACs, Wire, typ, []byte{byte(i)}, 0)] = fmt.Sprintf("<%d \"\\\n😀>", i)
	}
	var tokens []string
	for p := range values {
		tokens = append(tokens, p)
	}
	never := placeholder(testMACs, Wire, "EMAIL", []byte("never"), 0)
	file := placeholder(testMACs, File, "EMAIL", []byte{0}, 0)
	r := rand.New(rand.NewPCG(5, 6))
	bits := append([]string{"X", "_", "MAX_", "\\n", " ", "é", "a2", "THE_QUICK", never, file, tokens[0][:7]}, tokens...)
	for range 300 {
		var text, want string
		for range r.IntN(8) {
			b := bits[r.IntN(len(bits))]
			text += b
		}
		want = text
		for _, p := range tokens {
			want = strings.ReplaceAll(want, p, values[p])
		}
		for a := 0; a <= len(text); a++ {
			for b := a; b <= len(text); b += 1 + len(text)/12 {
				re := NewRestorer(look)
				var got []byte
				for _, piece := range []string{text[:a], text[a:b], text[b:]} {
					got = append(got, re.Write([]byte(piece))...)
					if len(re.held) > MaxPlaceholder {
						t.Fatalf("holds %d bytes", len(re.held))
					}
				}
				got = append(got, re.Flush()...)
				if string(got) != want {
					t.Fatalf("%q cut at %d, %d\n got %q\nwant %q", text, a, b, got, want)
				}
			}
		}
	}
}

// TestMost: what restorers of an answer held at most is known, and knowing it allocates nothing.
func TestMost(t *testing.T) {
	most := 0
	never := func(string) ([]byte, bool) { return nil, false }
	NewRestorer(never).Most(&most).Write([]byte("nothing to hold"))
	if most != 0 {
		t.Errorf("%d of nothing", most)
	}
	for _, c := range []struct {
		text string
		most int
	}{{"it is EMA", 3}, {"EMAIL_sy8c!", 10}, {"EM", 10}} {
		r := NewRestorer(never).Most(&most)
		for i := range c.text {
			r.Write([]byte{c.text[i]})
		}
		r.Flush()
		if most != c.most {
			t.Errorf("%q: %d, want %d", c.text, most, c.most)
		}
	}
	piece := []byte("a text and EMAIL_sy8")
	write := func(r *Restorer) func() { return func() { r.Write(piece) } }
	if noted, plain := testing.AllocsPerRun(100, write(NewRestorer(never).Most(&most))), testing.AllocsPerRun(100, write(NewRestorer(never))); noted != plain {
		t.Errorf("%v allocations instead of %v", noted, plain)
	}
}

// TestKnown: a value once issued is found anywhere, with or without a rule for it; a short one not
// within a longer word.
func TestKnown(t *testing.T) {
	var k Known
	for _, v := range []string{"hunter2!x", "abc123", "abc123-and-a-longer-one", "tiny"} {
		k.Add(Value{Type: "SECRET", Bytes: []byte(v)})
	}
	for text, want := range map[string]int{
		"say hunter2!x twice: hunter2!x": 2, "xabc123": 0, "(abc123)": 1, "abc123-and-a-longer-one": 1, "xabc123-and-a-longer-onex": 1, "tiny": 0, "": 0,
	} {
		if got := find([]byte(text), &k, testSecrets()); len(got) != want {
			t.Errorf("%q: %d matches, want %d", text, len(got), want)
		}
	}
	if m := find([]byte("abc123-and-a-longer-one"), &k, testSecrets()); m[0].Len() != len("abc123-and-a-longer-one") {
		t.Error("a value's own beginning hides it")
	}
}

// TestNothingToFind: what stands for a value is not found in its place, whatever name it is given.
func TestNothingToFind(t *testing.T) {
	for i := range 200 {
		for _, typ := range []string{"SECRET", "PASSWORD", "AWS_KEY_ID"} {
			for _, scope := range []Scope{Wire, File} {
				text := fmt.Appendf(nil, "db_password = %q\nPASSWORD=%[1]s\n", placeholder(testMACs, scope, typ, []byte{byte(i)}, 0))
				if found := detect.Default().Find("", text); len(found) > 0 {
					t.Fatalf("%s finds %q", found[0].Rule.ID, text)
				}
			}
		}
	}
}

// BenchmarkKnown is what is asked of every text of a request, by how many values the vault has.
func BenchmarkKnown(b *testing.B) {
	text := []byte(strings.Repeat("func (s *Server) handle(w http.ResponseWriter, r *http.Request) { return s.next(w, r) }\n", 2000))
	for _, n := range []int{0, 10, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var k Known
			for i := range n {
				k.Add(Value{Type: "SECRET", Class: detect.Credential, Bytes: fmt.Appendf(nil, "%x-value-%d", i*7919, i)})
			}
			s := testSecrets("another-1-value")
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				find(text, &k, s)
			}
		})
	}
}

// TestInDoubt: what is in doubt is looked for elsewhere only if it is a value of its own and no word, and once it is
// certain it is so for good.
func TestInDoubt(t *testing.T) {
	dir := t.TempDir()
	v, err := OpenVault(dir)
	if err != nil {
		t.Fatal(err)
	}
	own, word := cryptorand.Text()[:16], "butterfly"
	values := []Value{
		{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential, Bytes: []byte(own), Doubt: true},
		{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential, Bytes: []byte(word), Doubt: true},
		{Type: "PERSON", Rule: "person", Class: detect.PII, Bytes: []byte("Juniper"), Doubt: true},
	}
	placeholders, err := v.Issue(Wire, "openai", values)
	if err != nil {
		t.Fatal(err)
	}
	known := v.Known([]byte("a " + own + " and a " + word + " of Juniper's"))
	if len(known) != 1 || !known[0].Doubt {
		t.Errorf("known are %+v", known)
	}
	for i, p := range placeholders {
		if value, ok := v.InDoubt("openai")(p); !ok || string(value) != string(values[i].Bytes) {
			t.Errorf("%s is not in doubt", p)
		}
	}
	values[0].Doubt = false
	if _, err := v.Issue(Wire, "openai", values[:1]); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again after a restart
		if _, ok := v.InDoubt("openai")(placeholders[0]); ok {
			t.Error("what is certain is in doubt")
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if v, err = OpenVault(dir); err != nil {
			t.Fatal(err)
		}
	}
	_ = v.Close()
}
