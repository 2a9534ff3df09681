package lsptest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// model is the protocol as its own meta model describes it.
type model struct {
	Requests []struct {
		Method         string
		Params, Result *typ
	}
	Notifications []struct {
		Method string
		Params *typ
	}
	Structures []struct {
		Name            string
		Properties      []property
		Extends, Mixins []typ
	}
	Enumerations []struct {
		Name   string
		Type   typ
		Values []struct{ Value any }
		Custom bool `json:"supportsCustomValues"`
	}
	TypeAliases []struct {
		Name string
		Type typ
	}

	aliases map[string]typ
	structs map[string][]property
	enums   map[string][]any // nil for those that are open
	params  map[string]*typ
	results map[string]*typ
}

type property struct {
	Name     string
	Type     typ
	Optional bool
}

type typ struct {
	Kind    string
	Name    string
	Items   []typ
	Element *typ
	Value   json.RawMessage
}

// metaModel finds the meta model where it ships: inside the module of the protocol's types.
var metaModel = sync.OnceValues(func() (*model, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "go.lsp.dev/protocol").Output()
	if err != nil {
		return nil, fmt.Errorf("go list finds no go.lsp.dev/protocol: %w", err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "internal", "genlsp", "testdata", "metaModel.json"))
	if err != nil {
		return nil, err
	}
	m := &model{aliases: map[string]typ{}, structs: map[string][]property{}, enums: map[string][]any{}, params: map[string]*typ{}, results: map[string]*typ{}}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("meta model: %w", err)
	}
	for _, r := range m.Requests {
		m.params[r.Method], m.results[r.Method] = r.Params, r.Result
	}
	for _, n := range m.Notifications {
		m.params[n.Method] = n.Params
	}
	for _, a := range m.TypeAliases {
		m.aliases[a.Name] = a.Type
	}
	for _, e := range m.Enumerations {
		m.enums[e.Name] = nil
		if !e.Custom {
			for _, v := range e.Values {
				m.enums[e.Name] = append(m.enums[e.Name], v.Value)
			}
		}
	}
	for _, s := range m.Structures {
		m.structs[s.Name] = m.properties(s.Name)
	}
	return m, nil
})

// properties are a structure's own and those that it takes from others; its own win.
func (m *model) properties(name string) []property {
	i := slices.IndexFunc(m.Structures, func(s struct {
		Name            string
		Properties      []property
		Extends, Mixins []typ
	}) bool {
		return s.Name == name
	})
	all := slices.Clone(m.Structures[i].Properties)
	for _, parent := range slices.Concat(m.Structures[i].Extends, m.Structures[i].Mixins) {
		for _, p := range m.properties(parent.Name) {
			if !slices.ContainsFunc(all, func(q property) bool { return q.Name == p.Name }) {
				all = append(all, p)
			}
		}
	}
	return all
}

// checkParams says what is wrong with the params of a message of the server.
func (m *model) checkParams(method string, params json.RawMessage) error {
	t, known := m.params[method]
	if !known {
		return fmt.Errorf("%s is not in the protocol", method)
	}
	if t == nil {
		if len(params) > 0 && string(params) != "null" {
			return fmt.Errorf("%s takes no params", method)
		}
		return nil
	}
	return m.checkRaw(*t, method, params)
}

// checkResult says what is wrong with the server's answer to a request.
func (m *model) checkResult(method string, result json.RawMessage) error {
	t, known := m.results[method]
	if !known || t == nil {
		return fmt.Errorf("%s has no result in the protocol", method)
	}
	return m.checkRaw(*t, method, result)
}

func (m *model) checkRaw(t typ, at string, raw json.RawMessage) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	return m.check(t, at, v)
}

func (m *model) check(t typ, at string, v any) error {
	switch t.Kind {
	case "base":
		return checkBase(t.Name, at, v)
	case "stringLiteral":
		var want string
		_ = json.Unmarshal(t.Value, &want)
		if v != want {
			return fmt.Errorf("%s is %v, not %q", at, v, want)
		}
		return nil
	case "array", "tuple":
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is no array", at)
		}
		for i, item := range list {
			element := t.Element
			if t.Kind == "tuple" {
				if len(list) != len(t.Items) {
					return fmt.Errorf("%s has %d items", at, len(list))
				}
				element = &t.Items[i]
			}
			if err := m.check(*element, fmt.Sprintf("%s[%d]", at, i), item); err != nil {
				return err
			}
		}
		return nil
	case "map":
		object, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", at)
		}
		var value typ
		if err := json.Unmarshal(t.Value, &value); err != nil {
			return err
		}
		for k, item := range object {
			if err := m.check(value, at+"."+k, item); err != nil {
				return err
			}
		}
		return nil
	case "or":
		var all []string
		for _, option := range t.Items {
			err := m.check(option, at, v)
			if err == nil {
				return nil
			}
			all = append(all, err.Error())
		}
		return fmt.Errorf("%s is none of: %s", at, strings.Join(all, "; "))
	case "literal":
		var l struct{ Properties []property }
		if err := json.Unmarshal(t.Value, &l); err != nil {
			return err
		}
		return m.object(l.Properties, at, v)
	case "reference":
		return m.reference(t.Name, at, v)
	}
	return fmt.Errorf("%s: the meta model's %q is unknown to this validator", at, t.Kind)
}

func (m *model) reference(name, at string, v any) error {
	if name == "LSPAny" {
		return nil
	}
	if a, ok := m.aliases[name]; ok {
		return m.check(a, at, v)
	}
	if values, ok := m.enums[name]; ok {
		if values != nil && !slices.Contains(values, v) {
			return fmt.Errorf("%s: %v is no %s", at, v, name)
		}
		return nil
	}
	if properties, ok := m.structs[name]; ok {
		return m.object(properties, at, v)
	}
	return fmt.Errorf("%s: the meta model has no %s", at, name)
}

func (m *model) object(properties []property, at string, v any) error {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object", at)
	}
	for _, p := range properties {
		value, there := object[p.Name]
		if !there {
			if !p.Optional {
				return fmt.Errorf("%s has no %s", at, p.Name)
			}
			continue
		}
		if err := m.check(p.Type, at+"."+p.Name, value); err != nil {
			return err
		}
	}
	for name := range object {
		if !slices.ContainsFunc(properties, func(p property) bool { return p.Name == name }) {
			return fmt.Errorf("%s has %s, which the protocol does not know", at, name)
		}
	}
	return nil
}

func checkBase(name, at string, v any) error {
	n, number := v.(float64)
	_, text := v.(string)
	_, boolean := v.(bool)
	ok := false
	switch name {
	case "null":
		ok = v == nil
	case "string", "DocumentUri", "URI":
		ok = text
	case "boolean":
		ok = boolean
	case "decimal":
		ok = number
	case "integer":
		ok = number && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32
	case "uinteger":
		ok = number && n == math.Trunc(n) && n >= 0 && n <= math.MaxInt32
	}
	if !ok {
		return fmt.Errorf("%s is no %s", at, name)
	}
	return nil
}
