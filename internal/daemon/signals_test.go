package daemon

import (
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestSignalsAreTold: what is out of the ordinary is told as it happens, and what the ledger knows already is not.
func TestSignalsAreTold(t *testing.T) {
	dir := t.TempDir()
	l, err := audit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.AppendDurable(audit.Record{Kind: "exchange", Provider: "openai"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	state, err := installation.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	governance, err := NewGovernance(state, "", "", zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{Options: Options{State: state, Log: zap.NewNop()}, governance: governance, hub: newHub(func(int) {})}
	events, _ := d.hub.join(false)
	d.signals.learn.Do(d.learn)
	for _, provider := range []string{"openai", "deepseek", "deepseek"} {
		d.signal(audit.Record{Kind: "exchange", Provider: provider})
	}
	if e := <-events; e.Kind != "signal" || e.Text != "deepseek was asked for the first time" || len(events) > 0 {
		t.Errorf("told is %+v, and %d more", e, len(events))
	}
	if got := Thresholds(policy.Signals{RefusalsPerHour: 3}); got.Refusals != 3 || got.Findings != audit.Ordinary.Findings {
		t.Errorf("thresholds are %+v", got)
	}
}
