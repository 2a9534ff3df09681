package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

var testValues = map[string]string{
	"PERSON_sy8cab": `Ann "Nan" O'Neil`,
	"KEY_7h2wvd":    "-----BEGIN\nx\\y\t\u0001\n-----END",
	"CITY_p4t6zn":   "Zürich 🐦</script>",
}

func anthropicRoute(t testing.TB) *Route {
	r, match := anthropic.Route("POST", "/v1/messages")
	if match != Completion {
		t.Fatal("no messages route")
	}
	return r
}

// randomText has placeholders, beginnings of placeholders, and all that is escaped in JSON.
func randomText(r *rand.Rand) (text, restored string) {
	var b strings.Builder
	words := []string{"PERSON_sy8cab", "KEY_7h2wvd", "CITY_p4t6zn", "PERSON_", "K", " ", "\n", `"`, `\`, "é", "🐦", "<", "\u2028", "plain", "{", "}", ",", ":"}
	for range r.IntN(12) {
		b.WriteString(words[r.IntN(len(words))])
	}
	text = b.String()
	e := exact{values: testValues}
	return text, string(append(e.Write([]byte(text)), e.Flush()...))
}

// spelled writes text as a JSON string, each character as plainly or as strangely as JSON lets it be.
func spelled(r *rand.Rand, text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case r.IntN(3) == 0 && c < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, c)
		case r.IntN(3) == 0 && c >= 0x10000:
			fmt.Fprintf(&b, `\ud83d\udc26`)
		default:
			b.Write(jsontext.Encode(nil, []byte(string(c))))
		}
	}
	return b.String()
}

// cutUp cuts text into pieces, anywhere between characters.
func cutUp(r *rand.Rand, text string) []string {
	var pieces []string
	from := 0
	for i := range text {
		if r.IntN(4) == 0 {
			pieces = append(pieces, text[from:i])
			from = i
		}
	}
	return append(pieces, text[from:])
}

// However a vendor cuts its text into events, interleaves them, and the network cuts those: each lane is whole.
func TestAnyStreamIsRestored(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 1))
		type lane struct {
			event func(string) string
			parts []string
			want  string
		}
		var lanes []*lane
		for choice := range 3 {
			text, want := randomText(r)
			lanes = append(lanes, &lane{want: want, parts: cutUp(r, text), event: func(s string) string {
				return fmt.Sprintf(`{"choices":[{"delta":{"content":"%s"},"index":%d}]}`, spelled(r, s), choice)
			}})
			key, wantKey := randomText(r)
			text, want = randomText(r)
			args := fmt.Sprintf(`{ "%s" : [1, {"x":"%s"}] }`, spelled(r, key), spelled(r, text))
			wantArgs, _ := json.Marshal(map[string]any{wantKey: []any{1, map[string]any{"x": want}}})
			lanes = append(lanes, &lane{want: string(wantArgs), parts: cutUp(r, args), event: func(s string) string {
				return fmt.Sprintf(`{"choices":[{"index":%d,"delta":{"tool_calls":[{"index":2,"function":{"name":"Write","arguments":"%s"}}]}}]}`, choice, spelled(r, s))
			}})
		}
		var stream strings.Builder
		for open := lanes; len(open) > 0; {
			i := r.IntN(len(open))
			l := open[i]
			fmt.Fprintf(&stream, "data: %s\n\n", l.event(l.parts[0]))
			if l.parts = l.parts[1:]; len(l.parts) == 0 {
				open = append(append([]*lane(nil), open[:i]...), open[i+1:]...)
			}
		}
		if seed%2 == 0 {
			stream.WriteString(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n")
		}
		var pieces [][]byte
		for _, p := range cutUp(r, stream.String()) {
			pieces = append(pieces, []byte(p))
		}
		got := restream(t, chatRoute(t), restoreEdits(testValues), pieces...)
		texts, args := readChat(t, got)
		for choice := range 3 {
			if want := lanes[2*choice].want; texts[choice] != want {
				t.Fatalf("seed %d: choice %d says %q, want %q\n%s", seed, choice, texts[choice], want, stream.String())
			}
			var value any
			if err := json.Unmarshal([]byte(args[choice]), &value); err != nil {
				t.Fatalf("seed %d: arguments %s: %v", seed, args[choice], err)
			}
			if again, _ := json.Marshal(value); string(again) != lanes[2*choice+1].want {
				t.Fatalf("seed %d: arguments %s, want %s", seed, again, lanes[2*choice+1].want)
			}
		}
	}
}

// readChat reads a stream as a client does.
func readChat(t *testing.T, stream []byte) (texts, args [3]string) {
	t.Helper()
	for line := range strings.Lines(string(stream)) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct {
				Index int
				Delta struct {
					Content   string
					ToolCalls []struct {
						Index    int
						Function struct{ Arguments string }
					} `json:"tool_calls"`
				}
			}
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		for _, c := range chunk.Choices {
			texts[c.Index] += c.Delta.Content
			for _, call := range c.Delta.ToolCalls {
				if call.Index != 2 {
					t.Fatalf("a call with another index: %s", data)
				}
				args[c.Index] += call.Function.Arguments
			}
		}
	}
	return texts, args
}

// A whole answer restores as a stream does, and what was not restored keeps its spelling.
func TestAnyAnswerIsRestored(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 2))
		text, want := randomText(r)
		before, after := spelled(r, "a<b>é🐦/"), spelled(r, "\u2028 \"tail")
		body := fmt.Sprintf(`{"content":[{"type":"text","text":"%s%s%s"},{"name":"Write","input":{"k" :"%s"}}]}`, before, spelled(r, text), after, spelled(r, text))
		got, err := anthropicRoute(t).Answer([]byte(body), restoreEdits(testValues))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(got, []byte(`"text":"`+before)) || !bytes.Contains(got, []byte(after+`"},{"name":"Write","input":{"k" :"`)) {
			t.Fatalf("seed %d: the spelling changed:\n%s\n%s", seed, body, got)
		}
		var answer struct {
			Content []struct {
				Text  string
				Input struct{ K string }
			}
		}
		if err := json.Unmarshal(got, &answer); err != nil {
			t.Fatal(err)
		}
		if whole := answer.Content[0].Text; whole != "a<b>é🐦/"+want+"\u2028 \"tail" || answer.Content[1].Input.K != want {
			t.Fatalf("seed %d: %q and %q, want %q", seed, whole, answer.Content[1].Input.K, want)
		}
	}
}

func TestAnswerThatIsNotJSONIsLeft(t *testing.T) {
	for _, body := range []string{"", "<html>KEY_7h2wvd", `{"content":[{"text":"KEY_7h2wvd"`} {
		got, err := anthropicRoute(t).Answer([]byte(body), restoreEdits(testValues))
		var m *Malformed
		if string(got) != body || !errors.As(err, &m) {
			t.Errorf("%q gives %q and %v", body, got, err)
		}
	}
}

// A stream that breaks off ends with what was held and the vendor's own error, never half an event.
func TestCloseWithError(t *testing.T) {
	for _, test := range []struct {
		route             *Route
		stream, rest, end string
	}{
		{
			chatRoute(t), `data: {"id":"c","choices":[{"index":0,"delta":{"content":"x KEY_"}}]}` + "\n\n",
			`data: {"id":"c","choices":[{"ind`,
			`data: {"id":"c","choices":[{"index":0,"delta":{"content":"KEY_"},"finish_reason":null}]}` + "\n\n" +
				`data: {"error":{"message":"gone","type":"server_error","param":null,"code":"stream_interrupted"}}` + "\n\n",
		},
		{
			anthropicRoute(t), "event: content_block_delta\r\n" + `data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"[\"KEY_"}}` + "\r\n\r\n",
			"event: content_b",
			"event: content_block_delta\r\n" + `data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"KEY_"}}` + "\r\n\r\n" +
				"event: error\r\n" + `data: {"type":"error","error":{"type":"api_error","message":"gone"}}` + "\r\n\r\n",
		},
		{chatRoute(t), "", "", `data: {"error":{"message":"gone","type":"server_error","param":null,"code":"stream_interrupted"}}` + "\n\n"},
	} {
		s := test.route.Stream("text/event-stream", restoreEdits(testValues))
		out, err := s.Write([]byte(test.stream + test.rest))
		if err != nil || strings.Contains(string(out), "KEY_") || strings.Contains(string(out), "gone") {
			t.Errorf("%v\n%s", err, out)
		}
		if got := string(s.Close(errors.New("gone"))); got != test.end {
			t.Errorf("ends\n%s\nwant\n%s", got, test.end)
		}
	}
}

// Events of our own end their lines as the vendor does, also behind a last event that lacks its blank line.
func TestLineEnds(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n", "\r"} {
		for missing := range 3 {
			stream := "data: {}" + eol + eol + `data: {"choices":[{"index":0,"delta":{"content":"KEY_"}}]}` + strings.Repeat(eol, 2-missing)
			want := strings.Replace(stream, "KEY_", "", 1) + strings.Repeat(eol, missing) +
				`data: {"choices":[{"index":0,"delta":{"content":"KEY_"},"finish_reason":null}]}` + eol + eol
			for i := range stream {
				if got := string(restream(t, chatRoute(t), restoreEdits(testValues), []byte(stream[:i]), []byte(stream[i:]))); got != want {
					t.Fatalf("%q cut at %d gives\n%q\nwant\n%q", stream, i, got, want)
				}
			}
		}
	}
}

func TestCaps(t *testing.T) {
	s := chatRoute(t).Stream("text/event-stream", restoreEdits(testValues))
	line := []byte(": " + strings.Repeat("x", 1<<20-3) + "\n")
	var err error
	n := 0
	for ; err == nil && n < 20; n++ {
		_, err = s.Write(line)
	}
	if !errors.Is(err, ErrEventTooLarge) || n != 17 {
		t.Errorf("after %d MiB: %v", n, err)
	}
	if _, again := s.Write([]byte("\n\n")); again == nil {
		t.Error("the stream goes on after its error")
	}
	if got := string(s.Close(err)); !strings.HasPrefix(got, `data: {"error":`) || len(got) > 300 {
		t.Errorf("it ends %.300s", got)
	}

	s = chatRoute(t).Stream("text/event-stream", restoreEdits(testValues))
	for n = 0; n <= 1024; n++ {
		_, err = s.Write(fmt.Appendf(nil, "data: {\"choices\":[{\"index\":%d,\"delta\":{\"content\":\"KEY_\"}}]}\n\n", n))
		if err != nil {
			break
		}
	}
	if !errors.Is(err, ErrTooManyLanes) || n != 1024 {
		t.Errorf("after %d lanes: %v", n, err)
	}
	if got := bytes.Count(s.Close(err), []byte(`"content":"KEY_"`)); got != 1024 {
		t.Errorf("%d lanes give back what they held", got)
	}

	// Lanes that have ended do not count.
	s = anthropicRoute(t).Stream("text/event-stream", restoreEdits(testValues))
	for n = range 3000 {
		_, err = s.Write(fmt.Appendf(nil, "data: {\"type\":\"content_block_start\",\"index\":%d,\"content_block\":{\"name\":\"x\",\"text\":\"KEY_\"}}\n\ndata: {\"type\":\"content_block_stop\",\"index\":%d}\n\n", n, n))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// However deep arguments are, what is kept of them has a bound, and all of it is restored.
func TestDeepArguments(t *testing.T) {
	const deep = 10_000
	a := &args{restore: restoreEdits(testValues)}
	text := strings.Repeat(`{"key":[`, deep) + `"PERSON_sy8cab"` + strings.Repeat(`]}`, deep) + `,"CITY_p4t6zn"`
	want := strings.NewReplacer("PERSON_sy8cab", `Ann \"Nan\" O'Neil`, "CITY_p4t6zn", testValues["CITY_p4t6zn"]).Replace(text)
	if got := string(a.Write([]byte(text))); got != want || cap(a.open) > 2*maxDepth || len(a.open) != 0 {
		t.Errorf("%d levels kept, %d open at the end", cap(a.open), len(a.open))
	}
}

func FuzzStreamIsTheSame(f *testing.F) {
	for _, seed := range []string{
		"data: x\n\n", "data: x\r\r", "\xef\xbb\xbfdata:{\"choices\":[{\"delta\":{\"content\":\"\\u0061\"}}]}\r\n\r\n",
		"id\n:\n\n\ndata\n\n", "data: {\"choices\":\ndata: []}\r\rdata: [DONE]", "\r\n\r\n\n\r", "data: [DONE]\n\n\n",
		`data: {"type":"content_block_start","content_block":{"input":{"a":"\ud800"}}}` + "\n\n",
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		cut = max(0, min(cut, len(stream)))
		for _, route := range []*Route{chatRoute(t), anthropicRoute(t), responses(t), openaiCompletions, mistral.routes[0]} {
			for _, restore := range []Restore{func(Lane) Restorer { return nil }, func(Lane) Restorer { return &exact{} }} {
				if got := restream(t, route, restore, stream[:cut], stream[cut:]); !bytes.Equal(got, stream) {
					t.Fatalf("%q becomes %q", stream, got)
				}
			}
		}
	})
}

// What a model writes as arguments need not be JSON; without placeholders it stays what it is, in any pieces.
func FuzzArgsAreTheSame(f *testing.F) {
	for _, seed := range []string{`{"a":"b\u00e9\ud83d\udc26"}`, `plain`, `"\`, `{"a\u00`, "{\"a\":\"raw\nnewline\"}}}]]", `[["\x`, ` {"\ud83d\u0041":1`, "\"\x01\\\""} {
		f.Add(seed, 3)
	}
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = max(0, min(cut, len(text)))
		for _, restore := range []Restore{func(Lane) Restorer { return nil }, func(Lane) Restorer { return &exact{} }} {
			a := &args{restore: restore}
			got := string(a.Write([]byte(text[:cut])))
			got += string(a.Write([]byte(text[cut:])))
			got += string(a.Flush())
			if got != text {
				t.Fatalf("%q cut at %d becomes %q", text, cut, got)
			}
		}
	})
}

func BenchmarkStream(b *testing.B) {
	chunk := []byte(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}],"obfuscation":"abcdefgh"}` + "\n\n")
	s := chatRoute(b).Stream("text/event-stream", func(Lane) Restorer { return &exact{values: testValues} })
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
}
