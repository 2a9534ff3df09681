package daemon

import (
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// TestTrouble: why a request was refused is told to who asks, and that it is over.
func TestTrouble(t *testing.T) {
	d := &daemon{governance: &Governance{}, hub: newHub(func(int) {}), used: openUsed(filepath.Join(t.TempDir(), "used.json"))}
	d.signals.learn.Do(func() {}) // what is ordinary is not asked about here
	d.troubled("vault_unavailable", errors.New("no space left on device"))
	if got := d.trouble; got == nil || got.Code != "vault_unavailable" || got.Over || got.Time.IsZero() {
		t.Errorf("%+v", got)
	}
	d.exchanged(proxy.Ended{Record: audit.Record{Status: http.StatusForbidden}})
	if d.trouble.Over {
		t.Error("another refusal is taken for the end of it")
	}
	d.exchanged(proxy.Ended{Record: audit.Record{Status: http.StatusOK}})
	if !d.trouble.Over {
		t.Error("a request that went out does not end it")
	}
}

// TestTooManySecrets: that some are left out is logged when it happens, by their count, and not at every request.
func TestTooManySecrets(t *testing.T) {
	vault, err := redact.OpenVault(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	core, logged := observer.New(zap.DebugLevel)
	d := &daemon{Options: Options{Log: zap.New(core)}, vault: vault, machine: &machine{secrets: vault.Secrets(), now: time.Now, looked: time.Now().Add(time.Hour)}}
	d.fresh()
	many := make([]redact.Print, 1<<16+5)
	for i := range many {
		many[i] = redact.Print{Length: 20, Head: uint64(i)}
	}
	for _, prints := range [][]redact.Print{many, many, many[:9], many} {
		vault.Secrets().SetPrints("file x", prints)
		d.fresh()
	}
	all := logged.All()
	if len(all) != 2 || all[0].ContextMap()["forms left out"] != int64(5) {
		t.Errorf("the log says %v", all)
	}
}
