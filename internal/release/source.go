package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// opa is the module whose Go package embeds what each of its releases could do, as JSON. Nothing here asks for that, the linker
// cannot tell, and it would be a fifth of the program.
const opa = "github.com/open-policy-agent/opa"

// source copies the program's code into a directory of its own, puts the modules that it needs beside it, and takes out of them what
// only costs room.
func (r *release) source(ctx context.Context) (dir string, err error) {
	dir = filepath.Join(r.work, "source")
	for _, name := range []string{"internal", "rules", "server"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(r.root, name))); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(r.root, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return "", err
		}
	}
	golang := func(words ...string) (string, error) {
		c := exec.CommandContext(ctx, "go", words...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		out, err := c.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("go %s: %w\n%s", strings.Join(words, " "), err, out)
		}
		return strings.TrimSpace(string(out)), nil
	}
	version, err := golang("list", "-m", "-f", "{{.Version}}", opa)
	if err != nil {
		return "", err
	}
	if _, err := golang("mod", "vendor"); err != nil {
		return "", err
	}
	embedded, err := filepath.Glob(filepath.Join(dir, "vendor", filepath.FromSlash(opa), "capabilities", "*.json"))
	if err != nil {
		return "", err
	}
	kept := 0
	for _, file := range embedded {
		if filepath.Base(file) == version+".json" {
			kept++ // one has to be there
		} else if err := os.Remove(file); err != nil {
			return "", err
		}
	}
	if kept != 1 {
		return "", fmt.Errorf("%s %s does not embed what it can do as it did: see whether internal/release/source.go is still needed", opa, version)
	}
	return dir, nil
}
