//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree is some 240 MB of other people's source: Go's standard library, some large modules that we need
// at their pinned versions, and the npm packages of the extension.
func tree(b *testing.B) (dirs []string, megabytes float64) {
	b.Helper()
	tell := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			b.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	dirs = append(dirs, filepath.Join(tell("go", "env", "GOROOT"), "src"))
	for _, module := range []string{"github.com/open-policy-agent/opa", "golang.org/x/text", "golang.org/x/net", "golang.org/x/tools"} {
		dirs = append(dirs, tell("go", "list", "-m", "-f", "{{.Dir}}", module))
	}
	packages := "../../clients/vscode/node_modules"
	if _, err := os.Stat(packages); err != nil {
		b.Skip("run make extension first: it installs the npm packages that are a part of the tree")
	}
	dirs = append(dirs, packages)
	var size int64
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(p)
			if bytes.IndexByte(text[:min(len(text), 8<<10)], 0) < 0 {
				size += int64(len(text))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return dirs, float64(size) / 1e6
}

// BenchmarkProcess measures the program as a person runs it, and gitleaks if GITLEAKS names its binary:
// from start to exit, what it took of the processor and of memory.
func BenchmarkProcess(b *testing.B) {
	program, err := filepath.Abs("../../bin/scrubjay")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		b.Skip("run make build first")
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
	b.Run("tiny", func(b *testing.B) { run(b, 0, "2", 40, program, "scan", tiny) })
	if gitleaks := os.Getenv("GITLEAKS"); gitleaks != "" {
		b.Run("gitleaks/std", func(b *testing.B) {
			run(b, 0, "2", 1, gitleaks, "dir", "--no-banner", dirs[0])
		})
		b.Run("gitleaks/tiny", func(b *testing.B) { run(b, 0, "2", 10, gitleaks, "dir", "--no-banner", tiny) })
	}
}
