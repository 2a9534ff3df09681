package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

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
