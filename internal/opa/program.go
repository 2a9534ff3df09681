package opa

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// capabilities are what a policy may use. It decides by its input, its data and the clock: a decision is
// remembered, and nothing of a query leaves this process.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool {
		switch b.Name {
		case "http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "uuid.rfc4122", "trace", "print", "internal.print":
			return true
		}
		return false
	})
	return c
})

// builtinModules are the default policy and its tests.
var builtinModules = sync.OnceValues(func() (map[string]*ast.Module, error) {
	names, err := fs.Glob(rules.FS, "policy/*.rego")
	if err != nil {
		return nil, err
	}
	all := map[string]*ast.Module{}
	for _, name := range names {
		text, err := rules.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if all[path.Base(name)], err = ast.ParseModule(path.Base(name), string(text)); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no policy is built in")
	}
	return all, nil
})

// source is all that a decision is made from besides the query.
type source struct {
	who    policy.Who
	layers *policy.Layers
	bundle *Bundle // nil without one
}

// modules are the policy with the organisation's rules, and their tests if those are asked for. The
// prefix keeps a bundle's file from replacing one of ours.
func (s source) modules(tests bool) (map[string]*ast.Module, error) {
	builtin, err := builtinModules()
	if err != nil {
		return nil, err
	}
	all := map[string]*ast.Module{}
	for name, m := range builtin {
		if !isTest(name) {
			all["scrubjay/"+name] = m
		}
	}
	if s.bundle == nil {
		return all, nil
	}
	for name, m := range s.bundle.modules {
		all["bundle/"+name] = m
	}
	if tests {
		for name, m := range s.bundle.tests {
			all["bundle/"+name] = m
		}
	}
	return all, nil
}

// looksAtAll tells whether the organisation's Rego may look at the subjects or attachments of a query together, as in
// forbid if count(input.subjects) > 3. What reads other parts of the input by name, and of the data its own, cannot.
func (s source) looksAtAll() bool {
	if s.bundle == nil {
		return false
	}
	all := false
	look := func(r ast.Ref) bool {
		switch {
		case r.HasPrefix(ast.InputRootRef):
			all = all || len(r) < 2 || !oneByOne.Contains(r[1])
		case r.HasPrefix(ast.DefaultRootRef):
			all = all || !r.HasPrefix(orgRef) && !r.HasPrefix(groupsRef)
		}
		return false
	}
	for _, m := range s.bundle.modules {
		ast.WalkRefs(m, look)
	}
	return all
}

var (
	orgRef = ast.MustParseRef("data.scrubjay.org")
	// groupsRef are the same for every question.
	groupsRef = ast.MustParseRef("data.scrubjay.my_groups")
	// oneByOne are the parts of the input that are the same whichever subject is asked about.
	oneByOne = ast.NewSet(ast.StringTerm("direction"), ast.StringTerm("destination"), ast.StringTerm("origin"), ast.StringTerm("tool"),
		ast.StringTerm("endpoint"), ast.StringTerm("labels"), ast.StringTerm("stale"), ast.StringTerm("now"),
		ast.StringTerm("user"), ast.StringTerm("machine"), ast.StringTerm("outdated"), ast.StringTerm("repository"), ast.StringTerm("groups"), ast.StringTerm("assistant"))
)

// store holds data.scrubjay: the bundle's org, and the layers' verdicts, on findings, attachments and tools.
func (s source) store() storage.Store {
	org := any(map[string]any{})
	if s.bundle != nil {
		if root, ok := s.bundle.data["scrubjay"].(map[string]any); ok && root["org"] != nil {
			org = root["org"]
		}
	}
	from := map[string]any{}
	for kind, confidence := range s.layers.Wire().ScrubFrom {
		from[string(kind)] = confidence
	}
	layers := map[string]any{"organised": s.layers.Organisation() != nil, "scrub_from": from}
	for _, l := range s.layers.Present() {
		tools := map[string]any{}
		for name, verdict := range l.Tools {
			tools[name] = verdict
		}
		layers[string(l.Layer)] = map[string]any{"verdicts": table(l.Verdicts), "attachments": table(l.Attachments), "tools": tools}
	}
	data := map[string]any{"scrubjay": map[string]any{"org": org, "layers": layers}}
	return inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(true), inmem.OptReturnASTValuesOnRead(true))
}

func table(cells map[string]map[policy.Kind]string) map[string]any {
	all := map[string]any{}
	for name, byKind := range cells {
		row := map[string]any{}
		for kind, verdict := range byKind {
			row[string(kind)] = verdict
		}
		all[name] = row
	}
	return all
}

// compiler compiles nothing yet. It refuses a bundle whose data stands where a rule does, which would
// hide one of them.
func (s source) compiler(ctx context.Context, store storage.Store, txn storage.Transaction) *ast.Compiler {
	return ast.NewCompiler().WithCapabilities(capabilities()).WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn))
}

// program is a compiled policy.
type program struct {
	decision, explanation rego.PreparedEvalQuery
}

func (s source) compile(ctx context.Context) (*program, error) {
	prepared, err := s.prepare(ctx, "data.scrubjay.decision", "data.scrubjay.explanation")
	if err != nil {
		return nil, err
	}
	return &program{decision: prepared[0], explanation: prepared[1]}, nil
}

// prepare compiles the policy and makes it ready to be asked for these of its rules.
func (s source) prepare(ctx context.Context, names ...string) ([]rego.PreparedEvalQuery, error) {
	modules, err := s.modules(false)
	if err != nil {
		return nil, err
	}
	store := s.store()
	all := make([]rego.PreparedEvalQuery, len(names))
	err = storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		c := s.compiler(ctx, store, txn)
		if c.Compile(maps.Clone(modules)); c.Failed() {
			return fmt.Errorf("the policy does not compile: %w", c.Errors)
		}
		for i, name := range names {
			// An error in a builtin would otherwise be undefined, and a rule that forbids would not.
			all[i], err = rego.New(rego.Query(name), rego.Compiler(c), rego.Store(store), rego.Transaction(txn), rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}
