package daemon

import (
	"errors"
	"net/http"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// TestTrouble: why a request was refused is told to who asks, and that it is over.
func TestTrouble(t *testing.T) {
	d := &daemon{governance: &Governance{}, hub: newHub(func(int) {})}
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
