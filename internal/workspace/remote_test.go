package workspace

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRemotes: however a remote is written, the same repository has one name, and no account or password is in it.
func TestRemotes(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/acme/shop.git":          "github.com/acme/shop",
		"https://anna:pass@GitHub.com/acme/shop":    "github.com/acme/shop",
		"git@github.com:acme/shop.git":              "github.com/acme/shop",
		"github.com:/acme/shop/":                    "github.com/acme/shop",
		"ssh://git@git.acme.example:2222/a/b/c.git": "git.acme.example/a/b/c",
		"git://git.acme.example/shop":               "git.acme.example/shop",
		"/srv/git/shop.git":                         "",
		"../shop":                                   "",
		"file:///srv/git/shop.git":                  "",
		`C:\git\shop`:                               "",
		"":                                          "",
	} {
		if is := place(address); is != want {
			t.Errorf("%q is %q, not %q", address, is, want)
		}
	}
}

// TestRemoteOfADirectory: of any directory of a repository, of a worktree and a submodule; and of nothing else.
func TestRemoteOfADirectory(t *testing.T) {
	top := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("shop/.git/config", "[core]\n\turl = no\n[remote \"fork\"]\n\turl = git@github.com:anna/shop.git\n[remote \"origin\"]\n\tfetch = x\n\turl = git@github.com:acme/shop.git\n")
	write("shop/src/deep/a.go", "")
	write("shop/.git/worktrees/wt/commondir", "../..\n")
	write("wt/.git", "gitdir: "+filepath.Join(top, "shop/.git/worktrees/wt")+"\n")
	write("shop/lib/.git", "gitdir: ../.git/modules/lib\n")
	write("shop/.git/modules/lib/config", "[remote \"origin\"]\n\turl = \"https://github.com/acme/lib\"\n")
	write("bare/.git/config", "[core]\n")
	write("none/a.go", "")
	var r Remotes
	for dir, want := range map[string]string{
		"shop": "github.com/acme/shop", "shop/src/deep": "github.com/acme/shop", "wt": "github.com/acme/shop", "shop/lib": "github.com/acme/lib", "bare": "", "none": "",
	} {
		if is := r.Of(filepath.Join(top, filepath.FromSlash(dir))); is != want {
			t.Errorf("%s is of %q, not %q", dir, is, want)
		}
	}
	if is := r.Of("shop"); is != "" {
		t.Errorf("a relative path is of %q", is)
	}
}
