package proxy

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// doubtful is an engine with a rule that is often wrong.
func doubtful(t *testing.T) *detect.Engine {
	t.Helper()
	set, err := detect.Load("x.toml", []byte("[[rules]]\nid = 'maybe'\nconfidence = 'low'\nplaceholder = 'MAYBE'\nregex = 'maybe-[0-9a-z]{12}'\nkeywords = ['maybe']\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestInDoubt: what is in doubt goes to no vendor, and comes back into commands, too: a false alarm stops no agent. What
// is certain beside it does not.
func TestInDoubt(t *testing.T) {
	key, maybe := awsKey(), "may"+"be-"+random(12, lowerLetters)
	b := newBench(t, standin.Options{Reply: func(r standin.Request) standin.Reply {
		var tokens []string
		for _, s := range redact.Find([]byte(r.Text)) {
			tokens = append(tokens, r.Text[s.Start:s.End])
		}
		return call("bash", map[string]string{"command": "run " + strings.Join(tokens, " ")})
	}})
	b.proxy.Engine = func() *detect.Engine { return doubtful(t) }
	body, _ := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]string{"role": "user", "content": "it is " + maybe + " or " + key}}})
	status, answer, _ := b.post(chat, string(body))
	if status != http.StatusOK || !strings.Contains(answer, "run "+maybe+" AWS_") {
		t.Errorf("status %d: %s", status, answer)
	}
	sent := string(b.vendor.Requests()[0].Body)
	if strings.Contains(sent, maybe) || !strings.Contains(sent, "MAYBE_") {
		t.Errorf("sent %s", sent)
	}
}

// TestTakenAtWord: an example that a person types is scrubbed, and stays so when it comes again as history; one that a
// tool's result brings stays, so that code with test data can be read.
func TestTakenAtWord(t *testing.T) {
	b := newBench(t, standin.Options{})
	example := "AKIA" + "IOSFODNN7EXAMPLE"
	messages := func(all ...string) string {
		return `{"model":"m","messages":[` + strings.Join(all, ",") + `]}`
	}
	user, tool := `{"role":"user","content":"my key is `+example+`"}`, `{"role":"tool","tool_call_id":"1","content":"my key is `+example+`"}`
	asked := `{"role":"user","content":"what is in the file?"}`
	called := `{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"read","arguments":"{}"}}]}`
	for _, c := range []struct {
		name, body string
		goes       bool
	}{
		{"in a tool's result", messages(asked, called, tool), true},
		{"typed", messages(user), false},
		{"typed before", messages(user, `{"role":"assistant","content":"so it is"}`, asked), false},
	} {
		if status, answer, _ := b.post(chat, c.body); status != http.StatusOK {
			t.Fatalf("%s: %s", c.name, answer)
		}
		requests := b.vendor.Requests()
		if sent := string(requests[len(requests)-1].Body); strings.Contains(sent, example) != c.goes {
			t.Errorf("%s: sent %s", c.name, sent)
		}
	}
}

// TestInternalHostname: where policy scrubs them, names of an organisation's machines stay here, and come back into commands,
// which without them would reach nothing.
func TestInternalHostname(t *testing.T) {
	b := newBench(t, standin.Options{Reply: func(r standin.Request) standin.Reply {
		found := redact.Find([]byte(r.Text))
		if len(found) != 1 {
			return call("bash", map[string]string{"command": "none"})
		}
		return call("bash", map[string]string{"command": "ssh " + r.Text[found[0].Start:found[0].End]})
	}})
	engine, err := detect.Default().WithDomains("acme.example")
	if err != nil {
		t.Fatal(err)
	}
	b.proxy.Engine = func() *detect.Engine { return engine }
	b.under("verdicts: {internal: {public: scrub}}")
	status, answer, _ := b.post(chat, `{"model":"m","messages":[{"role":"user","content":"what runs on db-7.acme.example?"}]}`)
	if status != http.StatusOK || !strings.Contains(answer, "ssh db-7.acme.example") {
		t.Errorf("status %d: %s", status, answer)
	}
	if sent := string(b.vendor.Requests()[0].Body); strings.Contains(sent, "acme.example") || !strings.Contains(sent, "HOST_") {
		t.Errorf("sent %s", sent)
	}
}
