package opa

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/ast"
)

// flow follows, through a bundle's compiled rules, which part of the query a variable stands for, and compares what the
// rules compare it with. It knows what is assigned, listed, handed to a function and kept in constants; what it cannot
// follow it says nothing of.
type flow struct {
	*spelling
	modules map[string]*ast.Module
	// constants are the rules that are one written value, and the data.
	constants map[string]*ast.Term
	// arguments are, by function, the paths of what it is called with.
	arguments map[string][]string
	// said are the problems, each once.
	said map[string]error
}

// Of a variable that stands for different things at different times, nothing is known.
const anything = "?"

// rounds is through how many functions a value is followed.
const rounds = 4

func (sp *spelling) literals(modules map[string]*ast.Module) error {
	f := &flow{spelling: sp, modules: modules, constants: map[string]*ast.Term{}, arguments: map[string][]string{}, said: map[string]error{}}
	for name, value := range sp.bundle.org() {
		if v, err := ast.InterfaceToValue(value); err == nil {
			f.constants["data.scrubjay.org."+name] = ast.NewTerm(v)
		}
	}
	f.rules(func(r *ast.Rule) {
		if h := r.Head; h.Value != nil && h.Key == nil && len(h.Args) == 0 && h.Value.IsGround() {
			if _, composite := h.Value.Value.(ast.Ref); !composite {
				f.constants[r.Ref().GroundPrefix().String()] = h.Value
			}
		}
	})
	for range rounds {
		f.rules(func(r *ast.Rule) { f.rule(r, false) })
	}
	f.rules(func(r *ast.Rule) { f.rule(r, true) })
	var all []error
	for _, key := range slices.Sorted(maps.Keys(f.said)) {
		all = append(all, f.said[key])
	}
	return errors.Join(all...)
}

func (f *flow) rules(do func(*ast.Rule)) {
	for _, name := range slices.Sorted(maps.Keys(f.modules)) {
		ast.WalkRules(f.modules[name], func(r *ast.Rule) bool {
			do(r)
			return false
		})
	}
}

// scope is what is known in one rule.
type scope struct {
	*flow
	paths  map[ast.Var]string
	values map[ast.Var]*ast.Term
}

func (f *flow) rule(r *ast.Rule, judge bool) {
	s := scope{f, map[ast.Var]string{}, map[ast.Var]*ast.Term{}}
	for i, arg := range r.Head.Args {
		if v, ok := arg.Value.(ast.Var); ok {
			if known := f.arguments[r.Ref().GroundPrefix().String()]; i < len(known) && known[i] != "" && known[i] != anything {
				s.paths[v] = known[i]
			}
		}
	}
	// A variable may be used before the line that says what it is.
	for range rounds {
		s.assignments(r)
	}
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if e.IsCall() {
			s.call(e, judge)
		}
		return false
	})
	if !judge {
		return
	}
	ast.WalkRefs(r, func(ref ast.Ref) bool {
		s.lookup(ref)
		return false
	})
	ast.WalkTerms(r, func(t *ast.Term) bool {
		if o, ok := t.Value.(ast.Object); ok {
			s.verdict(o, t.Location)
		}
		return false
	})
}

// assignments notes what stands for what.
func (s scope) assignments(r *ast.Rule) {
	note := func(v *ast.Term, from *ast.Term) {
		name, ok := v.Value.(ast.Var)
		if !ok {
			return
		}
		if path, ok := s.path(from); ok {
			s.paths[name] = path
		} else if value := s.value(from); value != nil {
			s.values[name] = value
		}
	}
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if every, ok := e.Terms.(*ast.Every); ok {
			if path, ok := s.path(every.Domain); ok {
				if v, ok := every.Value.Value.(ast.Var); ok {
					s.paths[v] = join(path, "*")
				}
			}
		}
		if e.IsEquality() || e.IsAssignment() {
			note(e.Operand(0), e.Operand(1))
			note(e.Operand(1), e.Operand(0))
		}
		return false
	})
}

func join(path, step string) string { return strings.TrimPrefix(path+"."+step, ".") }

// path is the part of the query that a term stands for.
func (s scope) path(t *ast.Term) (path string, ok bool) {
	switch v := t.Value.(type) {
	case ast.Var:
		path, ok = s.paths[v]
		return path, ok
	case ast.Ref:
		head, isVar := v[0].Value.(ast.Var)
		switch {
		case v[0].Equal(ast.InputRootDocument):
		case isVar && s.paths[head] != "":
			path = s.paths[head]
		default:
			return "", false
		}
		for _, step := range v[1:] {
			if name, ok := step.Value.(ast.String); ok {
				path = join(path, string(name))
			} else {
				path = join(path, "*")
			}
		}
		return path, true
	}
	return "", false
}

// value is what a term is, if that is written down: a text, or a collection of them.
func (s scope) value(t *ast.Term) *ast.Term {
	switch v := t.Value.(type) {
	case ast.String, ast.Set, *ast.Array, ast.Object:
		return t
	case ast.Var:
		return s.values[v]
	case ast.Ref:
		if v.HasPrefix(ast.DefaultRootRef) {
			return s.constants[v.String()]
		}
	}
	return nil
}

// call looks at what is compared with what, and notes what the bundle's functions are called with.
func (s scope) call(e *ast.Expr, judge bool) {
	name, args := e.Operator().String(), e.Operands()
	if strings.HasPrefix(name, "data.scrubjay.org.") {
		known := s.arguments[name]
		for i, a := range args {
			path, ok := s.path(a)
			if !ok {
				path = anything
			}
			if i == len(known) {
				known = append(known, path)
			} else if known[i] != path {
				known[i] = anything
			}
		}
		s.arguments[name] = known
		return
	}
	if !judge {
		return
	}
	switch {
	case slices.Contains([]string{ast.Equality.Name, ast.Equal.Name, ast.NotEqual.Name}, name) && len(args) >= 2:
		s.compare(args[0], args[1])
		s.compare(args[1], args[0])
	case name == ast.Member.Name && len(args) >= 2:
		s.member(args[0], args[1])
	case name == ast.MemberWithKey.Name && len(args) >= 3:
		s.member(args[1], args[2])
	case name == ast.ObjectGet.Name && len(args) >= 2:
		if path, ok := s.path(args[0]); ok {
			s.part(path, args[1])
		}
	}
}

func (s scope) compare(what, with *ast.Term) {
	if path, ok := s.path(what); ok {
		s.holds(path, s.value(with), with)
	}
}

// member looks at what is looked for in which collection.
func (s scope) member(what, in *ast.Term) {
	if path, ok := s.path(in); ok {
		s.holds(join(path, "*"), s.value(what), what)
		return
	}
	path, ok := s.path(what)
	if all := s.value(in); ok && all != nil {
		elements(all, func(e *ast.Term) { s.holds(path, e, in) })
	}
}

// lookup looks at tables whose rows are a part of the query: {"public": ...}[input.destination.kind].
func (s scope) lookup(ref ast.Ref) {
	for i := 1; i < len(ref); i++ {
		path, ok := s.path(ref[i])
		if !ok {
			continue
		}
		table := ref[0]
		if i > 1 {
			table = ast.NewTerm(ref[:i])
		}
		all := s.value(table)
		if all == nil {
			continue
		}
		switch rows := all.Value.(type) {
		case ast.Object:
			rows.Foreach(func(k, _ *ast.Term) { s.holds(path, k, ref[0]) })
		case ast.Set:
			rows.Foreach(func(e *ast.Term) { s.holds(path, e, ref[0]) })
		}
	}
}

func elements(t *ast.Term, do func(*ast.Term)) {
	switch v := t.Value.(type) {
	case ast.Set:
		v.Foreach(do)
	case *ast.Array:
		v.Foreach(do)
	case ast.Object:
		v.Foreach(func(_, value *ast.Term) { do(value) })
	}
}

// holds judges a text that is compared with a part of the query.
func (s scope) holds(path string, value, place *ast.Term) {
	v, known := s.query[path]
	if value == nil || !known {
		return
	}
	if text, ok := value.Value.(ast.String); ok {
		s.say(v.Wrong(string(text)), value.Location, place.Location)
	}
}

// part judges the name of a part of the query that is asked for by object.get.
func (s scope) part(path string, name *ast.Term) {
	has := inputAt(path)
	if text, ok := name.Value.(ast.String); ok && len(has) > 0 {
		s.say(policy.Vocabulary{What: "part of " + strings.TrimSuffix("input."+path, "."), Names: has}.Wrong(string(text)), name.Location)
	}
}

// verdict judges an object that is written as a verdict is.
func (s scope) verdict(o ast.Object, place *ast.Location) {
	if o.Get(ast.InternedTerm("verdict")) == nil {
		return
	}
	attachment := o.Get(ast.InternedTerm("attachment")) != nil
	o.Foreach(func(k, v *ast.Term) {
		name, ok := k.Value.(ast.String)
		if !ok {
			return
		}
		var value any
		switch v := v.Value.(type) {
		case ast.String:
			value = string(v)
		case ast.Boolean:
			value = bool(v)
		default:
			if _, ok := verdictFields[string(name)]; ok {
				return // the trial sees what it comes to
			}
		}
		s.say(s.field(string(name), value, attachment), v.Location, k.Location, place)
	})
}

// say notes a problem at the first place that is known.
func (s scope) say(what string, places ...*ast.Location) {
	if what == "" {
		return
	}
	for _, l := range places {
		if l != nil && l.File != "" {
			s.said[fmt.Sprintf("%s %06d %s", l.File, l.Row, what)] = fmt.Errorf("%s%s", where(l), what)
			return
		}
	}
	s.said[what] = errors.New(what)
}
