package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// value is what the daemon of these tests finds, masked what it gives for it, and forbidden what it lets nobody have.
const (
	value     = "Tr7!kq9Lm2"
	masked    = "SECRET_k3m9xq"
	forbidden = "never-to-be-seen"
)

// fake is a daemon that knows one value.
type fake struct {
	down     bool
	mu       sync.Mutex
	withheld int
}

func (f *fake) Scrub(_ context.Context, r control.Scrub) (control.Scrubbed, error) {
	switch {
	case f.down:
		return control.Scrubbed{}, control.ErrNoDaemon
	case !json.Valid(r.Document) || r.Document[0] != '{':
		return control.Scrubbed{}, errors.New("it cannot be scrubbed")
	case bytes.Contains(r.Document, []byte(forbidden)):
		return control.Scrubbed{Why: "a-rule (credential) at result: not here."}, nil
	}
	return control.Scrubbed{Document: bytes.ReplaceAll(r.Document, []byte(value), []byte(masked))}, nil
}

func (f *fake) Restore(_ context.Context, r control.Restore) (control.Restored, error) {
	if f.down {
		return control.Restored{}, control.ErrNoDaemon
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return control.Restored{Document: bytes.ReplaceAll(r.Document, []byte(masked), []byte(value)), Withheld: f.withheld}, nil
}

// between is a relay whose two ends are kept, in what order they were written.
type between struct {
	*Relay
	toClient, toServer bytes.Buffer
	notes              []string
}

func relay(d Daemon) *between {
	b := &between{}
	b.Relay = &Relay{Server: "files", Daemon: d, ToClient: &b.toClient, ToServer: &b.toServer, Note: func(text string) { b.notes = append(b.notes, text) }}
	return b
}

// hears is what comes of what the server said, after what the client asked.
func (b *between) hears(t *testing.T, asked, said string) string {
	t.Helper()
	if err := b.FromClient(t.Context(), strings.NewReader(asked)); err != nil {
		t.Fatal(err)
	}
	if err := b.FromServer(t.Context(), strings.NewReader(said)); err != nil {
		t.Fatal(err)
	}
	return b.toClient.String()
}

// TestFromServer: what the client hears for what the server said.
func TestFromServer(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}` + "\n"
	failed := func(id string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"error":{"code":-32050,"message":"Scrubjay kept back what files said. `
	}
	const result = `,"result":{"content":[{"text":"Scrubjay kept back what files said. `
	for name, c := range map[string]struct {
		said  string
		hears string // all of it, or its beginning if it ends in …
		note  string
		back  string // what the server is told, or its beginning
	}{
		"clean":           {said: "{ \"id\" : 7,\t\"result\": {\"a\":1e400,\"b\":\"\\u00e9\"}}\r\n", hears: "{ \"id\" : 7,\t\"result\": {\"a\":1e400,\"b\":\"\\u00e9\"}}\r\n"},
		"a blank line":    {said: " \r\n\n", hears: " \r\n\n"},
		"no end of line":  {said: `{"id":7,"result":"` + value + `"}`, hears: `{"id":7,"result":"` + masked + `"}`},
		"found":           {said: `{"id":7,"result":"` + value + `"}` + "\r\n", hears: `{"id":7,"result":"` + masked + `"}` + "\r\n"},
		"a log":           {said: "listening with " + value + "\n", note: "dropped a line of 26 bytes"},
		"half of one":     {said: `{"result":"` + value + "\n", note: "It is no JSON."},
		"forbidden, tool": {said: `{"jsonrpc":"2.0","id":7,"result":"` + forbidden + `"}` + "\n", hears: `{"jsonrpc":"2.0","id":7` + result + `a-rule (credential) at result: not here.…`},
		"forbidden":       {said: `{"result":"` + forbidden + `","id":"x\u00e9"}` + "\n", hears: failed(`"x\u00e9"`) + "a-rule…"},
		"a notification":  {said: `{"method":"a","params":"` + forbidden + `"}` + "\n", note: "a-rule (credential)"},
		"a request":       {said: `{"method":"sampling/createMessage","id":3,"params":"` + forbidden + `"}` + "\n", back: failed("3") + "a-rule"},
		"too long":        {said: `{"result":"` + strings.Repeat(value+" ", control.DocumentLimit/10) + `","jsonrpc":"2.0","id":7}` + "\n", hears: `{"jsonrpc":"2.0","id":7` + result + `It is longer than 10 MiB…`},
		"too long a log":  {said: strings.Repeat(value+" ", control.DocumentLimit/10) + "\n", note: "It is longer than 10 MiB"},
		"a clean batch":   {said: `[{"id":7,"result":1} , {"method":"a"}]` + "\n", hears: `[{"id":7,"result":1} , {"method":"a"}]` + "\n"},
		"a batch": {said: `[{"id":7,"result":"` + value + `"}, {"method":"a"},{"id":8,"result":"` + forbidden + `"},1]` + "\n",
			hears: `{"id":7,"result":"` + masked + `"}` + "\n" + `{"method":"a"}` + "\n" + failed("8") + "a-rule…", note: "could be scrubbed"},
		"no batch": {said: `[{"id":7,"result":"` + value + "\n", note: "dropped a line"},
	} {
		b := relay(&fake{})
		got := b.hears(t, call, c.said)
		want, begins := strings.CutSuffix(c.hears, "…")
		if got != want && !(begins && strings.HasPrefix(got, want)) {
			t.Errorf("%s: the client hears %.300q, not %q", name, got, want)
		}
		notes := strings.Join(b.notes, "\n")
		if (c.note == "") != (notes == "") || !strings.Contains(notes, c.note) {
			t.Errorf("%s: noted %q", name, notes)
		}
		if back, _ := strings.CutPrefix(b.toServer.String(), call); (c.back == "") != (back == "") || !strings.HasPrefix(back, c.back) {
			t.Errorf("%s: the server is told %q", name, back)
		}
		for _, v := range []string{value, forbidden} {
			if strings.Contains(got+notes, v) {
				t.Errorf("%s: a value is told", name)
			}
		}
		for l := range strings.Lines(got) {
			if l = strings.TrimSpace(l); l != "" && !json.Valid([]byte(l)) {
				t.Errorf("%s: the client hears no JSON: %.200q", name, l)
			}
		}
	}
}

// TestFromClient: values come back where a tool or a resource is asked for, everything else goes on as it came, and what
// cannot go on has an answer.
func TestFromClient(t *testing.T) {
	long := strings.Repeat("x", control.DocumentLimit)
	for name, c := range map[string]struct{ said, server, client, note string }{
		"a tool":         {said: `{"method":"tools/call","id":1,"params":"` + masked + `"}` + "\r\n", server: `{"method":"tools/call","id":1,"params":"` + value + `"}` + "\r\n"},
		"a resource":     {said: `{"method":"resources/read","id":1,"params":"` + masked + `"}`, server: `{"method":"resources/read","id":1,"params":"` + value + `"}`},
		"another method": {said: `{"method":"completion/complete","id":1,"params":"` + masked + `"}` + "\n", server: `{"method":"completion/complete","id":1,"params":"` + masked + `"}` + "\n"},
		"no message":     {said: "what\n", server: "what\n"},
		"a batch":        {said: `[{"method":"tools/call","id":1,"params":"` + masked + `"}, {"id":4,"result":"` + value + `"}]` + "\n", server: `{"method":"tools/call","id":1,"params":"` + value + `"}` + "\n" + `{"id":4,"result":"` + masked + `"}` + "\n"},
		// What a model says has the values back, so that a server could ask it for them.
		"a model's words": {said: `{"id":4,"result":{"role":"assistant","model":"m","content":"` + value + `","action":1}}` + "\n", server: `{"id":4,"result":{"role":"assistant","model":"m","content":"` + masked + `","action":1}}` + "\n"},
		"with a request": {said: `{"method":"tools/call","id":4,"params":{"arguments":"` + masked + `","inputResponses":{"a":{"role":"assistant","content":"` + value + `"},"b":{"action":"accept","content":"` + value + `"}}}}` + "\n",
			server: `{"method":"tools/call","id":4,"params":{"arguments":"` + value + `","inputResponses":{"a":{"role":"assistant","content":"` + value + `"},"b":{"action":"accept","content":"` + value + `"}}}}` + "\n"},
		"an error":         {said: `{"id":4,"error":{"message":"` + value + `"}}` + "\n", server: `{"id":4,"error":{"message":"` + masked + `"}}` + "\n"},
		"a person's words": {said: `{"id":4,"result":{"action":"accept","content":{"a":"` + value + `"}}}` + "\n", server: `{"id":4,"result":{"action":"accept","content":{"a":"` + value + `"}}}` + "\n"},
		"folders":          {said: `{"id":4,"result":{"roots":[{"uri":"` + value + `"}]}}` + "\n", server: `{"id":4,"result":{"roots":[{"uri":"` + value + `"}]}}` + "\n"},
		"forbidden":        {said: `{"id":4,"result":{"model":"m","content":"` + forbidden + `"}}` + "\n", server: `{"jsonrpc":"2.0","id":4,"error":{"code":-32050,"message":"Scrubjay did not send this to files: a-rule (credential) at result: not here."}}` + "\n", note: "a-rule"},
		"too long":         {said: `{"params":"` + long + `","method":"tools/call","id":1}` + "\n", client: `{"jsonrpc":"2.0","id":1,"error":{"code":-32050,"message":"Scrubjay did not send this to files: it is longer than 10 MiB."}}` + "\n"},
	} {
		b := relay(&fake{})
		if err := b.FromClient(t.Context(), strings.NewReader(c.said)); err != nil {
			t.Fatal(err)
		}
		if b.toServer.String() != c.server || b.toClient.String() != c.client || !strings.Contains(strings.Join(b.notes, ""), c.note) || (c.note == "") != (b.notes == nil) {
			t.Errorf("%s: the server hears %.200q, the client %.200q, noted %q", name, b.toServer.String(), b.toClient.String(), b.notes)
		}
	}
	b := relay(&fake{withheld: 1})
	if b.hears(t, strings.Repeat(`{"method":"tools/call","id":1}`+"\n", 3), ""); len(b.notes) != 1 || !strings.Contains(b.notes[0], "mcp__files__*: allow") {
		t.Errorf("of what was withheld it says %q", b.notes)
	}
}

// TestWithoutDaemon: nothing goes on either way, and whoever waits is told.
func TestWithoutDaemon(t *testing.T) {
	b := relay(&fake{down: true})
	got := b.hears(t, `{"method":"tools/call","id":1,"params":"`+masked+`"}`+"\n"+`{"method":"ping","id":2}`+"\n",
		`{"id":2,"result":"`+value+`"}`+"\n"+`{"method":"note","params":"`+value+`"}`+"\n")
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"id":1,"error"`) || !strings.Contains(lines[1], `"id":2,"error"`) || !strings.Contains(lines[1], "scrubjay doctor") {
		t.Errorf("the client hears %q", got)
	}
	if b.toServer.String() != `{"method":"ping","id":2}`+"\n" || len(b.notes) != 1 || strings.Contains(got+b.notes[0], value) {
		t.Errorf("the server hears %q, noted %q", b.toServer.String(), b.notes)
	}
}

// TestEverySplit: however what is said comes in pieces, the same is heard.
func TestEverySplit(t *testing.T) {
	said := `{"jsonrpc":"2.0","id":1,"result":{"text":"é ` + value + `\n\"{"}}` + "\r\n" + "a log\n" + `{"result":"` + forbidden + `","id":"\"}"}` + "\n\n" + `{"method":"n","params":[{"id":4}]}`
	want := relay(&fake{}).hears(t, said, said)
	if !strings.Contains(want, masked) || strings.Count(want, "\n") != 3 {
		t.Fatalf("heard %q", want)
	}
	for i := range said {
		for _, r := range []io.Reader{
			io.MultiReader(strings.NewReader(said[:i]), strings.NewReader(said[i:])),
			io.MultiReader(iotest.OneByteReader(strings.NewReader(said[:i])), iotest.HalfReader(strings.NewReader(said[i:]))),
		} {
			b := relay(&fake{})
			if err := b.FromServer(t.Context(), r); err != nil || b.toClient.String() != want {
				t.Fatalf("cut at %d: %q, %v", i, b.toClient.String(), err)
			}
		}
	}
}

// TestBothDirections: the directions go on beside each other, each in its order, and what we say ourselves never stands
// within a message.
func TestBothDirections(t *testing.T) {
	const n = 500
	var asks, says strings.Builder
	for i := range n {
		fmt.Fprintf(&asks, `{"method":"tools/call","id":%d,"params":"%s"}`+"\n", i, masked)
		what := value
		if i%7 == 0 {
			what = forbidden
		}
		fmt.Fprintf(&says, `{"method":"q","id":%d,"params":"%s"}`+"\n", i, what)
	}
	b := relay(&fake{})
	var wg sync.WaitGroup
	wg.Go(func() { b.FromClient(t.Context(), strings.NewReader(asks.String())) })
	wg.Go(func() { b.FromServer(t.Context(), strings.NewReader(says.String())) })
	wg.Wait()
	for end, c := range map[string]struct {
		heard, has string
		want       int
	}{
		"client": {b.toClient.String(), masked, n - (n+6)/7},
		"server": {b.toServer.String(), value, n},
	} {
		next := 0
		for l := range strings.Lines(c.heard) {
			var m struct{ ID int }
			if json.Unmarshal([]byte(l), &m) != nil {
				t.Fatalf("the %s hears %q", end, l)
			}
			if strings.Contains(l, c.has) {
				if next++; end == "server" && m.ID != next-1 {
					t.Fatalf("the %s hears %d as its message %d", end, m.ID, next)
				}
			}
		}
		if next != c.want {
			t.Errorf("the %s hears %d messages", end, next)
		}
	}
	if strings.Contains(b.toClient.String(), value) {
		t.Error("the client hears a value")
	}
}

// TestClientGone: a client that is gone ends what comes from the server.
func TestClientGone(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	b := relay(&fake{})
	b.ToClient = w
	if err := b.FromServer(t.Context(), strings.NewReader("{}\n{}\n")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("it ends with %v", err)
	}
}

// FuzzEnvelope: of what is JSON, an envelope says what encoding/json does, however it comes in pieces.
func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{`{"id":1,"method":"a"}`, ` {"a":{"id":2},"id" : "\"x}" ,"method":"t\u006f"}`, `{"id":null}`, `{"id":-1.5e3,"id":[1]}`, `[{"id":1}]`, `{"i\u0064":"x"}`, `{"id":true,"method":7}`} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		var e envelope
		if cut < 0 || cut > len(text) {
			cut = 0
		}
		e.read(text[:cut])
		e.read(text[cut:])
		var all map[string]json.RawMessage
		if json.Unmarshal(text, &all) != nil || all == nil {
			return
		}
		if e.first != '{' || e.depth != 0 {
			t.Errorf("it begins with %q and ends at depth %d", e.first, e.depth)
		}
		id := all["id"]
		if len(id) > 0 && (strings.IndexByte(`"-0123456789`, id[0]) < 0 || len(id) > longestToken) {
			id = nil
		}
		var method string
		if raw := all["method"]; len(raw) <= longestToken && json.Unmarshal(raw, &method) != nil {
			method = ""
		}
		if !bytes.Equal(e.id, id) || e.method != method {
			t.Errorf("id %q and method %q of %q, want %q and %q", e.id, e.method, text, id, method)
		}
	})
}
