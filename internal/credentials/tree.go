package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
)

// JSON reads a file of members; one that is not whole, by its lines.
func JSON(text []byte) []Value {
	v := values{sure: Password}
	if text = bytes.TrimPrefix(text, []byte(mark)); !v.json(text) {
		v.lines(string(text))
		v.all = append(v.all, HCL(text)...)
	}
	return v.all
}

// json takes the members of all objects, those of twins too: which of them counts, readers differ about. It tells whether
// that was a document.
func (v *values) json(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		if _, err := v.jsonValue(d, nil, 0); errors.Is(err, io.EOF) {
			return true
		} else if err != nil {
			return false
		}
	}
}

// treeDepth is how deep a tree is read.
const treeDepth = 100

// jsonValue takes the value that comes next. It answers with its text, if it has one.
func (v *values) jsonValue(d *json.Decoder, keys []string, depth int) (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	switch t := token.(type) {
	case string:
		v.leaf(keys, t)
		return t, nil
	case json.Number:
		v.leaf(keys, t.String())
	case json.Delim:
		if depth > treeDepth {
			return "", errors.New("it is nested too deep")
		}
		pair := members{v: v}
		for d.More() {
			inner := keys
			if t == '{' {
				key, err := d.Token()
				if err != nil {
					return "", err
				}
				name, _ := key.(string)
				inner = append(keys[:len(keys):len(keys)], name)
			}
			text, err := v.jsonValue(d, inner, depth+1)
			if err != nil {
				return "", err
			}
			if t == '{' {
				pair.has(inner[len(inner)-1], text)
			}
		}
		if _, err := d.Token(); err != nil { // its end
			return "", err
		}
	}
	return "", nil
}

// members are those of an object that names a variable: {"name": "DB_PASSWORD", "value": ...}.
type members struct {
	v           *values
	name, value string
}

func (m *members) has(key, text string) {
	switch strings.ToLower(key) {
	case "name", "key":
		m.name = text
	case "value":
		m.value = text
	default:
		return
	}
	if m.name != "" && m.value != "" {
		m.v.keyed(m.name, m.value)
	}
}

// leaf takes a value by the keys that lead to it.
func (v *values) leaf(keys []string, text string) {
	key := ""
	if len(keys) > 0 {
		key = keys[len(keys)-1]
	}
	if len(keys) > 1 {
		switch parent := keys[len(keys)-2]; {
		case composerHosts[parent]:
			key = "token" // github-oauth: {"github.com": ...}
		case parent == "credential_source" && key == "file":
			key = "token_file" // Google's, of another's identity
		case strings.HasPrefix(key, "refresh") || key == "access":
			key += "_token"
		}
	}
	v.keyed(key, text)
	if strings.HasPrefix(key, "BUNDLE_") && strings.Contains(key, "__") && !strings.Contains(text, "://") {
		v.add(Named, "token", text)
		v.pair(Password, text)
	}
}

// composerHosts are objects of composer's auth.json whose keys are hosts.
var composerHosts = map[string]bool{"github-oauth": true, "gitlab-oauth": true, "gitlab-token": true, "bearer": true, "forgejo-token": true, "bitbucket-oauth": true}

// YAML reads a file of YAML, with all its documents; one that is not whole, by its lines.
func YAML(text []byte) []Value {
	v := values{sure: Password}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		if err := d.Decode(&n); errors.Is(err, io.EOF) {
			return v.all
		} else if err != nil {
			v.lines(string(text))
			return v.all
		}
		v.yamlNode(&n, nil, 0)
	}
}

func (v *values) yamlNode(n *yaml.Node, keys []string, depth int) {
	if depth > treeDepth {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		v.leaf(keys, n.Value)
		v.leaf(keys, strings.TrimSpace(n.Value)) // a block ends with a line feed
		if n.Style&yaml.SingleQuotedStyle != 0 && strings.Contains(n.Value, "'") {
			v.leaf(keys, strings.ReplaceAll(n.Value, "'", "''"))
		}
	case yaml.MappingNode:
		pair := members{v: v}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := strings.TrimPrefix(n.Content[i].Value, ":"), n.Content[i+1]
			v.yamlNode(value, append(keys[:len(keys):len(keys)], key), depth+1)
			if value.Kind == yaml.ScalarNode {
				pair.has(key, value.Value)
			}
		}
	default: // a document, a list; what an alias says has been read where it stands
		for _, inner := range n.Content {
			v.yamlNode(inner, keys, depth+1)
		}
	}
}

// TOML reads a file of TOML; one that is not whole, by its lines.
func TOML(text []byte) []Value {
	v := values{sure: Password}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		v.lines(string(text))
		return v.all
	}
	v.tree(tree, nil)
	return v.all
}

func (v *values) tree(t any, keys []string) {
	switch t := t.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			v.tree(t[key], append(keys[:len(keys):len(keys)], key))
		}
	case []any:
		for _, inner := range t {
			v.tree(inner, keys)
		}
	case string:
		v.leaf(keys, t)
	case int64:
		v.leaf(keys, fmt.Sprint(t))
	}
}
