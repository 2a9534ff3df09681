package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func routeOf(t testing.TB, f *Format, path string) *Route {
	r, match := f.Route("POST", path)
	if match != Completion {
		t.Fatalf("no route %s", path)
	}
	return r
}

// An array stays one and lines stay lines where a stream breaks off.
func TestCloseWithErrorWithoutEvents(t *testing.T) {
	array, lines := routeOf(t, gemini, "/v1/models/m:streamGenerateContent"), routeOf(t, ollama, "/api/chat")
	const unavailable = `{"error":{"code":502,"message":"gone","status":"UNAVAILABLE"}}`
	for _, test := range []struct {
		route              *Route
		kind, stream, want string
	}{
		{array, "application/json", "", "[" + unavailable + "]"},
		{array, "application/json", " [ ", "[" + unavailable + "]"},
		{
			array, "application/json", `[{"candidates":[{"content":{"parts":[{"text":"x KEY_"}]}}]},` + "\n" + `{"candi`,
			`[{"candidates":[{"content":{"parts":[{"text":"x KEY_"}]}}]},` + "\n" + unavailable + "]",
		},
		{lines, "application/x-ndjson", "", `{"error":"gone"}` + "\n"},
		{
			lines, "application/x-ndjson", `{"message":{"content":"x KEY_"}}` + "\n" + `{"mess`,
			`{"message":{"content":"x KEY_"}}` + "\n" + `{"error":"gone"}` + "\n",
		},
	} {
		s := test.route.Stream(test.kind, restoreEdits(testValues))
		out, err := s.Write([]byte(test.stream))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(out) + string(s.Close(errors.New("gone"))); got != test.want {
			t.Errorf("%s ends\n%s\nwant\n%s", test.route.Path, got, test.want)
		}
	}
}

func TestTooLargeWithoutEvents(t *testing.T) {
	for kind, start := range map[string]string{"application/json": `[{"a":"`, "application/x-ndjson": `{"a":"`} {
		s := routeOf(t, gemini, "/v1/models/m:streamGenerateContent").Stream(kind, restoreEdits(testValues))
		_, err := s.Write([]byte(start))
		piece, n := bytes.Repeat([]byte("x"), 1<<20), 0
		for ; err == nil && n < 20; n++ {
			_, err = s.Write(piece)
		}
		if !errors.Is(err, ErrEventTooLarge) || n != 16 {
			t.Errorf("%s after %d MiB: %v", kind, n, err)
		}
	}
}

func TestContentTypes(t *testing.T) {
	g, o := routeOf(t, gemini, "/v1/models/m:streamGenerateContent"), routeOf(t, ollama, "/api/chat")
	for _, test := range []struct {
		route    *Route
		kind     string
		streamed bool
	}{
		{g, "text/event-stream", true}, {g, "application/json", true}, {g, "text/html", false}, {g, "", false},
		{o, "application/x-ndjson", true}, {o, "application/json", false},
		{routeOf(t, gemini, "/v1/models/m:generateContent"), "application/json", false},
		{chatRoute(t), "application/json", false},
	} {
		if s := test.route.Stream(test.kind, restoreEdits(nil)); (s != nil) != test.streamed {
			t.Errorf("%s as %s is streamed: %v", test.route.Path, test.kind, s != nil)
		}
	}
}

// However Gemini and Ollama cut their text into parts, put thoughts and calls between them, and the network cuts
// those: what is said is whole, in its order, and thoughts are as they came.
func TestAnyDocumentsAreRestored(t *testing.T) {
	part := func(r *rand.Rand, field, text string) string {
		signed := ""
		if r.IntN(4) == 0 {
			signed = `,"thoughtSignature":"S0VZXzdoMnd2ZA=="`
		}
		return fmt.Sprintf(`{"candidates":[{"content":{"role":"model","parts":[{"%s":"%s"%s}]}}]}`, field, spelled(r, text), signed)
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		text, want := randomText(r)
		var chunks, lines []string
		calls := 0
		for _, piece := range cutUp(r, text) {
			chunks = append(chunks, part(r, "text", piece))
			lines = append(lines, fmt.Sprintf(`{"message":{"content":"%s"},"done":false}`, spelled(r, piece)))
			if r.IntN(3) == 0 {
				chunks = append(chunks, `{"candidates":[{"content":{"parts":[{"thought":true,"text":"KEY_7h2wvd K"}]}}]}`)
			}
		}
		call, wantCall := randomText(r)
		for range r.IntN(3) {
			calls++
			chunks = append(chunks, fmt.Sprintf(`{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"x":"%s"},"name":"edit"}}]}}]}`, spelled(r, call)))
			lines = append(lines, fmt.Sprintf(`{"message":{"content":"","tool_calls":[{"function":{"name":"edit","arguments":{"x":"%s"}}}]}}`, spelled(r, call)))
		}
		if seed%2 == 0 {
			chunks = append(chunks, `{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}`)
			lines = append(lines, `{"message":{"content":""},"done":true}`)
		}
		for _, test := range []struct {
			path, kind, stream string
			format             *Format
		}{
			{"/v1/models/m:streamGenerateContent", "application/json", "[" + strings.Join(chunks, "\r\n,") + "]\n", gemini},
			{"/v1/models/m:streamGenerateContent", "text/event-stream", "data: " + strings.Join(chunks, "\r\n\r\ndata: ") + "\r\n\r\n", gemini},
			{"/api/chat", "application/x-ndjson", strings.Join(lines, "\n"), ollama},
		} {
			var pieces [][]byte
			for _, p := range cutUp(r, test.stream) {
				pieces = append(pieces, []byte(p))
			}
			got := restreamAs(t, test.kind, routeOf(t, test.format, test.path), restoreEdits(testValues), pieces...)
			said, called, events := readDocuments(t, got)
			if said != want || called != strings.Repeat(wantCall+"|", calls) {
				t.Fatalf("seed %d: %q and calls %q, want %q and %q\n%s", seed, said, called, want, wantCall, test.stream)
			}
			n := strings.Count(test.stream, `"parts"`) + strings.Count(test.stream, `"message"`)
			if events > n || test.format == ollama && events < n {
				t.Fatalf("seed %d: %d events became %d", seed, n, events)
			}
			// A part that says nothing was the vendor's own, or is signed.
			hollow := regexp.MustCompile(`\{"text":""\}|"parts":\[\]`)
			if was, is := len(hollow.FindAllString(test.stream, -1)), len(hollow.FindAll(got, -1)); is != was {
				t.Fatalf("seed %d: %d hollow parts became %d\n%s", seed, was, is, got)
			}
			if strings.Count(string(got), `"KEY_7h2wvd K"`) != strings.Count(test.stream, `"KEY_7h2wvd K"`) {
				t.Fatalf("seed %d: a thought has changed", seed)
			}
		}
	}
}

// readDocuments reads a stream as a client does.
func readDocuments(t *testing.T, stream []byte) (said, called string, events int) {
	t.Helper()
	type call struct{ Args, Arguments map[string]string }
	type document struct {
		Candidates []struct {
			Content struct {
				Parts []struct {
					Text         string
					Thought      bool
					FunctionCall *call
				}
			}
		}
		Message struct {
			Content   string
			ToolCalls []struct{ Function call } `json:"tool_calls"`
		}
	}
	var all []document
	if stream[0] == '[' {
		if err := json.Unmarshal(stream, &all); err != nil {
			t.Fatalf("%v in %s", err, stream)
		}
	} else {
		d := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(stream), "data: ", "")))
		for d.More() {
			var one document
			if err := d.Decode(&one); err != nil {
				t.Fatalf("%v in %s", err, stream)
			}
			all = append(all, one)
		}
	}
	for _, d := range all {
		for _, c := range d.Candidates {
			for _, p := range c.Content.Parts {
				if !p.Thought {
					said += p.Text
				}
				if p.FunctionCall != nil {
					called += p.FunctionCall.Args["x"] + "|"
				}
			}
		}
		said += d.Message.Content
		for _, c := range d.Message.ToolCalls {
			called += c.Function.Arguments["x"] + "|"
		}
	}
	return said, called, len(all)
}

func FuzzDocumentsAreTheSame(f *testing.F) {
	for _, seed := range []string{
		"[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"}\\\"]K\"}]}}]}\r\n,{}]x", `}{"a":"\`, `[1,"{",{}`, `{"error":{"message":"K"}}]`,
		"{}\n{\"message\":{\"content\":\"K\"}}\r\n\n{", "\n\n{\"error\":\"K\"}", "data: {\"candidates\":[]}\n\n",
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		cut = max(0, min(cut, len(stream)))
		for _, test := range []struct {
			format     *Format
			path, kind string
		}{
			{gemini, "/v1/models/m:streamGenerateContent", "application/json"},
			{gemini, "/v1/models/m:streamGenerateContent", "text/event-stream"},
			{ollama, "/api/chat", "application/x-ndjson"},
		} {
			for _, restore := range []Restore{func(Lane) Restorer { return nil }, func(Lane) Restorer { return &exact{} }} {
				if got := restreamAs(t, test.kind, routeOf(t, test.format, test.path), restore, stream[:cut], stream[cut:]); !bytes.Equal(got, stream) {
					t.Fatalf("%q becomes %q as %s", stream, got, test.kind)
				}
			}
		}
	})
}
