package detect

import (
	"testing"
)

// TestRules holds every shipped rule to its own examples: each gives exactly that rule, and each
// negative gives nothing from any rule.
func TestRules(t *testing.T) {
	e, _ := loaded(t)
	if len(e.Rules()) < 50 {
		t.Fatalf("only %d rules are built in", len(e.Rules()))
	}
	for _, r := range e.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if r.Description == "" || len(r.Examples) < 2 || len(r.Negatives) < 1 || r.triggers == nil {
				t.Errorf("a shipped rule needs a description, two examples, a negative and a keyword")
			}
			for _, text := range r.Examples {
				found := e.Find("", []byte(text))
				if len(found) != 1 || found[0].Rule != r {
					t.Errorf("example %d gives %v, want %s alone", indexOf(r.Examples, text), ids(found), r.ID)
				} else if r.validate != nil && !found[0].Validated && r.ID != "gitlab-pat" && r.ID != "azure-connection-key" && !structural[r.source.Validate] {
					t.Errorf("example %d: its checksum does not hold", indexOf(r.Examples, text))
				}
			}
			for _, text := range r.Negatives {
				if found := e.Find("", []byte(text)); len(found) > 0 {
					t.Errorf("negative %d gives %v", indexOf(r.Negatives, text), ids(found))
				}
			}
		})
	}
}

// structural are the checks of what has a structure and no checksum: they refuse, and prove nothing.
var structural = map[string]bool{
	"base64-32": true, "ses-smtp": true, "elastic-api-key": true, "atlassian-pat": true, "basic-auth": true, "clerk-host": true,
	"discord-id": true, "secp256k1": true,
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

func ids(found []Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Rule.ID)
	}
	return out
}
