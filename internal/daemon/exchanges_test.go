package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// TestExchangesAreBounded: the latest are kept, as many and as large as there is room for, and none when nobody wants them.
func TestExchangesAreBounded(t *testing.T) {
	var e exchanges
	if id := e.add(proxy.Ended{}); id != "" {
		t.Errorf("without texts it has the id %q", id)
	}
	add := func(n int) string {
		return e.add(proxy.Ended{Record: audit.Record{Provider: "openai"}, Texts: &proxy.Texts{Typed: bytes.Repeat([]byte("x"), n), Said: func() [][]byte { return [][]byte{[]byte("x")} }, Heard: func() []*proxy.Heard { return []*proxy.Heard{{Text: []byte("y")}} }}})
	}
	first := add(10)
	for range mostExchanges {
		add(10)
	}
	if _, err := e.show(control.ExchangeTexts{ID: first}); !errors.Is(err, errNoExchange) {
		t.Errorf("the oldest is still there: %v", err)
	}
	large := add(mostBytes + 1)
	if list, _ := e.list(control.Exchanges{}); len(list.Exchanges) != 1 || list.Exchanges[0].ID != large {
		t.Errorf("beside one that fills all the room: %v", list.Exchanges)
	}
	last := add(10)
	list, _ := e.list(control.Exchanges{})
	if len(list.Exchanges) != 1 || list.Exchanges[0].ID != last {
		t.Errorf("the newest is %v, want %s alone", list.Exchanges, last)
	}
	shown, err := e.show(control.ExchangeTexts{ID: last, Said: true})
	if err != nil || fmt.Sprintf("%s %s", shown.Said, shown.Typed) != "[x] " {
		t.Errorf("shown is %v, %v", shown, err)
	}
	if shown, err := e.show(control.ExchangeTexts{ID: last}); err != nil || len(shown.Typed) != 10 || len(shown.Heard) != 1 || string(shown.Heard[0].Text) != "y" || shown.Said != nil {
		t.Errorf("shown whole is %v, %v", shown, err)
	}
	e.forget()
	if _, err := e.show(control.ExchangeTexts{ID: last}); err == nil || e.size != 0 {
		t.Errorf("what is forgotten is there: %v", err)
	}
}

// TestWrote: an assistant wrote a change if its latest answers had half of the lines that are long enough to tell.
func TestWrote(t *testing.T) {
	var e exchanges
	answer := func(assistant, text string) {
		e.add(proxy.Ended{Record: audit.Record{Provider: "openai", Assistant: assistant}, Texts: &proxy.Texts{Heard: func() []*proxy.Heard { return []*proxy.Heard{{Tool: "write", Text: []byte(text)}} }}})
	}
	answer("codex", "package pay\n\n\tfunc refund(cents int) error {\n\t\treturn nil // nothing yet\n}\n")
	answer("", "some words about it")
	for _, c := range []struct {
		name, lines, want string
	}{
		{"all of it", "func refund(cents int) error {|return nil // nothing yet|}", "codex"},
		{"half of it", "func refund(cents int) error {|a line that somebody typed", "codex"},
		{"less", "func refund(cents int) error {|a line that somebody typed|and another one of them", ""},
		{"lines that anybody writes", "}|{|return nil", ""},
		{"one that calls itself nothing", "some words about it", "openai"},
	} {
		by, err := e.wrote(control.Wrote{Lines: bytes.Split([]byte(c.lines), []byte("|"))})
		if err != nil || by.Assistant != c.want {
			t.Errorf("%s: written by %q, %v; want %q", c.name, by.Assistant, err, c.want)
		}
	}
}
