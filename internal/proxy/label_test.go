package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// streamsOf are requests for a stream, one of each way in which streams are framed.
var streamsOf = map[string]string{
	chat:                     `{"model":"m","stream":true,"messages":[{"role":"user","content":"some words and %s"}]}`,
	"/anthropic/v1/messages": `{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"some words and %s"}]}`,
	"/openai/v1/responses":   `{"model":"m","stream":true,"input":"some words and %s"}`,
	"/ollama/api/chat":       `{"model":"m","messages":[{"role":"user","content":"some words and %s"}]}`,
	"/gemini/v1/models/m:streamGenerateContent":         `{"contents":[{"parts":[{"text":"some words and %s"}]}]}`,
	"/gemini/v1/models/m:streamGenerateContent?alt=sse": `{"contents":[{"parts":[{"text":"some words and %s"}]}]}`,
}

// TestStreamsUnderAnyLabel: whatever a stream's label says, its first event comes before the second is there, and all
// of it is restored.
func TestStreamsUnderAnyLabel(t *testing.T) {
	for _, label := range []string{"text/plain", "application/json", "application/octet-stream", "application/x-ndjson", "text/event-stream; charset=utf-8"} {
		for path, body := range streamsOf {
			step := make(chan struct{})
			b := newBench(t, standin.Options{ContentType: label, Step: step, Piece: 3})
			key := awsKey()
			req, err := http.NewRequest(http.MethodPost, b.url+path, strings.NewReader(fmt.Sprintf(body, key)))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Content-Type"} {
				req.Header.Set(h, "application/json")
			}
			go func() { step <- struct{}{} }() // the first event, and no more until it has come
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			first := make([]byte, 1)
			if _, err := io.ReadFull(res.Body, first); err != nil {
				t.Errorf("%s as %s: %v", path, label, err)
			}
			close(step)
			rest, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || !strings.Contains(string(first)+string(rest), key) {
				t.Errorf("%s as %s: %v, not restored:\n%s", path, label, err, rest)
			}
			b.stop()
			b.leaks(key)
		}
	}
}

// TestPathsNearTheTable: a path that is written differently is answered by its vendor, and restored.
func TestPathsNearTheTable(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	chatBody := `{"model":"m","messages":[{"role":"user","content":"` + key + `"}]}`
	messages := `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"` + key + `"}]}`
	for path, want := range map[string]string{
		"/openai//v1/chat/completions":             "/v1/chat/completions",
		"/openai/chat/completions":                 "/v1/chat/completions",
		"/anthropic//v1/messages?beta=true":        "/v1/messages?beta=true",
		"/anthropic/messages":                      "/v1/messages",
		"/anthropic/messages/count_tokens":         "/v1/messages/count_tokens",
		"/ollama/chat/completions":                 "/v1/chat/completions",
		"/anthropic/v1/messages/":                  "/v1/messages/",
		"/openai/api/v1/chat/completions":          "/api/v1/chat/completions",
		"/openai/deployments/m/chat/completions?a": "/deployments/m/chat/completions?a",
	} {
		body := chatBody
		if strings.Contains(path, "messages") {
			body = messages
		}
		status, text, _ := b.post(path, body)
		got := b.vendor.Requests()
		if last := got[len(got)-1].Path; last != want {
			t.Errorf("%s is asked as %s, want %s", path, last, want)
		}
		if !strings.Contains(want, "count") && (status != http.StatusOK) == (want[:3] == "/v1" && !strings.HasSuffix(want, "/")) || status == http.StatusOK && !strings.Contains(want, "count") && !strings.Contains(text, key) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	// A name before the path is looked into like a path that no table knows.
	if status, text, _ := b.post("/openai/"+key+"/v1/chat/completions", chatBody); status != http.StatusForbidden || !strings.Contains(text, "sensitive_path") {
		t.Errorf("in the path: %d", status)
	}
	b.stop()
	b.leaks(key)
}

// TestAnswerOfAnUnknownPath: it is restored by what it is, if something was scrubbed.
func TestAnswerOfAnUnknownPath(t *testing.T) {
	for kind, answer := range map[string]string{
		"application/json":         `{"data":[{"said":"%","command":"x"}]}`,
		"text/event-stream":        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%\"}}]}\n\ndata: [DONE]\n\n",
		"text/plain":               "it is %",
		"application/octet-stream": "{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"%\"}]}]}",
	} {
		vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", kind)
			token := "%"
			if found := redact.Find(body); len(found) > 0 {
				token = string(body[found[0].Start:found[0].End])
			}
			io.WriteString(w, strings.ReplaceAll(answer, "%", token))
		}))
		defer vendor.Close()
		b := newBenchWith(t, standin.Options{}, func(c *Config) {
			c.Settings = func() policy.Settings {
				return policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: vendor.URL, Kind: policy.Public}}}
			}
		})
		key := awsKey()
		if _, text, _ := b.post("/openai/v9/brand/new", `{"x":"`+key+`"}`); text != strings.ReplaceAll(answer, "%", key) {
			t.Errorf("%s: %s", kind, text)
		}
		if _, text, _ := b.post("/openai/v9/brand/new", `{"x":"nothing"}`); text != answer {
			t.Errorf("%s, nothing scrubbed: %s", kind, text)
		}
	}
}
