package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestWalk: ignored, binary and linked files are passed over, named ones are not, and what cannot be read
// is named while the rest is scanned.
func TestWalk(t *testing.T) {
	dir := t.TempDir()
	key := "AK" + "IAQ3EGRZ5TPLW7MNX2"
	for name, text := range map[string]string{
		"a.env": key, "sub/b.txt": "x\n" + key, "sub/clean.txt": "nothing", "out/c.env": key, "sub/keep.log": key, "x.log": key,
		".gitignore": "out/\n*.log\n", "sub/.gitignore": "!keep.log\n", "bin.dat": "\x00" + key, ".git/config": key,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "sub", "loop")); err != nil {
		t.Fatal(err)
	}
	var got []string
	res := Walk(t.Context(), detect.Default(), []string{dir, filepath.Join(dir, "x.log"), filepath.Join(dir, "gone")}, func(f FileFindings) {
		rel, _ := filepath.Rel(dir, f.Path)
		got = append(got, rel)
		if string(f.Text[f.Findings[0].Start:f.Findings[0].End]) != key {
			t.Errorf("%s: wrong span", rel)
		}
	})
	slices.Sort(got)
	if want := []string{"a.env", "sub/b.txt", "sub/keep.log", "x.log"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if len(res.Errors) != 1 || !strings.Contains(res.Errors[0].Error(), "gone: not scanned") || res.Skipped != 1 {
		t.Errorf("result %+v", res)
	}
}
