package daemon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestAMachineReports: at the start and when another policy is in force, with the token that the environment has.
func TestAMachineReports(t *testing.T) {
	got := make(chan opa.FleetReport)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var report opa.FleetReport
		if err := json.NewDecoder(r.Body).Decode(&report); err != nil || r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer the-token" {
			t.Errorf("%s %q: %v", r.Method, r.Header, err)
		}
		w.WriteHeader(http.StatusNoContent)
		got <- report
	}))
	defer server.Close()
	t.Setenv("ACME_REPORT_TOKEN", "the-token")
	file := filepath.Join(t.TempDir(), "managed.yaml")
	text := "organisation:\n  url: https://policy.acme.example/acme.tar.gz\n  scope: acme\n  report: " + server.URL + "/fleet\n  report_token_env: ACME_REPORT_TOKEN\n  keys:\n    - |\n      " +
		strings.ReplaceAll(strings.TrimSpace(string(newSigner(t).public)), "\n", "\n      ") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	layers, err := policy.LoadSettings(policy.Paths{Managed: file})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := opa.NewEngine(opa.Options{Layers: layers})
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{Options: Options{Version: "v0.3.0", Log: zap.NewNop()}, governance: &Governance{policy: engine}, swapped: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); d.reports(ctx) }()
	for range 2 {
		if r := <-got; r.Machine == "" || r.Program != "v0.3.0" || r.Revision != "built-in" || r.Health != "stale" {
			t.Errorf("it reports %+v", r)
		}
		d.swapped <- struct{}{}
	}
	<-got
	cancel()
	<-done
}

// TestHealthIsAWord: what is wrong is told by its kind, and not in words that may name addresses.
func TestHealthIsAWord(t *testing.T) {
	for want, p := range map[string]control.Policy{
		"good": {}, "stale": {Stale: "closed", Unreachable: "x"}, "outdated": {Outdated: "0.3.0"}, "refused": {Refused: "it is older"}, "unreachable": {Unreachable: "no route"}, "waits": {Waits: "9"},
	} {
		p.Revision = "8-abc"
		if is := fleetReport("", p).Health; is != want {
			t.Errorf("%+v is %s, not %s", p, is, want)
		}
	}
}
