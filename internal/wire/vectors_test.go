package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the vectors give into them")

// vector is one archive of testdata/wire, or of testdata/mcp. Its comment says what it shows. Its files:
//
//	route             format, method and path
//	values            placeholders and the values they stand for, as JSON
//	crlf              if it is there, streams have \r\n line ends
//	type              content type of the stream, if it is not that of server-sent events
//	request           with «» around each value that must be found: all others must not be
//	scrubbed          what the vendor gets
//	answer, stream    from the vendor, and "restored answer", "restored stream" for the client
type vector struct {
	t       *testing.T
	path    string
	archive *txtar.Archive
	route   *Route
	values  map[string]string
}

func (v *vector) file(name string) []byte {
	for _, f := range v.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// want compares with a file of the archive, or renews it.
func (v *vector) want(name string, got []byte) {
	v.t.Helper()
	for i, f := range v.archive.Files {
		if f.Name != name {
			continue
		}
		if *update {
			v.archive.Files[i].Data = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
			return
		}
		want := f.Data
		if strings.HasSuffix(name, "stream") {
			want = v.wire(want)
		}
		if !bytes.Equal(got, want) {
			v.t.Errorf("%s is\n%s\nwant\n%s", name, got, f.Data)
		}
		return
	}
	v.t.Errorf("no file %q in the archive; add it empty and run make generate", name)
}

// wire is a stream as it comes over the wire.
func (v *vector) wire(stream []byte) []byte {
	if v.file("crlf") != nil {
		stream = bytes.ReplaceAll(stream, []byte("\n"), []byte("\r\n"))
	}
	return stream
}

func vectors(t *testing.T) []*vector {
	var paths []string
	for _, dir := range []string{"wire", "mcp"} {
		found, err := filepath.Glob("../../testdata/" + dir + "/*.txtar")
		if err != nil || len(found) == 0 {
			t.Fatalf("no vectors in testdata/%s: %v", dir, err)
		}
		paths = append(paths, found...)
	}
	var all []*vector
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		v := &vector{path: path, archive: archive}
		if len(bytes.TrimSpace(archive.Comment)) == 0 {
			t.Errorf("%s does not say what it shows", path)
		}
		words := strings.Fields(string(v.file("route")))
		if len(words) != 3 {
			t.Fatalf("%s has no route: format, method, path", path)
		}
		format := MCP
		if words[0] != MCP.Name {
			if format, err = ByName(words[0]); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		if v.route, _ = format.Route(words[1], words[2]); v.route == nil {
			t.Fatalf("%s: no such route %s", path, words)
		}
		if err := json.Unmarshal(v.file("values"), &v.values); err != nil {
			t.Fatalf("%s: values: %v", path, err)
		}
		all = append(all, v)
	}
	return all
}

func TestEveryRouteHasVectors(t *testing.T) {
	have := make(map[*Route]bool)
	for _, v := range vectors(t) {
		have[v.route] = true
	}
	for _, f := range append(formats, MCP) {
		for _, r := range f.routes {
			if !have[r] {
				t.Errorf("%s %s has no vectors in testdata", f.Name, r.Path)
			}
		}
	}
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(strings.TrimSuffix(filepath.Base(v.path), ".txtar"), func(t *testing.T) {
			v.t = t
			if marked := v.file("request"); marked != nil {
				v.request(marked)
			}
			if answer := v.file("answer"); answer != nil {
				v.answer(answer)
			}
			if stream := v.file("stream"); stream != nil {
				v.stream(v.wire(stream))
			}
			if *update {
				if err := os.WriteFile(v.path, txtar.Format(v.archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func (v *vector) request(marked []byte) {
	t := v.t
	var body []byte
	var want [][2]int
	for rest, more := string(marked), true; more; {
		var before, value string
		before, rest, more = strings.Cut(rest, "«")
		body = append(body, before...)
		if more {
			value, rest, _ = strings.Cut(rest, "»")
			want = append(want, [2]int{len(body), len(body) + len(value)})
			body = append(body, value...)
		}
	}
	q, err := v.route.Request(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, sp := range q.Spans {
		if sp.Key < 0 {
			continue
		}
		key := q.Spans[sp.Key]
		name := shown(q.Text(key, nil))
		if path := strings.TrimRight(q.Path(sp), "[]0123456789"); !key.IsKey || sp.IsKey || key.End >= sp.Start || !strings.HasSuffix(path, name) {
			t.Errorf("the span at %s says its key is %s", path, name)
		}
	}
	edits := scrub(q, v.values)
	var got [][2]int
	for _, e := range edits {
		got = append(got, [2]int{e.Start, e.End})
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("value %d: found %v, marked %v", i, got[min(i, len(got)):], want[min(i, len(want)):])
		}
	}
	v.want("scrubbed", Splice(body, edits))
	if clean := Splice(body, scrub(q, nil)); &clean[0] != &body[0] {
		t.Error("a body without findings is not the very same")
	}
	again, err := v.route.Request(Splice(body, edits))
	if err != nil {
		t.Fatalf("the scrubbed body: %v", err)
	}
	if e := scrub(again, v.values); len(e) > 0 || again.Model != q.Model || again.Stream != q.Stream {
		t.Errorf("scrubbed twice: %d more values", len(e))
	}
}

func (v *vector) answer(answer []byte) {
	same, err := v.route.Answer(answer, func(Lane) Restorer { return nil })
	if err != nil || !bytes.Equal(same, answer) {
		v.t.Errorf("without values the answer changes: %v\n%s", err, same)
	}
	got, err := v.route.Answer(answer, restoreEdits(v.values))
	if err != nil {
		v.t.Fatal(err)
	}
	v.want("restored answer", got)
}

func (v *vector) stream(stream []byte) {
	t := v.t
	restream := func(t *testing.T, r *Route, restore Restore, pieces ...[]byte) []byte {
		t.Helper()
		kind := cmp.Or(string(bytes.TrimSpace(v.file("type"))), "text/event-stream")
		return restreamAs(t, kind, r, restore, pieces...)
	}
	if got := restream(t, v.route, func(Lane) Restorer { return nil }, stream); !bytes.Equal(got, stream) {
		t.Errorf("without values the stream changes:\n%s", got)
	}
	restore := restoreEdits(v.values)
	want := restream(t, v.route, restore, stream)
	v.want("restored stream", want)
	// In a long stream the places are many and much alike.
	for i := 0; i < len(stream); i += 1 + len(stream)/1024 {
		if got := restream(t, v.route, restore, stream[:i], stream[i:]); !bytes.Equal(got, want) {
			t.Fatalf("cut at %d:\n%s", i, got)
		}
	}
	var bytewise [][]byte
	for i := range stream {
		bytewise = append(bytewise, stream[i:i+1])
	}
	if got := restream(t, v.route, restore, bytewise...); !bytes.Equal(got, want) {
		t.Fatalf("byte by byte:\n%s", got)
	}
	if len(stream) > 300 || testing.Short() {
		return
	}
	for i := range stream {
		for j := i; j < len(stream); j++ {
			if got := restream(t, v.route, restore, stream[:i], stream[i:j], stream[j:]); !bytes.Equal(got, want) {
				t.Fatalf("cut at %d and %d:\n%s", i, j, got)
			}
		}
	}
}

func restream(t *testing.T, r *Route, restore Restore, pieces ...[]byte) []byte {
	t.Helper()
	return restreamAs(t, "text/event-stream", r, restore, pieces...)
}

func restreamAs(t *testing.T, contentType string, r *Route, restore Restore, pieces ...[]byte) []byte {
	t.Helper()
	s := r.Stream(contentType, restore)
	if s == nil {
		t.Fatalf("%s of %s comes whole", contentType, r.Path)
	}
	var got []byte
	for _, p := range pieces {
		out, err := s.Write(p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out...)
	}
	return append(got, s.Close(nil)...)
}
