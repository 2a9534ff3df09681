package opa

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Vote is what one authority said.
type Vote struct {
	Layer   string // default, managed, organisation, user, stale
	Source  string // where it says so
	Verdict string
	Reason  string
}

// Explanation is a decision with everything it was made of.
type Explanation struct {
	Query    policy.Query // with the subjects in the order of the decision's rulings
	Decision policy.Decision
	// Votes on each subject, the highest authority first, and which of them counted.
	Votes    [][]Vote
	Deciding []Vote
	// AttachmentVotes and AttachmentDeciding are the same of each kind of attachment.
	AttachmentVotes    [][]Vote
	AttachmentDeciding []Vote
	Stale              string
	// Reroute is where the provider's settings send what is forbidden there, if they name such a place.
	Reroute policy.Elsewhere
}

// Explain answers a query as Decide does, and says which rule of which layer gave each verdict. It does
// not remember.
func (e *Engine) Explain(ctx context.Context, q policy.Query) (Explanation, error) {
	f, now := e.current.Load(), e.now()
	c := f.canonical(q, f.stale(now))
	x := Explanation{Query: c.Query, Stale: c.stale}
	var err error
	if x.Decision, err = f.decide(ctx, c, now); err != nil {
		x.Decision = closed(c.Query, f.revision(), now, err)
		return x, err
	}
	p, err := f.program()
	if err != nil {
		return x, err
	}
	said, err := c.ask(ctx, p.explanation, now)
	if err != nil {
		return x, err
	}
	x.Votes, x.Deciding = votesOn(said["rulings"])
	x.AttachmentVotes, x.AttachmentDeciding = votesOn(said["attachments"])
	from := f.settings.Providers[q.Destination.Provider]
	if to, ok := f.settings.Providers[from.Reroute.Provider]; ok && q.Direction == policy.Outgoing && to.Format == from.Format && to.Kind != policy.Public && to.Kind != "" {
		x.Reroute = from.Reroute
	}
	return x, nil
}

// votesOn reads the votes on each of what was asked about, and those that decided.
func votesOn(v any) (all [][]Vote, deciding []Vote) {
	rulings, _ := v.([]any)
	for _, r := range rulings {
		fields, _ := r.(map[string]any)
		var votes []Vote
		given, _ := fields["votes"].([]any)
		for _, v := range given {
			votes = append(votes, vote(v))
		}
		all, deciding = append(all, votes), append(deciding, vote(fields["deciding"]))
	}
	return all, deciding
}

func vote(v any) Vote {
	fields, _ := v.(map[string]any)
	text := func(name string) string {
		s, _ := fields[name].(string)
		return s
	}
	return Vote{Layer: text("layer"), Source: text("source"), Verdict: text("verdict"), Reason: text("reason")}
}

// String is the explanation for a terminal.
func (x Explanation) String() string {
	var b strings.Builder
	d := x.Query.Destination
	fmt.Fprintf(&b, "%s for %s (%s), %s. Policy revision %s, valid until %s.\n", x.Decision.Verdict, d.Provider, d.Kind, x.Query.Direction,
		x.Decision.Revision, x.Decision.ValidUntil.UTC().Format("2006-01-02 15:04:05Z"))
	if x.Stale != "" {
		fmt.Fprintf(&b, "The organisation's policy is missing or has expired: %s.\n", x.Stale)
	}
	for i, s := range x.Query.Subjects {
		r := x.Decision.Rulings[i]
		rule := cmp.Or(s.Rule, "any rule")
		fmt.Fprintf(&b, "\n%s (%s, severity %s, confidence %s): %s\n  %s\n", rule, s.Class, s.Severity, s.Confidence, r.Verdict, r.Reason)
		if i < len(x.Votes) {
			writeVotes(&b, x.Votes[i], x.Deciding[i])
		}
	}
	for i, a := range x.Query.Attachments {
		p := x.Decision.Attachments[i]
		verdict := p.Verdict.String()
		if p.Review {
			verdict = policy.AskAttachment
		}
		fmt.Fprintf(&b, "\nattachment %s: %s\n  %s\n", a, verdict, p.Reason)
		if i < len(x.AttachmentVotes) {
			writeVotes(&b, x.AttachmentVotes[i], x.AttachmentDeciding[i])
		}
	}
	if len(x.Query.Subjects)+len(x.Query.Attachments) == 0 {
		for _, reason := range x.Decision.Reasons {
			fmt.Fprintf(&b, "  %s\n", reason)
		}
	}
	for _, o := range x.Decision.Obligations {
		if o != policy.AskAttached { // which the attachment says
			fmt.Fprintf(&b, "It also asks for: %s\n", o)
		}
	}
	away := slices.Contains(x.Decision.Obligations, policy.Reroute)
	setting := "providers." + x.Query.Destination.Provider + ".reroute"
	switch model := x.Reroute.Model; {
	case x.Query.Direction != policy.Outgoing || x.Decision.Verdict != policy.Forbid && !away:
	case x.Reroute.Provider != "":
		if model != "" {
			model = ", model " + model
		}
		fmt.Fprintf(&b, "A request for an answer goes to %s%s instead (%s), and is judged for that one.\n", x.Reroute.Provider, model, setting)
	case away:
		fmt.Fprintf(&b, "It is refused, because %s names no private or local provider of the same format.\n", setting)
	}
	return b.String()
}

func writeVotes(b *strings.Builder, votes []Vote, deciding Vote) {
	for _, v := range votes {
		mark := " "
		if v == deciding {
			mark = "*"
		}
		fmt.Fprintf(b, "  %s %-12s %-7s %s\n", mark, v.Layer, v.Verdict, v.Source)
	}
}
