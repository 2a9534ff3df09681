package daemon

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// seconds are the second persons' approvals that were brought, by the digest of the request. They hold until they end or the
// daemon does; the lock is that of the questions.
type seconds struct {
	approved map[string]policy.Approval
	changed  chan struct{} // closed when there is another
}

// mostSeconds bounds them; they can be brought again.
const mostSeconds = 1024

// accept takes a second person's approval, which the policy in force judges.
func (d *daemon) accept(m control.Accept) (control.Accepted, error) {
	if err := tooNew(m.Version); err != nil {
		return control.Accepted{}, err
	}
	a, err := d.governance.Settings().Approved(m.Token, time.Now())
	if err != nil {
		return control.Accepted{}, err
	}
	if a.By == audit.Account() {
		return control.Accepted{}, errors.New("this is your own signature, and policy wants a second person's")
	}
	return control.Accepted{By: a.By, Until: a.Until, Waits: d.questions.accept(a)}, nil
}

// accept remembers an approval, and says whether its request waits.
func (q *questions) accept(a policy.Approval) (waits bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.approved == nil || len(q.approved) >= mostSeconds {
		q.approved = map[string]policy.Approval{}
	}
	q.approved[a.Digest] = a
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
	for open := range maps.Values(q.open) {
		waits = waits || open.held != nil && open.held.Digest() == a.Digest
	}
	return waits
}

// second waits for a second person's approval of the request of a digest.
func (q *questions) second(ctx context.Context, digest string) (policy.Approval, bool) {
	for {
		q.mu.Lock()
		a, ok := q.approved[digest]
		if q.changed == nil {
			q.changed = make(chan struct{})
		}
		changed := q.changed
		q.mu.Unlock()
		if ok && time.Now().Before(a.Until) {
			return a, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return policy.Approval{}, false
		}
	}
}
