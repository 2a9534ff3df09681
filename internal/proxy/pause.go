package proxy

import (
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// unpaused are obligations with which a request is scrubbed also while scrubbing is paused: what people look at and sign has no
// value in it.
var unpaused = []string{policy.Review, policy.ReviewByTwo, policy.Attest}

// paused is a decision while the person has scrubbing paused: what placeholders would have stood for goes as it is, and the ledger
// says by whose word. What is forbidden stays so.
func (p *Proxy) paused(d policy.Decision, found []secret) policy.Decision {
	by, paused := p.Paused()
	if !paused || d.Verdict != policy.Scrub || slices.ContainsFunc(d.Obligations, func(o string) bool { return slices.Contains(unpaused, o) }) {
		return d
	}
	for i := range found {
		if r := &found[i].ruling; r.Verdict == policy.Scrub {
			r.Verdict, r.Authorisation = policy.Allow, by
			d.Verdict = policy.Allow
		}
	}
	return d
}
