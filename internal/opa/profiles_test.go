package opa

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// hurried is a stop, a grant and an approval that decide whatever a profile's tests ask.
const hurried = `
kill: {all: "incident 12", providers: {openai: "incident 12"}}
exceptions: [{verdict: allow, until: "2099-12-31", approver: ben, reason: a trial}]
approved: {providers: {mistral: {}}}
`

// TestProfiles: each ready policy is one that a machine would take, its own tests pass, and none is left out of the list.
func TestProfiles(t *testing.T) {
	allQuestions(t)
	there, err := os.ReadDir("../../rules/profiles")
	if err != nil || len(there) != len(policy.Profiles) {
		t.Fatalf("%d profiles are there and %d are listed: %v", len(there), len(policy.Profiles), err)
	}
	for _, name := range policy.Profiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := policy.Profile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "org")
			if err := os.CopyFS(dir, files); err != nil {
				t.Fatal(err)
			}
			if err := Check(dir); err != nil {
				t.Error(err)
			}
			r, err := Test(dir)
			if err != nil || r.Err() != nil || len(r.Results) == 0 {
				t.Errorf("%d tests: %v, %v", len(r.Results), err, r.Err())
			}
			// What somebody pushes in a hurry must not be stopped by a test of the profile.
			data := filepath.Join(dir, "scrubjay/org/data.yaml")
			text, err := os.ReadFile(data)
			if err == nil {
				err = os.WriteFile(data, append(text, hurried...), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r, err := Test(dir); err != nil || r.Err() != nil {
				t.Errorf("with a stop, a grant and an approval: %v, %v", err, r.Err())
			}
			if len(policy.ProfileSummary(name)) < 20 {
				t.Errorf("it says of itself %q", policy.ProfileSummary(name))
			}
		})
	}
	if _, err := policy.Profile("hippa"); err == nil || err.Error() != `no profile is called "hippa": did you mean hipaa?` {
		t.Error(err)
	}
}
