package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestKnownInOwnCode: what the vault knows keeps its own class where it stands in code that is the organisation's:
// policy may let the code go and not the value.
func TestKnownInOwnCode(t *testing.T) {
	var code strings.Builder
	for i := range 40 {
		fmt.Fprintf(&code, "\tif reading[%d] > limit.%s { alarm(%q, %d) }\n", i, random(5, lowerLetters), random(4, lowerLetters), i*i)
	}
	b, err := detect.NewIndexBuilder(detect.Index{ID: "acme", Class: detect.Proprietary, Severity: detect.Medium, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	b.Code([]byte(code.String()))
	file, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	set, err := detect.Load("acme.sjindex", file)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := detect.Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	value := random(9, lowerLetters)
	text := strings.Replace(code.String(), "reading[20]", value, 1)
	at := strings.Index(text, value)
	known := redact.Match{Span: detect.Span{Start: at, End: at + len(value)}, Value: redact.Value{Type: "SECRET", Rule: "generic-secret", Class: detect.Credential}}
	var got []string
	has := remembered{contents: &contents{findings: engine.Find("", []byte(text)), known: []redact.Match{known}}}
	for _, s := range merge(nil, 0, has, nil, engine) {
		got = append(got, string(s.subject.Class))
	}
	if strings.Join(got, " ") != "proprietary credential proprietary" {
		t.Errorf("found %v", got)
	}
}

// TestNumbers: a card's number is one without quotes, too, and goes as a string that holds its placeholder. What
// programs write for limits and times stays as it is.
func TestNumbers(t *testing.T) {
	b := newBench(t, standin.Options{})
	pan := luhn("453900112233" + random(3, "0123456789"))
	for name, c := range map[string]struct{ path, body, want string }{
		"arguments":     {chat, `{"messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"pay","arguments":"{\"card\": %s,\"n\":1}"}}]}]}`, `{\"card\": \"CARD_~\",\"n\":1}`},
		"input":         {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"pay","input":{"cards":[1,%s]}}]}]}`, `{"cards":[1,"CARD_~"]}`},
		"floats":        {"/anthropic/v1/messages", `{"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"pay","input":{"cards":[1.0,%s.0]}}]}]}`, `{"cards":[1.0,"CARD_~"]}`},
		"floats within": {chat, `{"messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"pay","arguments":"{\"card\": %s.0,\"n\":1"}}]}]}`, `{\"card\": \"CARD_~\",\"n\":1`},
		"limits": {chat, `{"messages":[{"role":"user","content":"hi"}],"seed":1763740800123,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer","maximum":9007199254740991,"minimum":-9007199254740991},
			"phone":{"maxLength":4294967295},"at":{"default":1763740800}, "id":{"maximum":9223372036854775807,"multipleOf":100000000}}}}}]}`, `"maximum":9007199254740991`},
	} {
		body := strings.Replace(c.body, "%s", pan, 1)
		if status, answer, _ := b.post(c.path, body); status != http.StatusOK {
			t.Fatalf("%s: %s", name, answer)
		}
		sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
		before, after, _ := strings.Cut(c.want, "~")
		if strings.Contains(sent, pan) || !strings.Contains(sent, before) || !strings.Contains(sent, after) {
			t.Errorf("%s: sent %s", name, sent)
		}
		if body == c.body && sent != body {
			t.Errorf("%s: changed to %s", name, sent)
		}
	}
}

// TestStrictestDecides: where what policy lets go and what it keeps share a place, none of it goes: neither because the
// rules call a value a documented example, nor because what it stands in has another class, nor because that is allowed.
func TestStrictestDecides(t *testing.T) {
	example := strings.Join([]string{"AKIA", "IOSFODNN7EXAMPLE"}, "")
	first, second := "1"+random(11, "0123456789"), "2"+random(11, "0123456789")
	at := func(name string) string { return strings.Join([]string{name, "sparrow.com"}, "@") }
	mail := at("ann")
	for name, c := range map[string]struct{ secret, mail, content string }{
		"an example":         {example, mail, `"it is ` + example + `"`},
		"overlapping":        {"sparrow.com-7-wren", mail, `"it is ` + mail + `-7-wren, see"`},
		"at the same place":  {"ann-7-wren", at("ann-7-wren"), `"it is ` + at("ann-7-wren") + `, see"`},
		"within":             {"-7-wren-", at("a-7-wren-b"), `"it is ` + at("a-7-wren-b") + `, see"`},
		"the same value":     {"wren-7-wren", "wren-7-wren", `"it is wren-7-wren, see"`},
		"two in a number":    {second, first, first + second},
		"the one comes last": {"see-7-wren", mail, `"it is ` + mail + `, see-7-wren"`},
	} {
		b := newBench(t, standin.Options{})
		b.vault.Secrets().Set("here", [][]byte{[]byte(c.secret)})
		if _, err := b.vault.Issue(redact.Wire, "openai", []redact.Value{{Type: "EMAIL", Rule: "email-address", Class: detect.PII, Bytes: []byte(c.mail)}}); err != nil {
			t.Fatal(err)
		}
		settings := b.proxy.Settings()
		for _, how := range []string{"by policy", "by an entry"} {
			if how == "by policy" {
				b.decide = func(q policy.Query) (policy.Decision, error) {
					d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}
					for i, s := range q.Subjects {
						if s.Class == detect.Credential && s.Severity != detect.Info.String() {
							d.Rulings[i].Verdict, d.Verdict = policy.Scrub, policy.Scrub
						}
					}
					return d, nil
				}
			} else {
				b.decide = nil
				settings.Allow = []policy.AllowEntry{{Rule: "email-address", Reason: "public"}, {Rule: "aws-access-key-id", Reason: "public"}}
			}
			b.proxy.Settings = func() policy.Settings { return settings }
			if status, answer, _ := b.post(chat, `{"model":"m","messages":[{"role":"user","content":`+c.content+`}]}`); status != http.StatusOK {
				t.Fatalf("%s: %s", name, answer)
			}
			sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
			if strings.Contains(sent, c.secret) {
				t.Errorf("%s, allowed %s: it went out", name, how)
			}
			if name == "the one comes last" && !strings.Contains(sent, c.mail) {
				t.Errorf("%s, allowed %s: what is let go did not go", name, how)
			}
		}
	}
}
