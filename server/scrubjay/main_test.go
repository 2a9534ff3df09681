package main

import (
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

func TestMain(m *testing.M) {
	commands := map[string]func(){
		"scrubjay":      main,
		"scrubjay-full": main, // as it is called beside the small one
		"mcpserver":     mcpServer,
		"op":            fakeOnePassword,
		"systemctl":     fakeSystemctl,
	}
	for name, program := range fakes {
		commands[name] = runFake(program)
	}
	testscript.Main(m, commands)
}

// TestScripts runs the real program, a script per command: testdata/*.txtar. $KEY, $MAIL and $PASSWORD
// are values made up here, so that the scripts themselves stay clean.
func TestScripts(t *testing.T) {
	p := scripts()
	p.Dir = "testdata"
	testscript.Run(t, p)
}

// TestScriptsOfTheSmallProgram holds the small program to the scripts of what it does itself, to those in which it hands a part
// over, and to its own: testdata/quick/*.txtar. The full program is this one.
func TestScriptsOfTheSmallProgram(t *testing.T) {
	dir, exe := t.TempDir(), ""
	if runtime.GOOS == "windows" {
		exe = ".exe"
	}
	small := filepath.Join(dir, "scrubjay"+exe)
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", small, "../quick")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make build does it, from what that has left in Go's cache
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	full, err := exec.LookPath("scrubjay-full") // testscript has put it on PATH
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(full, filepath.Join(dir, "scrubjay-full"+exe)); err != nil {
		t.Fatal(err)
	}
	p := scripts()
	p.Files = []string{"testdata/hook.txtar", "testdata/homeless.txtar", "testdata/config.txtar"}
	for _, pattern := range []string{"testdata/scan*.txtar", "testdata/quick/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		p.Files = append(p.Files, files...)
	}
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		if err := setup(e); err != nil {
			return err
		}
		e.Setenv("SCRUBJAYDIR", dir)
		e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
		return nil
	}
	testscript.Run(t, p)
}

func scripts() testscript.Params {
	return testscript.Params{
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("SCRUBJAY_LISTEN", "127.0.0.1:0")
			e.Defer(func() { stopDaemon(installation.State{Dir: filepath.Join(e.WorkDir, "state", "scrubjay")}) })
			e.Setenv("KEY", strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, ""))
			e.Setenv("CARD", strings.Join([]string{"4539148", "803436467"}, ""))
			e.Setenv("MAIL", strings.Join([]string{"maria.kowalska", "poczta.onet.pl"}, "@"))
			e.Setenv("PASSWORD", "Tr7!kq9Lm2")
			e.Values[vendorsKey{}] = vendors{}
			return scanEnvironment(e)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			// fill FILE... puts the values in the place of {{KEY}}, {{CARD}}, {{MAIL}}, {{PASSWORD}}, and a stand-in vendor's address in its own.
			"fill": func(ts *testscript.TestScript, neg bool, args []string) {
				for _, name := range args {
					text := ts.ReadFile(name)
					for _, v := range []string{"KEY", "CARD", "MAIL", "PASSWORD", "VENDOR", "GATEWAY"} {
						text = strings.ReplaceAll(text, "{{"+v+"}}", ts.Getenv(v))
					}
					ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
				}
			},
			// leaks fails if a value stands in any file below a directory.
			"leaks": func(ts *testscript.TestScript, neg bool, args []string) {
				files := 0
				err := filepath.WalkDir(ts.MkAbs(args[0]), func(p string, d os.DirEntry, err error) error {
					if err != nil || !d.Type().IsRegular() {
						return err
					}
					files++
					text, err := os.ReadFile(p)
					for _, v := range []string{"KEY", "MAIL", "PASSWORD"} {
						for _, form := range []string{ts.Getenv(v), base64.StdEncoding.EncodeToString([]byte(ts.Getenv(v)))} {
							if strings.Contains(string(text), form) {
								ts.Fatalf("%s holds $%s", p, v)
							}
						}
					}
					return err
				})
				ts.Check(err)
				if files == 0 {
					ts.Fatalf("no file below %s", args[0])
				}
			},
			// stopdaemon ends the daemon of a state directory. testscript has a stop of its own, which ends the script.
			"stopdaemon": func(ts *testscript.TestScript, neg bool, args []string) {
				stopDaemon(installation.State{Dir: ts.MkAbs(args[0])})
			},
			"vendor":     scriptVendor,
			"arrived":    scriptArrived,
			"append":     scanAppend,
			"evilname":   scanEvilName,
			"incommit":   scanInCommit,
			"removeblob": scanRemoveBlob,
			"sarif":      scanSARIF,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	}
}

// stopDaemon ends the daemon that a script left behind; it would wait ten minutes for an editor.
func stopDaemon(s installation.State) {
	socket, err := s.Socket()
	if err != nil {
		return
	}
	hello, err := control.Dial(socket).Hello(context.Background())
	if err != nil || hello.PID == os.Getpid() {
		return
	}
	if p, err := os.FindProcess(hello.PID); err == nil {
		_ = p.Kill() // gone already is as good
	}
}

// killDaemon ends the daemon of a state directory, which has no time to say so.
func killDaemon(t *testing.T, dir string) {
	t.Helper()
	socket, err := installation.State{Dir: dir}.Socket()
	if err != nil {
		t.Fatal(err)
	}
	hello, err := control.Dial(socket).Hello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.FindProcess(hello.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait() // of another's child it knows nothing
	for err == nil {
		_, err = control.Dial(socket).Hello(t.Context())
	}
}

// TestEveryCommandHasAnExample: --help shows how a command is used.
func TestEveryCommandHasAnExample(t *testing.T) {
	seen := 0
	for _, c := range newRoot().Commands() {
		all := append(c.Commands(), c)
		for _, c := range all {
			if seen++; c.Example == "" || c.Short == "" {
				t.Errorf("%s has no example or no description", c.CommandPath())
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d commands", seen)
	}
}

// TestUnknownWords: a word that is no command is an error wherever it stands, and so is one that a command does not take.
func TestUnknownWords(t *testing.T) {
	tried := 0
	var walk func(c *cobra.Command, path []string)
	walk = func(c *cobra.Command, path []string) {
		if c.HasSubCommands() {
			tried++
			if code := run(t.Context(), append(slices.Clone(path), "nope")); code != 2 {
				t.Errorf("scrubjay %s nope: exit code %d", strings.Join(path, " "), code)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub, append(slices.Clone(path), sub.Name()))
		}
	}
	for _, args := range []string{"audit shwo", "review approve", "review aprove 7QX", "policy push acme.tar.gz", "policy check nowhere", "policy push nothing.tar.gz .", "incident verify", "policy build org --seq x", "nope"} {
		if code := run(t.Context(), strings.Fields(args)); code != 2 {
			t.Errorf("scrubjay %s: exit code %d", args, code)
		}
	}
	root := newRoot()
	root.InitDefaultCompletionCmd()
	walk(root, nil)
	if tried < 6 {
		t.Errorf("only %d commands hold others", tried)
	}
}
