package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/compliance"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// complianceSources are the policy in force and the whole ledger.
func complianceSources(ctx context.Context) (compliance.Sources, *daemon.Governance, error) {
	state, g, err := ownGovernance()
	if err != nil {
		return compliance.Sources{}, nil, err
	}
	settings := g.Settings()
	return compliance.Sources{
		Settings: settings, Organised: g.Policy().Organised(), Records: ledgerRecords(state), Now: time.Now(),
		Digests: func(provider string) map[string]string { return digests(ctx, settings.Providers[provider]) },
	}, g, nil
}

// ledgerRecords are all of the ledger's; one that has not begun has none.
func ledgerRecords(state installation.State) func(func(audit.Record) error) error {
	return func(f func(audit.Record) error) error {
		err := audit.Show(state.Dir, f)
		switch {
		case !errors.Is(err, fs.ErrNotExist):
			return err
		case state.LedgerGone():
			return noLedger(state)
		}
		return nil
	}
}

// digests asks a local Ollama which models it has. One that does not answer has none.
func digests(ctx context.Context, p policy.Provider) map[string]string {
	if p.Format != "ollama" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(p.URL, "/")+"/api/tags", nil)
	if err != nil {
		return nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	var tags struct {
		Models []struct{ Name, Digest string }
	}
	if json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&tags) != nil {
		return nil
	}
	out := map[string]string{}
	for _, m := range tags.Models {
		out[m.Name] = m.Digest
	}
	return out
}

// complianceCommand prints what a function makes of policy and ledger.
func complianceCommand[T any](c *cobra.Command, markdown func(io.Writer, T) error, more map[string]func(io.Writer, T) error, of func(context.Context) (T, error)) *cobra.Command {
	var format string
	formats := []string{"markdown", "json"}
	for name := range more {
		formats = append(formats, name)
	}
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error {
		write := more[format]
		switch {
		case write != nil:
		case format == "json":
			write = func(w io.Writer, said T) error {
				e := json.NewEncoder(w)
				e.SetIndent("", "  ")
				return e.Encode(said)
			}
		case format == "markdown":
			write = markdown
		default:
			return fmt.Errorf("format %q is none of %s", format, strings.Join(formats, ", "))
		}
		said, err := of(c.Context())
		if err != nil {
			return err
		}
		return write(c.OutOrStdout(), said)
	}
	c.Flags().StringVar(&format, "format", "markdown", strings.Join(formats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

func auditInventoryCommand() *cobra.Command {
	return complianceCommand(&cobra.Command{
		Use: "inventory", Short: "List the providers and models that were used, with their contracts",
		Long: `Inventory lists every provider that a request went to or that the organisation approves: its contract's facts, whether that has
ended, and its models with first and last use. As cyclonedx it is a bill of materials for machine learning (CycloneDX 1.6).`,
		Example: "  scrubjay audit inventory\n  scrubjay audit inventory --format cyclonedx > models.cdx.json",
	}, inventoryMarkdown, map[string]func(io.Writer, compliance.Inventory) error{
		"cyclonedx": func(w io.Writer, i compliance.Inventory) error { return i.WriteBOM(w, version, time.Now()) },
	}, inventory)
}

func inventory(ctx context.Context) (compliance.Inventory, error) {
	s, _, err := complianceSources(ctx)
	if err != nil {
		return compliance.Inventory{}, err
	}
	return compliance.NewInventory(s)
}

func auditRisksCommand() *cobra.Command {
	return complianceCommand(&cobra.Command{
		Use: "risks", Short: "List the risks that policy and ledger show, each with its evidence",
		Example: "  scrubjay audit risks\n  scrubjay audit risks --format json",
	}, risksMarkdown, nil, func(ctx context.Context) ([]compliance.Risk, error) {
		s, g, err := complianceSources(ctx)
		if err != nil {
			return nil, err
		}
		i, err := compliance.NewInventory(s)
		if err != nil {
			return nil, err
		}
		return compliance.Risks(s, i, func(class detect.Class) (policy.Verdict, error) {
			d, err := g.Policy().Decide(ctx, policy.Query{
				Direction: policy.Outgoing, Destination: policy.Destination{Provider: "any", Kind: policy.Public}, Endpoint: "known", // none that an exception names
				Subjects: []policy.Subject{{Class: class, Rule: "any", Severity: "high", Confidence: "high"}},
			})
			return d.Verdict, err
		})
	})
}

func auditControlsCommand() *cobra.Command {
	var framework string
	c := complianceCommand(&cobra.Command{
		Use: "controls", Short: "List what is done for the demands of laws and standards, with the evidence",
		Example: "  scrubjay audit controls --framework gdpr",
	}, controlsMarkdown, nil, func(context.Context) ([]compliance.Framework, error) {
		all, err := compliance.Frameworks()
		if err != nil {
			return nil, err
		}
		var chosen []compliance.Framework
		var names []string
		for _, f := range all {
			names = append(names, f.Name+" "+f.Edition)
			if strings.Contains(strings.ToLower(f.Name), strings.ToLower(framework)) {
				chosen = append(chosen, f)
			}
		}
		if len(chosen) == 0 {
			return nil, fmt.Errorf("--framework %s: there are %s", framework, strings.Join(names, ", "))
		}
		month := time.Now().UTC().Format("2006-01")
		for _, f := range chosen {
			for _, control := range f.Controls {
				for i, e := range control.Evidence {
					control.Evidence[i] = strings.ReplaceAll(e, "MONTH", month)
				}
			}
		}
		return chosen, nil
	})
	c.Flags().StringVar(&framework, "framework", "", "only those with this in their `NAME`, such as gdpr, pci, owasp")
	return c
}

func auditSignalsCommand() *cobra.Command {
	var since string
	var asJSON bool
	c := &cobra.Command{
		Use: "signals", Short: "Show what was out of the ordinary: spikes, new destinations, loops", Args: cobra.NoArgs,
		Long:    "Signals reads the whole ledger, since earlier hours say what is ordinary, and shows those from --since on. Thresholds are the setting signals.",
		Example: "  scrubjay audit signals --since 24h",
		RunE: func(c *cobra.Command, _ []string) error {
			from, err := moment("--since", since)
			if err != nil {
				return err
			}
			s, _, err := complianceSources(c.Context())
			if err != nil {
				return err
			}
			found, err := audit.Signals(daemon.Thresholds(s.Settings.Signals), from, s.Records)
			if err != nil {
				return err
			}
			for _, f := range found {
				if asJSON {
					if err := json.NewEncoder(c.OutOrStdout()).Encode(f); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "%s  %s\n    %s\n", f.Time.Local().Format(time.DateTime), f.Text, f.Query)
			}
			return nil
		},
	}
	c.Flags().StringVar(&since, "since", "", "from this day or moment on, in UTC, or so long ago: 24h")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return c
}
