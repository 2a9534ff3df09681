package rename

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestFile: the new file takes the old one's place, also while somebody has that open; what is not there is an error.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	old, next := filepath.Join(dir, "old"), filepath.Join(dir, "next")
	for name, text := range map[string]string{old: "old", next: "next"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held, err := os.Open(old)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		time.AfterFunc(50*time.Millisecond, func() { held.Close() })
	} else {
		defer held.Close()
	}
	if err := File(next, old); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(old); err != nil || string(text) != "next" {
		t.Errorf("%q, %v", text, err)
	}
	if err := File(next, old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
