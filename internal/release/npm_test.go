package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// installed installs packages from their files alone, as one would who has no registry, and answers with the project they are in.
func installed(t *testing.T, packages ...string) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	r := made(t)
	project := t.TempDir()
	args := []string{"install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"}
	for _, p := range packages {
		args = append(args, filepath.Join(r.out, p+"-"+testNumber+".tgz"))
	}
	c := exec.Command("npm", args...)
	c.Dir = project
	c.Env = npmHome(t, project)
	run(t, c)
	return project
}

// npmHome is a home whose cache of packages is empty.
func npmHome(t *testing.T, project string) []string {
	return home(t, "npm_config_cache="+filepath.Join(project, ".cache"), "npm_config_update_notifier=false")
}

func platformPackage() string { return "scrubjay-" + host().nodeName() }

// TestNPM: the two packages are installed without a registry, npx runs the program, an assistant in it, and nothing is left.
func TestNPM(t *testing.T) {
	project := installed(t, "scrubjay", platformPackage())
	npx := func(args ...string) *exec.Cmd {
		c := exec.Command("npx", append([]string{"--no-install", "scrubjay"}, args...)...)
		c.Dir = project
		c.Env = npmHome(t, project)
		return c
	}
	if out := run(t, npx("version")); out != "scrubjay "+testVersion+"\n" {
		t.Errorf("it says %q", out)
	}
	showsItsJob(t, npx("demo"))
	if out := run(t, npx("run", "--", "sh", "-c", "echo $OPENAI_BASE_URL")); !strings.Contains(out, "http://127.0.0.1:") {
		t.Errorf("an assistant is told of no proxy: %s", out)
	}
	c := exec.Command("npm", "uninstall", "--offline", "--no-audit", "--no-fund", "--loglevel=error", "scrubjay", "@scrubjay/"+host().nodeName())
	c.Dir = project
	c.Env = npmHome(t, project)
	run(t, c)
	for _, name := range left(t, filepath.Join(project, "node_modules")) {
		if filepath.Base(name) != ".package-lock.json" {
			t.Errorf("removed, it leaves %s", name)
		}
	}
}

// launch starts the launcher, with a program of the test's own in the place of the real one.
func launch(t *testing.T, project, script string, args ...string) *exec.Cmd {
	t.Helper()
	stand := filepath.Join(project, "node_modules", "@scrubjay", host().nodeName(), "bin", "scrubjay")
	if err := os.WriteFile(stand, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("node", append([]string{filepath.Join(project, "node_modules/scrubjay/bin/scrubjay.js")}, args...)...)
	c.Env = home(t)
	return c
}

// TestLauncher: who starts the program through npm cannot tell it from the program.
func TestLauncher(t *testing.T) {
	project := installed(t, "scrubjay", platformPackage())

	c := launch(t, project, `cat; printf '%s,' "$@"; echo oops >&2; exit 7`, "a b", "--", "$x")
	var out, problem strings.Builder
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader("in,"), &out, &problem
	c.Run()
	if c.ProcessState.ExitCode() != 7 || out.String() != "in,a b,--,$x," || problem.String() != "oops\n" {
		t.Errorf("it ends with %v, and says %q and %q", c.ProcessState, out.String(), problem.String())
	}

	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		// It arrives at the program, whose own way of ending counts.
		c := launch(t, project, `trap 'kill $!; echo caught; exit 9' TERM INT HUP; tail -f /dev/null >/dev/null & echo ready; wait; exit 3`)
		said, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(said)
		lines.Scan()
		c.Process.Signal(signal)
		for lines.Scan() && lines.Text() != "caught" {
		}
		caught := lines.Text()
		c.Wait()
		if caught != "caught" || c.ProcessState.ExitCode() != 9 {
			t.Errorf("%v: the program says %q, the launcher ends with %v", signal, caught, c.ProcessState)
		}
	}

	// What ends by a signal seems to from outside, too.
	c = launch(t, project, `kill -TERM $$`)
	c.Run()
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("the program was ended by SIGTERM, and the launcher says %v", c.ProcessState)
	}
}

// TestLauncherWithoutAProgram: where the platform's package is missing, or there is none, it says what to do.
func TestLauncherWithoutAProgram(t *testing.T) {
	project := installed(t, "scrubjay")
	for processor, want := range map[string]string{
		strings.Split(host().nodeName(), "-")[1]: "npm install scrubjay",
		"s390x":                                  "docs/install.md",
	} {
		c := exec.Command("node", "-e", "Object.defineProperty(process, 'arch', { value: '"+processor+"' }); require('scrubjay/launch.js')('scrubjay');")
		c.Dir = project
		c.Env = home(t)
		out, err := c.CombinedOutput()
		if c.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), want) || strings.Contains(string(out), "Error") {
			t.Errorf("on %s: %v\n%s", processor, err, out)
		}
	}
}
