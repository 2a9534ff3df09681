package proxy

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

func fromServer(body string) Document {
	return Document{Kind: "mcp", From: "files", Route: wire.MCPMessage, Body: []byte(body)}
}

func toServer(method, body string) Document {
	route, _ := wire.MCP.Route("POST", method)
	return Document{Kind: "mcp", From: "files", Route: route, Body: []byte(body)}
}

// records are the ledger's, as "kind endpoint verdict withheld".
func (b *bench) records() (all []string) {
	b.t.Helper()
	b.stop()
	if err := audit.Show(b.dir, func(r audit.Record) error {
		all = append(all, fmt.Sprint(r.Kind, " ", r.Endpoint, " ", r.Verdict, " ", r.Withheld))
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	return all
}

// TestDocument: what a tool said comes to the assistant with placeholders, and nothing else of it differs; whichever
// vendor the assistant then asks, the values come back in the answer. One without findings is the same, and leaves no
// trace.
func TestDocument(t *testing.T) {
	b := newBench(t, standin.Options{})
	key, mail := awsKey(), email()
	clean := fromServer(`{"jsonrpc":"2.0", "id":1,"result":{"content":[{"type":"text","text":"\u00e9 nothing"}]}}`)
	if out, err := b.proxy.ScrubDocument(t.Context(), clean); err != nil || &out.Body[0] != &clean.Body[0] {
		t.Fatalf("a clean one changed: %s, %v", out.Body, err)
	}
	file := func(text string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a line\n", 12) + text))
	}
	template := `{"result":{"content":[{"type":"text","text":"\u00e9 %s to %s"},{"type":"resource","resource":{"uri":"a","blob":"%s"}}],"structuredContent":{"%s":1}},"jsonrpc":"2.0","id":"%s"}`
	out, err := b.proxy.ScrubDocument(t.Context(), fromServer(fmt.Sprintf(template, key, mail, file(key), mail, mail)))
	if err != nil || out.Why != "" {
		t.Fatal(out.Why, err)
	}
	tokens := redact.Find(out.Body)
	if len(tokens) != 3 {
		t.Fatalf("%d placeholders in %s", len(tokens), out.Body)
	}
	at := func(i int) string { return string(out.Body[tokens[i].Start:tokens[i].End]) }
	// The id is what the client knows its request by.
	if want := fmt.Sprintf(template, at(0), at(1), file(at(0)), at(1), mail); string(out.Body) != want {
		t.Errorf("got\n%s\nwant\n%s", out.Body, want)
	}
	for path, body := range map[string]string{
		chat:                     `{"model":"m","messages":[{"role":"user","content":%s}]}`,
		"/anthropic/v1/messages": `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":%s}]}`,
	} {
		text, _ := json.Marshal(at(0) + " and " + at(1))
		if _, answer, _ := b.post(path, fmt.Sprintf(body, text)); !strings.Contains(answer, key) || !strings.Contains(answer, mail) {
			t.Errorf("%s answers %s", path, answer)
		}
	}
	if got := b.records(); len(got) != 3 || got[0] != "mcp files scrub 0" {
		t.Errorf("on record: %q", got)
	}
	b.leaks(key, mail)
}

// TestDocumentStrictest: the strictest verdict of the destinations in force counts, and a forbidden document is named
// by rule, class and place.
func TestDocumentStrictest(t *testing.T) {
	var destinations []string
	b := newBenchWith(t, standin.Options{}, func(c *Config) {
		settings := c.Settings
		c.Settings = func() policy.Settings {
			s := settings()
			s.Destinations = destinations
			s.Providers["here"] = policy.Provider{Format: "openai", URL: "http://127.0.0.1:1", Kind: policy.Local}
			return s
		}
	})
	engine, err := defaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	b.decide = func(q policy.Query) (policy.Decision, error) {
		asked[q.Destination.Provider] = true
		d, err := engine.Decide(t.Context(), q)
		if q.Destination.Provider == "mistral" && len(q.Subjects) > 0 {
			d.Rulings = slices.Clone(d.Rulings) // which the engine remembers
			d.Verdict, d.Rulings[0] = policy.Forbid, policy.Ruling{Verdict: policy.Forbid, Reason: "not there"}
		}
		return d, err
	}
	key := awsKey()
	d := fromServer(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"` + key + `"}]}}`)
	out, err := b.proxy.ScrubDocument(t.Context(), d)
	if err != nil || out.Body != nil || !strings.Contains(out.Why, "aws-access-key-id (credential) at result.content[0].text: not there.") || strings.Contains(out.Why, key) {
		t.Errorf("%q, %v, a body of %d", out.Why, err, len(out.Body))
	}
	if asked["here"] || !asked["openai"] {
		t.Errorf("asked about %v", asked)
	}
	destinations = []string{"anthropic"}
	if out, err := b.proxy.ScrubDocument(t.Context(), d); err != nil || out.Why != "" || strings.Contains(string(out.Body), key) {
		t.Errorf("for another: %q, %v", out.Why, err)
	}
	// A hook's document is judged alike, and what a proxy scrubs anyway may go on.
	for _, c := range []struct {
		least policy.Verdict
		only  string
		kept  bool
	}{{policy.Scrub, "anthropic", true}, {policy.Forbid, "anthropic", false}, {policy.Forbid, "mistral", true}} {
		destinations = []string{c.only}
		out, err := b.proxy.JudgeDocument(t.Context(), Document{Kind: "hook", From: "a prompt", Route: new(wire.Route), Body: []byte(`{"prompt":"` + key + `"}`)}, c.least)
		if err != nil || (out.Why != "") != c.kept || c.kept && !strings.Contains(out.Why, "aws-access-key-id (credential) at prompt") || strings.Contains(out.Why, key) {
			t.Errorf("%v: %q, %v", c, out.Why, err)
		}
	}
	if got := strings.Join(b.records(), ", "); got != "mcp files forbid 0, mcp files scrub 0, hook a prompt scrub 0, hook a prompt scrub 0, hook a prompt forbid 0" {
		t.Errorf("on record: %s", got)
	}
	b.leaks(key)
}

// TestDocumentRestored: a value comes back into a tool that the settings name, as assistants do, and into no other; what
// was withheld is counted. What was never issued stays, and so does all that is no tool's.
func TestDocumentRestored(t *testing.T) {
	b := newBench(t, standin.Options{})
	key := awsKey()
	out, err := b.proxy.ScrubDocument(t.Context(), fromServer(`{"id":1,"result":{"text":"`+key+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := redact.Find(out.Body)[0]
	token := string(out.Body[s.Start:s.End])
	var seen []string
	b.decide = func(q policy.Query) (policy.Decision, error) {
		if q.Origin != q.Destination.Provider || q.Direction != policy.Restore {
			t.Errorf("asked %+v", q)
		}
		seen = append(seen, q.Tool.Name+" "+q.Tool.Kind)
		if q.Tool.Name == "mcp__files__write" {
			return policy.Decision{}, nil
		}
		return policy.Decision{Verdict: policy.Forbid}, nil
	}
	for _, c := range []struct {
		method, params string
		withheld       int
		asks           string
	}{
		{"tools/call", `{"name":"write","arguments":{"a":["% EMAIL_222222"]},"x":"!"}`, 0, "mcp__files__write mcp"},
		{"tools/call", `{"arguments":{"a":["!"],"url":"!"},"name":"read"}`, 2, "mcp__files__read network"},
		{"tools/call", `{"name":"run_shell","arguments":{"a":"!"}}`, 1, "mcp__files__run_shell command"},
		{"prompts/get", `{"name":"write","arguments":{"a":"%"}}`, 0, "mcp__files__write mcp"},
		{"resources/read", `{"uri":"file:///!"}`, 1, "mcp__files__resources/read mcp"},
	} {
		seen = nil
		message := `{"jsonrpc":"2.0","id":"!","method":"` + c.method + `","params":` + c.params + `}`
		fill := func(restored string) string {
			return strings.NewReplacer("!", token, "%", restored).Replace(message)
		}
		out, err := b.proxy.RestoreDocument(t.Context(), toServer(c.method, fill(token)))
		if err != nil || string(out.Body) != fill(key) || out.Record.Withheld != c.withheld {
			t.Errorf("%s: %d withheld, %v, %s", message, out.Record.Withheld, err, strings.ReplaceAll(string(out.Body), key, "KEY"))
		}
		if len(seen) == 0 || seen[len(seen)-1] != c.asks {
			t.Errorf("%s: asked about %q", message, seen)
		}
	}
	if got := strings.Join(b.records(), ", "); got != "mcp files scrub 0, mcp files write  0, mcp files read  2, mcp files run_shell  1, mcp files write  0, mcp files resources/read  1" {
		t.Errorf("on record: %s", got)
	}
	b.leaks(key)
}

// TestDocumentFailsClosed: what cannot be read, analysed, judged, kept or recorded is an error, and no document.
func TestDocumentFailsClosed(t *testing.T) {
	key := awsKey()
	body := `{"jsonrpc":"2.0","id":1,"result":{"text":"` + key + `"}}`
	for name, c := range map[string]struct {
		body  string
		spoil func(*bench)
	}{
		"two results":      {`{"id":1,"result":{},"result":{"text":"` + key + `"}}`, func(*bench) {}},
		"no object":        {`["` + key + `"]`, func(*bench) {}},
		"half a character": {"{\"id\":1,\"result\":\"\xff" + key + `"}`, func(*bench) {}},
		"policy error": {body, func(b *bench) {
			b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, errors.New("broken") }
		}},
		"too few rulings": {body, func(b *bench) {
			b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, nil }
		}},
		"no providers":      {body, func(b *bench) { b.proxy.Settings = func() policy.Settings { return policy.Settings{} } }},
		"analyser panic":    {body, func(b *bench) { b.proxy.Engine = func() *detect.Engine { panic(key) } }},
		"vault not usable":  {body, func(b *bench) { b.vault.Close() }},
		"ledger not usable": {body, func(b *bench) { b.ledger.Close() }},
	} {
		b := newBench(t, standin.Options{})
		c.spoil(b)
		out, err := b.proxy.ScrubDocument(t.Context(), fromServer(c.body))
		if err == nil || out.Body != nil || strings.Contains(err.Error(), key) || strings.Contains(b.log.String(), key) {
			t.Errorf("%s: %v, a body of %d", name, err, len(out.Body))
		}
	}
	b := newBench(t, standin.Options{})
	b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, errors.New("broken") }
	call := toServer("tools/call", `{"id":1,"method":"tools/call","params":{"name":"f","arguments":{"a":"b"}}}`)
	if out, err := b.proxy.RestoreDocument(t.Context(), call); err == nil || out.Body != nil {
		t.Errorf("restored without a policy: %s", out.Body)
	}
	if status, _, _ := b.post(chat, `{"model":"m","messages":[]}`); status != http.StatusForbidden {
		t.Error("the policy decides after all, so that this proves nothing")
	}
}
