package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "Read, verify and report the ledger of what happened", Example: "  scrubjay audit show\n  scrubjay audit verify\n  scrubjay audit report --month 2026-11"}
	c.AddCommand(auditShowCommand(), auditVerifyCommand(), auditCheckpointCommand(), auditExportCommand(), auditReportCommand(), auditInventoryCommand(), auditRisksCommand(), auditControlsCommand(), auditSignalsCommand())
	return c
}

// chosen are the flags that choose records.
type chosen struct {
	audit.Filter
	since, until, month string
}

func (f *chosen) flags(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.since, "since", "", "from this day or moment on, in UTC: 2026-11-30, 2026-11-30T09:00:00Z, or so long ago: 24h")
	s.StringVar(&f.until, "until", "", "before this day or moment")
	s.StringVar(&f.month, "month", "", "of this month in UTC, such as 2026-11")
	s.StringSliceVar(&f.Kinds, "kind", nil, "exchange, redaction, restoration, mcp, hook, secret, mark, policy, retention or start; several with commas")
	s.StringVar(&f.Provider, "provider", "", "to this provider")
	s.StringVar(&f.Model, "model", "", "to this model")
	s.StringVar(&f.Assistant, "assistant", "", "by this assistant, as a record names it")
	s.StringVar(&f.Relay, "relay", "", "through the relay of this name")
	s.StringVar(&f.User, "user", "", "under this account")
	s.StringVar(&f.Class, "class", "", "in which a value of this class was found")
	s.StringVar(&f.Rule, "rule", "", "in which this rule found something")
	s.StringVar(&f.Verdict, "verdict", "", "allow, scrub or forbid")
	s.StringVar(&f.Note, "note", "", "with exactly this note, such as upstream_unreachable or refused")
	s.StringVar(&f.Fingerprint, "fingerprint", "", "in which the value of this fingerprint (i:...) was found")
	c.MarkFlagsMutuallyExclusive("month", "since")
	c.MarkFlagsMutuallyExclusive("month", "until")
}

// filter is what the flags say.
func (f *chosen) filter() (_ audit.Filter, err error) {
	known := []string{"exchange", "redaction", "restoration", "mcp", "hook", "secret", "mark", "attest", "pause", "policy", "retention", "start"}
	for _, kind := range f.Kinds {
		if !slices.Contains(known, kind) {
			return f.Filter, fmt.Errorf("--kind %s: records are of kind %s", kind, strings.Join(known, ", "))
		}
	}
	if verdicts := []string{"", "allow", "scrub", "forbid"}; !slices.Contains(verdicts, f.Verdict) {
		return f.Filter, fmt.Errorf("--verdict %s: verdicts are allow, scrub and forbid", f.Verdict)
	}
	if f.Class != "" && !slices.Contains(detect.Classes, detect.Class(f.Class)) {
		return f.Filter, fmt.Errorf("--class %s: classes are %s", f.Class, joined(detect.Classes))
	}
	if f.Fingerprint != "" && !fingerprint().MatchString(f.Fingerprint) {
		return f.Filter, fmt.Errorf("--fingerprint %s: it is i: and 32 hex digits, whole, as scrubjay audit show --json has them", f.Fingerprint)
	}
	if f.month != "" {
		f.Since, f.Until, err = audit.Month(f.month)
		return f.Filter, err
	}
	if f.Since, err = moment("--since", f.since); err != nil {
		return f.Filter, err
	}
	f.Until, err = moment("--until", f.until)
	return f.Filter, err
}

// fingerprint is what a record has. A part of one would fit nothing, as if the value had gone nowhere.
var fingerprint = text.Expression(`^i:[0-9a-f]{32}$`)

func moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return time.Now().Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("%s %s is no day and no moment: write 2026-11-30, 2026-11-30T09:00:00Z or 24h", flag, text)
}

// records calls f for every record of the ledger that is chosen.
func (f *chosen) records(use func(audit.Record) error) error {
	filter, err := f.filter()
	if err != nil {
		return err
	}
	s, err := installation.OpenState("")
	if err != nil {
		return err
	}
	err = audit.Show(s.Dir, func(r audit.Record) error {
		if !filter.Match(r) {
			return nil
		}
		return use(r)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return noLedger(s)
	}
	return err
}

// joined are names for a person.
func joined[T ~string](names []T) string {
	var out []string
	for _, n := range names {
		out = append(out, string(n))
	}
	return strings.Join(out, ", ")
}

func auditShowCommand() *cobra.Command {
	var asJSON bool
	var last int
	var count string
	var which chosen
	c := &cobra.Command{
		Use: "show", Short: "Show the records, newest last", Args: cobra.NoArgs,
		Example: "  scrubjay audit show --last 20\n  scrubjay audit show --since 24h --verdict forbid\n  scrubjay audit show --month 2026-11 --class pii --count values",
		RunE: func(c *cobra.Command, _ []string) error {
			if count != "" && count != "records" && count != "values" {
				return fmt.Errorf("--count %s: count records, or values", count)
			}
			if last < 0 {
				return fmt.Errorf("--last %d: say how many of the newest, such as --last 20", last)
			}
			var records []audit.Record
			n := 0
			err := which.records(func(r audit.Record) error {
				if count != "" {
					if n++; count == "values" {
						n += which.Values(r) - 1
					}
					return nil
				}
				if records = append(records, r); last > 0 && len(records) > last {
					records = records[1:]
				}
				return nil
			})
			if count != "" && err == nil {
				fmt.Fprintln(c.OutOrStdout(), n)
				return nil
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
	which.flags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().IntVar(&last, "last", 0, "only so many, the newest")
	c.Flags().StringVar(&count, "count", "", "print only how many there are: records, or values found in them")
	return c
}

// line is a record for a person.
func line(r audit.Record) string {
	parts := []string{fmt.Sprintf("%5d", r.Seq), r.Time.Local().Format(time.DateTime), r.Kind}
	for _, p := range []string{r.Provider, r.Model, r.Endpoint, r.Path, r.Assistant, r.Verdict} {
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
	return strings.Join(slices.Concat(parts, r.Authorisations, r.Reasons), "  ")
}

func auditVerifyCommand() *cobra.Command {
	var checkpoints []string
	var key string
	c := &cobra.Command{
		Use: "verify", Short: "Check that no record was changed, removed or put in", Args: cobra.NoArgs,
		Long: `Verify follows the chain of all records, and compares its end with ledger.head. Whoever can write both can cut both:
a checkpoint that was kept elsewhere (scrubjay audit checkpoint) gives that away.`,
		Example: "  scrubjay audit verify\n  scrubjay audit verify --checkpoint monday.note",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := installation.OpenState("")
			if err != nil {
				return err
			}
			var kept []audit.Checkpoint
			for _, file := range checkpoints {
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				public := key
				if public == "" {
					if _, public, err = audit.Signer(s.Dir); err != nil {
						return err
					}
				}
				point, err := audit.OpenCheckpoint(text, public)
				if err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				kept = append(kept, point)
			}
			good, err := audit.Verify(s.Dir, kept...)
			if errors.Is(err, fs.ErrNotExist) {
				if len(kept) > 0 {
					return command.Exit{Code: 1, Err: fmt.Errorf("the ledger has gone: the checkpoint has seen %d records", kept[0].Seq)}
				}
				return noLedger(s)
			}
			if err != nil {
				return command.Exit{Code: 1, Err: fmt.Errorf("%d records are good, then: %w", good, err)}
			}
			dropped, err := audit.Dropped(s.Dir)
			if err != nil {
				return err
			}
			if dropped != nil {
				fmt.Fprintln(c.OutOrStdout(), dropped)
				good -= int64(dropped.Seq)
			}
			fmt.Fprintf(c.OutOrStdout(), "%d records, all good\n", good)
			return nil
		},
	}
	c.Flags().StringSliceVar(&checkpoints, "checkpoint", nil, "compare with this `FILE`, which scrubjay audit checkpoint has written; several are possible")
	c.Flags().StringVar(&key, "key", "", "the public `KEY` of the machine that signed the checkpoints; without it this one's")
	return c
}

func auditCheckpointCommand() *cobra.Command {
	var public bool
	c := &cobra.Command{
		Use: "checkpoint", Short: "Sign how far the ledger has come, to be kept elsewhere", Args: cobra.NoArgs,
		Long: `Checkpoint verifies the ledger and prints a signed note of its last record. Keep it where nobody of this machine can
change it; scrubjay audit verify --checkpoint FILE then tells whether the ledger was cut or replaced since. The key is made
at the first use and stays in the state directory; --public prints its public half.`,
		Example: "  scrubjay audit checkpoint > monday.note\n  scrubjay audit checkpoint --public",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := installation.OpenState("")
			if err != nil {
				return err
			}
			signer, key, err := audit.Signer(s.Dir)
			if err != nil {
				return err
			}
			if public {
				fmt.Fprintln(c.OutOrStdout(), key)
				return nil
			}
			text, err := audit.Sign(s.Dir, signer, time.Now())
			if errors.Is(err, fs.ErrNotExist) {
				return noLedger(s)
			}
			if err != nil {
				return command.Exit{Code: 1, Err: fmt.Errorf("no checkpoint was signed: %w", err)}
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		},
	}
	c.Flags().BoolVar(&public, "public", false, "print the public key instead, which verifies checkpoints")
	return c
}

func auditExportCommand() *cobra.Command {
	var format string
	var which chosen
	formats := slices.Sorted(maps.Keys(audit.Exports))
	c := &cobra.Command{
		Use: "export", Short: "Write the records in a form that other programs read", Args: cobra.NoArgs,
		Example: "  scrubjay audit export --format ocsf --since 24h\n  scrubjay audit export --format cef --month 2026-11",
		RunE: func(c *cobra.Command, _ []string) error {
			export, ok := audit.Exports[format]
			if !ok {
				return fmt.Errorf("format %q is none of %s", format, strings.Join(formats, ", "))
			}
			return which.records(func(r audit.Record) error { return export(c.OutOrStdout(), version, r) })
		},
	}
	which.flags(c)
	c.Flags().StringVar(&format, "format", "jsonl", strings.Join(formats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// noLedger tells one that has not begun from one that has gone.
func noLedger(s installation.State) error {
	if s.LedgerGone() {
		return command.Exit{Code: 1, Err: errors.New("the ledger has gone: ledger.log and ledger.head are not there, though a daemon has run")}
	}
	if !audit.None(s.Dir) {
		return command.Exit{Code: 1, Err: errors.New("ledger.log has gone: scrubjay audit verify says what is missing")}
	}
	return errors.New("there is no ledger yet: it begins with the first daemon (scrubjay serve)")
}
