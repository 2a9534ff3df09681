package assistants

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestCanary: whatever the token, the rules find the canary in every format's request, which is JSON; it is the same
// each time, and another installation's is another.
func TestCanary(t *testing.T) {
	asks := map[string]Ask{}
	for _, ending := range []string{"/v1/messages", "/v1/responses", generate, chat, "/api/chat"} {
		asks[ending] = Ask{URL: "http://127.0.0.1:1/t/TOKEN/x" + ending}
	}
	seen := map[string]bool{}
	for i := range 1000 {
		value := Canary(strconv.Itoa(i))
		if seen[value] || value != Canary(strconv.Itoa(i)) {
			t.Fatal("a canary is not its installation's own")
		}
		seen[value] = true
		if found := detect.Default().Find("", []byte("my key is "+value)); len(found) != 1 {
			t.Errorf("canary %d: %d findings", i, len(found))
		}
	}
	kinds := map[string]bool{}
	for ending, ask := range asks {
		body := ask.Body("a text")
		if !json.Valid([]byte(body)) || strings.Count(body, "a text") != 1 {
			t.Errorf("%s: %s", ending, body)
		}
		kinds[body] = true
	}
	if len(kinds) != len(bodies) {
		t.Errorf("%d kinds of request", len(kinds))
	}
}
