package daemon

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestDocuments: what a server says is scrubbed over the socket, and what a client hands it restored where a setting
// names the tool; whoever is attached is told. A secret of this machine needs no rule, and an environment takes the
// place of no other's.
func TestDocuments(t *testing.T) {
	r := start(t, "tools: {mcp__files__write: allow}\n")
	events := make(chan control.Event, 64)
	go r.client.Events(t.Context(), func(e control.Event) { events <- e })
	secret := strings.Join([]string{"correct", "horse", "91827"}, "-")
	for from, env := range map[string]string{"": "DB_PASSWORD=" + secret, "mcp files": "OTHER=1", "mcp other": "API_TOKEN=x"} {
		if err := r.client.Known(t.Context(), control.Known{From: from, Environment: []string{env}}); err != nil {
			t.Fatal(err)
		}
	}
	for attached := false; !attached; { // what happened before somebody listened nobody is told of
		if _, err := r.client.Judge(t.Context(), control.Judge{From: "first", Document: []byte(`{"prompt":"` + secret + `"}`)}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-events:
			attached = true
		case <-time.After(10 * time.Millisecond):
		}
	}
	message := `{"jsonrpc":"2.0","id":"` + secret + `","result":{"content":[{"type":"text","text":"it is ` + secret + `"}]}}`
	out, err := r.client.Scrub(t.Context(), control.Scrub{Server: "files", Document: []byte(message)})
	if err != nil || out.Why != "" {
		t.Fatal(out.Why, err)
	}
	head, rest, _ := strings.Cut(message, "it is "+secret)
	token := strings.TrimSuffix(strings.TrimPrefix(string(out.Document), head+"it is "), rest)
	if len(token) == len(out.Document) || strings.Contains(token, secret) || len(token) > 40 {
		t.Fatalf("it became %s", out.Document)
	}
	for tool, want := range map[string]string{"write": secret, "read": token} {
		call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool + `","arguments":{"text":"%"}}}`
		out, err := r.client.Restore(t.Context(), control.Restore{Server: "files", Method: "tools/call", Document: []byte(strings.ReplaceAll(call, "%", token))})
		if err != nil || string(out.Document) != strings.ReplaceAll(call, "%", want) || (out.Withheld == 1) != (want == token) {
			t.Errorf("%s: %d withheld, %v, %s", tool, out.Withheld, err, out.Document)
		}
	}
	for scrubbed, kept := range map[bool]bool{false: true, true: false} {
		out, err := r.client.Judge(t.Context(), control.Judge{From: "claude-code UserPromptSubmit", Scrubbed: scrubbed, Document: []byte(`{"prompt":"` + secret + `"}`)})
		if err != nil || out.Verdict != "scrub" || (out.Why != "") != kept || strings.Contains(out.Why, secret) {
			t.Errorf("judged %+v, %v", out, err)
		}
	}
	for name, ask := range map[string]func() error{
		"no JSON": func() error {
			_, err := r.client.Scrub(t.Context(), control.Scrub{Document: []byte("{" + secret)})
			return err
		},
		"too long": func() error {
			_, err := r.client.Scrub(t.Context(), control.Scrub{Document: bytes.Repeat([]byte(" "), control.DocumentLimit+1)})
			return err
		},
		"no such method": func() error {
			_, err := r.client.Restore(t.Context(), control.Restore{Method: "tools/list", Document: []byte(message)})
			return err
		},
	} {
		if err := ask(); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	told := ""
	for !strings.Contains(told, "claude-code") {
		told += (<-events).Text + "\n"
	}
	if !strings.Contains(told, "mcp files: 1 finding scrubbed\n") || !strings.Contains(told, "mcp files read: placeholders kept out of it: 1") || !strings.Contains(told, "hook claude-code UserPromptSubmit: kept back") {
		t.Errorf("told %q", told)
	}
	r.stop()
	kinds := map[string]int{}
	if err := audit.Show(r.state.Dir, func(a audit.Record) error { kinds[a.Kind]++; return nil }); err != nil || kinds["mcp"] != 3 || kinds["hook"] < 3 {
		t.Errorf("on record: %v, %v", kinds, err)
	}
}

// TestDocumentsWithoutProxy: an editor's daemon whose port is taken scrubs what comes over the socket all the same.
func TestDocumentsWithoutProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := start(t, "", func(o *Options) { o.ForEditor, o.Listen = true, l.Addr().String() })
	mail := strings.Join([]string{"jan.nowak", "onet.pl"}, "@")
	out, err := r.client.Scrub(t.Context(), control.Scrub{Server: "files", Document: []byte(`{"id":1,"result":{"text":"` + mail + `"}}`)})
	if err != nil || out.Document == nil || strings.Contains(string(out.Document), mail) {
		t.Errorf("%v: %s", err, out.Document)
	}
}
