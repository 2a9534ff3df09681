package detect

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

const rulesPage = "../../docs/rules.md"

// inLines is a sentence in lines of at most 118 bytes, as the page has it.
func inLines(text string) string {
	var out strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case at == 0:
		case at+1+len(word) > 118:
			out.WriteByte('\n')
			at = 0
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += len(word)
	}
	return out.String()
}

// TestRulesPageListsTheChecks: the page has every name that find and validate may hold. -update writes the two lists.
func TestRulesPageListsTheChecks(t *testing.T) {
	before, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	finders := append(strings.Split(names(find.Finders), ", "), "near")
	slices.Sort(finders)
	now := string(before)
	for key, checks := range map[string]string{"validate": names(proof.Checks), "find": strings.Join(finders, ", ")} {
		list := regexp.MustCompile("(?m)^`" + key + "` knows (?:.+\n)+")
		if !list.MatchString(now) {
			t.Fatalf("docs/rules.md has no paragraph that begins %q", "`"+key+"` knows")
		}
		want := inLines("`"+key+"` knows `"+strings.ReplaceAll(checks, ", ", "`, `")+"`.") + "\n"
		now = list.ReplaceAllLiteralString(now, want)
	}
	if *update {
		if err := os.WriteFile(rulesPage, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(before) {
		t.Error("docs/rules.md lists other finders or checksums than there are: run make generate")
	}
}

// TestRulesPageHasEveryKey: its table has a row for each key of a rule, and what a key may hold where that is a list.
func TestRulesPageHasEveryKey(t *testing.T) {
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "\n## Keys\n")
	said := map[string]string{}
	quoted := regexp.MustCompile("`([^`]+)`")
	for line := range strings.SplitSeq(table, "\n") {
		if strings.HasPrefix(line, "## ") {
			break
		}
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || !strings.HasPrefix(line, "| `") {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[0], -1) {
			said[strings.TrimPrefix(strings.Trim(m[1], "[]"), "rules.")] = cells[1]
		}
	}
	var keys []string
	for field := range reflect.TypeFor[ruleTOML]().Fields() {
		if key := field.Tag.Get("toml"); key != "" && key != "tags" { // tags are read for gitleaks' sake, and have no effect
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if said[key] == "" {
			t.Errorf("docs/rules.md, Keys, has no row for the key %s of internal/detect/rule.go", key)
		}
	}
	for key := range said {
		if !slices.Contains(keys, key) {
			t.Errorf("docs/rules.md, Keys, has a row for %s, which is no key of internal/detect/rule.go", key)
		}
	}
	var severities, confidences []string
	for s := Critical; ; s-- {
		severities = append(severities, s.String())
		if s == Info {
			break
		}
	}
	for c := ConfidenceHigh; ; c-- {
		confidences = append(confidences, c.String())
		if c == ConfidenceLow {
			break
		}
	}
	var classes []string
	for _, c := range Classes {
		classes = append(classes, string(c))
	}
	for key, want := range map[string][]string{"class": classes, "severity": severities, "confidence": confidences} {
		for _, w := range want {
			if !strings.Contains(said[key], "`"+w+"`") {
				t.Errorf("docs/rules.md, Keys, does not say that %s may be %s", key, w)
			}
		}
	}
}
