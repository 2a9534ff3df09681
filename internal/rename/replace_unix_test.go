//go:build unix

package rename

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReplace: what is written is no more widely readable than the file that was there, or than this person's new
// files are; a link and a pipe stay what they are.
func TestReplace(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := t.TempDir()
	private, shared, link, pipe := filepath.Join(dir, "private"), filepath.Join(dir, "shared"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(shared, []byte("a longer text than the new one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(shared, 0o664); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("shared", link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{private, link} {
		if err := Replace(name, []byte("new")); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]fs.FileMode{private: 0o600, shared: 0o664} {
		st, err := os.Lstat(name)
		if text, _ := os.ReadFile(name); err != nil || string(text) != "new" || st.Mode() != want {
			t.Errorf("%s: %q, %v, %v", filepath.Base(name), text, st, err)
		}
	}
	if to, err := os.Readlink(link); to != "shared" {
		t.Errorf("the link leads to %q: %v", to, err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("this system has no named pipes: ", err)
	}
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0) // so that nobody waits for anybody
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := Replace(pipe, []byte("new")); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 3)
	if st, err := os.Lstat(pipe); err != nil || st.Mode()&fs.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is %v, %v", st, err)
	}
	if _, err := reader.Read(text); err != nil || string(text) != "new" {
		t.Errorf("the pipe has %q: %v", text, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".scrubjay-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
