package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// scanOptions are what the command line asks for.
type scanOptions struct {
	format, from                 string
	all, staged, history         bool
	baselineFile, writeBaselines string
}

var scanFormats = []string{"text", "jsonl", "sarif"}

// collectLate has the garbage of a start, which is most of what a small file makes, lie until there are 8 MB of it.
func collectLate() {
	debug.SetGCPercent(200)
	first := new([8]*byte)
	runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, 100) // when first is collected
}

func scanCommand() *cobra.Command {
	var o scanOptions
	c := &cobra.Command{
		Use: "scan [PATH...]", Short: "Look for sensitive values in files, archives and git's history",
		Long: `Scan looks for sensitive values in files and directories (the current one by default; "-" is standard input),
also within zip, tar, gzip, bzip2 and zstd archives. It honours .gitignore, inline scrubjay:allow comments and
the allow entries of .scrubjay.yaml. With --staged it looks at the lines that git commit would add, with --history
at every content that a commit has. Paths then say which part of the repository.
Exit code 0: clean. 1: findings. 2: an error, or something could not be scanned.`,
		Example: "  scrubjay scan\n  scrubjay scan --format jsonl src/ config/\n  git diff | scrubjay scan -\n  scrubjay scan --staged\n  scrubjay scan --write-baseline .scrubjay-baseline.json\n  scrubjay scan --baseline .scrubjay-baseline.json --format sarif",
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(scanFormats, o.format) {
				return fmt.Errorf("format %q is none of %s", o.format, strings.Join(scanFormats, ", "))
			}
			if _, err := detect.ParseConfidence(o.from); err != nil {
				return err
			}
			if (o.staged || o.history) && slices.Contains(args, "-") {
				return errors.New("standard input is in no repository: leave out - or --staged and --history")
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			collectLate()
			s, err := newScan(args, o, c.ErrOrStderr())
			if err != nil {
				return err
			}
			known, err := s.readBaseline()
			if err != nil {
				return err
			}
			ignored, err := readGitleaksIgnore(s.top)
			if err != nil {
				return err
			}
			res, err := s.run(c, args)
			if err != nil {
				return err
			}
			s.sort()
			before := len(s.found)
			if s.found = ignored.without(s.found, s); len(s.found) < before {
				res.Notes = append(res.Notes, fmt.Sprintf("%d findings are left out, since .gitleaksignore names their lines", before-len(s.found)))
			}
			if o.writeBaselines != "" {
				return s.writeBaseline(c, res)
			}
			s.found = known.unknown(s.found, s)
			return s.report(c.OutOrStdout(), c.ErrOrStderr(), res)
		},
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "text, jsonl or sarif")
	f.BoolVar(&o.all, "all", false, "also findings of severity info: documented examples, test values")
	f.StringVar(&o.from, "confidence", "medium", "only findings from this confidence on: low, medium or high")
	f.BoolVar(&o.staged, "staged", false, "only the lines that git commit would add")
	f.BoolVar(&o.history, "history", false, "every content in the history of all branches and tags")
	f.StringVar(&o.baselineFile, "baseline", "", "leave out the findings that this `FILE` knows")
	f.StringVar(&o.writeBaselines, "write-baseline", "", "write what is found to this `FILE`, to be left out from now on")
	c.MarkFlagsMutuallyExclusive("staged", "history")
	c.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	_ = c.RegisterFlagCompletionFunc("confidence", cobra.FixedCompletions([]string{"low", "medium", "high"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(scanFormats, cobra.ShellCompDirectiveNoFileComp))                           // the flag exists
	return c
}

type scan struct {
	scanOptions
	engine   *detect.Engine
	settings policy.Settings
	allow    policy.AllowList
	key      []byte
	// root is the directory of the repository's .scrubjay.yaml, to which its paths are relative.
	root string
	// top is the repository's own root, to which baselines and SARIF are relative.
	top string
	// within is what the paths of findings are relative to.
	within string
	// scope is that of the fingerprints printed: the repository's if it has a salt.
	scope detect.Scope
	found []finding
}

func (s *scan) fingerprint(scope detect.Scope, value []byte) string {
	switch {
	case scope == detect.Installation:
		return detect.Fingerprint(scope, s.key, value)
	case scope == detect.Repository && s.settings.Salt != "":
		return detect.Fingerprint(scope, []byte(s.settings.Salt), value)
	}
	return ""
}

// below is a path as it is seen from a directory, with slashes; one that is not below it stays as it is.
func (s *scan) below(dir, path string) string {
	abs := path
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(s.within, path)
	}
	if rel, err := filepath.Rel(dir, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

func newScan(paths []string, o scanOptions, say io.Writer) (*scan, error) {
	state, err := stateAnywhere(say)
	if err != nil {
		return nil, err
	}
	keys, err := redact.LoadKeys(state.Dir)
	if err != nil {
		return nil, err
	}
	governance, err := commandGovernance(state)
	if err != nil {
		return nil, err
	}
	file, top := repositoryFile(paths[0])
	settings, err := governance.EditorSettings(file)
	if err != nil {
		return nil, err
	}
	engine, err := daemon.EngineFor(settings)
	if err != nil {
		return nil, err
	}
	s := &scan{scanOptions: o, engine: engine, settings: settings, key: keys.FingerprintKey(), root: filepath.Dir(file), top: top, scope: detect.Installation}
	if s.within, err = os.Getwd(); err != nil {
		return nil, err
	}
	if file == "" {
		s.root = s.within
	}
	if top == "" {
		s.top = s.root
	}
	if settings.Salt != "" {
		s.scope = detect.Repository
	}
	s.allow, _ = policy.NewAllowList(settings.Allow) // checked when the settings were loaded
	return s, nil
}

// run scans what the options ask for.
func (s *scan) run(c *cobra.Command, args []string) (res workspace.Result, err error) {
	ctx := c.Context()
	w := &workspace.Scanner{Engine: s.engine, Found: s.take, Top: s.top}
	defer s.progress(c.ErrOrStderr(), w)()
	switch {
	case s.staged, s.history:
		res, err = s.repository(ctx, w, args)
	case len(args) == 1 && args[0] == "-":
		res = w.Reader(ctx, "-", c.InOrStdin())
	default:
		res = w.Walk(ctx, args)
	}
	if ctx.Err() != nil {
		err = errors.New("stopped before the end: nothing is reported")
	}
	return res, err
}

func (s *scan) repository(ctx context.Context, w *workspace.Scanner, args []string) (workspace.Result, error) {
	r, err := workspace.OpenRepository(ctx, args[0])
	if err != nil {
		return workspace.Result{}, err
	}
	if s.within = r.Root; r.Root == "" {
		s.within = s.top
	}
	if s.staged {
		return w.Staged(ctx, r, args)
	}
	res, err := w.History(ctx, r, args)
	if err != nil {
		return res, err
	}
	return res, s.originate(ctx, r)
}

// repositoryFile finds the .scrubjay.yaml that a path belongs to: in its directory or above, not above
// the root of its repository, which is the second answer. Each is empty if there is none.
func repositoryFile(path string) (file, top string) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", ""
	}
	for {
		if at := filepath.Join(dir, ".scrubjay.yaml"); file == "" {
			if _, err := os.Stat(at); err == nil {
				file = at
			}
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return file, dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return file, ""
		}
		dir = up
	}
}
