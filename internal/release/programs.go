package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// program is one that every archive and package brings.
type program struct {
	name string
	pkg  string // its package, from the repository's root
}

// programs are all of them. The first says for all what commands, manual pages and licences there are.
// It answers scans and hooks itself, and has the second one, which it looks for beside itself, do all the rest.
var programs = []program{
	{name: "scrubjay", pkg: "./server/quick"},
	{name: fullName, pkg: "./server/scrubjay"},
}

// fullName is what the program that does everything is called where the small one stands beside it.
const fullName = "scrubjay-full"

// platform is a system and a processor, by Go's names.
type platform struct{ os, arch string }

// platforms are those that a release is for.
var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

func host() platform { return platform{runtime.GOOS, runtime.GOARCH} }

func (p platform) String() string { return p.os + "_" + p.arch }

// executable is what a program's file is called.
func (p platform) executable(name string) string {
	if p.os == "windows" {
		return name + ".exe"
	}
	return name
}

// node is what Node, npm and VS Code call it.
func (p platform) node() (system, processor string) {
	system, processor = p.os, p.arch
	if system == "windows" {
		system = "win32"
	}
	if processor == "amd64" {
		processor = "x64"
	}
	return system, processor
}

// buildFlags are those of the Makefile's GOBUILD; a test compares them.
func buildFlags(version string) []string {
	return []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=" + version}
}

// builtFile is where a program stands once it is built.
func (r *release) builtFile(p platform, name string) string {
	return filepath.Join(r.work, "built", p.String(), p.executable(name))
}

// build builds every program for every platform, and for this one, which is asked for its pages.
func (r *release) build(ctx context.Context) error {
	source, err := r.source(ctx)
	if err != nil {
		return err
	}
	for _, p := range append([]platform{host()}, r.platforms...) {
		for _, prog := range programs {
			out := r.builtFile(p, prog.name)
			if _, err := os.Stat(out); err == nil {
				continue
			}
			c := exec.CommandContext(ctx, "go", append(append([]string{"build"}, buildFlags(r.version)...), "-o", out, prog.pkg)...)
			c.Dir = source
			// What else of the environment could make other bytes of the same source.
			c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOARM64=v8.0",
				"GOFLAGS=-mod=vendor", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off", "GODEBUG=")
			if text, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("building %s for %s: %w\n%s", prog.name, p, err, text)
			}
			st, err := os.Stat(out)
			if err != nil {
				return err
			}
			fmt.Fprintf(r.say, "  %9.1f KB  %s for %s\n", float64(st.Size())/1024, prog.name, p)
		}
	}
	return nil
}

// binaries are the programs of a platform, as files below a directory.
func (r *release) binaries(p platform, dir string) ([]file, error) {
	var all []file
	for _, prog := range programs {
		data, err := os.ReadFile(r.builtFile(p, prog.name))
		if err != nil {
			return nil, err
		}
		all = append(all, file{dir + p.executable(prog.name), 0o755, data})
	}
	return all, nil
}
