package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPreCommit: the real pre-commit builds the hooks of .pre-commit-hooks.yaml from a tag of this repository, and git commits what they
// let go.
func TestPreCommit(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	if _, err := exec.LookPath("pre-commit"); err != nil {
		t.Skip("no pre-commit here: make test installs it")
	}
	caches, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache := strings.Fields(string(caches))
	dir := t.TempDir()
	// Built as make build does, from what that has left in Go's cache.
	environment := append(os.Environ(), "HOME="+dir, "PRE_COMMIT_HOME="+filepath.Join(dir, "hooks"), "XDG_STATE_HOME="+filepath.Join(dir, "state"),
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "SCRUBJAY_LISTEN=127.0.0.1:0", "GOFLAGS=-trimpath", "CGO_ENABLED=0",
		"GOMODCACHE="+cache[0], "GOCACHE="+cache[1], "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	in := func(at string, more ...string) func(want bool, words ...string) string {
		return func(want bool, words ...string) string {
			t.Helper()
			c := exec.Command(words[0], words[1:]...)
			c.Dir, c.Env = at, append(environment, more...)
			out, err := c.CombinedOutput()
			if (err == nil) != want {
				t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
			}
			return string(out)
		}
	}
	source, ours, theirs := filepath.Join(dir, "scrubjay"), filepath.Join(dir, "scrubjay"), filepath.Join(dir, "shop")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(theirs, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("git", "-C", root, "rev-parse", "HEAD").Run(); err != nil {
		t.Skip("this is no clone of the repository")
	}
	in(dir)(true, "git", "clone", "-q", root, source)
	in(ours)(true, "git", "-c", "user.name=x", "-c", "user.email=x@acme.example", "tag", "-a", "v9.9.9", "-m", "v9.9.9")

	run := in(theirs)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(theirs, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run(true, "git", "add", name)
	}
	run(true, "git", "init", "-q", "-b", "main")
	run(true, "git", "config", "user.name", "Ada")
	run(true, "git", "config", "user.email", "ada@acme.example")
	write(".pre-commit-config.yaml", "repos:\n  - repo: file://"+filepath.ToSlash(source)+"\n    rev: v9.9.9\n    hooks:\n      - id: scrubjay\n      - id: scrubjay-attest\n      - id: scrubjay-attest-message\n")
	write(".scrubjay.yaml", "attest:\n  paths: [pay.go]\n")
	run(true, "pre-commit", "install", "-t", "pre-commit", "-t", "commit-msg")
	if out := run(true, "git", "commit", "-m", "begin"); !strings.Contains(out, "Passed") {
		t.Errorf("no hook ran:\n%s", out)
	}
	write("key.env", "AWS_ACCESS_KEY_ID="+"AK"+"IAQ3EGRZ5TPLW7MNX2\n")
	if out := run(false, "git", "commit", "-m", "a key"); !strings.Contains(out, "key.env:1") {
		t.Errorf("a key was stopped with\n%s", out)
	}
	run(true, "git", "rm", "-q", "--cached", "key.env")
	write("pay.go", "package pay\n")
	if out := in(theirs, "CLAUDECODE=1")(false, "git", "commit", "-m", "an assistant"); !strings.Contains(out, "claude-code wrote a part of this change to pay.go") {
		t.Errorf("an assistant's change was stopped with\n%s", out)
	}
	if out := run(false, "git", "commit", "-m", "void\n\nAssisted-by: somebody:some-model\n"); !strings.Contains(out, "somebody:some-model wrote a part") {
		t.Errorf("a message was stopped with\n%s", out)
	}
	run(true, "git", "commit", "-m", "a person")
}
