package compliance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Risk is a row of the risk register.
type Risk struct {
	// Level is high, medium or low.
	Level string `json:"level"`
	What  string `json:"what"`
	// Evidence is the command that shows it, Next what to do.
	Evidence string `json:"evidence"`
	Next     string `json:"next"`
}

// soon is how long before its end a contract or an exception is a risk.
const soon = 30 * 24 * time.Hour

// Risks are those that policy and ledger show, the highest first. verdict says what the policy in force decides of a class on its
// way to a public provider.
func Risks(s Sources, i Inventory, verdict func(detect.Class) (policy.Verdict, error)) (all []Risk, err error) {
	add := func(level, evidence, next, what string, args ...any) {
		all = append(all, Risk{level, fmt.Sprintf(what, args...), evidence, next})
	}
	for _, class := range detect.Classes {
		v, err := verdict(class)
		if err != nil {
			return nil, err
		}
		if v == policy.Allow {
			add("high", "scrubjay policy explain --class "+string(class), "set verdicts."+string(class)+".public to scrub", "findings of class %s go to public providers as they are", class)
		}
	}
	for _, p := range i.Providers {
		switch {
		case p.Approved == "not approved" && p.Requests > 0:
			add("high", p.Query, "approve it in the bundle's approved.providers, or find out who uses it", "%s was asked and is not approved", p.Name)
		case p.Expired:
			add("high", "scrubjay audit inventory", "renew it, and push the new date", "the contract with %s ended on %s", p.Name, p.Ends.Format(time.DateOnly))
		case p.Ends != nil && p.Ends.Sub(s.Now) < soon:
			add("medium", "scrubjay audit inventory", "renew it, and push the new date", "the contract with %s ends on %s", p.Name, p.Ends.Format(time.DateOnly))
		}
	}
	for _, e := range s.Organised.Exceptions {
		if !e.Ended(s.Now) {
			add("medium", "scrubjay policy status", "it ends by itself; remove it sooner if its reason has gone", "an exception holds until %s: %s (approved by %s)", e.Until, e.Reason, e.Approver)
		}
	}
	if n := len(s.Settings.Rules.Disable); n > 0 {
		add("medium", "scrubjay rules list", "turn them on again, or say why not", "%d rules are turned off", n)
	}
	if len(s.Settings.Delegate) > 0 {
		add("low", "scrubjay policy status", "take it back if nobody needs it", "lower layers may loosen %v", s.Settings.Delegate)
	}
	forbidden, unread := audit.Filter{Kinds: []string{"exchange"}, Verdict: "forbid"}, 0
	refusals := 0
	err = s.Records(func(r audit.Record) error {
		if forbidden.Match(r) {
			refusals++
		}
		for what, n := range r.Attachments {
			if strings.HasSuffix(what, " allowed") {
				unread += n
			}
		}
		return nil
	})
	if unread > 0 {
		add("medium", "scrubjay audit show --json", "set attachments to ask or forbid", "%d files went out unread, as policy allows", unread)
	}
	if refusals > 0 {
		add("low", "scrubjay audit show "+forbidden.Args(), "see whether people need another way to do their work", "%d requests were forbidden", refusals)
	}
	rank := map[string]int{"high": 0, "medium": 1, "low": 2}
	slices.SortStableFunc(all, func(a, b Risk) int { return rank[a.Level] - rank[b.Level] })
	return all, err
}
