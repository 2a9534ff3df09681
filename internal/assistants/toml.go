package assistants

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlFile is TOML. New keys of the top stand first, before any table; a new table stands last.
var tomlFile = syntax{
	decode: func(text []byte) (any, error) {
		doc := map[string]any{}
		err := toml.Unmarshal(text, &doc)
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, fmt.Errorf("line %d: it is not TOML", line)
		}
		return doc, err
	},
	find: func(text []byte, path []string) (start, end int, ok bool) {
		for _, e := range tomlParts(text) {
			if !e.table && slices.Equal(e.path, path) {
				return e.value, e.end, true
			}
		}
		return 0, 0, false
	},
	insert: func(text []byte, path []string, value any) ([]byte, error) {
		key := path[len(path)-1]
		line := key + " = " + tomlText(value)
		table := path[:len(path)-1]
		if len(table) == 0 {
			return addLine(text, 0, line), nil
		}
		at, found := 0, false
		for _, e := range tomlParts(text) {
			if e.table && slices.Equal(e.path, table) {
				at, found = e.end, true
			} else if found && !e.table && len(e.path) > len(table) && slices.Equal(e.path[:len(table)], table) {
				at = e.end
			} else if found {
				break
			}
		}
		if found {
			return addLine(text, lineEnd(text, at), line), nil
		}
		nl := newline(text)
		header := "[" + strings.Join(table, ".") + "]" + nl
		if len(text) > 0 {
			header = nl + header
		}
		return addLine(text, len(text), header+line), nil
	},
	remove: func(text []byte, path []string) ([]byte, error) {
		for _, e := range tomlParts(text) {
			if !slices.Equal(e.path, path) {
				continue
			}
			from := e.start
			// The empty line above a table came with it.
			if above := lineStart(text, from); e.table && above > 0 && strings.TrimSpace(string(text[lineStart(text, above-1):above])) == "" {
				from = lineStart(text, above-1)
			}
			return dropLines(text, from, e.end), nil
		}
		return text, nil // a table that only its children named went with them
	},
	render: tomlText,
}

func tomlText(value any) string {
	if s, ok := value.(string); ok {
		return strconv.Quote(s) // what we write is plain ASCII, where the two agree
	}
	return fmt.Sprint(value)
}

// tomlPart is a table's header or a key with its value.
type tomlPart struct {
	path              []string // from the top
	table             bool
	start, value, end int
}

func tomlParts(text []byte) (parts []tomlPart) {
	var p unstable.Parser
	p.Reset(text)
	var table []string
	for p.NextExpression() {
		n := p.Expression()
		var key []string
		var last unstable.Range
		first := -1
		for k := n.Key(); k.Next(); {
			key = append(key, string(k.Node().Data))
			if last = k.Node().Raw; first < 0 {
				first = int(last.Offset)
			}
		}
		end := int(last.Offset + last.Length)
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = key
			if n.Kind == unstable.ArrayTable {
				table = append(slices.Clone(key), "[]") // no path of ours leads into a list
			}
			parts = append(parts, tomlPart{table, true, first, first, end})
		case unstable.KeyValue:
			value := end + strings.IndexByte(string(text[end:]), '=') + 1
			end = int(n.Raw.Offset + n.Raw.Length)
			raw := string(text[value:end])
			value += len(raw) - len(strings.TrimLeft(raw, " \t"))
			end -= len(raw) - len(strings.TrimRight(raw, " \t"))
			parts = append(parts, tomlPart{slices.Concat(table, key), false, first, value, end})
		}
	}
	return parts
}
