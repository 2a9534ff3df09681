package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"text/tabwriter"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/rules"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{Use: "rules", Short: "The detection rules", Example: "  scrubjay rules list\n  scrubjay rules test acorn.toml\n  scrubjay rules import gitleaks.toml -o rules.toml\n  scrubjay rules index src/ -o acme.sjindex"}
	c.AddCommand(rulesListCommand(), rulesTestCommand(), rulesImportCommand(), rulesIndexCommand())
	return c
}

// listedRule is a rule as rules list --format json has it.
type listedRule struct {
	ID          string       `json:"id"`
	Class       detect.Class `json:"class"`
	Severity    string       `json:"severity"`
	Description string       `json:"description"`
	Family      string       `json:"family"`
}

func rulesListCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List the rules that are built in", Args: cobra.NoArgs,
		Long:    "List prints each built-in rule's id, class, severity, family (its file in rules/detect) and description.",
		Example: "  scrubjay rules list\n  scrubjay rules list --format json",
		RunE: func(c *cobra.Command, _ []string) error {
			families, err := ruleFamilies()
			if err != nil {
				return err
			}
			var list []listedRule
			for _, r := range detect.Default().Rules() {
				list = append(list, listedRule{r.ID, r.Class, r.Severity.String(), r.Description, families[r.ID]})
			}
			switch format {
			case "json":
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(list)
			case "text":
				w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				for _, r := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Class, r.Severity, r.Family, r.Description)
				}
				return w.Flush()
			}
			return fmt.Errorf("format %q is none of text, json", format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// ruleFamilies says in which file each built-in rule stands.
func ruleFamilies() (map[string]string, error) {
	names, err := fs.Glob(rules.FS, "detect/*.toml")
	if err != nil {
		return nil, err
	}
	families := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(rules.FS, name)
		if err != nil {
			return nil, err
		}
		set, err := detect.Load(name, text)
		if err != nil {
			return nil, err
		}
		for _, r := range set.Rules {
			families[r.ID] = strings.TrimSuffix(path.Base(name), ".toml")
		}
	}
	return families, nil
}

func rulesTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test [FILE...]", Short: "Try rules on their examples and negatives",
		Long: `Test tries each rule on its own examples, in each of which exactly this rule must find exactly one value, and on its
negatives, in which no rule may find anything. The files' rules stand beside the built-in ones, as in a scan, and
in the place of those with the same id. Without a file the built-in rules are tried. What fails is named by its number.
Exit code 0: all hold. 1: one does not. 2: a file cannot be read.`,
		Example: "  scrubjay rules test acorn.toml",
		RunE: func(c *cobra.Command, files []string) error {
			engine := detect.Default()
			var tried []*detect.Rule
			if len(files) == 0 {
				var err error
				if engine, err = detect.FromFiles(); err != nil {
					return err
				}
				tried = engine.Rules()
			}
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				set, err := detect.LoadExtending(file, text, policy.ReadBeside(file))
				if err == nil {
					tried = append(tried, set.Rules...)
					engine, err = engine.With(set)
				}
				if err != nil {
					return err
				}
			}
			texts, failed := 0, 0
			for _, r := range tried {
				said, err := engine.Broken(r)
				if err != nil {
					return err
				}
				for _, line := range said {
					fmt.Fprintf(c.OutOrStdout(), "FAIL %s: %s\n", r.ID, line)
				}
				failed += len(said)
				texts += len(r.Examples) + len(r.Negatives)
				if len(files) > 0 && detect.Default().Rule(r.ID) != nil {
					fmt.Fprintf(c.ErrOrStderr(), "scrubjay: %s is a built-in rule's id: of a file that rules.files names it is passed over\n", r.ID)
				}
			}
			if failed > 0 {
				return command.Exit{Code: 1, Err: fmt.Errorf("%d of %d examples and negatives do not hold", failed, texts)}
			}
			if len(tried) == 0 {
				return errors.New("the files hold no rule")
			}
			if texts == 0 {
				return command.Exit{Code: 1, Err: errors.New("nothing was tried, because no rule has examples or negatives: give each rule examples = [...] of what it has to find")}
			}
			fmt.Fprintf(c.OutOrStdout(), "%d rules hold on %d examples and negatives\n", len(tried), texts)
			return nil
		},
	}
}
