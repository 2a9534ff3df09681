package opa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// Check tells what is wrong with a directory of policy: what does not compile strictly together with the
// built-in policy, is not formatted, or is not understood. An empty dir means the built-in policy.
func Check(dir string) error {
	if dir == "" {
		return checkBuiltin()
	}
	b, files, err := readDir(dir)
	if err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return errors.Join(err, checkFormat(files))
	}
	return errors.Join(b.alone().answers(context.Background(), time.Now()), checkFormat(files))
}

func checkBuiltin() error {
	modules, err := builtinModules()
	if err != nil {
		return err
	}
	files := archive{}
	for name := range modules {
		if files[name], err = rules.FS.ReadFile("policy/" + name); err != nil {
			return err
		}
	}
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if c.Compile(maps.Clone(modules)); c.Failed() {
		return c.Errors
	}
	return checkFormat(files)
}

// check compiles a bundle strictly, its tests too, and looks for names that are misspelt.
func (b *Bundle) check() error { return b.alone().check(true) }

func (s source) check(strict bool) error {
	ctx := context.Background()
	modules, err := s.modules(true)
	if err != nil {
		return err
	}
	store := s.store()
	var c *ast.Compiler
	err = storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		c = s.compiler(ctx, store, txn).WithStrict(strict).WithSchemas(inputSchema())
		if c.Compile(maps.Clone(modules)); c.Failed() {
			return plainly(c.Errors)
		}
		return nil
	})
	if err != nil {
		return err
	}
	own := maps.Clone(c.Modules)
	maps.DeleteFunc(own, func(name string, _ *ast.Module) bool { return !strings.HasPrefix(name, "bundle/") })
	sp := s.spelling()
	deciding := maps.Clone(own)
	maps.DeleteFunc(deciding, func(name string, _ *ast.Module) bool { return isTest(name) })
	return errors.Join(s.bundle.checkRules(strict), sp.data(), sp.literals(deciding), sp.unread(own))
}

func checkFormat(files archive) error {
	var all []error
	for _, name := range files.names() {
		if !strings.HasSuffix(name, ".rego") {
			continue
		}
		formatted, err := format.Source(name, files[name])
		if err != nil {
			all = append(all, err)
		} else if !bytes.Equal(formatted, files[name]) {
			all = append(all, fmt.Errorf("%s is not formatted: run scrubjay policy fmt on its directory", name))
		}
	}
	return errors.Join(all...)
}

// Format formats the Rego of a directory, as opa fmt does, and says which files it wrote.
func Format(dir string) (written []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".rego" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source(path, text)
		if err != nil || bytes.Equal(formatted, text) {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		written = append(written, path)
		return os.WriteFile(path, formatted, info.Mode().Perm())
	})
	return written, err
}

// TestResult is what one test of a policy did.
type TestResult struct {
	Name     string // package and rule
	File     string
	Line     int
	Passed   bool
	Skipped  bool
	Error    string // why it could not be run
	Duration time.Duration
}

// TestReport is what the tests of a policy did, in the order of file and line.
type TestReport struct {
	Results []TestResult
	// Coverage is the part of the policy's own lines that the tests evaluated, in percent.
	Coverage float64
}

// Err names the tests that did not pass.
func (r TestReport) Err() error {
	var failed []string
	for _, t := range r.Results {
		if !t.Passed && !t.Skipped {
			failed = append(failed, t.Name)
		}
	}
	if failed == nil {
		return nil
	}
	return fmt.Errorf("its own tests fail: %s: see scrubjay policy test DIR, and mend the policy or the test", strings.Join(failed, ", "))
}

// Test runs the tests of a directory of policy, together with the built-in policy, or those of the
// built-in policy if dir is empty.
func Test(dir string) (TestReport, error) {
	if dir == "" {
		modules, err := builtinModules()
		if err != nil {
			return TestReport{}, err
		}
		return runTests(context.Background(), source{layers: &policy.Layers{}}, modules, maps.Clone(modules))
	}
	b, _, err := readDir(dir)
	if err != nil {
		return TestReport{}, err
	}
	return b.test(context.Background())
}

func (b *Bundle) test(ctx context.Context) (TestReport, error) {
	s := source{layers: &policy.Layers{}, bundle: b}
	modules, err := s.modules(true)
	if err != nil {
		return TestReport{}, err
	}
	own := map[string]*ast.Module{}
	for name, m := range modules {
		if strings.HasPrefix(name, "bundle/") {
			own[name] = m
		}
	}
	return runTests(ctx, s, modules, own)
}

// passes runs the bundle's own tests. Tests that were cut short have not passed.
func (b *Bundle) passes(ctx context.Context) error {
	r, err := b.test(ctx)
	return errors.Join(err, r.Err(), ctx.Err())
}

// runTests runs the tests in modules; coverage counts those that are the policy's own and no tests.
func runTests(ctx context.Context, s source, modules, own map[string]*ast.Module) (TestReport, error) {
	var report TestReport
	maps.DeleteFunc(own, func(name string, _ *ast.Module) bool { return isTest(name) })
	coverage := cover.New()
	store := s.store()
	err := storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		c := s.compiler(ctx, store, txn)
		run, err := tester.NewRunner().SetCompiler(c).SetStore(store).SetModules(maps.Clone(modules)).
			CapturePrintOutput(false).RaiseBuiltinErrors(true).SetCoverageQueryTracer(coverage).SetCoverageRuns(nil).RunTests(ctx, txn)
		if err != nil {
			return err
		}
		for r := range run {
			t := TestResult{Name: strings.TrimPrefix(r.Package, "data.") + "." + r.Name, Passed: r.Pass(), Skipped: r.Skip, Duration: r.Duration}
			if r.Location != nil {
				t.File, t.Line = strings.TrimPrefix(r.Location.File, "bundle/"), r.Location.Row
			}
			if r.Error != nil {
				t.Error = r.Error.Error()
			}
			report.Results = append(report.Results, t)
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	slices.SortFunc(report.Results, func(a, b TestResult) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	report.Coverage = coverage.Report(own).Coverage
	return report, nil
}
