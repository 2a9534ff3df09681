package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	texttemplate "text/template"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
)

//go:embed report.html
var reportHTML string

//go:embed report.md
var reportMarkdown string

func auditReportCommand() *cobra.Command {
	var month, format string
	c := &cobra.Command{
		Use: "report", Short: "Count a month of the ledger, each figure with the question that yields it", Args: cobra.NoArgs,
		Example: "  scrubjay audit report --month 2026-11\n  scrubjay audit report --month 2026-11 --format html > november.html",
		RunE: func(c *cobra.Command, _ []string) error {
			write, ok := map[string]func(io.Writer, audit.Report) error{"markdown": writeMarkdown, "html": writeHTML, "json": writeJSON}[format]
			if !ok {
				return fmt.Errorf("format %q is none of html, json, markdown", format)
			}
			from, until, err := audit.Month(month)
			if err != nil {
				return fmt.Errorf("--month: %w", err)
			}
			var all chosen
			report, err := audit.NewReport(from, until, all.records)
			if err != nil {
				return err
			}
			return write(c.OutOrStdout(), report)
		},
	}
	c.Flags().StringVar(&month, "month", "", "which month in UTC, such as 2026-11")
	c.Flags().StringVar(&format, "format", "markdown", "markdown, html or json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"markdown", "html", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.MarkFlagRequired("month")                                                                                                              // the flag exists
	return c
}

func writeJSON(w io.Writer, r audit.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

func writeMarkdown(w io.Writer, r audit.Report) error {
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	t := texttemplate.Must(texttemplate.New("report").Funcs(texttemplate.FuncMap{"cell": cell.Replace}).Parse(reportMarkdown))
	return t.Execute(w, r)
}

func writeHTML(w io.Writer, r audit.Report) error {
	t := template.Must(template.New("report").Funcs(template.FuncMap{"bars": bars}).Parse(reportHTML))
	return t.Execute(w, r)
}

// bar is a day in the plot: from the bottom what was allowed, scrubbed and blocked.
type bar struct {
	audit.Day
	X, Width                               int
	AllowedY, ScrubbedY, BlockedY          int
	AllowedTall, ScrubbedTall, BlockedTall int
}

// plotTall is how tall the plot is, and dayWide how wide a day is in it.
const (
	plotTall = 120
	dayWide  = 20
)

// bars places the days in a plot whose tallest day fills it.
func bars(days []audit.Day) (out []bar) {
	most := 1
	for _, d := range days {
		most = max(most, d.Allowed+d.Scrubbed+d.Blocked)
	}
	for i, d := range days {
		b := bar{Day: d, X: i * dayWide, Width: dayWide - 4}
		b.AllowedTall, b.ScrubbedTall, b.BlockedTall = d.Allowed*plotTall/most, d.Scrubbed*plotTall/most, d.Blocked*plotTall/most
		b.AllowedY = plotTall - b.AllowedTall
		b.ScrubbedY = b.AllowedY - b.ScrubbedTall
		b.BlockedY = b.ScrubbedY - b.BlockedTall
		out = append(out, b)
	}
	return out
}
