package workspace

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamagedRepository: of a content that git cannot read, git's own words are told.
func TestDamagedRepository(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Chdir(t.TempDir())
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...).Output()
		if err != nil {
			t.Fatalf("git %s: %v", args[0], err)
		}
		return strings.TrimSpace(string(out))
	}
	put(t, ".", map[string]string{"large.txt": strings.Repeat("quite some text\n", 4000)})
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "one")
	id := git("rev-parse", "HEAD:large.txt")
	object := filepath.Join(".git", "objects", id[:2], id[2:])
	packed, err := os.ReadFile(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(object); err != nil { // it is not for writing
		t.Fatal(err)
	}
	if err := os.WriteFile(object, packed[:len(packed)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRepository(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	if _, err = scanner(t, &found).History(t.Context(), r, nil); err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("the error is %q, want git's, which names %s", err, id)
	}
}
