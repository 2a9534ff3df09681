package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func tryCommand() *cobra.Command {
	var provider string
	c := &cobra.Command{
		Use: "try [TEXT...]", Short: "Type or paste anything, and see what a vendor would get and why",
		Long: `Try takes its words as a prompt that you type into an assistant, and shows what the vendor would get of it. Without words it
reads standard input: a text from a file or a pipe, or what you type, line by line. Nothing is sent, kept or recorded.`,
		Example: "  scrubjay try 'write to jane@example.com'\n  scrubjay try < notes.txt\n  scrubjay try --provider anthropic",
		RunE: func(c *cobra.Command, args []string) error {
			_, g, err := ownGovernance()
			if err != nil {
				return err
			}
			p, known := g.Settings().Providers[provider]
			if !known {
				return fmt.Errorf("no provider is called %q: scrubjay env lists them.%s", provider, meantProvider(g.Settings(), provider))
			}
			t := trial{g, policy.Destination{Provider: provider, Kind: p.Kind}, c.OutOrStdout()}
			if len(args) > 0 {
				return t.show(c.Context(), []byte(strings.Join(args, " ")))
			}
			if in, ok := command.TerminalOf(c); ok {
				return t.typed(c.Context(), in)
			}
			text, err := io.ReadAll(io.LimitReader(c.InOrStdin(), mostTried+1))
			if err != nil {
				return err
			}
			if len(text) > mostTried {
				return fmt.Errorf("the text is larger than %d MB: scrubjay scan looks through files", mostTried>>20)
			}
			return t.show(c.Context(), text)
		},
	}
	c.Flags().StringVar(&provider, "provider", "openai", "the provider that it would go to")
	return c
}

// mostTried is the largest text that is tried.
const mostTried = 4 << 20

// trial shows what becomes of what a person types.
type trial struct {
	governance *daemon.Governance
	to         policy.Destination
	out        io.Writer
}

// typed shows each line as it is typed.
func (t trial) typed(ctx context.Context, in io.Reader) error {
	fmt.Fprintf(t.out, "Type or paste a prompt, and end with Ctrl-D. Try a made-up key, a card number, an address.\n\n")
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, mostTried)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := t.show(ctx, lines.Bytes()); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
	}
	return lines.Err()
}

// show says what the vendor would get of a text, and why.
func (t trial) show(ctx context.Context, text []byte) error {
	engine := t.governance.Engine()
	findings := engine.Find("", text)
	q := policy.Query{Direction: policy.Outgoing, Destination: t.to, Endpoint: "known"}
	for _, f := range findings {
		subject := policy.SubjectOf(f)
		if rule := engine.Rule(f.Rule.ID); f.Severity == detect.Info && rule != nil {
			subject.Severity = rule.Severity.String() // what a person types is taken at its word
		}
		subject.Revoked = t.governance.Settings().Revocations.Of(text[f.Start:f.End])
		q.Subjects = append(q.Subjects, subject)
	}
	d, err := t.governance.Policy().Decide(ctx, q)
	if err != nil {
		return err
	}
	if d.Verdict == policy.Forbid {
		fmt.Fprintf(t.out, "%s would get nothing: the request stops.\n", t.to.Provider)
	} else {
		fmt.Fprintf(t.out, "%s would get:\n\n", t.to.Provider)
		var sent bytes.Buffer
		at := 0
		for i, f := range findings {
			if d.Rulings[i].Verdict == policy.Scrub && f.Start >= at {
				fmt.Fprintf(&sent, "%s‹%s›", text[at:f.Start], f.Rule.Placeholder)
				at = f.End
			}
		}
		sent.Write(text[at:])
		for line := range strings.Lines(strings.TrimRight(sent.String(), "\n") + "\n") {
			fmt.Fprintf(t.out, "    %s\n", strings.Map(printable, strings.TrimRight(line, "\r\n")))
		}
	}
	if len(findings) == 0 {
		fmt.Fprintf(t.out, "\nNothing in it is a secret, a person or protected, as far as the rules know. A value of your own that must never leave:\nscrubjay secret add\n")
		return nil
	}
	fmt.Fprintln(t.out)
	example := false
	for i, f := range findings {
		line := 1 + bytes.Count(text[:f.Start], []byte("\n"))
		column := f.Start - bytes.LastIndexByte(text[:f.Start], '\n')
		mark := ""
		if f.Severity == detect.Info {
			mark, example = "*", true
		}
		fmt.Fprintf(t.out, "%d:%d  %s%s: %s. %s\n", line, column, f.Rule.Description, mark, becomes[d.Rulings[i].Verdict], d.Rulings[i].Reason)
	}
	if example {
		fmt.Fprintf(t.out, "\n* A documented example, or nobody's. You type it here, so it is taken at its word; in files and tools' answers it goes\n  as it is, or code with test data could not be read.\n")
	}
	return nil
}

var becomes = map[policy.Verdict]string{policy.Allow: "goes as it is", policy.Scrub: "a placeholder", policy.Forbid: "stops the request"}

// printable keeps a text from moving the cursor of the terminal.
func printable(r rune) rune {
	if r == '\t' || unicode.IsPrint(r) {
		return r
	}
	return '·'
}
