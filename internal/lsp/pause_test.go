package lsp_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// TestPause: an editor that has asked the person has scrubbing paused, and until that ends nothing says that values are kept back.
func TestPause(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		daemon, value := lsptest.NewDaemon(), key(t, "aws")
		daemon.Greets(control.Hello{Version: 1, Features: control.Features, Used: []string{"openai"}, Policy: control.Policy{Revision: "7"}})
		cfg := config()
		cfg.Daemon = daemon
		e := lsptest.Start(t, cfg, lsptest.Options{}, value)
		e.Open(file, "dotenv", "A="+value)
		synctest.Wait()
		says := func(headline, message string) {
			t.Helper()
			if got := e.Status(file).Headline; !strings.HasPrefix(got.Text, headline) {
				t.Errorf("the headline is %q, not %q", got.Text, headline)
			}
			if hover := e.Hover(file, 4); !strings.Contains(hover, message) {
				t.Errorf("the hover says %q, not %q", hover, message)
			}
		}
		says("Protected: 1 value goes out as a placeholder", ": a placeholder.")
		raw, err := e.Request("scrubjay/pause", map[string]any{})
		if err != nil || !strings.Contains(string(raw), `"until":"2030-01-02T14:32:00`) || !strings.Contains(string(raw), `"by":"an editor"`) {
			t.Errorf("pausing is answered with %s, %v", raw, err)
		}
		daemon.Send(control.Event{Kind: "pause"})
		synctest.Wait()
		says("Not protected: paused until 14:32", "the value itself while scrubbing is paused")
		if raw, err := e.Request("scrubjay/resume", map[string]any{}); err != nil || string(raw) != `{"was_paused":true}` {
			t.Errorf("resuming is answered with %s, %v", raw, err)
		}
		daemon.Send(control.Event{Kind: "pause"})
		synctest.Wait()
		says("Protected: 1 value goes out as a placeholder", ": a placeholder.")
		daemon.Down(true)
		if _, err := e.Request("scrubjay/pause", map[string]any{}); err == nil {
			t.Error("without a daemon something is paused")
		}
		e.HangUp()
	})
}
