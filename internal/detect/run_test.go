package detect

import (
	"regexp/syntax"
	"strings"
	"testing"
)

// TestInnerRun: an expression is only searched where the longest run that it asks for stands.
func TestInnerRun(t *testing.T) {
	for expr, want := range map[string]int{
		`\b([a-f0-9]{32}:[a-f0-9]{40})\b`: 40,
		`x[0-9]{8,}`:                      8,
		`[0-9]{7}`:                        0,
		`(?:[0-9]{9}|x)`:                  0,
		`(?:[0-9]{9})?x`:                  0,
		`[^x]{20}`:                        0,
	} {
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if got := innerRun(tree).length; got != want {
			t.Errorf("%s: a run of %d, want %d", expr, got, want)
		}
	}
	tree, err := syntax.Parse(`[0-9]{9}`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	r := innerRun(tree)
	for before := range 20 {
		for digits := range 20 {
			text := strings.Repeat("-", before) + strings.Repeat("7", digits) + "-7-77"
			if r.in([]byte(text)) != (digits >= 9) {
				t.Errorf("%q: %v", text, digits < 9)
			}
		}
	}
}
