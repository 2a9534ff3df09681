package daemon

import (
	"cmp"
	"context"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
)

const (
	// A machine reports each day, and again in an hour what could not be sent.
	reportEvery, reportAgain = 24 * time.Hour, time.Hour
)

// reports tells the organisation which policy this machine obeys, at the start, when another comes into force, and each
// day; nobody, unless organisation.report says where.
func (d *daemon) reports(ctx context.Context) {
	for {
		wait := reportEvery
		if o := d.governance.Policy().Layers().Organisation(); o != nil && o.Report != "" {
			report := fleetReport(d.Version, d.governance.Standing())
			if err := report.Send(ctx, d.governance.Client(), o.Report, os.Getenv(o.ReportTokenEnv)); err != nil && ctx.Err() == nil {
				d.Log.Warn("this machine's report was not sent, and is in an hour", zap.Error(err))
				wait = reportAgain
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-d.swapped:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// fleetReport is how a machine is, in words that tell nothing of anybody's texts.
func fleetReport(program string, p control.Policy) opa.FleetReport {
	health := "good"
	switch {
	case p.Stale != "":
		health = "stale"
	case p.Outdated != "":
		health = "outdated"
	case p.Refused != "":
		health = "refused"
	case p.Unreachable != "":
		health = "unreachable"
	case p.Waits != "":
		health = "waits"
	}
	return opa.FleetReport{Machine: cmp.Or(audit.Host(), "unknown"), Program: cmp.Or(program, "unknown"), Revision: p.Revision, Sequence: p.Sequence, Since: p.Since, Health: health}
}
