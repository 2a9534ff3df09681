package command

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/scan"
)

// collectLate has the garbage of a start, which is most of what a small file makes, lie until there are 8 MB of it.
func collectLate() {
	debug.SetGCPercent(200)
	first := new([8]*byte)
	runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, 100) // when first is collected
}

// Settings are those in force where a repository's file stands; without a file its name is empty.
type Settings func(file string) (policy.Settings, error)

// Scan is the command. version is the program's, and settings reads what is in force in an installation.
func Scan(version string, settings func(state installation.State) (Settings, error)) *cobra.Command {
	var o scan.Options
	c := &cobra.Command{
		Use: "scan [PATH...]", Short: "Look for sensitive values in files, archives and git's history",
		Long: `Scan looks for sensitive values in files and directories (the current one by default; "-" is standard input),
also within zip, tar, gzip, bzip2 and zstd archives. It honours .gitignore, inline scrubjay:allow comments and
the allow entries of .scrubjay.yaml. With --staged it looks at the lines that git commit would add, with --history
at every content that a commit has. Paths then say which part of the repository.
Exit code 0: clean. 1: findings. 2: an error, or something could not be scanned.`,
		Example: "  scrubjay scan\n  scrubjay scan --format jsonl src/ config/\n  git diff | scrubjay scan -\n  scrubjay scan --staged\n  scrubjay scan --write-baseline .scrubjay-baseline.json\n  scrubjay scan --baseline .scrubjay-baseline.json --format sarif",
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(scan.Formats, o.Format) {
				return fmt.Errorf("format %q is none of %s", o.Format, strings.Join(scan.Formats, ", "))
			}
			if _, err := detect.ParseConfidence(o.Confidence); err != nil {
				return err
			}
			if (o.Staged || o.History) && slices.Contains(args, "-") {
				return errors.New("standard input is in no repository: leave out - or --staged and --history")
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			collectLate()
			if err := installed(c, &o, version, settings); err != nil {
				return err
			}
			err := scan.Run(c.Context(), args, o)
			if errors.Is(err, scan.ErrFound) {
				return Exit{Code: 1}
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&o.Format, "format", "text", "text, jsonl or sarif")
	f.BoolVar(&o.All, "all", false, "also findings of severity info: documented examples, test values")
	f.StringVar(&o.Confidence, "confidence", "medium", "only findings from this confidence on: low, medium or high")
	f.BoolVar(&o.Staged, "staged", false, "only the lines that git commit would add")
	f.BoolVar(&o.History, "history", false, "every content in the history of all branches and tags")
	f.StringVar(&o.Baseline, "baseline", "", "leave out the findings that this `FILE` knows")
	f.StringVar(&o.WriteBaseline, "write-baseline", "", "write what is found to this `FILE`, to be left out from now on")
	c.MarkFlagsMutuallyExclusive("staged", "history")
	c.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	_ = c.RegisterFlagCompletionFunc("confidence", cobra.FixedCompletions([]string{"low", "medium", "high"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(scan.Formats, cobra.ShellCompDirectiveNoFileComp))                          // the flag exists
	return c
}

// installed adds the installation's key and settings, and where the command reads and writes.
func installed(c *cobra.Command, o *scan.Options, version string, settings func(installation.State) (Settings, error)) error {
	state, err := StateAnywhere(c.ErrOrStderr())
	if err != nil {
		return err
	}
	keys, err := redact.LoadKeys(state.Dir)
	if err != nil {
		return err
	}
	inForce, err := settings(state)
	if err != nil {
		return err
	}
	o.Key, o.Settings, o.Version = keys.FingerprintKey(), inForce, version
	o.In, o.Out, o.Err = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
	return nil
}
