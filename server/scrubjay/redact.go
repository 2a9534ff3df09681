package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func redactCommand() *cobra.Command {
	return &cobra.Command{
		Use: "redact", Short: "Replace sensitive values by placeholders, standard input to standard output", Args: cobra.NoArgs,
		Example: "  scrubjay redact < dump.sql > dump.redacted.sql",
		RunE: func(c *cobra.Command, _ []string) error {
			return filter(c, redactText)
		},
	}
}

func restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restore", Short: "Bring redacted values back, standard input to standard output", Args: cobra.NoArgs,
		Example: "  scrubjay restore < dump.redacted.sql",
		RunE: func(c *cobra.Command, _ []string) error {
			return filter(c, restoreText)
		},
	}
}

// filter carries standard input through the daemon, which has the vault, to standard output. Nothing is
// written before all of it is done.
func filter(c *cobra.Command, change func(context.Context, *daemon.Governance, control.Daemon, []byte) ([]byte, error)) error {
	in := c.InOrStdin()
	if typed, ok := command.TerminalOf(c); ok {
		fmt.Fprintln(c.ErrOrStderr(), "type or paste a text, and end with Ctrl-D")
		in = typed
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	wide, is := workspace.WideOf(text)
	if is {
		if text, err = wide.Decode(text); err != nil {
			return err
		}
	}
	s, err := command.StateAnywhere(c.ErrOrStderr())
	if err != nil {
		return err
	}
	g, err := commandGovernance(s)
	if err != nil {
		return err
	}
	d, err := daemon.Attach(s, "")
	if err != nil {
		return err
	}
	if _, err := d.Hello(c.Context()); err != nil {
		return err
	}
	out, err := change(c.Context(), g, d, text)
	if err != nil {
		return err
	}
	if is {
		if out, err = wide.Encode(out); err != nil {
			return err
		}
	}
	_, err = c.OutOrStdout().Write(out)
	return err
}

func redactText(ctx context.Context, g *daemon.Governance, d control.Daemon, text []byte) ([]byte, error) {
	m := control.Issue{Path: "(standard input)"}
	var edits []wire.Edit
	for _, v := range sensitive(g.Engine(), text) {
		m.Values = append(m.Values, control.Value{Type: v.Type, Rule: v.Rule, Class: string(v.Class), Bytes: text[v.Start:v.End]})
		edits = append(edits, wire.Edit{Start: v.Start, End: v.End})
	}
	if len(edits) == 0 {
		return text, nil
	}
	got, err := d.Issue(ctx, m)
	if err != nil {
		return nil, err
	}
	for i, p := range got.Placeholders {
		edits[i].Text = []byte(p)
	}
	return wire.Splice(text, edits), nil
}

// sensitive are the values of a text: what the rules find, and where the same stands again without what gave it away.
// Those that overlap are one, named for the first.
func sensitive(engine *detect.Engine, text []byte) []redact.Match {
	var found []redact.Match
	var values []redact.Value
	for _, f := range engine.Find("", text) {
		if f.Severity > detect.Info {
			v := redact.Value{Type: f.Rule.Placeholder, Rule: f.Rule.ID, Class: f.Rule.Class}
			found = append(found, redact.Match{Span: f.Span, Value: v})
			v.Bytes = text[f.Start:f.End]
			values = append(values, v)
		}
	}
	found = append(found, redact.Elsewhere(text, values)...)
	slices.SortStableFunc(found, func(a, b redact.Match) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	out := found[:0]
	for _, m := range found {
		if n := len(out) - 1; n >= 0 && out[n].Overlaps(m.Span) {
			out[n].End = max(out[n].End, m.End)
			continue
		}
		out = append(out, m)
	}
	return out
}

func restoreText(ctx context.Context, _ *daemon.Governance, d control.Daemon, text []byte) ([]byte, error) {
	m := control.Reveal{Path: "(standard input)"}
	for _, s := range redact.Find(text) {
		if s.Scope == redact.File {
			m.Placeholders = append(m.Placeholders, string(text[s.Start:s.End]))
		}
	}
	if len(m.Placeholders) == 0 {
		return text, nil
	}
	got, err := d.Reveal(ctx, m)
	if err != nil {
		return nil, err
	}
	missing := 0
	for _, p := range m.Placeholders {
		if _, ok := got.Values[p]; !ok {
			missing++
		}
	}
	if missing > 0 {
		return nil, errors.New(fmt.Sprint(missing, " placeholders were not issued by this installation, so nothing was written: restore on the machine that redacted"))
	}
	return redact.Restore(text, func(p string) ([]byte, bool) { v, ok := got.Values[p]; return v, ok }), nil
}
