package main

import (
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestPolicyStatusSaysWhatThisMachineRuns: what holds, and why nothing newer does.
func TestPolicyStatusSaysWhatThisMachineRuns(t *testing.T) {
	when := time.Date(2027, 3, 1, 12, 0, 0, 0, time.Local)
	inForce := control.Policy{Revision: "8-abc", Organised: true, Sequence: 8, Since: when, Expires: when.AddDate(0, 0, 90), Keys: []string{"0011", "2233"}}
	with := func(change func(*control.Policy)) control.Policy { p := inForce; change(&p); return p }
	for name, c := range map[string]struct {
		policy control.Policy
		want   string
	}{
		"nobody's": {control.Policy{Revision: "built-in"}, "revision   built-in\nno organisation is configured: the built-in policy and your own settings hold\n"},
		"in force": {inForce, `revision   8-abc
since      2027-03-01 12:00:00
sequence   8
expires    2027-05-30 12:00:00
signed by  0011, 2233
`},
		"others first": {with(func(p *control.Policy) { p.Waits = "9-def: this machine is not among the first 20 %" }), "waits      9-def: this machine is not among the first 20 %\n"},
		"refused":      {with(func(p *control.Policy) { p.Refused, p.RefusedSince = "it is older", &when }), "refused    since 2027-03-01 12:00:00: it is older\n"},
		"no server":    {with(func(p *control.Policy) { p.Unreachable, p.UnreachableSince = "its server answers 404", &when }), "no answer  since 2027-03-01 12:00:00: its server answers 404\n"},
		"too old":      {with(func(p *control.Policy) { p.Outdated = "0.3.0" }), "outdated   Scrubjay here is older than 0.3.0, which the organisation's policy asks for: nothing goes to public providers\n"},
		"never any":    {control.Policy{Revision: "built-in", Organised: true, Stale: "closed"}, "revision   built-in\nstale      the organisation's policy is missing or has expired: closed\n"},
	} {
		var out strings.Builder
		showPolicy(&out, c.policy)
		if !strings.HasSuffix(out.String(), c.want) {
			t.Errorf("%s: said\n%snot\n%s", name, out.String(), c.want)
		}
	}
}
