package proxy

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/tools/txtar"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// TestCanaries puts values of every kind into every place of every format's requests that may hold text, written and
// compressed in every way, and looks for them in what leaves, in the logs and in all that is kept. CANARIES says how
// many; each ten thousand have a proxy and a state of their own.
func TestCanaries(t *testing.T) {
	total := 2000
	if asked := os.Getenv("CANARIES"); asked != "" {
		var err error
		if total, err = strconv.Atoi(asked); err != nil {
			t.Fatal(err)
		}
	}
	places := canaryPlaces(t)
	began := time.Now()
	var all flight
	for seed := uint64(0); all.sent+all.refused < total; seed++ {
		f := fly(t, places, seed, min(10_000, total-all.sent-all.refused))
		all.sent, all.refused = all.sent+f.sent, all.refused+f.refused
		if t.Failed() {
			break
		}
	}
	if all.refused > all.sent/10 {
		t.Errorf("of %d requests %d were refused: too little was tried", total, all.refused)
	}
	t.Logf("%d values of %d kinds, each in one of %d places of %d requests: %d sent, %d refused, none seen, in %s",
		total, len(kinds), len(places), countBodies(places), all.sent, all.refused, time.Since(began).Round(time.Second))
}

// place is where in a request a value may stand: a string, a key, or what begins an object.
type place struct {
	vector, path string
	body         []byte
	start, end   int
	what         byte // '"' a string, ':' a key, '{' an object that gets one member more
	pointer      string
}

// sealed are what vendors sign or encrypt, and what is a credential for the vendor itself: they go out as they came.
var (
	sealedTypes = map[string]bool{"thinking": true, "redacted_thinking": true, "compaction": true, "reasoning": true}
	sealedNames = map[string]bool{
		"prompt_cache_key": true, "encrypted_content": true, "encrypted_stdout": true, "encrypted_index": true,
		"thoughtSignature": true, "thought_signature": true, "authorization_token": true, "authorization": true, "headers": true,
	}
)

// sealed tells whether a place lies in what is exempt.
func sealed(root any, pointer string) bool {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch v := root.(type) {
		case map[string]any:
			kind, _ := v["type"].(string)
			signed := v["thoughtSignature"] != nil || v["thought_signature"] != nil
			sealedStep := kind == "thought" && v["signature"] != nil || kind == "function_call" && token == "signature"
			if sealedTypes[kind] || v["thought"] == true && signed || sealedStep || sealedNames[token] {
				return true
			}
			root = v[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)]
		case []any:
			i, _ := strconv.Atoi(token)
			root = v[i]
		}
	}
	v, _ := root.(map[string]any)
	kind, _ := v["type"].(string)
	return sealedTypes[kind] || v["thought"] == true || kind == "thought" && v["signature"] != nil
}

// canaryPlaces finds them in the requests of the formats' vectors.
func canaryPlaces(t *testing.T) []place {
	t.Helper()
	files, err := filepath.Glob("../../testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var all []place
	seen := map[*wire.Route]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := place{vector: filepath.Base(file)}
		var route []string
		for _, f := range archive.Files {
			switch f.Name {
			case "route":
				route = strings.Fields(string(f.Data))
			case "request":
				p.body = []byte(strings.NewReplacer("«", "", "»", "").Replace(string(f.Data)))
			}
		}
		if p.body == nil {
			continue
		}
		format, err := wire.ByName(route[0])
		if err != nil {
			t.Fatal(err)
		}
		known, _ := format.Route(route[1], route[2])
		seen[known] = true
		p.path = "/" + route[0] + route[2]
		all = append(all, placesOf(t, p)...)
	}
	if len(seen) < 20 {
		t.Fatalf("only %d routes have a request", len(seen))
	}
	return all
}

func placesOf(t *testing.T, p place) (all []place) {
	t.Helper()
	var root any
	if err := json.Unmarshal(p.body, &root); err != nil {
		t.Fatalf("%s: %v", p.vector, err)
	}
	d := jsontext.NewDecoder(bytes.NewReader(p.body))
	for {
		from := int(d.InputOffset())
		token, err := d.ReadToken()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", p.vector, err)
		}
		kind := token.Kind()
		if kind != '"' && kind != '{' {
			continue
		}
		p.start = from + bytes.IndexByte(p.body[from:], byte(kind))
		p.end, p.what, p.pointer = int(d.InputOffset()), byte(kind), string(d.StackPointer())
		if within, n := d.StackIndex(d.StackDepth()); kind == '"' && within == '{' && n%2 == 1 {
			p.what = ':'
		}
		if !sealed(root, p.pointer) {
			all = append(all, p)
		}
	}
}

func countBodies(places []place) int {
	seen := map[string]bool{}
	for _, p := range places {
		seen[p.vector] = true
	}
	return len(seen)
}

// with is the request with a text at the place.
func (p *place) with(text, escape string) []byte {
	quoted := quote(text, escape)
	switch p.what {
	case '{':
		member := `{"x_unknown":` + quoted
		if rest := bytes.TrimLeft(p.body[p.end:], " \t\r\n"); rest[0] != '}' {
			member += ","
		}
		quoted = member
	case '"':
		// JSON within a string goes on being some.
		if inner := p.body[p.start:p.end]; bytes.HasPrefix(inner, []byte(`"{\"`)) {
			quoted = quote(`{"x":`+quoted+`}`, escape)
		}
	}
	return append(append(append([]byte(nil), p.body[:p.start]...), quoted...), p.body[p.end:]...)
}

// The ways to write a string, and to send a body.
var (
	escapes   = []string{"raw", "html", "unicode"}
	encodings = []string{"", "", "", "gzip", "zstd", "br", "deflate"}
)

func quote(text, escape string) string {
	if escape == "unicode" {
		var b strings.Builder
		for _, r := range text {
			fmt.Fprintf(&b, `\u%04x`, r) // all of ours are below U+10000
		}
		return `"` + b.String() + `"`
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escape == "html")
	if err := e.Encode(text); err != nil {
		panic(err)
	}
	quoted := strings.TrimSuffix(b.String(), "\n")
	if escape == "html" {
		quoted = strings.ReplaceAll(quoted, "/", `\/`)
	}
	return quoted
}

func encode(body []byte, encoding string) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "":
		return body
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "br":
		w = brotli.NewWriterLevel(&b, 1)
	case "zstd":
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			panic(err)
		}
		w = z
	}
	_, _ = w.Write(body) // to memory
	_ = w.Close()
	return b.Bytes()
}

type flight struct{ sent, refused int }

// sink is a vendor that keeps the last body.
type sink struct{ body []byte }

func (s *sink) RoundTrip(r *http.Request) (*http.Response, error) {
	var err error
	s.body, err = io.ReadAll(r.Body)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("{}"))}, err
}

// fly sends n requests with a value each. The same seed draws the same.
func fly(t *testing.T, places []place, seed uint64, n int) (f flight) {
	t.Helper()
	b := newBench(t, standin.Options{})
	b.under(filesPass)
	vendor := &sink{}
	b.proxy.Transport = vendor
	r := &draw{rand.New(rand.NewPCG(seed, 1))}
	values := make([]string, 0, n)
	for range n {
		kind, at := kinds[r.IntN(len(kinds))], places[r.IntN(len(places))]
		escape, encoding := escapes[r.IntN(len(escapes))], encodings[r.IntN(len(encodings))]
		text, value := kind.make(r)
		values = append(values, value)
		req := httptest.NewRequest(http.MethodPost, b.url+at.path, bytes.NewReader(encode(at.with(text, escape), encoding)))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Content-Encoding", encoding)
		w := httptest.NewRecorder()
		vendor.body = nil
		b.proxy.ServeHTTP(w, req)
		if vendor.body == nil {
			f.refused++
			if w.Code < 400 || holds(w.Body.Bytes(), value) {
				t.Errorf("seed %d: refused with %d, or the refusal holds the value", seed, w.Code)
			}
			continue
		}
		f.sent++
		if holds(vendor.body, value) {
			t.Errorf("seed %d: %s goes out from %s %s (%c), written as %s", seed, kind.name, at.vector, at.pointer, at.what, escape)
		}
	}
	b.stop()
	b.keeps(seed, values)
	return f
}

// holds tells whether a body has a value, however it is escaped.
func holds(body []byte, value string) bool {
	for range 3 {
		if bytes.Contains(body, []byte(value)) {
			return true
		}
		if bytes.IndexByte(body, '\\') < 0 {
			return false
		}
		body = unescape(body)
	}
	return false
}

func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		if b[i] == 'u' && i+4 < len(b) {
			if n, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 32); err == nil {
				out = append(out, string(rune(n))...)
				i += 4
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

// keeps fails the test if one of the values stands in the log or the state. Files are looked through once for all of
// them, by how each begins.
func (b *bench) keeps(seed uint64, values []string) {
	b.t.Helper()
	begins := map[uint64][]string{}
	for _, v := range values {
		begins[binary.LittleEndian.Uint64([]byte(v))] = append(begins[binary.LittleEndian.Uint64([]byte(v))], v)
	}
	look := func(where string, text []byte) {
		for i := 0; i+8 <= len(text); i++ {
			for _, v := range begins[binary.LittleEndian.Uint64(text[i:])] {
				if bytes.HasPrefix(text[i:], []byte(v)) {
					b.t.Errorf("seed %d: a value of %d characters stands in %s", seed, len(v), where)
				}
			}
		}
	}
	look("the log", []byte(b.log.String()))
	files, err := os.ReadDir(b.dir)
	if err != nil || len(files) < 3 {
		b.t.Fatalf("%d files of state: %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(b.dir, f.Name()))
		if err != nil {
			b.t.Fatal(err)
		}
		look(f.Name(), text)
	}
}
