package detect

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

const ruleList = "../../docs/rule-list.md"

// TestRuleList: the page to which a diagnostic leads has every rule, with an example of ours, whose value is left out.
// -update writes it.
func TestRuleList(t *testing.T) {
	files, err := filepath.Glob("../../rules/detect/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	engine := Default()
	by := map[string]*Rule{}
	for _, r := range engine.Rules() {
		by[r.ID] = r
	}
	var page strings.Builder
	page.WriteString("# Every rule\n\nWhat each built-in rule finds. A value in an example is written as its placeholder's kind, in `<>`. How rules work\nand how to turn one off: [rules.md](rules.md).\n\n<!-- written by make generate -->\n")
	listed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f fileTOML
		if err := toml.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Rules) == 0 {
			continue
		}
		fmt.Fprintf(&page, "\n## %s\n", strings.TrimSuffix(filepath.Base(file), ".toml"))
		for _, of := range f.Rules {
			r := by[of.ID]
			if r == nil {
				t.Fatalf("%s is no rule of the engine", of.ID)
			}
			listed++
			fmt.Fprintf(&page, "\n### %s\n\n%s. Class %s, severity %s, confidence %s.\n", r.ID, r.Description, r.Class, r.Severity, r.Confidence)
			if example := shownExample(engine, of); example != "" {
				fmt.Fprintf(&page, "\n```\n%s\n```\n", example)
			}
		}
	}
	if listed < len(engine.Rules()) {
		t.Errorf("%d of %d rules are listed", listed, len(engine.Rules()))
	}
	was, _ := os.ReadFile(ruleList)
	if *update {
		if err := os.WriteFile(ruleList, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page.String() != string(was) {
		t.Error("docs/rule-list.md is not of these rules: run make generate")
	}
}

// shownExample is the shortest of a rule's examples that fits a line, with a word in the place of each value.
func shownExample(e *Engine, r ruleTOML) (shortest string) {
	for _, text := range unbrokenAll(r.Examples) {
		found := e.Find("", []byte(text))
		ours := slices.ContainsFunc(found, func(f Finding) bool { return f.Rule.ID == r.ID })
		if !ours || strings.ContainsAny(text, "\r\x1b\x00`") {
			continue
		}
		var out strings.Builder
		at := 0
		for _, f := range found {
			if f.Start >= at {
				out.WriteString(text[at:f.Start] + "<" + f.Rule.Placeholder + ">")
				at = f.End
			}
		}
		out.WriteString(text[at:])
		shown := strings.TrimSpace(out.String())
		if strings.Count(shown, "\n") < 4 && len(shown) <= 120 && (shortest == "" || len(shown) < len(shortest)) && len(e.Find("", []byte(shown))) == 0 {
			shortest = shown
		}
	}
	return shortest
}

// TestDescriptions: what a diagnostic calls a rule's finding is four words or less; what tells it from its kin stands in
// parentheses.
func TestDescriptions(t *testing.T) {
	aside := regexp.MustCompile(` ?\([^)]*\)`)
	for _, r := range Default().Rules() {
		name := aside.ReplaceAllString(r.Description, "")
		if n := len(strings.Fields(name)); n == 0 || n > 4 || strings.ContainsAny(name, "()") {
			t.Errorf("%s: %q is a name of %d words: write %q", r.ID, name, n, "Short name (what tells it from others)")
		}
	}
}
