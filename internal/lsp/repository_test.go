package lsp_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// noting allows everything, and notes from which repository it is.
type noting struct {
	mu   sync.Mutex
	told []string
}

func (n *noting) Decide(_ context.Context, q policy.Query) (policy.Decision, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, q.Repository)
	return policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}, nil
}

// Policy is told of which repository a file is, unless the folder is not trusted: then nothing in it is heeded.
func TestRepositoryOfAFile(t *testing.T) {
	lsptest.Prepare(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git", "config"), []byte("[remote \"origin\"]\n\turl = git@github.com:acme/shop.git\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for init, want := range map[string]string{`{}`: "github.com/acme/shop", `{"trusted": false}`: ""} {
		synctest.Test(t, func(t *testing.T) {
			n := &noting{}
			cfg := config()
			cfg.Decider = n
			e := lsptest.Start(t, cfg, lsptest.Options{Folder: dir, Init: []byte(init)})
			e.Open(string(uri.File(filepath.Join(dir, "a.env"))), "env", "A="+key(t, "email")+"\n")
			synctest.Wait()
			n.mu.Lock()
			defer n.mu.Unlock()
			if len(n.told) == 0 || n.told[0] != want {
				t.Errorf("%s: policy is told %q, not %q", init, n.told, want)
			}
			e.HangUp()
		})
	}
}
