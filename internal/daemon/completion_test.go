package daemon

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestCompletionIsScrubbed: the model completes by a placeholder what the person has a value for, and never sees that.
func TestCompletionIsScrubbed(t *testing.T) {
	vendor := standin.New(standin.Options{Reply: func(r standin.Request) standin.Reply {
		found := redact.Find(r.Body)
		if len(found) == 0 {
			return standin.Reply{Text: "nothing was scrubbed"}
		}
		return standin.Reply{Text: "to = \"" + string(r.Body[found[0].Start:found[0].End]) + "\""}
	}})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, fmt.Sprintf("providers: {near: {format: ollama, kind: public, url: %q}}\n", vendor.URL()))
	token, err := r.state.Token()
	if err != nil {
		t.Fatal(err)
	}
	mail := strings.Join([]string{"anna.kowalska", "poczta.onet.pl"}, "@")
	got, err := completion.Ask(t.Context(), http.DefaultClient, completion.Query{
		Base: "http://" + r.hello.Proxy.Listen + "/near", Token: token, Format: "ollama", Model: "m", Prefix: "from = \"" + mail + "\"\n", Suffix: "\n",
	})
	if err != nil || got != "to = \""+mail+"\"" {
		t.Errorf("completed by %q, %v", got, err)
	}
	for _, q := range vendor.Requests() {
		if strings.Contains(string(q.Body), "kowalska") {
			t.Errorf("the model saw %s", q.Body)
		}
	}
}
