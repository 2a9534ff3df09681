package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// TestScriptsWithAnOlderVersion goes from an older version's state to this one's and back, with the real programs of both:
// testdata/older/*.txtar. The older one is called older in them; make older builds it, and make test names it.
func TestScriptsWithAnOlderVersion(t *testing.T) {
	older := os.Getenv("OLDER")
	if _, err := os.Stat(older); err != nil {
		t.Skip("the variable OLDER names no program of an older version: make older builds it, if this clone has the history")
	}
	// As they are installed: the small one on PATH, the full one beside it. Race detectors would only slow them.
	dir := t.TempDir()
	for name, source := range map[string]string{"scrubjay": "../quick", "scrubjay-full": "."} {
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(dir, name), source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	if err := os.Symlink(older, filepath.Join(dir, "older")); err != nil {
		t.Fatal(err)
	}
	p := scripts()
	p.Dir = filepath.Join("testdata", "older")
	// sent NAME FILE writes what a vendor got last; from then on arrived counts.
	p.Cmds["sent"] = func(ts *testscript.TestScript, _ bool, args []string) {
		v := ts.Value(vendorsKey{}).(vendors)[args[0]]
		got := v.Requests()
		v.seen = len(got)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), got[len(got)-1].Body, 0o600))
	}
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		if err := setup(e); err != nil {
			return err
		}
		home := filepath.Join(e.WorkDir, "home") // so that what is left in it can be told
		e.Setenv("HOME", home)
		e.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
		e.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
		e.Defer(func() { stopDaemon(installation.State{Dir: filepath.Join(home, "state", "scrubjay")}) })
		e.Setenv("SCRUBJAYDIR", dir)
		e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
		e.Setenv("SCRUBJAY_LISTEN", freeAddress(t))
		return nil
	}
	testscript.Run(t, p)
}

// freeAddress is where one daemon after another can listen. Systems give ports from 32768 on to whoever asks for any: there another
// test could take it between two of them.
func freeAddress(t *testing.T) string {
	for n := range 1000 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20000+(os.Getpid()*100+n)%12000))
		if l, err := net.Listen("tcp", address); err == nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
