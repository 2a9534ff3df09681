package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
)

// BenchmarkCompletion is what a completion takes beyond the model's own time, as a person runs it: an editor's client asks
// the language server, that the daemon, and that the model. Straight is the same question to the model itself; the two take
// turns, each with a key typed before, so that nothing is remembered.
func BenchmarkCompletion(b *testing.B) {
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the caller's trouble is the caller's
		w.Header().Set("Content-Type", "text/event-stream")
		for _, word := range strings.SplitAfter("return the sum of both", " ") {
			fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"text\":%q}]}\n\n", word)
			_ = http.NewResponseController(w).Flush() // the reader would tell
		}
		io.WriteString(w, "data: [DONE]\n\n")
	}))
	defer model.Close()
	program, environment := installed(b, fmt.Sprintf("providers: {openai: {format: openai, url: %q, kind: public}}\ncompletion: {provider: openai, model: m}\n", model.URL))
	serve := startServe(b, program, environment)
	defer func() {
		_ = serve.Process.Signal(os.Interrupt) // Wait tells
		if err := serve.Wait(); err != nil {
			b.Error(err)
		}
	}()
	e := startClient(b, program, environment)

	line := "\tresult, err := client.Do(ctx, request) // é and so on\n"
	key := strings.Join([]string{"AKIA", "Q3EGRZ5TPLW7MNX2"}, "")
	text := strings.Repeat(line, 150) + "key := \"" + key + "\"\n" + strings.Repeat(line, 100) + "\n" + strings.Repeat(line, 100)
	const at = 251 // the empty line
	const uri = "file:///a.go"
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": text}})
	before, behind, _ := strings.Cut(text, "\n\n")

	var through, straight []time.Duration
	typed := ""
	for turn := 2; b.Loop(); turn++ {
		next := strconv.Itoa(turn)
		place := map[string]any{"line": at, "character": len(typed)}
		e.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": turn}, "contentChanges": []any{
			map[string]any{"range": map[string]any{"start": map[string]any{"line": at, "character": 0}, "end": place}, "text": next}}})
		typed = next
		began := time.Now()
		answer := e.call("textDocument/inlineCompletion", map[string]any{
			"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": at, "character": len(typed)}, "context": map[string]any{"triggerKind": 1}})
		through = append(through, time.Since(began))
		if !bytes.Contains(answer, []byte("return the sum of both")) {
			b.Fatalf("the completion is %s", answer)
		}
		began = time.Now()
		_, err := completion.Ask(context.Background(), http.DefaultClient, completion.Query{
			Base: model.URL, Format: "openai", Model: "m", Prefix: before[len(before)-6<<10:] + "\n" + typed, Suffix: behind[:2<<10]})
		straight = append(straight, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(through)
	slices.Sort(straight)
	of := func(all []time.Duration, share int) float64 {
		return float64(all[len(all)*share/100].Microseconds()) / 1000
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(of(straight, 50), "straight-ms")
	b.ReportMetric(of(through, 50)-of(straight, 50), "added-ms")
	b.ReportMetric(of(through, 99)-of(straight, 99), "added-p99-ms")
}

// client is the least of an editor's client: it sends, and waits for the answer to its newest question.
type client struct {
	b       *testing.B
	in      io.Writer
	answers chan json.RawMessage
	last    int
}

// startClient starts a language server, and waits until it has told that the daemon runs.
func startClient(b *testing.B, program string, environment []string) *client {
	server := exec.Command(program, "lsp")
	server.Env = environment
	in, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	c := &client{b: b, in: in, answers: make(chan json.RawMessage, 1)}
	listens := make(chan struct{})
	go c.read(bufio.NewReader(out), listens)
	b.Cleanup(func() {
		c.call("shutdown", nil)
		c.notify("exit", nil)
		_ = server.Wait() // it has been told to end
	})
	c.call("initialize", map[string]any{"capabilities": map[string]any{}, "initializationOptions": map[string]any{"status": true}})
	c.notify("initialized", map[string]any{})
	<-listens
	return c
}

func (c *client) read(out *bufio.Reader, listens chan struct{}) {
	for {
		length := 0
		for {
			line, err := out.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
			if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
				length, _ = strconv.Atoi(strings.TrimSpace(value)) // a broken one ends the reading
			}
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(out, text); err != nil {
			return
		}
		var m struct {
			ID             any
			Method         string
			Result, Params json.RawMessage
		}
		switch {
		case json.Unmarshal(text, &m) != nil:
			return
		case m.Method == "" && m.ID != nil:
			c.answers <- m.Result
		case m.ID != nil:
			c.send(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": nil})
		case listens != nil && bytes.Contains(m.Params, []byte("127.0.0.1:")):
			close(listens)
			listens = nil
		}
	}
}

func (c *client) send(message any) {
	text, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(text), text)
	}
	if err != nil {
		c.b.Error(err)
	}
}

func (c *client) notify(method string, params any) {
	c.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

func (c *client) call(method string, params any) json.RawMessage {
	c.last++
	c.send(map[string]any{"jsonrpc": "2.0", "id": c.last, "method": method, "params": params})
	select {
	case answer := <-c.answers:
		return answer
	case <-time.After(time.Minute):
		c.b.Fatalf("no answer to %s", method)
		return nil
	}
}
