package opa

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/open-policy-agent/opa/v1/ast"
	"go.yaml.in/yaml/v3"
)

// org is the bundle's data below data.scrubjay.org.
func (b *Bundle) org() map[string]any {
	root, _ := b.data["scrubjay"].(map[string]any)
	org, _ := root["org"].(map[string]any)
	return org
}

// data says what is wrong with the bundle's data, and where.
func (sp *spelling) data() error {
	var all []error
	for _, p := range sp.tables(sp.bundle.org()) {
		all = append(all, fmt.Errorf("%sdata.scrubjay.org.%s: %s", sp.bundle.line(p.path), strings.Join(p.path, "."), p.what))
	}
	return errors.Join(all...)
}

// foreign are rules of other policies, and what they are called here.
var foreign = map[string]string{"deny": "forbid", "denied": "forbid", "block": "forbid", "blocked": "forbid", "violation": "forbid",
	"allow": "verdict", "scrub": "verdict"}

// seems says what a name was probably meant for that nobody reads.
func seems(name string) string {
	if meant := foreign[name]; meant != "" {
		return meant
	}
	if near := policy.Nearest(name, entryNames); near != "" && policy.Slips(name, near) {
		return near
	}
	return ""
}

// unread says which rules and data decide nothing though they seem meant to: what is misspelt must not pass for silence.
// What rules read is the organisation's own, whatever it is called.
func (sp *spelling) unread(modules map[string]*ast.Module) error {
	read, whole := map[string]bool{}, false
	note := func(ref ast.Ref) bool {
		if ref.HasPrefix(orgRef) {
			name, ok := ast.String(""), false
			if len(ref) > len(orgRef) {
				name, ok = ref[len(orgRef)].Value.(ast.String)
			}
			read[string(name)], whole = true, whole || !ok
		}
		return false
	}
	for _, m := range modules {
		ast.WalkRules(m, func(r *ast.Rule) bool {
			// A rule's own name is no reading of it.
			ast.WalkRefs(r.Body, note)
			for _, t := range []*ast.Term{r.Head.Key, r.Head.Value} {
				if t != nil {
					ast.WalkRefs(t, note)
				}
			}
			return false
		})
	}
	if whole {
		return nil
	}
	var all []error
	say := func(at, what, name string) {
		if meant := seems(name); meant != "" && !read[name] && !slices.Contains(entryNames, name) {
			all = append(all, fmt.Errorf("%snobody reads the %s %s: did you mean %s? Rename it, or remove it", at, what, name, meant))
		}
	}
	for _, module := range slices.Sorted(maps.Keys(modules)) {
		for _, r := range modules[module].Rules {
			if ref := r.Ref(); len(ref) > len(orgRef) {
				if name, ok := ref[len(orgRef)].Value.(ast.String); ok {
					say(where(r.Location), "rule", string(name))
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(sp.bundle.org())) {
		say(sp.bundle.line([]string{key}), "data", key)
	}
	return errors.Join(all...)
}

// place is where the bundle's rules hold a text, as a message begins.
func (b *Bundle) place(text string) (at string) {
	for _, name := range slices.Sorted(maps.Keys(b.modules)) {
		ast.WalkTerms(b.modules[name], func(t *ast.Term) bool {
			if s, ok := t.Value.(ast.String); ok && string(s) == text && text != "" && at == "" && t.Location != nil {
				at = where(t.Location)
			}
			return at != ""
		})
	}
	return at
}

func where(l *ast.Location) string {
	return fmt.Sprintf("%s:%d: ", strings.TrimPrefix(strings.TrimPrefix(l.File, "bundle/"), "/"), l.Row)
}

// line is where a path below data.scrubjay.org stands in the bundle's files of data, as a message begins.
func (b *Bundle) line(steps []string) string {
	full := append([]string{"scrubjay", "org"}, steps...)
	for _, name := range b.dataFiles.names() {
		rest := full
		if dir := path.Dir(name); dir != "." {
			above := strings.Split(dir, "/")
			if len(above) > len(full) || !slices.Equal(above, full[:len(above)]) {
				continue
			}
			rest = full[len(above):]
		}
		var root yaml.Node
		var top map[string]any
		if yaml.Unmarshal(b.dataFiles[name], &root) != nil || root.Decode(&top) != nil {
			continue
		}
		at, way := any(top), []any{}
		for _, step := range rest {
			var next any = step
			switch in := at.(type) {
			case map[string]any:
				at = in[step]
			case []any:
				i, err := strconv.Atoi(step)
				if at = nil; err == nil && i < len(in) {
					next, at = i, in[i]
				}
			default:
				at = nil
			}
			if at == nil {
				break
			}
			way = append(way, next)
		}
		if len(way) == len(rest) {
			return fmt.Sprintf("%s:%d: ", name, policy.LineOf(&root, way))
		}
	}
	return ""
}
