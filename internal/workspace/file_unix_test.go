//go:build unix

package workspace

import (
	"os"
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
