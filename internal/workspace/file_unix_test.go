//go:build unix

package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestWhatIsNoFile: a pipe, which would be waited for, is named; so is a file that becomes a link or goes away
// between listing and opening.
func TestWhatIsNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, ".", map[string]string{"a.env": key, "dir/b": ""})
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Skip("this system has no named pipes: ", err)
	}
	for _, paths := range [][]string{{"."}, {"pipe", "a.env"}} {
		got, res := walkAll(t, paths...)
		want := "pipe: not scanned: it is no file: a pipe, a socket or a device"
		if !slices.Equal(got, []string{"a.env:1:1"}) || !slices.Equal(unscannedOf(res), []string{want}) {
			t.Errorf("%v: found %v, not scanned %q", paths, got, unscannedOf(res))
		}
	}
	if err := os.Symlink("a.env", "link"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"link": "symbolic links", "gone": "no such file", "dir": "no file", "pipe": "no file"} {
		var f file
		if err := f.open(path, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestPatternsThatAreNoFile: nobody waits for a pipe that is called like a file of patterns, and no device is read
// to its end.
func TestPatternsThatAreNoFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"repo/.git/HEAD": "", "repo/.git/info/x": "", "repo/sub/a.go": "package a"})
	repo := filepath.Join(dir, "repo")
	for _, name := range []string{".gitignore", "sub/.gitignore", ".git/info/exclude", ".aiexclude", "sub/.cursorignore"} {
		if err := syscall.Mkfifo(filepath.Join(repo, name), 0o600); err != nil {
			t.Skip("this system has no named pipes: ", err)
		}
	}
	if err := os.Symlink("/dev/zero", filepath.Join(repo, ".aiignore")); err != nil {
		t.Fatal(err)
	}
	if got := (&Labels{}).Of(filepath.Join(repo, "sub", "a.go")); got != nil {
		t.Errorf("labels are %v", got)
	}
	s := &Sources{Read: func(string, []byte) {}}
	if err := s.Walk(t.Context(), filepath.Join(repo, "sub")); err != nil || s.Files != 1 {
		t.Errorf("%d sources: %v", s.Files, err)
	}
}
