package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

type indexOptions struct {
	output, terms, id, class, severity string
	public                             []string
	warn, block                        int
}

func rulesIndexCommand() *cobra.Command {
	var o indexOptions
	c := &cobra.Command{
		Use: "index [DIR...] -o FILE" + detect.IndexExtension, Short: "Make an index of your own code and terms",
		Long: `Index makes a file by which pieces of your own code and terms of your own are known wherever they stand. It holds
keyed hashes of them, not them. rules.files names it like a file of rules.
Of the directories it takes what people wrote: not what .gitignore names, nor binary, generated and vendored files, nor
data for tests. Code that stands in a directory of --public as well is nobody's secret and is taken out. The file of
--terms has one term a line, of up to eight words; a line that begins with # is a comment.`,
		Example: "  scrubjay rules index src/ lib/ -o acme.sjindex\n  scrubjay rules index src/ --public ~/go/pkg/mod -o acme.sjindex\n  scrubjay rules index --terms customers.txt --class pii -o customers.sjindex",
		RunE:    o.run,
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the index to this `FILE`")
	f.StringVar(&o.terms, "terms", "", "a `FILE` of terms, one a line")
	f.StringArrayVar(&o.public, "public", nil, "a `DIR` of code that everybody has; may be given more than once")
	f.StringVar(&o.id, "id", "", "what findings say found them (default: the name of the output file)")
	f.StringVar(&o.class, "class", string(detect.Proprietary), "proprietary, internal or pii")
	f.StringVar(&o.severity, "severity", detect.Medium.String(), "how severe a term is: critical, high, medium, low or info")
	f.IntVar(&o.warn, "warn", 2, "how many fingerprints close to each other are a finding of severity medium")
	f.IntVar(&o.block, "block", 5, "how many are one of severity high")
	_ = c.MarkFlagRequired("output") // the flag exists
	_ = c.RegisterFlagCompletionFunc("class", cobra.FixedCompletions([]string{"proprietary", "internal", "pii"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (o *indexOptions) run(c *cobra.Command, dirs []string) error {
	name := filepath.Base(o.output)
	if !strings.HasSuffix(name, detect.IndexExtension) {
		return fmt.Errorf("%s: an index is told by its name: end it in %s", o.output, detect.IndexExtension)
	}
	if len(dirs) == 0 && o.terms == "" {
		return errors.New("there is nothing to index: name directories of your code, or a file of terms with --terms")
	}
	if o.id == "" {
		o.id = strings.ToLower(strings.TrimSuffix(name, detect.IndexExtension))
	}
	severity, err := detect.ParseSeverity(o.severity)
	if err != nil {
		return err
	}
	if detect.Default().Rule(o.id) != nil {
		return fmt.Errorf("%s is a built-in rule's id, and the index would be passed over: choose another with --id", o.id)
	}
	b, err := detect.NewIndexBuilder(detect.Index{ID: o.id, Class: detect.Class(o.class), Severity: severity, Warn: o.warn, Block: o.block})
	if err != nil {
		return err
	}
	if o.terms != "" {
		if err := readTerms(b, o.terms); err != nil {
			return err
		}
	}
	own := workspace.Sources{Read: func(_ string, text []byte) { b.Code(text) }}
	public := workspace.Sources{All: true, Read: func(_ string, text []byte) { b.Public(text) }}
	if err := errors.Join(walkAll(c.Context(), &own, dirs), walkAll(c.Context(), &public, o.public)); err != nil {
		return err
	}
	file, x, err := b.Build()
	if err != nil {
		return err
	}
	if err := rename.Replace(o.output, file); err != nil {
		return err
	}
	o.tell(c.OutOrStdout(), x, &own, &public, len(file))
	return nil
}

func walkAll(ctx context.Context, s *workspace.Sources, paths []string) error {
	for _, p := range paths {
		if err := s.Walk(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (o *indexOptions) tell(w io.Writer, x detect.Index, own, public *workspace.Sources, size int) {
	fmt.Fprintf(w, "%s: %d terms, %d fingerprints of %d files, %d bytes\n", o.output, x.Terms, x.Prints, own.Files, size)
	if len(o.public) > 0 {
		fmt.Fprintf(w, "taken out: what stands in %d public files too\n", public.Files)
	}
	var left []string
	for _, what := range slices.Sorted(maps.Keys(own.LeftOut)) {
		left = append(left, fmt.Sprintf("%d %s", own.LeftOut[what], what))
	}
	if len(left) > 0 {
		fmt.Fprintf(w, "left out: %s\n", strings.Join(left, ", "))
	}
}

// readTerms adds the terms of a file. What is wrong with a line is told by its number: a term is not for a screen.
func readTerms(b *detect.IndexBuilder, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	const mostProblems = 10
	var problems []error
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		term := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if term == "" || term[0] == '#' {
			continue
		}
		if err := b.Term(term); err != nil {
			if problems = append(problems, fmt.Errorf("%s:%d: %w", name, n, err)); len(problems) == mostProblems {
				break
			}
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%s: a line of more than 64 KiB is no term: write one term a line", name)
	}
	return errors.Join(append(problems, lines.Err())...)
}
