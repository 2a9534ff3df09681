package lsp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// TestCheck: what an assistant's tool is told of a file holds no value, whatever the folder, the editor and comments quiet there,
// and while scrubbing is paused. What assistants are not to see they are not told of at all.
func TestCheck(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		dir, daemon, value, mail := t.TempDir(), lsptest.NewDaemon(), key(t, "aws"), strings.Join([]string{"jane.kowalska", "harrow-linden.net"}, "@")
		for name, text := range map[string]string{".scrubjay.yaml": "rules: {disable: [email-address]}\n", ".cursorignore": "/plans/\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		daemon.Greets(control.Hello{Version: 1, Features: control.Features, Used: []string{"openai"}, Paused: &control.Paused{}})
		e := rich(t, daemon, lsptest.Options{Folder: dir, Init: json.RawMessage(`{"rules": {"disable": ["aws-access-key-id"]}}`)}, value, mail)
		ask := func(name, text string, redact bool) string {
			raw, err := e.Request("scrubjay/check", map[string]any{"uri": uri.File(filepath.Join(dir, name)), "language": "python", "text": text, "redact": redact})
			if err != nil {
				return err.Error()
			}
			return string(raw)
		}
		text := "a = 1\nkey = '" + value + "' # scrubjay:allow\nmail = '" + mail + "'\n"
		found := `{"findings":[{"rule":"aws-access-key-id","class":"credential","line":2,"says":"AWS access key id: AI gets a placeholder"},` +
			`{"rule":"email-address","class":"pii","line":3,"says":"Email address: AI gets a placeholder"}]`
		if got := ask("a.py", text, false); got != found+"}" {
			t.Errorf("it is told %s", got)
		}
		for _, name := range []string{"a.py", ".env"} {
			got := ask(name, text, true)
			if !strings.HasPrefix(got, found+`,"text":"a = 1\nkey = 'REDACTED_AWS_KEY_ID_`) || strings.Contains(got, value) || strings.Contains(got, mail) {
				t.Errorf("of %s it gets %s", name, got)
			}
		}
		if got := ask("b.py", "clean\n", true); got != `{"findings":[],"text":"clean\n"}` {
			t.Errorf("of a clean text it gets %s", got)
		}
		if got := ask("plans/a.py", text, true); !strings.Contains(got, "kept from AI assistants by .cursorignore") || strings.Contains(got, "REDACTED") {
			t.Errorf("of an ignored file it gets %s", got)
		}
		if got := ask("large.py", strings.Repeat("x", 20<<20), true); !strings.Contains(got, "it cannot be looked at") {
			t.Errorf("of a large file it gets %.200s", got)
		}
		daemon.Down(true)
		if got := ask("a.py", text, true); strings.Contains(got, "findings") || strings.Contains(got, value) {
			t.Errorf("without a vault it gets %s", got)
		}
		for _, wrong := range []any{nil, []int{1}, map[string]any{"text": "x"}} {
			if raw, err := e.Request("scrubjay/check", wrong); err == nil {
				t.Errorf("asked with %v it answers %s", wrong, raw)
			}
		}
		e.HangUp()
	})
}

// TestReportAllows: a false positive that is reported is not shown any more, and a click takes that back.
func TestReportAllows(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		dir, value := t.TempDir(), key(t, "aws")
		e := rich(t, lsptest.NewDaemon(), lsptest.Options{Folder: dir, Init: json.RawMessage(`{"offers": ["clipboard"]}`)}, value)
		u := string(uri.File(filepath.Join(dir, "a.py")))
		e.Open(u, "python", "a = '"+value+"'\n")
		synctest.Wait()
		for _, a := range e.Actions(u, 8, 8) {
			if a.Title != "Report a false positive" {
				continue
			}
			said := e.Run(a.Command)
			synctest.Wait()
			settings, err := os.ReadFile(filepath.Join(dir, ".scrubjay.yaml"))
			if err != nil || !strings.Contains(string(settings), "rule: aws-access-key-id") || strings.Contains(string(settings), value) {
				t.Errorf("the entry is %s, %v", settings, err)
			}
			if !strings.Contains(said, "a = 'XXXX") || strings.Contains(said, value) || !strings.Contains(said, `"undo":"scrubjay.undoAllow"`) {
				t.Errorf("it answers %s", said)
			}
			if left := e.Actions(u, 8, 8); len(left) > 0 && strings.HasPrefix(left[0].Title, "Redact") {
				t.Error("what was reported is still a finding")
			}
			e.HangUp()
			return
		}
		t.Error("nothing can be reported")
		e.HangUp()
	})
}
