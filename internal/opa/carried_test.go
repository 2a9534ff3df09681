package opa

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// acornRule is a rule of Acme's own, which holds for its example.
const acornRule = `[[rules]]
id = 'acorn-project'
class = 'internal'
regex = 'acorn-[0-9]{6}'
keywords = ['acorn-']
examples = ['the project acorn-123456']
negatives = ['an acorn']
`

// indexOf is an index of one term.
func indexOf(t *testing.T, id, term string) string {
	t.Helper()
	b, err := detect.NewIndexBuilder(detect.Index{ID: id, Class: detect.Proprietary, Severity: detect.High, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Term(term); err != nil {
		t.Fatal(err)
	}
	file, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

func TestABundleCarriesRules(t *testing.T) {
	files := map[string]string{
		"rules/acorn.toml":      acornRule,
		"indexes/acme.sjindex":  indexOf(t, "acme", "kappa shaft"),
		"settings.yaml":         "rules: {files: [/opt/acme/more.toml]}\n",
		"notes/README.md":       "not part of it",
		"x.rego":                "package scrubjay.org\n\nverdict contains {\"rule\": \"acorn-project\", \"verdict\": \"forbid\"}\n",
		"rules/more/notes.text": "not part of it",
	}
	if err := Build(dirOf(t, map[string]string{"x.rego": files["x.rego"], "rules/acorn.toml": acornRule}), &bytes.Buffer{}, 1, today, "acme"); err != nil {
		t.Errorf("a rule that it carries is known to its Rego: %v", err)
	}
	raw := signed(t, files, 3, today.Add(hour))
	b, err := Verify(raw, acme(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.with(organised(acme(""))).accept(t.Context(), today); err != nil {
		t.Error(err)
	}
	s := organised(acme("")).WithBundle(&b.settings).Wire()
	rev := "bundle " + b.Revision + ": "
	if want := []string{"/opt/acme/more.toml", rev + "indexes/acme.sjindex", rev + "rules/acorn.toml"}; !slices.Equal(s.Rules.Files, want) {
		t.Errorf("rules.files are %q, not %q", s.Rules.Files, want)
	}
	if got := slices.Sorted(maps.Keys(s.Rules.Carried)); len(got) != 2 || string(s.Rules.Carried[rev+"rules/acorn.toml"]) != acornRule {
		t.Errorf("carried: %q", got)
	}
	for name, change := range map[string]func(archive){
		"a changed rule":   func(a archive) { a["rules/acorn.toml"] = append(a["rules/acorn.toml"], '\n') },
		"a changed index":  func(a archive) { a["indexes/acme.sjindex"][40]++ },
		"a rule more":      func(a archive) { a["rules/more.toml"] = []byte(acornRule) },
		"the rules gone":   func(a archive) { delete(a, "rules/acorn.toml") },
		"under a new name": func(a archive) { a["rules/b.toml"] = a["rules/acorn.toml"]; delete(a, "rules/acorn.toml") },
	} {
		if _, err := Verify(remade(t, raw, change), acme("")); refusal(t, err) != Untrusted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestABadRuleIsNamedByItsLine: where the bundle is built, and, for what cannot be read, on every machine.
func TestABadRuleIsNamedByItsLine(t *testing.T) {
	broken := strings.Replace(acornRule, "{6}'", "{7}'", 1)
	for name, c := range map[string]struct {
		files  map[string]string
		want   string
		reason Reason // of the machines; none if they take it
	}{
		"not TOML":          {map[string]string{"rules/a.toml": "[[rules]]\nid = \n"}, "rules/a.toml:2:", Unusable},
		"an unknown key":    {map[string]string{"rules/a.toml": acornRule + "keyword = ['x']\n"}, "rules/a.toml:8:", Unusable},
		"no expression":     {map[string]string{"rules/a.toml": "\n[[rules]]\nid = 'a-rule'\nregex = '('\n"}, `rules/a.toml:3: rule "a-rule"`, Unusable},
		"it extends a file": {map[string]string{"rules/a.toml": "[extend]\npath = '/etc/passwd'\n"}, "write its rules into this one", Unusable},
		"no index":          {map[string]string{"indexes/a.sjindex": "x"}, "indexes/a.sjindex: it is no index", Unusable},
		"twice":             {map[string]string{"rules/a.toml": acornRule, "rules/b.toml": "\n" + acornRule}, `rules/b.toml:3: rule "acorn-project" stands in rules/a.toml:2, too`, Unusable},
		"a broken example":  {map[string]string{"rules/a.toml": broken}, `rules/a.toml:2: rule "acorn-project": example 1 gives nothing`, ""},
		"a built-in id":     {map[string]string{"rules/a.toml": strings.Replace(acornRule, "acorn-project", "iban", 1)}, `rules/a.toml:2: rule "iban" has a built-in rule's id`, ""},
		"in no place":       {map[string]string{"a.toml": acornRule}, "a.toml would not be read there: put it into rules/", ""},
		"an index in rules": {map[string]string{"rules/a.sjindex": "x"}, "put it into indexes/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for what, err := range map[string]error{"check": Check(dirOf(t, c.files)), "build": Build(dirOf(t, c.files), &bytes.Buffer{}, 1, today, "acme")} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s said %v, not %s", what, err, c.want)
				}
			}
			b, err := Verify(forced(t, c.files, 3), acme(""))
			if err == nil {
				err = b.with(organised(acme(""))).accept(t.Context(), today)
			}
			switch {
			case c.reason == "" && err != nil:
				t.Errorf("a machine refuses it: %v", err)
			case c.reason != "" && (refusal(t, err) != c.reason || !strings.Contains(err.Error(), c.want)):
				t.Errorf("a machine said %v, not %s", err, c.want)
			}
		})
	}
	if err := Check(dirOf(t, map[string]string{"rules/acorn.toml": acornRule})); err != nil {
		t.Errorf("a good one: %v", err)
	}
}
