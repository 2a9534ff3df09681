package daemon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestKeptFromAssistants: what a repository keeps from assistants leaves in no request, whoever put it there; the rest of the
// repository does, until it is named, too.
func TestKeptFromAssistants(t *testing.T) {
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	folder := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := func(line string) string {
		var text strings.Builder
		for i := range 40 {
			fmt.Fprintf(&text, line, i, i*7, i*13)
		}
		return text.String()
	}
	secret := source("func settle%d(o Order) (Price, error) {\n\treturn o.Total(%d).Discounted(o.Customer.Tier, %d)\n}\n\n")
	open := source("// render%d draws a row of the table.\nrow.SetHeight(%d); row.Paint(canvas, palette.At(%d))\n")
	indexed := source("if archive%d := box.Oldest(); archive.Age() > %d*day { shelf.Push(archive, slot+%d) }\n")
	put(".git/HEAD", "ref: refs/heads/main\n")
	put(".aiignore", "pricing/\n")
	put(".cursorindexingignore", "old.go\n")
	put("pricing/rules.go", secret)
	put("view/view.go", open)
	put("old.go", indexed)
	r := start(t, fmt.Sprintf("providers: {openai: {url: %q}}\n", vendor.URL()))
	if err := r.client.Known(t.Context(), control.Known{Folders: []string{folder}}); err != nil {
		t.Fatal(err)
	}
	token, err := r.state.Token()
	if err != nil {
		t.Fatal(err)
	}
	sent := func(text string) string {
		t.Helper()
		body, _ := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]string{"role": "user", "content": "explain\n" + text}}})
		req, err := http.NewRequest("POST", "http://"+r.hello.Proxy.Listen+"/t/"+token+"/openai/v1/chat/completions", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer k"}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("status %d", res.StatusCode)
		}
		requests := vendor.Requests()
		return string(requests[len(requests)-1].Body)
	}
	if got := sent(secret); strings.Contains(got, "settle20") || !strings.Contains(got, "PROPRIETARY_") {
		t.Errorf("sent %.400s", got)
	}
	if got := sent(secret[1000:2500]); strings.Contains(got, "settle12") {
		t.Errorf("a part of it: sent %.400s", got)
	}
	for _, text := range []string{open, indexed} {
		if got := sent(text); strings.Contains(got, "PROPRIETARY_") {
			t.Errorf("sent %.400s", got)
		}
	}
	put(".aiignore", "view/\n")
	if err := r.client.Known(t.Context(), control.Known{Folders: []string{folder}}); err != nil {
		t.Fatal(err)
	}
	if got := sent(open); strings.Contains(got, "render20") {
		t.Errorf("once it is named, too: sent %.400s", got)
	}
}
