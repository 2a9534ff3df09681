package main

import (
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/opa"
)

// TestFleetTable: how many machines are on which revision, and which somebody should look at.
func TestFleetTable(t *testing.T) {
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.Local)
	last := map[string]opa.FleetReport{}
	for _, r := range []opa.FleetReport{
		{Machine: "anna", Revision: "8-def", Sequence: 8, Health: "good", Seen: now},
		{Machine: "ben", Revision: "8-def", Sequence: 8, Health: "good", Seen: now.Add(-72 * time.Hour)},
		{Machine: "carl", Revision: "7-abc", Sequence: 7, Health: "good", Seen: now},
		{Machine: "dora", Revision: "7-abc", Sequence: 7, Health: "refused", Seen: now},
	} {
		r.Program = "v0.3.0"
		last[r.Machine] = r
	}
	var out strings.Builder
	if err := showFleet(&out, last, now); err != nil {
		t.Fatal(err)
	}
	if want := `REVISION  SEQUENCE  MACHINES
8-def     8         2
7-abc     7         2

MACHINE  HEALTH   REVISION  SEQUENCE  PROGRAM  LAST SEEN
ben      silent   8-def     8         v0.3.0   2027-02-26 12:00:00
carl     behind   7-abc     7         v0.3.0   2027-03-01 12:00:00
dora     refused  7-abc     7         v0.3.0   2027-03-01 12:00:00
`; out.String() != want {
		t.Errorf("said\n%snot\n%s", out.String(), want)
	}
}
