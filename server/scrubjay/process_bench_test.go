//go:build unix

package main

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// tree is some 250 MB of other people's source: Go's standard library but for the directories whose test data
// is archives, modules that we need at their pinned versions, and the npm packages of the extension.
func tree(b *testing.B) (paths []string, megabytes float64) {
	b.Helper()
	tell := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			b.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	std := filepath.Join(tell("go", "env", "GOROOT"), "src")
	entries, err := os.ReadDir(std)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{"archive", "compress", "debug", "regexp"}, e.Name()) {
			paths = append(paths, filepath.Join(std, e.Name()))
		}
	}
	for _, module := range []string{"github.com/open-policy-agent/opa", "golang.org/x/text"} {
		paths = append(paths, tell("go", "list", "-m", "-f", "{{.Dir}}", module))
	}
	packages, err := filepath.EvalSymlinks("../../clients/vscode/node_modules")
	if err != nil {
		b.Skip("run make extension first: it installs the npm packages that are a part of the tree")
	}
	paths = append(paths, packages)
	for _, path := range paths {
		megabytes += textIn(b, path)
	}
	return paths, megabytes
}

// textIn is how many megabytes of text stand below a directory. A process is billed for its parent's memory, too,
// so that this one must stay small.
func textIn(b *testing.B, root string) (megabytes float64) {
	buf := make([]byte, 8<<10)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		n, _ := io.ReadFull(f, buf) // a shorter file is no error
		if st, err := f.Stat(); err == nil && bytes.IndexByte(buf[:n], 0) < 0 {
			megabytes += float64(st.Size()) / 1e6
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return megabytes
}

// BenchmarkProcess measures the program as a person runs it, or another revision's if PROGRAM names it, and gitleaks if
// GITLEAKS names its binary: from start to exit, what it took of the processor and of memory. What ends at once, tiny and hook,
// is the small program's, or SMALL's.
func BenchmarkProcess(b *testing.B) {
	program, err := filepath.Abs(cmp.Or(os.Getenv("PROGRAM"), "../../bin/scrubjay"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		b.Skip("run make build first")
	}
	small, err := filepath.Abs(cmp.Or(os.Getenv("SMALL"), os.Getenv("PROGRAM"), "../../bin/quick/scrubjay"))
	if err != nil {
		b.Fatal(err)
	}
	dirs, megabytes := tree(b)
	tiny := filepath.Join(b.TempDir(), "tiny.txt")
	if err := os.WriteFile(tiny, []byte("x = 1\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	state := b.TempDir()
	run := func(b *testing.B, megabytes float64, cores string, runs int, name string, args ...string) {
		var wall, processor []time.Duration
		var memory int64
		for b.Loop() {
			for range runs {
				c := exec.Command(name, args...)
				c.Env = append(os.Environ(), "GOMAXPROCS="+cores, "SCRUBJAY_STATE="+state)
				if args[0] == "hook" {
					c.Stdin = strings.NewReader(`{"session_id":"s","hook_event_name":"UserPromptSubmit","cwd":"/","prompt":"write to nobody"}`)
				}
				start := time.Now()
				if err := c.Run(); c.ProcessState == nil || c.ProcessState.ExitCode() > 2 {
					b.Fatal(err)
				}
				wall = append(wall, time.Since(start))
				processor = append(processor, c.ProcessState.UserTime()+c.ProcessState.SystemTime())
				memory = max(memory, peak(c.ProcessState))
			}
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(megabytes, "MB")
		b.ReportMetric(1e3*slices.Min(wall).Seconds(), "ms")
		b.ReportMetric(float64(memory)/(1<<20), "MiB")
		if megabytes > 0 {
			b.ReportMetric(megabytes/slices.Min(processor).Seconds(), "MB/CPU-s")
		}
	}
	b.Run("tree/1core", func(b *testing.B) {
		run(b, megabytes, "1", 3, program, append([]string{"scan", "--format", "jsonl"}, dirs...)...)
	})
	b.Run("tree/2cores", func(b *testing.B) {
		run(b, megabytes, "2", 3, program, append([]string{"scan", "--format", "jsonl"}, dirs...)...)
	})
	b.Run("tiny", func(b *testing.B) { run(b, 0, "2", 40, small, "scan", tiny) })
	b.Run("hook", func(b *testing.B) {
		b.Setenv("SCRUBJAY_STATE", state)
		daemon := exec.Command(program, "serve", "--listen", "127.0.0.1:0")
		if err := daemon.Start(); err != nil {
			b.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = daemon.Wait() // it is killed
			close(ended)
		}()
		defer func() {
			_ = daemon.Process.Kill() // gone already is as good
			<-ended
		}()
		socket, err := installation.State{Dir: state}.Socket()
		if err != nil {
			b.Fatal(err)
		}
		for again := time.Tick(5 * time.Millisecond); ; {
			if _, err := control.Dial(socket).Hello(b.Context()); err == nil {
				break
			}
			select {
			case <-ended:
				b.Fatal("the daemon does not start")
			case <-again:
			}
		}
		run(b, 0, "2", 40, small, "hook", "UserPromptSubmit")
	})
	if gitleaks := os.Getenv("GITLEAKS"); gitleaks != "" {
		sources := dirs[len(dirs)-3] // it takes one directory, and minutes for all of them
		size := textIn(b, sources)
		b.Run("gitleaks/opa", func(b *testing.B) { run(b, size, "2", 1, gitleaks, "dir", "--no-banner", sources) })
		b.Run("scrubjay/opa", func(b *testing.B) { run(b, size, "2", 3, program, "scan", "--format", "jsonl", sources) })
		b.Run("gitleaks/tiny", func(b *testing.B) { run(b, 0, "2", 10, gitleaks, "dir", "--no-banner", tiny) })
	}
}
