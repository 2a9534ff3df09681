package completion

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestAsk: every format is asked in its own words, for gaps and in chats, and what comes is cut where a paragraph ends.
func TestAsk(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "k")
	t.Setenv("ANTHROPIC_API_KEY", "k")
	t.Setenv("MISTRAL_API_KEY", "k")
	t.Setenv("GEMINI_API_KEY", "k")
	answer := "a + b\n    return a\n\nfunc next() {}"
	vendor := standin.New(standin.Options{Reply: func(standin.Request) standin.Reply { return standin.Reply{Text: answer} }})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	for _, chat := range []bool{false, true} {
		of := fillers
		if chat {
			of = chats
		}
		for format := range of {
			q := Query{Base: vendor.URL(), Format: format, Model: "m", Chat: chat, Prefix: "x = ", Suffix: "\n}\n", Language: "go", File: "a.go"}
			if format == "mistral" {
				q.Base += "/mistral"
			}
			got, err := Ask(context.Background(), http.DefaultClient, q)
			if err != nil || got != "a + b\n    return a" {
				t.Errorf("%s, chat %v: %q, %v", format, chat, got, err)
			}
			requests := vendor.Requests()
			if body := string(requests[len(requests)-1].Body); !strings.Contains(body, "x = ") || !strings.Contains(body, "stream") && format != "gemini" {
				t.Errorf("%s, chat %v, was asked %s", format, chat, body)
			}
		}
	}
	if _, err := Ask(context.Background(), http.DefaultClient, Query{Base: vendor.URL(), Format: "anthropic"}); err == nil || !strings.Contains(err.Error(), "fills gaps") {
		t.Errorf("a format without such models: %v", err)
	}
	t.Setenv("ANTHROPIC_API_KEY", "")
	if _, err := Ask(context.Background(), http.DefaultClient, Query{Base: vendor.URL(), Format: "anthropic", Chat: true, Model: "m"}); err == nil || !strings.Contains(err.Error(), "credential") {
		t.Errorf("without a key: %v", err)
	}
}

// TestErrorsHoldNoToken: what cannot be reached is told to the person and logged, without what opens the proxy's door.
func TestErrorsHoldNoToken(t *testing.T) {
	_, err := Ask(context.Background(), http.DefaultClient, Query{Base: "http://127.0.0.1:1/near", Token: "the-token", Format: "ollama"})
	if err == nil || strings.Contains(err.Error(), "the-token") {
		t.Errorf("the error is %v", err)
	}
}

// TestTidy: what models add is taken out, and what they were asked for stays.
func TestTidy(t *testing.T) {
	for _, row := range []struct{ text, suffix, want string }{
		{"x := 1\n", "", "x := 1"},
		{"```go\nx := 1\ny := 2\n```", "", "x := 1\ny := 2"},
		{"foo(bar)", ")\nmore", "foo(bar"},
		{")", ")\nmore", ")"},
		{"    indented", "", "    indented"},
		{"", "x", ""},
	} {
		if got := tidy(row.text, Query{Chat: true, Suffix: row.suffix}); got != row.want {
			t.Errorf("%q before %q: %q, want %q", row.text, row.suffix, got, row.want)
		}
	}
}
