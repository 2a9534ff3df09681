package daemon

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestExchangeEvents: who is attached hears, by the installation's fingerprints, which values did not go out: those that
// were scrubbed, or those that a request was forbidden for and no others. What policy allows is not among them, and no
// value ever is.
func TestExchangeEvents(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, "providers: {openai: {format: openai, url: \""+vendor.URL()+"\"}}\nverdicts: {pci: {public: forbid}, pii: {public: scrub}}\n")
	keys, err := redact.LoadKeys(r.state.Dir)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := func(value string) string {
		return detect.Fingerprint(detect.Installation, keys.FingerprintKey(), []byte(value))
	}
	events := make(chan control.Event, 16)
	go r.client.Events(t.Context(), func(e control.Event) { events <- e })
	key := strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, "")
	card := strings.Join([]string{"4539", "1488", "0343", "6467"}, " ")
	send := func(text string, want int) {
		t.Helper()
		body, _ := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]any{"role": "user", "content": text}}})
		if status, answer := r.ask(string(body)); status != want {
			t.Fatalf("status %d: %s", status, answer)
		}
	}
	// Until it is attached it hears nothing.
	for heard := false; !heard; {
		send("nothing to see", http.StatusOK)
		select {
		case e := <-events:
			heard = true
			if e.Kind != "exchange" || e.Verdict != "allow" || len(e.Fingerprints) != 0 {
				t.Errorf("%+v", e)
			}
		case <-time.After(50 * time.Millisecond):
		}
	}
	for text, want := range map[string]struct {
		status  int
		verdict string
		values  []string
	}{
		"the key " + key + " and again " + key:   {http.StatusOK, "scrub", []string{key}},
		"the key " + key + " and a card " + card: {http.StatusForbidden, "forbid", []string{card}},
	} {
		send(text, want.status)
		e := <-events
		for e.Verdict != want.verdict { // of what was sent before
			e = <-events
		}
		var fingerprints []string
		for _, v := range want.values {
			fingerprints = append(fingerprints, fingerprint(v))
		}
		if !slices.Equal(e.Fingerprints, fingerprints) {
			t.Errorf("status %d: %d fingerprints, verdict %s", want.status, len(e.Fingerprints), e.Verdict)
		}
		if said, _ := json.Marshal(e); strings.Contains(string(said), key) || strings.Contains(string(said), card) {
			t.Error("the event holds a value")
		}
	}
}
