package lsp_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
)

// TestMarksAreTold: what the person says is not sensitive is counted once it is said, and what was not done is not.
func TestMarksAreTold(t *testing.T) {
	lsptest.Prepare(t)
	for _, title := range []string{"Not sensitive: allow aws-access-key-id on this line", "Not sensitive: allow this value in .scrubjay.yaml"} {
		synctest.Test(t, func(t *testing.T) {
			dir, daemon := t.TempDir(), lsptest.NewDaemon()
			cfg := config()
			cfg.Daemon = daemon
			e := lsptest.Start(t, cfg, lsptest.Options{Folder: dir})
			u, text := string(uri.File(filepath.Join(dir, "a.py"))), "a = \""+key(t, "aws")+"\"\nb = \""+key(t, "github")+"\"\n"
			e.Open(u, "python", text)
			synctest.Wait()
			actions := e.Actions(u, strings.Index(text, key(t, "aws")), 12)
			if len(daemon.Marks()) != 0 {
				t.Error("what is offered counts as done")
			}
			for _, a := range actions {
				if a.Title == title {
					if err := e.Do(a); err != nil {
						t.Error(err)
					}
				}
			}
			synctest.Wait()
			if got := daemon.Marks(); !slices.Equal(got, []string{"aws-access-key-id"}) {
				t.Errorf("%s: marked are %q, of %d actions", title, got, len(actions))
			}
			e.HangUp()
		})
	}
}
