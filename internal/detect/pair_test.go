package detect

import (
	"strings"
	"testing"
)

// TestPair: a key's id and its secret within five lines are one leak, and both are critical.
func TestPair(t *testing.T) {
	id := strings.Join([]string{"AKIA", "QZ7TM2XK4PLW3NVB"}, "")
	secret := "rvAk0ZixWUtWFZ0fF56" + "pgLKHTAdCWhrBN4qhi14k"
	for text, want := range map[string]bool{
		"aws_access_key_id = " + id + "\naws_secret_access_key = " + secret:                           true,
		"aws_secret_access_key = " + secret + "\n\n\naws_access_key_id = " + id:                       true,
		`Session("` + id + `", "` + secret + `")`:                                                     true,
		"aws_access_key_id = " + id + strings.Repeat("\n", 7) + "aws_secret_access_key = " + secret:   false,
		"aws_access_key_id = " + id + "\n" + "password: Tr7#kq9Lm2":                                   false,
		"aws_access_key_id = " + id + strings.Repeat(" ", 2000) + "aws_secret_access_key = " + secret: false,
	} {
		found := Default().Find("", []byte(text))
		if len(found) != 2 {
			t.Errorf("%q: %v", text, ids(found))
			continue
		}
		a, b := found[0], found[1]
		if got := a.With == b.Span && b.With == a.Span && a.Severity == Critical && b.Severity == Critical; got != want {
			t.Errorf("%q: one leak: %v, want %v", text, got, want)
		}
	}
}

// TestPairsExist: what a shipped rule names as its other half is a rule.
func TestPairsExist(t *testing.T) {
	for _, r := range Default().Rules() {
		for _, id := range r.with {
			if Default().Rule(id) == nil {
				t.Errorf("%s: there is no rule %s", r.ID, id)
			}
		}
	}
}
