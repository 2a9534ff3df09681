package policy

import (
	"os"
	"path/filepath"
	"testing"
)

// TestProfiles: each ready policy is one that a machine would take, its own tests pass, and none is left out of the list.
func TestProfiles(t *testing.T) {
	allQuestions(t)
	there, err := os.ReadDir("../../rules/profiles")
	if err != nil || len(there) != len(Profiles) {
		t.Fatalf("%d profiles are there and %d are listed: %v", len(there), len(Profiles), err)
	}
	for _, name := range Profiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := Profile(name)
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
			if len(ProfileSummary(name)) < 20 {
				t.Errorf("it says of itself %q", ProfileSummary(name))
			}
		})
	}
	if _, err := Profile("hippa"); err == nil || err.Error() != `no profile is called "hippa": did you mean hipaa?` {
		t.Error(err)
	}
}
