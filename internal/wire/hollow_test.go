package wire

import (
	"strings"
	"testing"
)

// TestHollowParts: a part whose text went into a later one is taken out, and with it an event that says nothing else.
func TestHollowParts(t *testing.T) {
	event := func(parts string, more ...string) string {
		return `{"candidates": [{"content": {"parts": [` + parts + `],"role": "model"}` + strings.Join(more, "") + `}]}`
	}
	go1 := event(`{"text": "9xq."}`)
	restored := event(`{"text": "ann@corp.example."}`)
	for _, c := range []struct{ held, want string }{
		{event(`{"text": "EMAIL_k3m"}`), ""},
		{event(`{"text": "EMAIL_k3m"}`, `,"index": 0`), ""},
		{event(`{"text": "to EMAIL_k3m"}`), event(`{"text": "to "}`)},
		{event(`{"inlineData": {}}, {"text": "EMAIL_k3m"}`), event(`{"inlineData": {}}`)},
		{event(`{"text": "a"},{"thought":true,"text":"x"} , { "text" : "EMAIL_k3m" }`), event(`{"text": "a"},{"thought":true,"text":"x"} `)},
		{event(`{"text": "EMAIL_k3m","thoughtSignature": "RU1B"}`), event(`{"text": "","thoughtSignature": "RU1B"}`)},
		{event(`{"text": "EMAIL_k3m"}`, `,"groundingMetadata": {}`), event(`{"text": ""}`, `,"groundingMetadata": {}`)},
		{event(`{"text": ""}`), event(`{"text": ""}`)},
	} {
		tail, tailWant := go1, restored
		if c.held == c.want { // the vendor's own
			tail, tailWant = event(`{"text": "x"}`), event(`{"text": "x"}`)
		}
		join := func(begin, between, end string, events ...string) string {
			var all []string
			for _, e := range events {
				if e != "" {
					all = append(all, e)
				}
			}
			return begin + strings.Join(all, between) + end
		}
		for _, f := range []struct{ kind, begin, between, end string }{
			{"text/event-stream", "data: ", "\n\ndata: ", "\n\n"},
			{"text/event-stream", "data: ", "\r\n\r\ndata: ", "\r\n\r\n"},
			{"application/json", "[", ",", "]\n"},
		} {
			for _, first := range []string{"", event(`{"text": "first"}`)} {
				in, want := join(f.begin, f.between, f.end, first, c.held, tail), join(f.begin, f.between, f.end, first, c.want, tailWant)
				restore := restoreEdits(map[string]string{"EMAIL_k3m9xq": "ann@corp.example"})
				got := string(restreamAs(t, f.kind, routeOf(t, gemini, "/v1/models/m:streamGenerateContent"), restore, byBytes([]byte(in))...))
				if got != want {
					t.Errorf("%s\n is %s\nwant %s", in, got, want)
				}
			}
		}
	}
	// If the array's only other element is an error of ours, it needs no comma either.
	s := routeOf(t, gemini, "/v1/models/m:streamGenerateContent").Stream("application/json", restoreEdits(map[string]string{"EMAIL_k3m9xq": "ann@corp.example"}))
	out, err := s.Write([]byte("[" + event(`{"text": "EMAIL_k3m"}`) + ",\n" + event(`{"text": "9x"}`)))
	if err != nil || string(out) != "[" {
		t.Errorf("%s %v", out, err)
	}
}
