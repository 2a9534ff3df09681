package proxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// Policy may want more than a verdict: that a person sees a request before it goes (review), says that it may go (attest), or
// that it goes to another provider (reroute).

// Held is a request that waits for a person. Nothing of it is a value: where one stood, a placeholder stands.
type Held struct {
	// Obligation is policy.Review, policy.ReviewByTwo or policy.Attest.
	Obligation      string
	Provider, Model string
	// Findings name what was found in it: rule, class and place, and what becomes of it.
	Findings []string
	// Body is the request as it would go.
	Body []byte
}

// Approval is what a person says to it, and who that is, or who both are.
type Approval struct {
	Answer Answer
	By     string
}

// The codes of refusals that an obligation leads to.
const (
	// Unreviewed is of a request that nobody approved.
	Unreviewed = "unreviewed"
	// elsewhereOnly is of one that policy sends to a provider that nobody has named.
	elsewhereOnly = "reroute_required"
)

const (
	// reviewPatience is how long a request is held: long enough to be read, and callers wait ten minutes.
	reviewPatience = 5 * time.Minute
	// attested is how long it holds what a person has said of a provider.
	attested = 24 * time.Hour
	// mostFindings is how many findings a person is told.
	mostFindings = 100
)

// hold has a person approve of a request where policy wants that. What was approved comes again with every turn of a conversation:
// a request with nothing but findings that were approved for this provider goes on. One without any finding is always asked about.
func (p *Proxy) hold(ctx context.Context, x *exchange, req *wire.Request, v *verdict, body []byte) *failure {
	if x.canary { // it goes to a stand-in on this machine
		return nil
	}
	for _, obligation := range []string{policy.ReviewByTwo, policy.Review, policy.Attest} {
		if !slices.Contains(v.Obligations, obligation) || obligation == policy.Review && slices.Contains(v.Obligations, policy.ReviewByTwo) {
			continue
		}
		keys := approvalsFor(obligation, x.provider, v.found)
		by, known := p.approvals.of(keys, time.Now())
		if !known {
			held := Held{Obligation: obligation, Provider: x.provider, Model: x.record.Model, Findings: p.told(req, v.found), Body: body}
			approval, left := p.wait(ctx, x, held)
			if approval.Answer != Once && approval.Answer != Always {
				return p.unreviewed(x, v.Decision, approval, left)
			}
			by = approval.By
			p.approvals.keep(keys, by, time.Now())
		}
		x.record.Authorisations = append(x.record.Authorisations, obligation+": "+by)
	}
	return nil
}

// wait holds a request until somebody answers, the time is up, or whoever sent it has left.
func (p *Proxy) wait(ctx context.Context, x *exchange, held Held) (_ Approval, left error) {
	began := time.Now()
	defer func() { x.waited += time.Since(began) }()
	if x.present != nil {
		var leave context.CancelFunc
		ctx, leave = x.present(ctx)
		defer leave()
	}
	patient, cancel := context.WithTimeout(ctx, reviewPatience)
	defer cancel()
	approval := p.Hold(patient, held)
	return approval, context.Cause(ctx)
}

// told are the findings of a request as a person is told them.
func (p *Proxy) told(req *wire.Request, found []secret) (out []string) {
	for _, s := range found {
		if len(out) == mostFindings {
			return append(out, fmt.Sprintf("and %d more", len(found)-mostFindings))
		}
		becomes := "goes as it is"
		if s.ruling.Verdict != policy.Allow {
			becomes = "a placeholder"
		}
		out = append(out, fmt.Sprintf("%s (%s) at %s: %s", s.subject.Rule, s.subject.Class, p.safePath(req, req.Spans[s.span]), becomes))
	}
	return out
}

func (p *Proxy) unreviewed(x *exchange, d policy.Decision, a Approval, left error) *failure {
	next := "Policy wants a person to see it before it goes, and nobody answered within " + fmt.Sprint(int(reviewPatience.Minutes())) + " minutes: send it again, and answer in your editor or with scrubjay review."
	if slices.Contains(d.Obligations, policy.ReviewByTwo) {
		next = "Policy wants two people to approve it before it goes, and not both did within " + fmt.Sprint(int(reviewPatience.Minutes())) + " minutes: scrubjay review export gives a file for the second one, who signs it. scrubjay review accept takes it; then send this again."
	}
	switch {
	case a.Answer == No:
		next = "Policy wants a person to see it before it goes, and " + a.By + " refused it."
	case errors.Is(left, errEnding):
		next = "Policy wants a person to see it before it goes, and the proxy ended before anybody answered: send it again."
	case left != nil: // for the ledger: nobody else reads it
		next = "Policy wants a person to see it before it goes, and whoever sent it left before anybody answered."
	}
	var r refusal
	r.because(d)
	x.record.Reasons = append(d.Reasons[:len(d.Reasons):len(d.Reasons)], strings.TrimSuffix(next, "."))
	return p.onRecord(x, Unreviewed, &r, next)
}

// rerouted tells that policy wants a request to go to another provider than the one that it was sent to.
func (x *exchange) rerouted(d policy.Decision) bool {
	return slices.Contains(d.Obligations, policy.Reroute) && x.elsewhere == "" && !x.canary
}

func mustReroute() *failure { return refuse(http.StatusForbidden, elsewhereOnly, "") }

// notRerouted refuses a request that has to go elsewhere, if nobody says where.
func (p *Proxy) notRerouted(x *exchange) *failure {
	var r refusal
	r.name(func() string { return "Policy sends it to another provider, and the settings name none" })
	x.record.Reasons = []string{"reroute is required, and the provider has no reroute"}
	return p.onRecord(x, elsewhereOnly, &r, "Set providers."+x.provider+".reroute to a private or local provider of the same format.")
}

// approvals are what people have approved, for as long as this process lives.
type approvals struct {
	mu    sync.Mutex
	given map[approval]given
}

// approval is of a value that may go to a provider, or of the provider alone.
type approval struct {
	obligation, provider string
	value                seenKey
}

type given struct {
	by    string
	until time.Time // zero: until the process ends
}

// approvalsFor are what has to have been approved for a request not to be asked about; none if it always is.
func approvalsFor(obligation, provider string, found []secret) map[approval]bool {
	if obligation == policy.Attest {
		return map[approval]bool{{obligation: obligation, provider: provider}: true}
	}
	keys := map[approval]bool{}
	if obligation == policy.ReviewByTwo {
		return keys // what the second one signed is this very request
	}
	for _, s := range found {
		keys[approval{obligation, provider, keyOf(nil, 0, s.value.Bytes, 0)}] = true
	}
	return keys
}

// of says by whom all of it was approved.
func (a *approvals) of(keys map[approval]bool, now time.Time) (by string, all bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k := range keys {
		g, ok := a.given[k]
		if !ok || !g.until.IsZero() && !now.Before(g.until) {
			return "", false
		}
		by = g.by
	}
	return by, len(keys) > 0
}

func (a *approvals) keep(keys map[approval]bool, by string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.given == nil || len(a.given) >= mostConsents {
		a.given = map[approval]given{}
	}
	for k := range keys {
		g := given{by: by}
		if k.obligation == policy.Attest {
			g.until = now.Add(attested)
		}
		a.given[k] = g
	}
}
