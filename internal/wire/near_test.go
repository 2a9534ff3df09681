package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestPathsNearTheTable: what stands before a vendor's path, a slash too many and a version too few change nothing; what
// may be anything else is not known.
func TestPathsNearTheTable(t *testing.T) {
	for _, c := range []struct{ format, method, path, route, model string }{
		{"anthropic", "POST", "//v1/messages", "/v1/messages", ""},
		{"anthropic", "POST", "/v1/messages/", "/v1/messages", ""},
		{"anthropic", "POST", "/v1/messages/?beta=true", "/v1/messages", ""},
		{"anthropic", "POST", "/messages", "/v1/messages", ""},
		{"anthropic", "POST", "/messages/count_tokens", "/v1/messages/count_tokens", ""},
		{"anthropic", "POST", "/api/anthropic/v1/messages", "/v1/messages", ""},
		{"anthropic", "GET", "/gw/v1/messages/batches/b/results", "/v1/messages/batches/{}/results", ""},
		{"openai", "POST", "/api/v1/chat/completions", "/v1/chat/completions", ""},
		{"openai", "POST", "/compat/v1/chat/completions", "/v1/chat/completions", ""},
		{"openai", "POST", "/api/paas/v4/chat/completions", "/v1/chat/completions", ""},
		{"openai", "POST", "/inference/chat/completions/", "/v1/chat/completions", ""},
		{"openai", "POST", "/api/v3/responses", "/v1/responses", ""},
		{"openai", "POST", "/api/v3/embeddings", "/v1/embeddings", ""},
		{"openai", "GET", "/api/v3/responses/r", "/v1/responses/{}", ""},
		{"openai", "POST", "/apim/openai/deployments/gpt%2D5/chat/completions?api-version=1", "/v1/chat/completions", "gpt-5"},
		{"openai", "POST", "/api/v1/messages", "/v1/messages", ""},
		{"mistral", "POST", "/chat/completions", "/v1/chat/completions", ""},
		{"mistral", "POST", "/gw/v1/fim/completions", "/v1/fim/completions", ""},
		{"ollama", "POST", "/chat/completions", "/v1/chat/completions", ""},
		{"ollama", "POST", "/ollama/api/chat", "/api/chat", ""},
		{"gemini", "POST", "/gw/v1beta/models/m:generateContent/", "/{...}/{model}:generateContent", "m"},

		{"openai", "POST", "/v1/threads/t/messages", "", ""},
		{"openai", "POST", "/v1/conversations/c/responses", "", ""},
		{"openai", "POST", "/api/completion", "", ""},
		{"openai", "GET", "/api/v1/chat/completions", "", ""},
		{"openai", "POST", "/v1/chat/completions/x", "", ""},
		{"openai", "POST", "/x/responses", "", ""},
		{"anthropic", "POST", "/v1/messages/batches/b/cancel", "", ""},
		{"anthropic", "POST", "/x/messages", "", ""},
		{"mistral", "POST", "/x/v1/messages", "", ""},
	} {
		f, err := ByName(c.format)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := f.Route(c.method, f.Tidy(c.path))
		got := ""
		if r != nil {
			got = r.Path
		}
		if got != c.route {
			t.Errorf("%s %s %s is %q, want %q", c.format, c.method, c.path, got, c.route)
			continue
		}
		if r == nil {
			continue
		}
		if r.Exact(f.Tidy(c.path)) != (c.path == "//v1/messages") {
			t.Errorf("%s is exact: %v", c.path, r.Exact(c.path))
		}
		if got := r.Model(c.path); got != c.model {
			t.Errorf("%s names %q, want %q", c.path, got, c.model)
		}
		if c.model != "" {
			if again := r.WithModel(c.path, "other"); r.Model(again) != "other" {
				t.Errorf("%s with another model is %s", c.path, again)
			}
		}
	}
	for path, want := range map[string]string{
		"//v1//messages?a=//b": "/v1/messages?a=//b", "/v1/messages": "/v1/messages", "//v1/files//x": "//v1/files//x", "//": "//",
	} {
		if got := anthropic.Tidy(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{
		"/messages?beta=true": "/v1/messages?beta=true", "/v1/messages": "/v1/messages", "/messages/": "/v1/messages/", "/api/v1/messages": "/api/v1/messages",
	} {
		if got := anthropicMessages.WithVersion(path); got != want {
			t.Errorf("%s is asked as %s, want %s", path, got, want)
		}
	}
	if openai.Socket("/api/v1/realtime?model=m") != openaiRealtime {
		t.Error("a websocket behind a gateway is not known")
	}
}

func guessed(format *Format, kind string, restore Restore, pieces ...[]byte) string {
	g := format.Guess(kind, restore)
	var got []byte
	for _, p := range pieces {
		got = append(got, g.Write(p)...)
	}
	return string(append(got, g.Close()...))
}

// TestGuess: on a path that no table knows, an answer that looks like one of a table's is restored as that.
func TestGuess(t *testing.T) {
	n := 0
	for _, v := range vectors(t) {
		name := filepath.Base(v.path)
		for _, file := range []string{"answer", "stream"} {
			in := v.file(file)
			if in == nil || v.route.Format == MCP || v.route.stream.event == nil {
				continue
			}
			text := func(Lane) Restorer { return nil }
			for _, kind := range []string{"application/json", "text/event-stream", "", "text/plain"} {
				if got := guessed(v.route.Format, kind, text, byBytes(in)...); got != string(in) {
					t.Errorf("%s: without values it changes:\n%s", name, got)
				}
			}
			got := guessed(v.route.Format, "application/json", restoreEdits(v.values), byBytes(in)...)
			if want := v.file("restored " + file); strings.HasSuffix(name, "chat.txtar") {
				if n++; got != string(want) {
					t.Errorf("%s %s:\n%s\nwant\n%s", name, file, got, want)
				}
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d are tried", n)
	}
}

// TestGuessOfTheUnknown: in what no table reads, strings come back but those of commands, also in JSON that a string
// holds; text does; anything else stays.
func TestGuessOfTheUnknown(t *testing.T) {
	value, _ := json.Marshal(testValues["KEY_7h2wvd"])
	in := string(value[1 : len(value)-1])
	twice, _ := json.Marshal(in)
	nested := string(twice[1 : len(twice)-1])
	for _, c := range []struct{ kind, answer, want string }{
		{"application/json", `{"a":["KEY_7h2wvd"],"command":"x KEY_7h2wvd"}`, `{"a":["` + in + `"],"command":"x KEY_7h2wvd"}`},
		{"application/json", `{"x":{"arguments":"{\"cmd\":\"KEY_7h2wvd\",\"text\":\"KEY_7h2wvd\"}"}}`, `{"x":{"arguments":"{\"cmd\":\"KEY_7h2wvd\",\"text\":\"` + nested + `\"}"}}`},
		{"application/json", `["KEY_7h2wvd"]`, `["` + in + `"]`},
		{"application/json", `[{"a":"KEY_7h2wvd"},{"b":"KEY_7h2wvd"}]`, `[{"a":"` + in + `"},{"b":"` + in + `"}]`},
		{"", "data: {\"a\":\"KEY_7h2wvd\"}\n\n", "data: {\"a\":\"" + in + "\"}\n\n"},
		{"text/plain", "dat KEY_7h2wvd", "dat " + testValues["KEY_7h2wvd"]},
		{"text/plain", "d", "d"},
		{"text/plain", "", ""},
		{"application/octet-stream", "\x00KEY_7h2wvd", "\x00KEY_7h2wvd"},
		{"application/json", "{\"a\":\"KEY_7h2wvd", "{\"a\":\"KEY_7h2wvd"},
	} {
		for _, pieces := range [][][]byte{{[]byte(c.answer)}, byBytes([]byte(c.answer))} {
			if got := guessed(openai, c.kind, restoreEdits(testValues), pieces...); got != c.want {
				t.Errorf("%s %q is %q, want %q", c.kind, c.answer, got, c.want)
			}
		}
	}
	// What is too large to be read passes.
	large := fmt.Appendf(nil, `{"a":"%s`, bytes.Repeat([]byte("x"), MaxEvent))
	if got := guessed(openai, "application/json", func(Lane) Restorer { return nil }, large, []byte("\"}\n{}")); got != string(large)+"\"}\n{}" {
		t.Errorf("a large answer has %d bytes of %d", len(got), len(large)+5)
	}
}
