package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/opa"

	"github.com/spf13/cobra"
)

func policyFleetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "fleet FILE", Short: "Show which machines obey which policy, by what they reported to policy serve --fleet FILE", Args: cobra.ExactArgs(1),
		Long: `Fleet counts the machines on each revision, and lists those that are behind the newest one that any has, not healthy, or
have not reported for two days. Machines report if organisation.report in their managed file says where.`,
		Example: "  scrubjay policy serve /srv/policy --fleet /srv/fleet.jsonl\n  scrubjay policy fleet /srv/fleet.jsonl",
		RunE: func(c *cobra.Command, args []string) error {
			last, unread, err := opa.ReadFleet(args[0])
			if err != nil {
				return err
			}
			if unread > 0 {
				fmt.Fprintf(c.ErrOrStderr(), "%d lines are no reports and are left out\n", unread)
			}
			return showFleet(c.OutOrStdout(), last, time.Now())
		},
	}
}

// silent is how long a machine that reports each day may say nothing.
const silent = 48 * time.Hour

// showFleet counts machines by revision, and lists those that somebody should look at.
func showFleet(out io.Writer, last map[string]opa.FleetReport, now time.Time) error {
	type revision struct {
		sequence int64
		name     string
	}
	count, newest := map[revision]int{}, int64(0)
	for _, r := range last {
		count[revision{r.Sequence, r.Revision}]++
		newest = max(newest, r.Sequence)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "REVISION\tSEQUENCE\tMACHINES")
	for _, r := range slices.SortedFunc(maps.Keys(count), func(a, b revision) int {
		return cmp.Or(cmp.Compare(b.sequence, a.sequence), cmp.Compare(a.name, b.name))
	}) {
		fmt.Fprintf(table, "%s\t%d\t%d\n", r.name, r.sequence, count[r])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	listed := 0
	for _, name := range slices.Sorted(maps.Keys(last)) {
		r := last[name]
		how := r.Health
		switch {
		case now.Sub(r.Seen) > silent:
			how = "silent"
		case r.Health == "good" && r.Sequence < newest:
			how = "behind"
		case r.Health == "good":
			continue
		}
		if listed++; listed == 1 {
			fmt.Fprintln(table, "\nMACHINE\tHEALTH\tREVISION\tSEQUENCE\tPROGRAM\tLAST SEEN")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", r.Machine, how, r.Revision, r.Sequence, r.Program, r.Seen.Local().Format(time.DateTime))
	}
	return table.Flush()
}
