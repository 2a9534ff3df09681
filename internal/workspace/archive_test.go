package workspace

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// An archive of a test is made of names and texts in their order: name, text, name, text.

func zipOf(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, pairs[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarOf(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	writeTar(t, &b, pairs...)
	return b.String()
}

func writeTar(t testing.TB, to io.Writer, pairs ...string) {
	t.Helper()
	w := tar.NewWriter(to)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: pairs[i], Size: int64(len(pairs[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, pairs[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func gzipOf(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zstdOf(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// bzipped is "A=" and the key as bzip2 has it; Go only reads the format.
const bzipped = "QlpoOTFBWSZTWY2G+7sAAANOAAAQGoIir3TQIAAigNDQ0Y1CgaaGRkxJP4AyPmdoTIoqqs4+LuSKcKEhGw33dg=="

// TestArchives: what archives hold is scanned, and named by its way there.
func TestArchives(t *testing.T) {
	t.Chdir(t.TempDir())
	env := "A=" + key + "\n"
	encrypted := []byte(zipOf(t, "a.env", env, "b.env", env, "c.env", env))
	for _, name := range []string{"a.env", "b.env"} { // the flag stands in the directory's record, 38 bytes before the name
		at := bytes.LastIndex(encrypted, []byte(name))
		encrypted[at-46+8] |= 1
	}
	deep := env
	for i := range 5 {
		deep = zipOf(t, fmt.Sprintf("%d.zip", i), deep)
	}
	tgz := gzipOf(tarOf(t, "x/y.env", env, "z.env", env))
	damaged := []byte(zipOf(t, "a.env", env, "b.env", env))
	damaged[len("PK34")+30+len("a.env")] ^= 0xff // within the first entry's packed text
	bz, err := base64.StdEncoding.DecodeString(bzipped)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text       string
		found, unscanned []string
	}{
		{"a.zip", zipOf(t, "dir/", "", "dir/a.env", "x\n"+env, "b.txt", "clean"), []string{"a.zip!dir/a.env:2:3"}, nil},
		{"a.docx", zipOf(t, "word/document.xml", env), []string{"a.docx!word/document.xml:1:3"}, nil},
		{"no-ending", zipOf(t, `win\a.env`, env, "../../up.env", env), []string{"no-ending!up.env:1:3", "no-ending!win/a.env:1:3"}, nil},
		{"a.tar", tarOf(t, "x/y.env", env), []string{"a.tar!x/y.env:1:3"}, nil},
		{"a.tgz", tgz, []string{"a.tgz!x/y.env:1:3", "a.tgz!z.env:1:3"}, nil},
		{"a.log.gz", gzipOf(env), []string{"a.log.gz!a.log:1:3"}, nil},
		{"two.gz", gzipOf("x\n") + gzipOf(env), []string{"two.gz!two:2:3"}, nil},
		{"a.log.zst", zstdOf(t, env), []string{"a.log.zst!a.log:1:3"}, nil},
		{"a.bz2", string(bz), []string{"a.bz2!a:1:3"}, nil},
		{"in.zip", zipOf(t, "b.tgz", tgz, "c.zip", zipOf(t, "d.gz", gzipOf(env))),
			[]string{"in.zip!b.tgz!x/y.env:1:3", "in.zip!b.tgz!z.env:1:3", "in.zip!c.zip!d.gz!d:1:3"}, nil},
		{"empty.zip", zipOf(t), nil, nil},
		{"empty.gz", gzipOf(""), nil, nil},
		{"text.txt", "PK and BZh and ustar\n" + strings.Repeat(" ", 236) + "ustar " + env, []string{"text.txt:2:245"}, nil},
		{"deep.zip", deep, nil, []string{"deep.zip!4.zip!3.zip!2.zip!1.zip: not scanned: it stands in 4 archives: unpack the outer ones"}},
		{"enc.zip", string(encrypted), []string{"enc.zip!c.env:1:3"}, []string{"enc.zip: not scanned: 2 of its entries are encrypted, \"a.env\" is the first"}},
		{"damaged.zip", string(damaged), []string{"damaged.zip!b.env:1:3"}, []string{"damaged.zip!a.env: not scanned: it is damaged: "}},
		{"cut.zip", zipOf(t, "a.env", env)[:60], nil, []string{"cut.zip: not scanned: it is damaged: zip: not a valid zip file"}},
		{"cut.gz", gzipOf(env)[:len(gzipOf(env))-8], []string{"cut.gz!cut:1:3"}, []string{"cut.gz!cut: not scanned: it is damaged: it ends too early"}},
		{"cut.tgz", tgz[:len(tgz)/2], nil, []string{"cut.tgz"}},
		{"cut.tar", tarOf(t, "a.env", env, "b.env", env)[:1540], []string{"cut.tar!a.env:1:3"}, []string{"cut.tar: not scanned: it is damaged: it ends too early", "cut.tar!b.env: not scanned: it is damaged: it ends too early"}},
		{"bad.gz", "\x1f\x8b\x08 nothing of the kind, though it begins so", nil, []string{"bad.gz: not scanned: it is damaged: "}},
	} {
		put(t, ".", map[string]string{c.name: c.text})
		found, res := walkAll(t, c.name)
		if !slices.Equal(found, c.found) {
			t.Errorf("%s: found %v, want %v", c.name, found, c.found)
		}
		said := unscannedOf(res)
		for i, want := range c.unscanned {
			if i >= len(said) || !strings.HasPrefix(said[i], want) {
				t.Errorf("%s: not scanned: %q, want %q", c.name, said, want)
			}
		}
		if len(c.unscanned) == 0 && len(said) > 0 {
			t.Errorf("%s: not scanned: %q", c.name, said)
		}
		// What is no file of its own is read from its beginning only, and gives the same.
		var piped []string
		res = scanner(t, &piped).Reader(t.Context(), c.name, strings.NewReader(c.text))
		slices.Sort(piped)
		if !slices.Equal(piped, c.found) || !slices.Equal(unscannedOf(res), said) {
			t.Errorf("%s, from a pipe: found %v, not scanned %q", c.name, piped, unscannedOf(res))
		}
	}
}

// TestBombs: an archive that unpacks to more than anybody meant is broken off, at a bounded cost, and named;
// what was found until then, and every other file, counts.
func TestBombs(t *testing.T) {
	t.Chdir(t.TempDir())
	zeros := strings.Repeat("\n", 40<<20)
	block := make([]byte, 8<<10) // said again and again it packs to about a 90th, so that the ratio says nothing
	for i, x := 0, uint32(1); i < len(block); i++ {
		x = x*1664525 + 1013904223
		block[i] = ' ' + byte(x>>24)%64
	}
	large := strings.Repeat(string(block), 100)
	entries := []string{"first.env", key}
	for i := range 30 {
		entries = append(entries, fmt.Sprint(i), large)
	}
	var total bytes.Buffer
	packed := gzip.NewWriter(&total)
	writeTar(t, packed, entries...)
	packed.Close()
	many := []string{"first.env", key}
	for i := range 5001 {
		many = append(many, fmt.Sprint(i), "")
	}
	layered := gzipOf(gzipOf(strings.Repeat("\n", 64<<20)))
	for name, c := range map[string]struct {
		text, found, why string
		entries          int
	}{
		"ratio.zip":   {zipOf(t, "first.env", key, "zeros", zeros), "ratio.zip!first.env:1:1", "it unpacks to more than 200 times its size", 1},
		"layers.gz":   {layered, "", "it unpacks to more than", 1},
		"total.tgz":   {total.String(), "total.tgz!first.env:1:1", "it unpacks to more than 16 MiB", 30},
		"entries.tgz": {gzipOf(tarOf(t, many...)), "entries.tgz!first.env:1:1", "it has more than 5000 entries", 5000},
	} {
		put(t, ".", map[string]string{name: c.text, "z.env": key})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var found []string
		s := scanner(t, &found)
		switch name { // the real bounds would only take longer
		case "total.tgz":
			s.unpacked = 16 << 20
		case "entries.tgz":
			s.entries = 5000
		}
		res := s.Walk(t.Context(), []string{name, "z.env"})
		runtime.ReadMemStats(&after)
		said := unscannedOf(res)
		if !slices.Contains(found, "z.env:1:1") || c.found != "" && !slices.Contains(found, c.found) {
			t.Errorf("%s: found %v", name, found)
		}
		if len(said) != 1 || !strings.HasPrefix(said[0], name+": not scanned: "+c.why) {
			t.Errorf("%s: not scanned: %q", name, said)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 16<<20+uint64(c.entries)*4<<10 {
			t.Errorf("%s: %d MB were allocated for it", name, spent>>20)
		}
	}
}

// TestBudgetOfTar: what a packed tar unpacks to is counted once, though it is unpacked and then taken apart.
func TestBudgetOfTar(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, ".", map[string]string{"a.tgz": gzipOf(tarOf(t, "first", strings.Repeat("text\n", 200_000), "last.env", key))})
	for room, want := range map[int64]int{1_100_000: 0, 900_000: 1} {
		var found []string
		s := scanner(t, &found)
		s.unpacked = room
		if res := s.Walk(t.Context(), []string{"a.tgz"}); len(res.Unscanned) != want || len(found) != 1-want {
			t.Errorf("of %d bytes: found %v, not scanned %q", room, found, unscannedOf(res))
		}
	}
}

// FuzzArchive: whatever bytes claim to be an archive, the scan ends, and its findings stand where it says.
func FuzzArchive(f *testing.F) {
	env := "A=" + key
	for _, text := range []string{zipOf(f, "a", env), tarOf(f, "a", env), gzipOf(tarOf(f, "a", env)), gzipOf(gzipOf(env)), zstdOf(f, env), zipOf(f, "b", zipOf(f, "c", env))} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &Scanner{Engine: detect.Default(), Found: func(f Found) {
			for _, d := range f.Findings {
				if d.Start < 0 || d.End > len(f.Text) || d.From.Line < 1 || d.To.Offset-d.From.Offset != d.Len() {
					t.Errorf("%s: a finding from %+v to %+v", f.Path, d.From, d.To)
				}
			}
		}}
		s.Reader(t.Context(), "x", bytes.NewReader(text))
	})
}
