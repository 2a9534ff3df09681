package detect

import (
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// TestChecks: each check finds its examples, alone and amidst other lines, and leaves its negatives alone.
func TestChecks(t *testing.T) {
	sets, err := LoadFS(rules.Checks, "checks")
	if err != nil {
		t.Fatal(err)
	}
	e := Checks()
	n := 0
	for _, set := range sets {
		for _, r := range set.Rules {
			n++
			if len(r.Examples) < 3 || len(r.Negatives) < 2 {
				t.Errorf("%s: a check needs three examples and two negatives", r.ID)
			}
			for _, example := range r.Examples {
				for _, text := range []string{example, "x = 1\n    " + example + "\n}\n"} {
					if !slices.ContainsFunc(e.Find("", []byte(text)), func(f Finding) bool { return f.Rule.ID == r.ID }) {
						t.Errorf("%s does not find %q", r.ID, text)
					}
				}
			}
			for _, negative := range r.Negatives {
				for _, f := range e.Find("", []byte(negative)) {
					t.Errorf("%s is found in %q", f.Rule.ID, negative)
				}
			}
		}
	}
	if n < 8 || n != len(e.Rules()) {
		t.Errorf("%d checks, and the engine has %d", n, len(e.Rules()))
	}
}
