// Package trial has the texts that tests and benchmarks of detection read: the sources of Go's standard library and of
// modules that every machine that builds this has. It is for tests.
package trial

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// StandardLibrary is the source of Go's standard library, which every machine that builds this has.
func StandardLibrary(t testing.TB) [][]byte {
	return Sources(t, filepath.Join(GoTells(t, "env", "GOROOT"), "src"))
}

// ModuleDir is where the source of a module that we need lies.
func ModuleDir(t testing.TB, module string) string {
	return GoTells(t, "list", "-m", "-f", "{{.Dir}}", module)
}

func GoTells(t testing.TB, args ...string) string {
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// Sources are the Go files below a directory.
func Sources(t testing.TB, root string) (texts [][]byte) {
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		text, err := os.ReadFile(p)
		texts = append(texts, text)
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("no source under %s: %v", root, err)
	}
	return texts
}
