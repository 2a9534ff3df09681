package proxy

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestTexts: who wants to see an exchange gets it as it was typed, as it was sent and as it was answered, whole and streamed;
// who does not, gets nothing. Nothing of it changes what goes over the wire.
func TestTexts(t *testing.T) {
	var last Ended
	keep, ended := true, make(chan Ended, 1)
	b := newBenchWith(t, standin.Options{}, func(c *Config) {
		c.KeepTexts = func() bool { return keep }
		c.Watch = func(e Ended) { ended <- e }
	})
	for _, stream := range []bool{false, true} {
		mail := email()
		body := fmt.Sprintf(`{"model":"m","stream":%v,"messages":[{"role":"user","content":"write to\n%s"}]}`, stream, mail)
		status, text, _ := b.post(chat, body)
		if last = <-ended; status != http.StatusOK || last.Texts == nil {
			t.Fatalf("status %d, texts %v", status, last.Texts)
		}
		sent := b.vendor.Requests()[len(b.vendor.Requests())-1].Body
		if got := last.Texts; string(got.Typed) != body || !bytes.Equal(got.Sent, sent) || string(got.Answered) != text || len(redact.Find(got.Sent)) != 1 || len(redact.Find(got.Answered)) != 0 {
			t.Errorf("stream %v: typed %s\nsent %s\nanswered %s", stream, got.Typed, got.Sent, got.Answered)
		}
		if said := last.Texts.Said(); !strings.Contains(fmt.Sprintf("%s", said), "write to\n"+mail) {
			t.Errorf("stream %v: said %q", stream, said)
		}
	}
	// An answer by itself is what the vendor said, however it was cut, and what it gave a tool.
	for _, stream := range []bool{false, true} {
		mail := email()
		b.post(chat, fmt.Sprintf(`{"model":"m","stream":%v,"messages":[{"role":"user","content":"write to\n%s"}]}`, stream, mail))
		last = <-ended
		var all []string
		for _, h := range last.Texts.Heard() {
			all = append(all, h.Tool+"|"+h.Key+"|"+string(h.Text))
		}
		if len(all) != 1 || !strings.HasPrefix(all[0], "||") || !strings.Contains(all[0], "write to\n"+mail) {
			t.Errorf("stream %v: heard %q", stream, all)
		}
	}
	keep = false
	b.post(chat, `{"model":"m","messages":[]}`)
	if last = <-ended; last.Texts != nil {
		t.Error("nobody wants it, and it is kept")
	}
}
