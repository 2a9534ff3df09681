package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// TestTheRepositoryOfAllFolders: a request does not say from where it comes, so there is a repository only while all folders are
// of the same.
func TestTheRepositoryOfAllFolders(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	top := t.TempDir()
	folder := func(name, remote string) string {
		t.Helper()
		dir := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, ".git", "config"), []byte("[remote \"origin\"]\n\turl = "+remote+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	vault, err := redact.OpenVault(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	m := newMachine(vault.Secrets(), detect.Default, strings.Repeat("ab12", 16), zap.NewNop())
	if is := m.repository(); is != "" {
		t.Errorf("before any folder is known it is %q", is)
	}
	for _, c := range []struct{ folder, want string }{
		{folder("shop", "git@github.com:acme/shop.git"), "github.com/acme/shop"},
		{folder("again", "https://github.com/acme/shop"), "github.com/acme/shop"},
		{folder("lib", "git@github.com:acme/lib.git"), ""},
	} {
		if _, err := m.learn(control.Known{Folders: []string{c.folder}}); err != nil {
			t.Fatal(err)
		}
		if is := m.repository(); is != c.want {
			t.Errorf("with %s it is %q, not %q", filepath.Base(c.folder), is, c.want)
		}
	}
}
