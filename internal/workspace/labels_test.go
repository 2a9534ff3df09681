package workspace

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLabels: what any AI-ignore file between a file and its repository's root names is labelled, and says by which.
func TestLabels(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "repo")
	for name, text := range map[string]string{
		"../.aiexclude": "*\n", // not of this repository
		".git/HEAD":     "", ".aiexclude": "secret/\n*.key\n!public.key\n", ".cursorignore": "/top.txt\npublic.key\n", "sub/.geminiignore": "plan.md\n",
		"lab/.noai": "", ".gitignore": "build/\n", "sub/.aiexclude": "!a.key\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var l Labels
	for path, want := range map[string]string{
		"a.go": "", "a.key": ".aiexclude", "deep/down/a.key": ".aiexclude", "public.key": ".cursorignore", "secret/any/file": ".aiexclude", "secret": "",
		"top.txt": ".cursorignore", "sub/top.txt": "", "sub/plan.md": ".geminiignore", "plan.md": "", "sub/x/plan.md": ".geminiignore", "sub/a.key": "", "sub/b.key": ".aiexclude",
		"lab/x": ".noai", "lab/deep/x": ".noai", "build/x": "", ".aiexclude": "",
	} {
		got := ""
		for _, label := range l.Of(filepath.Join(dir, filepath.FromSlash(path))) {
			if label.Name != AIIgnored {
				t.Errorf("%s: label %q", path, label.Name)
			}
			got = label.By
		}
		if got != want {
			t.Errorf("%s: labelled by %q, want %q", path, got, want)
		}
	}
	if got := l.Of(filepath.Join(outer, "x")); len(got) != 1 || got[0].By != ".aiexclude" {
		t.Errorf("outside of a repository: %v", got)
	}
	if got := l.Of("a.key"); got != nil {
		t.Errorf("a relative path has %v", got)
	}
}
