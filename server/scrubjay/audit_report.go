package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
)

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

// reportStyle is that of the report, which is one file.
const reportStyle = `body { font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: .5em 0 2em; width: 100%; }
td, th { border-bottom: 1px solid #ccc; padding: .2em .6em; text-align: left; }
td.n { text-align: right; }
code { font-size: .85em; }
.allowed { fill: #9aa; } .scrubbed { fill: #47a; } .blocked { fill: #b43; }`

func writeHTML(w io.Writer, r audit.Report) error {
	title := "What went to AI models, " + r.From.Format("January 2006")
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(h.Meta(h.Charset("utf-8")), h.TitleEl(g.Text(title)), h.StyleEl(g.Raw(reportStyle))),
		h.Body(
			h.H1(g.Text(title)),
			h.P(g.Textf("%d records of this machine's ledger, from %s until %s (UTC). ", r.Records, r.From.Format(time.DateOnly), r.Until.Format(time.DateOnly)),
				h.Code(g.Text("scrubjay audit verify")), g.Text(" tells whether the ledger is whole. Beside each figure stands the question that yields it.")),
			g.Iff(len(r.Days) > 0, func() g.Node {
				return g.Group{h.H2(g.Text("Requests day by day")),
					h.SVG(h.Role("img"), h.Aria("label", "Requests day by day: allowed, scrubbed and blocked"), h.Width("100%"), g.Attr("viewBox", "0 0 640 150"), g.Map(bars(r.Days), bar.draw)),
					h.P(g.Text("Grey was allowed, blue scrubbed, red blocked."))}
			}),
			g.Map(r.Tables, func(t audit.Table) g.Node {
				return g.Group{h.H2(g.Text(t.Title)), h.Table(h.Tr(h.Th(), h.Th(g.Text(t.Unit)), h.Th(g.Text("question"))), g.Map(t.Rows, func(r audit.Row) g.Node {
					return h.Tr(h.Td(g.Text(r.Name)), h.Td(h.Class("n"), g.Text(strconv.Itoa(r.Count))), h.Td(h.Code(g.Text(r.Query))))
				}))}
			}),
		),
	)).Render(w)
}

// draw is a day in the plot, with its figures in words.
func (b bar) draw() g.Node {
	number := func(name string, n int) g.Node { return g.Attr(name, strconv.Itoa(n)) }
	part := func(class string, y, tall int) g.Node {
		return g.El("rect", h.Class(class), number("x", b.X), number("y", y), number("width", b.Width), number("height", tall))
	}
	return g.El("g", g.El("title", g.Textf("%s: %d allowed, %d scrubbed, %d blocked", b.Date, b.Allowed, b.Scrubbed, b.Blocked)),
		part("allowed", b.AllowedY, b.AllowedTall), part("scrubbed", b.ScrubbedY, b.ScrubbedTall), part("blocked", b.BlockedY, b.BlockedTall),
		g.El("text", number("x", b.X), number("y", 140), g.Attr("font-size", "9"), g.Text(b.Date[8:])))
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
