// Package scan looks for sensitive values in files, archives and git's history, and reports them.
//
//	scan.go      what is asked for, and the run
//	finding.go   a finding as it is reported
//	baseline.go  findings that are known; ignored.go, those that a .gitleaksignore names
//	report.go    text and JSON lines; sarif.go, SARIF
//	progress.go  how far it is, on a terminal
package scan

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Options are what is asked for.
type Options struct {
	// Format is one of Formats. Confidence is the least of a finding that counts: low, medium or high.
	Format, Confidence string
	// All takes findings of severity info too. Staged looks at the lines that git commit would add, and History at every
	// content that a commit has; otherwise the paths are walked.
	All, Staged, History bool
	// Baseline is a file of findings that are known, WriteBaseline one to write them to; empty means none.
	Baseline, WriteBaseline string

	// Key makes this installation's fingerprints.
	Key []byte
	// Settings are those in force where a repository's file stands; without a file its name is empty.
	Settings func(file string) (policy.Settings, error)
	// Version is the program's, for reports.
	Version string

	In       io.Reader
	Out, Err io.Writer
}

// ErrFound says that the scan went well and found something, which it has reported.
var ErrFound = errors.New("something sensitive was found")

// Formats are how findings are reported.
var Formats = []string{"text", "jsonl", "sarif"}

// Run looks at paths and reports what it finds. "-" is In.
func Run(ctx context.Context, paths []string, o Options) error {
	s, err := newScan(paths, o)
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
	res, err := s.run(ctx, paths)
	if err != nil {
		return err
	}
	s.sort()
	revoked := slices.Clone(s.found)
	revoked = slices.DeleteFunc(revoked, func(f finding) bool { return !f.Revoked })
	s.found = slices.DeleteFunc(s.found, func(f finding) bool { return f.Revoked })
	before := len(s.found)
	if s.found = ignored.without(s.found, s); len(s.found) < before {
		res.Notes = append(res.Notes, detect.Counted(before-len(s.found))+" left out, since .gitleaksignore names the lines")
	}
	if o.WriteBaseline != "" {
		return s.writeBaseline(res)
	}
	s.found = append(known.unknown(s.found, s), revoked...)
	s.sort()
	return s.report(res)
}

type scan struct {
	Options
	engine   *detect.Engine
	settings policy.Settings
	allow    policy.AllowList
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
		return detect.Fingerprint(scope, s.Key, value)
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

func newScan(paths []string, o Options) (*scan, error) {
	file, top := RepositoryFile(paths[0])
	settings, err := o.Settings(file)
	if err != nil {
		return nil, err
	}
	engine, err := policy.EngineFor(settings)
	if err != nil {
		return nil, err
	}
	s := &scan{Options: o, engine: engine, settings: settings, root: filepath.Dir(file), top: top, scope: detect.Installation}
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
func (s *scan) run(ctx context.Context, args []string) (res workspace.Result, err error) {
	w := &workspace.Scanner{Engine: s.engine, Found: s.take, Top: s.top}
	defer s.progress(s.Err, w)()
	switch {
	case s.Staged, s.History:
		res, err = s.repository(ctx, w, args)
	case len(args) == 1 && args[0] == "-":
		res = w.Reader(ctx, "-", s.In)
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
	if s.Staged {
		return w.Staged(ctx, r, args)
	}
	res, err := w.History(ctx, r, args)
	if err != nil {
		return res, err
	}
	return res, s.originate(ctx, r)
}

// RepositoryFile finds the .scrubjay.yaml that a path belongs to: in its directory or above, not above
// the root of its repository, which is the second answer. Each is empty if there is none.
func RepositoryFile(path string) (file, top string) {
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
