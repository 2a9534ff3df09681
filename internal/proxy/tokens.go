package proxy

import (
	"context"
	"errors"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// readable tells whether a request may go on that was read with an error. Text that comes as the numbers of tokens cannot be
// scanned: it goes to a provider of one's own to which policy lets everything pass, whatever rule would find it.
func (p *Proxy) readable(ctx context.Context, q policy.Query, err error) (bool, *failure) {
	if !errors.Is(err, wire.ErrTokens) || q.Destination.Kind != policy.Private && q.Destination.Kind != policy.Local {
		return err == nil, nil
	}
	for _, r := range p.Engine().Rules() {
		q.Subjects = append(q.Subjects, policy.Subject{Class: r.Class, Rule: r.ID, Severity: r.Severity.String(), Confidence: r.Confidence.String(), Validated: true})
	}
	d, fail := p.decide(ctx, q)
	return fail == nil && d.Verdict == policy.Allow, fail
}
