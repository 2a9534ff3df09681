package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/screen"
)

// TestDoctorSaysWhichPolicyIsNotInForce: what keeps it away, since when, and what holds meanwhile.
func TestDoctorSaysWhichPolicyIsNotInForce(t *testing.T) {
	when := time.Date(2027, 3, 1, 12, 0, 0, 0, time.Local)
	for name, c := range map[string]struct {
		policy control.Policy
		wrong  int
		want   []string
	}{
		"all is well": {control.Policy{Revision: "8-abc"}, 0, []string{"policy 8-abc"}},
		"the server is down": {control.Policy{Revision: "8-abc", Unreachable: "its server answers 404", UnreachableSince: &when}, 1,
			[]string{"no newer policy since 2027-03-01 12:00:00: its server answers 404", "(8-abc) is in force"}},
		"never any": {control.Policy{Revision: "built-in", Stale: "scrub", Unreachable: "its server does not answer", UnreachableSince: &when}, 1,
			[]string{"since 2027-03-01", "organisation.stale holds: scrub"}},
		"refused": {control.Policy{Revision: "8-abc", Refused: "it is older", RefusedSince: &when}, 1,
			[]string{"the newest policy is not in force since 2027-03-01 12:00:00: it is older"}},
		"of an older daemon": {control.Policy{Revision: "8-abc", Refused: "it is older"}, 1, []string{"is not in force: it is older"}},
		"refused and down":   {control.Policy{Revision: "8-abc", Refused: "it is older", Unreachable: "its server answers 404"}, 2, []string{"older", "404"}},
		"others first":       {control.Policy{Revision: "8-abc", Waits: "9-def: this machine is not among the first 20 %"}, 0, []string{"policy 8-abc", "a newer policy waits for its turn on this machine: 9-def"}},
		"not there yet":      {control.Policy{Revision: "built-in", Stale: "closed"}, 0, []string{"organisation.stale holds: closed"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			d := &doctor{Screen: screen.New(&out)}
			d.policy(c.policy)
			if d.wrong != c.wrong {
				t.Errorf("%d things are wrong, not %d", d.wrong, c.wrong)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.String())
				}
			}
		})
	}
}
