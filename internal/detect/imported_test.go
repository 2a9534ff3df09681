package detect

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// added is an engine of files of internal/detect/peer/testdata, where gitleaks itself judges them.
func added(t testing.TB, base *Engine, names ...string) *Engine {
	t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("peer/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		set, err := Load(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if base, err = base.With(set); err != nil {
			t.Fatal(err)
		}
	}
	return base
}

// addedPieces are what the rules of those files find, or nearly.
var addedPieces = append(strings.Fields(`maple birch fir_abcd fur_1234 oak_ABCD zz-abc-123 ent=abcdefgh ababababababab willow_id:a1b2c3d4 key=spc_0a1b2c3d spc_0a1b2c3d
	ash_0000 ash_12ab ash:1234 line-1234 // y_123456 ps_0a1b2c3d pi_1234 any_1234 ng123 two_1234 CEDAR larch: 12345 yew top-123 rowan 0123456789ab`),
	"BEGIN CEDAR 0123", "456 END CEDAR")

func addedText(random *rand.Rand, between []string, n int) (text []byte) {
	for range n {
		if random.IntN(3) > 0 {
			text = append(text, addedPieces[random.IntN(len(addedPieces))]...)
			text = append(text, " \n\n="[random.IntN(4)])
		} else {
			text = append(text, between[random.IntN(len(between))]...)
		}
	}
	return text
}

// TestEditWithAddedRules: what looks at the whole text is right after every edit, too.
func TestEditWithAddedRules(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 32))
	between := material(t)
	e := added(t, Default(), "keywords.toml", "lists.toml", "required.toml", "lines.toml")
	seen := map[string]bool{}
	for round := range max(3, 9/trial.Thorough) {
		path := []string{"", "a.yml", "vendor/x"}[round%3]
		text := addedText(random, between, 200)
		scan := e.Open(path, text)
		for step := range 30 {
			at := random.IntN(len(text) + 1)
			end := min(len(text), at+random.IntN([]int{2, 40, 1000}[random.IntN(3)]))
			insert := addedText(random, between, random.IntN(4))
			text = slices.Concat(text[:at], insert, text[end:])
			scan = scan.Edit(text, letters.Between(at, end), len(insert))
			want := e.Open(path, text).Findings()
			if !slices.Equal(scan.Findings(), want) {
				t.Fatalf("step %d: %d findings, a new scan has %d", step, len(scan.Findings()), len(want))
			}
			for _, f := range want {
				seen[f.Rule.ID] = seen[f.Rule.ID] || f.Rule.imported != nil
			}
		}
	}
	for _, id := range []string{"far-gate", "first-group", "chain", "pine-secret", "two-of-them", "block"} {
		if !seen[id] {
			t.Errorf("%s found nothing", id)
		}
	}
}

// TestWindowsGiveTheSameMatches: where an expression is searched around keywords only, it finds what a search of
// the whole text does.
func TestWindowsGiveTheSameMatches(t *testing.T) {
	random := rand.New(rand.NewPCG(33, 34))
	between := material(t)
	windows, whole := added(t, &Engine{published: guess.NewPublished()}, "keywords.toml", "lists.toml"), added(t, &Engine{published: guess.NewPublished()}, "keywords.toml", "lists.toml")
	narrow := 0
	for _, r := range whole.Rules() {
		if r.imported.window > 0 {
			narrow++
			r.imported.window = 0
		}
	}
	if narrow < 8 {
		t.Fatalf("only %d rules are searched around keywords", narrow)
	}
	found := 0
	for range 300 / trial.Thorough {
		text := addedText(random, between, 1+random.IntN(60))
		want, got := sayings(whole, text), sayings(windows, text)
		if found += len(want); !slices.Equal(got, want) {
			t.Fatalf("%d findings, a search of the whole text gives %d", len(got), len(want))
		}
	}
	if found < 1000/trial.Thorough {
		t.Errorf("only %d findings", found)
	}
}

// TestPartsWithAddedRules: rules that need no more than their keywords' surroundings are found in a text that is
// read in parts, and those that need more are told.
func TestPartsWithAddedRules(t *testing.T) {
	random := rand.New(rand.NewPCG(35, 36))
	set, err := Load("parts.toml", []byte(`
		rules = [
			{id = 'chain', regex = 'ab[ab]{4}', keywords = ['ab']},
			{id = 'fir', regex = '\bfir_([a-z]{4,8})\b', keywords = ['fir_']},
			{id = 'any-case', regex = '(?i)[a-z]{0,8}willow_id[:=]([0-9a-z]{6,10})', keywords = ['willow']},
		]`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set)
	if err != nil || e.importing.held != nil {
		t.Fatalf("%v: a text must be held for its sake: %v", e.importing.held, err)
	}
	between := append(material(t), strings.Repeat("x ", 700), strings.Repeat("\n", 300), strings.Repeat("ab", 900))
	margin := e.reach + e.automaton.Longest + surroundings
	found := 0
	for range 20 / trial.Thorough {
		var text []byte
		for len(text) < 12*margin {
			text = append(text, addedText(random, between, 50)...)
		}
		want := e.Find("", text)
		got, _ := inParts(t, e, text, &pieces{text, random, 4096}, random.IntN(6*margin))
		if found += len(want); !slices.Equal(got, want) {
			t.Fatalf("in parts %d findings, in the whole %d", len(got), len(want))
		}
	}
	if found < 1000/trial.Thorough {
		t.Errorf("only %d findings", found)
	}
	for name, why := range map[string]string{"keywords.toml": "keyword", "required.toml": "requires another rule's", "lines.toml": "greatest length"} {
		if held := added(t, &Engine{published: guess.NewPublished()}, name).importing; held.held == nil || !strings.Contains(held.why, why) {
			t.Errorf("%s: a text is held because it %s", name, held.why)
		}
	}
}

// TestAddedRulesAreGitleaks: what spares our own rules' findings spares none of an added one's.
func TestAddedRulesAreGitleaks(t *testing.T) {
	set, err := Load("acorn.toml", []byte("[[rules]]\nid = 'acorn'\nregex = 'acn_[0-9A-Za-z]{20}'\nkeywords = ['acn_']\n[[rules]]\nid = 'keys'\npath = 'id_rsa$'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	for text, path := range map[string]string{
		"acn_xxxxxxxxxxxxxxxxxxxx": "", "t = acn_EXAMPLEkeyEXAMPLEkey": "a.go", "acn_00000000000000000000": "yarn.lock",
	} {
		if got := ids(e.Find(path, []byte(text))); !slices.Equal(got, []string{"acorn"}) {
			t.Errorf("%s: %v", text, got)
		}
	}
	found := e.Find("home/id_rsa", []byte("\n\nfirst\nsecond\n"))
	if len(found) != 1 || found[0].Rule.ID != "keys" || found[0].Span != (letters.Between(2, 7)) {
		t.Errorf("a file that is a finding: %v", found)
	}
}

// TestExtending: a file has the rules of the one that it extends; what is not right is told with its place.
func TestExtending(t *testing.T) {
	files := map[string]string{
		"base.toml": "[[rules]]\nid = 'a'\nregex = 'a1'\n[[rules]]\nid = 'b'\nregex = 'b1'\n[[rules]]\nid = 'off'\nregex = 'off'",
		"bad.toml":  "[[rules]]\nid = 'a'\nregex = '('",
	}
	open := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such file")
	}
	set, err := LoadExtending("top.toml", []byte("extend = {path = 'base.toml', disabledRules = ['off']}\n[[rules]]\nid = 'a'\nentropy = 1.0\n[[rules]]\nid = 'c'\nregex = 'c1'\n"), open)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range set.Rules {
		got = append(got, r.ID+" "+r.source.Regex)
	}
	if want := []string{"a a1", "c c1", "b b1"}; !slices.Equal(got, want) || set.Rules[0].entropy != 1 {
		t.Errorf("%q, want %q", got, want)
	}
	for text, want := range map[string]string{
		"extend = {path = 'gone.toml'}":                                                   "top.toml: extend.path gone.toml: no such file",
		"extend = {path = 'bad.toml'}":                                                    "bad.toml:2: rule \"a\": regex",
		"extend = {path = 'base.toml', useDefault = true}":                                "keep one",
		"[[rules]]\nid = 'a'\nregex = 'a1'\n[[rules.required]]\nid = 'x'":                 "top.toml:2: rule \"a\": required: no rule of this file is called \"x\"",
		"[[allowlists]]\nregexes = ['x']\ntargetRules = ['x']":                            "targetRules: no rule of this file",
		"[[rules]]\nid = 'a'\nregex = 'a1'\nallowlist = {condition = 'x', paths = ['x']}": "none of AND, OR",
	} {
		if _, err := LoadExtending("top.toml", []byte(text), open); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
	if _, err := Load("top.toml", []byte("extend = {path = 'base.toml'}")); err == nil {
		t.Error("a file that extends another is read without it")
	}
}
