package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// finding is a line of scan --format jsonl. It never holds the value.
type finding struct {
	Path        string       `json:"path"`
	Rule        string       `json:"rule"`
	Class       detect.Class `json:"class"`
	Severity    string       `json:"severity"`
	Confidence  string       `json:"confidence"`
	Start       int          `json:"start"`
	End         int          `json:"end"`
	Line        int          `json:"line"`
	Column      int          `json:"column"`
	Fingerprint string       `json:"fingerprint"`
	Validated   bool         `json:"validated,omitempty"`

	description string
}

func scanCommand() *cobra.Command {
	var format string
	var all bool
	c := &cobra.Command{
		Use: "scan [PATH...]", Short: "Look for sensitive values in files and directories",
		Long: `Scan looks for sensitive values in files and directories (the current one by default; "-" is standard input).
It honours .gitignore, inline scrubjay:allow comments and the allow entries of .scrubjay.yaml.
Exit code 0: clean. 1: findings. 2: an error, or something could not be read.`,
		Example: "  scrubjay scan\n  scrubjay scan --format jsonl src/ config/\n  git diff | scrubjay scan -",
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "jsonl" {
				return fmt.Errorf("format %q is none of text, jsonl", format)
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			s, err := newScan(args, all)
			if err != nil {
				return err
			}
			res, err := s.scan(c, args)
			if err != nil {
				return err
			}
			return s.report(c.OutOrStdout(), c.ErrOrStderr(), format, res)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or jsonl")
	c.Flags().BoolVar(&all, "all", false, "also findings of severity info: documented examples, test values")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "jsonl"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

type scan struct {
	engine   *detect.Engine
	settings policy.Settings
	allow    policy.AllowList
	key      []byte
	// root is the directory of the repository's .scrubjay.yaml, to which its paths are relative.
	root string
	// scope is that of the fingerprints printed: the repository's if it has a salt.
	scope detect.Scope
	all   bool
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

// below is a path as allow entries have it: below the repository, with slashes.
func (s *scan) below(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	if rel, err := filepath.Rel(s.root, abs); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

func newScan(paths []string, all bool) (*scan, error) {
	state, err := daemon.OpenState("")
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
	repository := repositoryFile(paths[0])
	settings, err := governance.EditorSettings(repository)
	if err != nil {
		return nil, err
	}
	engine, err := daemon.EngineFor(settings)
	if err != nil {
		return nil, err
	}
	s := &scan{engine: engine, settings: settings, key: keys.FingerprintKey(), root: filepath.Dir(repository), scope: detect.Installation, all: all}
	if repository == "" {
		s.root, err = os.Getwd()
	}
	if settings.Salt != "" {
		s.scope = detect.Repository
	}
	s.allow, _ = policy.NewAllowList(settings.Allow) // checked when the settings were loaded
	return s, err
}

func (s *scan) scan(c *cobra.Command, args []string) (workspace.WalkResult, error) {
	if len(args) == 1 && args[0] == "-" {
		text, err := io.ReadAll(c.InOrStdin())
		if err != nil {
			return workspace.WalkResult{}, err
		}
		s.take(workspace.FileFindings{Path: "-", Text: text, Findings: s.engine.Find("", text)})
		return workspace.WalkResult{Files: 1, Bytes: len(text)}, nil
	}
	return workspace.Walk(c.Context(), s.engine, args, s.take), c.Context().Err()
}

// take keeps a file's findings, with line and column, while its text is there.
func (s *scan) take(f workspace.FileFindings) {
	line, lineStart, at := 1, 0, 0
	for _, d := range f.Findings {
		if d.Severity == detect.Info && !s.all || detect.Ignored(f.Text, d) {
			continue
		}
		value := f.Text[d.Start:d.End]
		of := func(scope detect.Scope) string { return s.fingerprint(scope, value) }
		if _, ok := s.allow.Allows(d.Rule.ID, s.below(f.Path), of, time.Now()); ok {
			continue
		}
		line += bytes.Count(f.Text[at:d.Start], []byte("\n"))
		if i := bytes.LastIndexByte(f.Text[at:d.Start], '\n'); i >= 0 {
			lineStart = at + i + 1
		}
		at = d.Start
		s.found = append(s.found, finding{
			Path: printable(f.Path), Rule: d.Rule.ID, Class: d.Rule.Class, Severity: d.Severity.String(), Confidence: d.Confidence.String(),
			Start: d.Start, End: d.End, Line: line, Column: d.Start - lineStart + 1,
			Fingerprint: s.fingerprint(s.scope, value), Validated: d.Validated, description: d.Rule.Description,
		})
	}
}

func printable(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	return fmt.Sprintf("%q", path)
}

func (s *scan) report(out, errOut io.Writer, format string, res workspace.WalkResult) error {
	slices.SortFunc(s.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Start, b.Start))
	})
	enc := json.NewEncoder(out)
	for _, f := range s.found {
		if format == "jsonl" {
			if err := enc.Encode(f); err != nil {
				return err
			}
			continue
		}
		proved := ""
		if f.Validated {
			proved = ", checksum proved"
		}
		fmt.Fprintf(out, "%s:%d:%d: %s: %s (%s, %s%s)\n", f.Path, f.Line, f.Column, f.Severity, f.description, f.Rule, f.Class, proved)
	}
	for _, err := range res.Errors {
		fmt.Fprintln(errOut, "scrubjay:", err)
	}
	if format == "text" && out == os.Stdout {
		fmt.Fprintf(errOut, "%d findings in %d files (%.1f MB)", len(s.found), res.Files, float64(res.Bytes)/1e6)
		if res.Skipped > 0 {
			fmt.Fprintf(errOut, ", %d binary files passed over", res.Skipped)
		}
		fmt.Fprintln(errOut)
	}
	switch {
	case len(res.Errors) > 0:
		return exitError{code: 2, err: fmt.Errorf("%d files or directories could not be scanned", len(res.Errors))}
	case len(s.found) > 0:
		return exitError{code: 1}
	}
	return nil
}

// repositoryFile finds the .scrubjay.yaml that a path belongs to: in its directory or above, not above
// the root of its repository. Empty if there is none.
func repositoryFile(path string) string {
	dir, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	for {
		file := filepath.Join(dir, ".scrubjay.yaml")
		if _, err := os.Stat(file); err == nil {
			return file
		}
		_, err := os.Stat(filepath.Join(dir, ".git"))
		if up := filepath.Dir(dir); err == nil || up == dir {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}
