package proxy

import (
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"go.uber.org/zap"
)

// Ended is an exchange that has ended, without any of its text.
type Ended struct {
	audit.Record
	Began time.Time
	// Added is how long the request was worked on before it was sent.
	Added time.Duration
	// Kept are the fingerprints of what was kept back: of what went out as placeholders, or what the request was
	// forbidden for.
	Kept []string
}

// newRecord begins a record. Every record of the proxy begins here, so that none lacks what all have.
func newRecord(kind, endpoint string) audit.Record {
	return audit.Record{Kind: kind, Endpoint: endpoint}
}

// newExchange begins an exchange with what is known of it before its text is read. A message of a websocket has no method.
func newExchange(t *target, method string) *exchange {
	x := &exchange{target: t, start: time.Now(), record: newRecord("exchange", t.endpoint(method))}
	x.record.Provider = t.provider
	if t.canary {
		x.record.Note = CanaryNote
	}
	return x
}

// refused takes down that the exchange was refused. Only of what policy forbids is there something to tell then.
func (x *exchange) refused(fail *failure) {
	x.record.Status, x.record.Note = fail.status, fail.code
	if fail.code != "forbidden_by_policy" {
		x.kept = nil
	}
}

// finish writes the exchange down and tells whoever watches. What was forbidden is on disk before the
// refusal is sent (refusal.go); the rest may follow a moment later.
func (p *Proxy) finish(x *exchange) {
	x.record.Millis = time.Since(x.start).Milliseconds()
	if x.record.Verdict != policy.Forbid.String() {
		if err := p.Ledger.Append(x.record); err != nil {
			p.Log.Error("the exchange could not be recorded; the next is refused", zap.Error(err))
		}
	}
	if !x.canary {
		p.asked.Store(x.provider, true)
	}
	p.metrics.exchanged(x)
	p.Watch(Ended{Record: x.record, Began: x.start, Added: x.added, Kept: x.kept})
}
