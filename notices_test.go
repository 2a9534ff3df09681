package scrubjay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// legal is what a file is called that has to go along with the code beside it.
var legal = regexp.MustCompile(`(?i)^(un)?licen[cs]e|^(copying|copyright|notice|patents)`)

// legalFiles are those beside a package and above it, up to its module: parts of a module may have a licence of their own.
func legalFiles(dir, top string) (found []string, err error) {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Type().IsRegular() && legal.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
				found = append(found, filepath.Join(dir, e.Name()))
			}
		}
		if dir == top {
			return found, nil
		}
		dir = filepath.Dir(dir)
	}
}

// linkedNotices is every licence and notice of what the program links on any system: a text once, below all that it is of.
func linkedNotices(t *testing.T) string {
	t.Helper()
	of := map[string][]string{} // a text: the modules' files
	add := func(module, version, file, top string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(top, file)
		if err != nil {
			t.Fatal(err)
		}
		clean := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
		of[clean] = append(of[clean], strings.TrimSpace(module+" "+version)+": "+filepath.ToSlash(name))
	}
	has := map[string]bool{}
	for _, p := range list(t, "-deps", "./server/scrubjay") {
		if p.Module == nil {
			continue // the standard library: below
		}
		files, err := legalFiles(p.Dir, p.Module.Dir)
		if err != nil {
			t.Fatal(err)
		}
		has[p.Module.Path] = has[p.Module.Path] || len(files) > 0
		for _, file := range files {
			add(p.Module.Path, p.Module.Version, file, p.Module.Dir)
		}
	}
	for module, some := range has {
		if !some {
			t.Errorf("%s has no file with a licence: do not link it, or ask its authors for one", module)
		}
	}
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"LICENSE", "PATENTS"} {
		add("the Go standard library", "", filepath.Join(strings.TrimSpace(string(goroot)), name), strings.TrimSpace(string(goroot)))
	}
	// The tables of telephone numbers are made of its.
	for _, p := range list(t, "github.com/nyaruka/phonenumbers") {
		files, err := legalFiles(p.Dir, p.Module.Dir)
		if err != nil || len(files) == 0 {
			t.Fatalf("the licence of phonenumbers: %q, %v", files, err)
		}
		for _, file := range files {
			add(p.Module.Path, p.Module.Version, file, p.Module.Dir)
		}
	}
	type notice struct{ names, text string }
	var all []notice
	for text, names := range of {
		slices.Sort(names)
		all = append(all, notice{strings.Join(slices.Compact(names), "\n"), text})
	}
	slices.SortFunc(all, func(a, b notice) int { return strings.Compare(a.names, b.names) })
	var out strings.Builder
	out.WriteString("Scrubjay is made of the following. Each text below belongs to what is named above it.\n")
	for _, n := range all {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 100), n.names, n.text)
	}
	return out.String()
}

// TestNotices: the program brings the licences and notices of all that it links, whole, as they ask for.
func TestNotices(t *testing.T) {
	const name = "server/scrubjay/legal.gz"
	now := linkedNotices(t)
	if *update {
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(z, now); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(z.Close(), os.WriteFile(name, packed.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is missing: make generate", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	before, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	// Compressed they differ by the version of Go that wrote them.
	if string(before) != now {
		t.Errorf("%s has other licences than the program links: make generate", name)
	}
	for _, whole := range []string{"github.com/scrubjay-dev/scrubjay: LICENSE", "the Go standard library: LICENSE", "LICENSE-faker-js.txt", "NOTICE", "END OF TERMS AND CONDITIONS"} {
		if !strings.Contains(now, whole) {
			t.Errorf("the notices have no %q", whole)
		}
	}
}
