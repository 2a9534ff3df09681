package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

func auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "Read and verify the ledger of what happened", Example: "  scrubjay audit show\n  scrubjay audit verify"}
	c.AddCommand(auditShowCommand(), auditVerifyCommand())
	return c
}

func auditShowCommand() *cobra.Command {
	var asJSON bool
	var last int
	c := &cobra.Command{
		Use: "show", Short: "Show the records, newest last", Args: cobra.NoArgs,
		Example: "  scrubjay audit show --last 20\n  scrubjay audit show --json",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := daemon.OpenState("")
			if err != nil {
				return err
			}
			var records []audit.Record
			err = audit.Show(s.Dir, func(r audit.Record) error {
				records = append(records, r)
				if last > 0 && len(records) > last {
					records = records[1:]
				}
				return nil
			})
			if errors.Is(err, fs.ErrNotExist) {
				return noLedger(s)
			}
			enc := json.NewEncoder(c.OutOrStdout())
			for _, r := range records {
				if asJSON {
					if err := enc.Encode(r); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintln(c.OutOrStdout(), line(r))
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().IntVar(&last, "last", 0, "only so many, the newest")
	return c
}

// line is a record for a person.
func line(r audit.Record) string {
	parts := []string{fmt.Sprintf("%5d", r.Seq), r.Time.Local().Format(time.DateTime), r.Kind}
	for _, p := range []string{r.Provider, r.Model, r.Endpoint, r.Path, r.Verdict} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if r.Status != 0 {
		parts = append(parts, fmt.Sprint("status ", r.Status))
	}
	for _, class := range slices.Sorted(maps.Keys(r.Classes)) {
		parts = append(parts, fmt.Sprintf("%s:%d", class, r.Classes[class]))
	}
	for _, what := range slices.Sorted(maps.Keys(r.Attachments)) {
		parts = append(parts, fmt.Sprintf("%s:%d", what, r.Attachments[what]))
	}
	if r.Withheld > 0 {
		parts = append(parts, fmt.Sprint("withheld:", r.Withheld))
	}
	if r.Revision != "" {
		parts = append(parts, "policy "+r.Revision)
	}
	if r.Note != "" {
		parts = append(parts, r.Note)
	}
	return strings.Join(parts, "  ")
}

func auditVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check that no record was changed, removed or put in", Args: cobra.NoArgs,
		Example: "  scrubjay audit verify",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := daemon.OpenState("")
			if err != nil {
				return err
			}
			good, err := audit.Verify(s.Dir)
			if errors.Is(err, fs.ErrNotExist) {
				return noLedger(s)
			}
			if err != nil {
				return exitError{code: 1, err: fmt.Errorf("%d records are good, then: %w", good, err)}
			}
			fmt.Fprintf(c.OutOrStdout(), "%d records, all good\n", good)
			return nil
		},
	}
}

// noLedger tells one that has not begun from one that has gone.
func noLedger(s daemon.State) error {
	if s.LedgerGone() {
		return exitError{code: 1, err: errors.New("the ledger has gone: ledger.log and ledger.head are not there, though a daemon has run")}
	}
	return errors.New("there is no ledger yet: it begins with the first daemon (scrubjay serve)")
}
