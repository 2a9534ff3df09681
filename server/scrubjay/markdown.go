package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/compliance"
)

// Reports as Markdown. They are written line by line and not by text/template, for the reason that package console gives.

// cell is a text in a table.
var cell = strings.NewReplacer("|", `\|`, "\n", " ").Replace

// row is a line of a table. Its cells are as they are to stand there.
func row(w io.Writer, cells ...string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }

// head begins a table.
func head(w io.Writer, cells ...string) {
	fmt.Fprintf(w, "|%s|\n|%s|\n", strings.Join(cells, "|"), strings.Join(slices.Repeat([]string{"---"}, len(cells)), "|"))
}

func quoted(text string) string { return "`" + cell(text) + "`" }

func writeMarkdown(w io.Writer, r audit.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What went to AI models, %s\n\n%d records of this machine's ledger, from %s until %s (UTC). `scrubjay audit verify`\ntells whether the ledger is whole. Beside each figure stands the question that yields it.\n",
		r.From.Format("January 2006"), r.Records, r.From.Format(time.DateOnly), r.Until.Format(time.DateOnly))
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "\n## %s\n\n", t.Title)
		head(&b, " ", " "+t.Unit+" ", " question ")
		for _, r := range t.Rows {
			row(&b, cell(r.Name), fmt.Sprint(r.Count), quoted(r.Query))
		}
	}
	if len(r.Days) > 0 {
		b.WriteString("\n## Requests day by day\n\n")
		head(&b, " ", " allowed ", " scrubbed ", " blocked ")
		for _, d := range r.Days {
			row(&b, d.Date, fmt.Sprint(d.Allowed), fmt.Sprint(d.Scrubbed), fmt.Sprint(d.Blocked))
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// use is two cells: how often and when, and the question that yields it.
func use(u compliance.Use) (string, string) {
	if u.Requests == 0 {
		return "none", ""
	}
	return fmt.Sprintf("%d, %s to %s", u.Requests, u.First.Format(time.DateOnly), u.Last.Format(time.DateOnly)), quoted(u.Query)
}

func inventoryMarkdown(w io.Writer, i compliance.Inventory) error {
	var b strings.Builder
	b.WriteString("# Providers and models\n\n")
	head(&b, " provider ", " kind ", " approved ", " contract ", " requests ", " query ")
	for _, p := range i.Providers {
		approved, contract := p.Approved, ""
		if p.Expired {
			approved += ", but its contract has ended"
		}
		for _, fact := range slices.Sorted(maps.Keys(p.Contract)) {
			contract += cell(fact) + ": " + cell(fmt.Sprint(p.Contract[fact])) + "; "
		}
		requests, query := use(p.Use)
		row(&b, cell(p.Name), string(p.Kind), approved, contract, requests, query)
	}
	b.WriteString("\n")
	head(&b, " model ", " provider ", " digest ", " requests ", " query ")
	for _, p := range i.Providers {
		for _, m := range p.Models {
			requests, query := use(m.Use)
			row(&b, cell(m.Name), cell(p.Name), m.Digest, requests, query)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func risksMarkdown(w io.Writer, risks []compliance.Risk) error {
	var b strings.Builder
	b.WriteString("# Risks\n\n")
	head(&b, " level ", " what ", " evidence ", " what to do ")
	for _, r := range risks {
		row(&b, r.Level, cell(r.What), quoted(r.Evidence), cell(r.Next))
	}
	if len(risks) == 0 {
		b.WriteString("\nNone that policy and ledger show.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func controlsMarkdown(w io.Writer, frameworks []compliance.Framework) error {
	var b strings.Builder
	for _, f := range frameworks {
		fmt.Fprintf(&b, "# %s, %s\n\nSource: %s. Verified: %s.\n\n", f.Name, f.Edition, f.Source, f.Verified)
		head(&b, " control ", " ", " what is done ", " evidence ", " what is left ")
		for _, c := range f.Controls {
			var evidence []string
			for _, e := range c.Evidence {
				evidence = append(evidence, quoted(e))
			}
			row(&b, c.ID, cell(c.Title), cell(c.Does), strings.Join(evidence, "; "), cell(c.Leaves))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
