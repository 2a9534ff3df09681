package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// key is a value that a rule finds and no scanner of this file does.
var key = strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, "")

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// scanner collects "path:line:column" of what is found, and holds every finding to its text.
func scanner(t *testing.T, found *[]string) *Scanner {
	return &Scanner{Engine: detect.Default(), Found: func(f Found) {
		for _, d := range f.Findings {
			if string(f.Text[d.Start:d.End]) != key {
				t.Errorf("%s: the span at %d is of something else", f.Path, d.From.Offset)
			}
			*found = append(*found, fmt.Sprintf("%s:%d:%d", f.Path, d.From.Line, d.From.Column))
		}
	}}
}

func walkAll(t *testing.T, paths ...string) (found []string, res Result) {
	t.Helper()
	res = scanner(t, &found).Walk(t.Context(), paths)
	slices.Sort(found)
	return found, res
}

func unscannedOf(res Result) (out []string) {
	for _, u := range res.Unscanned {
		out = append(out, u.Error())
	}
	return out
}

// TestWalk: ignored, binary and linked files are passed over, named ones are not, and what cannot be read
// is named while the rest is scanned.
func TestWalk(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, ".", map[string]string{
		"a.env": key, "sub/b.txt": "x\n" + key, "sub/clean.txt": "nothing", "out/c.env": key, "sub/keep.log": key, "x.log": key,
		".gitignore": "out/\n*.log\n", "sub/.gitignore": "!keep.log\n", "bin.dat": "\x00" + key, ".git/config": key,
		".git/info/exclude": "mine.env\n/sub/deep/*.env\n", "mine.env": key, "sub/deep/a.env": key, "sub/deep/a.txt": key,
	})
	for link, to := range map[string]string{"sub/loop": dir, "dangling": "nowhere", "linked.env": "x.log", "self": "self"} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	all := []string{"a.env:1:1", "sub/b.txt:2:1", "sub/deep/a.txt:1:1", "sub/keep.log:1:1"}
	for _, c := range []struct{ paths, want, unscanned []string }{
		{[]string{"."}, all, nil},
		{[]string{".", "./"}, all, nil},
		{[]string{"x.log", "linked.env"}, []string{"linked.env:1:1", "x.log:1:1"}, nil},
		{[]string{"out"}, []string{"out/c.env:1:1"}, nil},
		{[]string{"sub/deep/"}, []string{"sub/deep/a.txt:1:1"}, nil},
		{[]string{"sub/loop/out"}, []string{"sub/loop/out/c.env:1:1"}, nil},
		{[]string{"gone", "dangling", "self", "a.env"}, []string{"a.env:1:1"},
			[]string{"dangling: not scanned: no such file or directory", "gone: not scanned: no such file or directory", "self: not scanned: too many levels of symbolic links"}},
	} {
		got, res := walkAll(t, c.paths...)
		if !slices.Equal(got, c.want) || !slices.Equal(unscannedOf(res), c.unscanned) {
			t.Errorf("%v: found %v, want %v; not scanned: %q", c.paths, got, c.want, unscannedOf(res))
		}
	}
	abs, _ := walkAll(t, dir)
	for i := range abs {
		abs[i], _ = filepath.Rel(dir, abs[i])
	}
	if !slices.Equal(abs, all) {
		t.Errorf("named in full: %v", abs)
	}
	if _, res := walkAll(t, "."); res.Binary != 1 || res.Files != 7 {
		t.Errorf("%d files and %d binary ones", res.Files, res.Binary)
	}
}

// TestReadError: what was read before an error is scanned, and the error is told.
func TestReadError(t *testing.T) {
	var found []string
	for _, before := range []int{0, 10 << 10} { // within the first look at a file, and after it
		found = nil
		s := scanner(t, &found)
		res := s.Reader(t.Context(), "disk", &breaking{strings.Repeat("\n", before) + key + "\n"})
		if len(found) != 1 || !slices.Equal(unscannedOf(res), []string{"disk: not scanned: input/output error"}) {
			t.Errorf("found %v, not scanned %q", found, unscannedOf(res))
		}
	}
}

type breaking struct{ text string }

func (b *breaking) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, syscall.EIO
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

// TestOrder: the number of workers changes neither what is found nor the order in which a file's findings
// come, and the findings of a file that is larger than what is at hand have their true places.
func TestOrder(t *testing.T) {
	t.Chdir(t.TempDir())
	files, want := map[string]string{}, []string{}
	for i := range 200 {
		name := fmt.Sprintf("d%d/f%03d.txt", i%7, i)
		files[name] = strings.Repeat("é\n", i) + "😀 " + key
		want = append(want, fmt.Sprintf("%s:%d:6", name, i+1))
	}
	large := strings.Repeat("äöü😀 "+key+" x\n", 100_000)
	files["large.log"] = large
	for i := range 100_000 {
		want = append(want, fmt.Sprintf("large.log:%d:12", i+1))
	}
	files["one-line.log"] = strings.Repeat("é", 1<<20) + " " + key
	want = append(want, fmt.Sprintf("one-line.log:1:%d", 2<<20+2))
	put(t, ".", files)
	slices.Sort(want)
	for _, workers := range []int{1, 16} {
		var found []string
		offset, unit := map[string]int{}, 0
		s := scanner(t, &found)
		s.Workers = workers
		each := s.Found
		s.Found = func(f Found) {
			each(f)
			for _, d := range f.Findings {
				if d.From.Offset <= offset[f.Path] && offset[f.Path] > 0 {
					t.Fatalf("%s: a finding at %d after one at %d", f.Path, d.From.Offset, offset[f.Path])
				}
				offset[f.Path] = d.From.Offset
				if f.Path == "one-line.log" {
					unit = d.From.Unit
				} else if d.To.Unit-d.From.Unit != len(key) || f.Path == "large.log" && d.From.Unit != 7 {
					t.Fatalf("%s:%d: units %d to %d", f.Path, d.From.Line, d.From.Unit, d.To.Unit)
				}
			}
		}
		s.Walk(t.Context(), []string{"."})
		slices.Sort(found)
		if !slices.Equal(found, want) {
			t.Errorf("%d workers find %d, want %d", workers, len(found), len(want))
		}
		if unit != 1<<20+2 {
			t.Errorf("the finding on the long line is at unit %d", unit)
		}
	}
}
