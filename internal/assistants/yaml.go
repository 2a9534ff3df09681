package assistants

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlFile is YAML. A new key of the top stands last, one of a mapping below it behind a value of one line, an item
// first in its list.
var yamlFile = syntax{
	decode: func(text []byte) (doc any, err error) {
		if err = yaml.Unmarshal(text, &doc); err != nil {
			return nil, fmt.Errorf("%sit is not YAML", lineOf(err))
		}
		return doc, nil
	},
	find: func(text []byte, path []string) (start, end int, ok bool) {
		n, left := yamlDescend(text, path)
		if n == nil || len(left) > 0 || n.Kind != yaml.ScalarNode {
			return 0, 0, false
		}
		start = yamlOffset(text, n)
		end, ok = yamlEnd(text, start, n)
		return start, end, ok
	},
	insert: yamlInsert,
	remove: yamlRemove,
	render: func(value any) string { return strconv.Quote(fmt.Sprint(value)) },
}

// yamlDescend goes as far down a path as it leads.
func yamlDescend(text []byte, path []string) (*yaml.Node, []string) {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return nil, path
	}
	n := doc.Content[0]
	for len(path) > 0 {
		i := yamlChild(n, path[0])
		if i < 0 {
			break
		}
		n, path = n.Content[i], path[1:]
	}
	return n, path
}

// yamlChild is where in a node's content the value of a key, or the item of a list, is.
func yamlChild(n *yaml.Node, step string) int {
	for i, c := range n.Content {
		switch n.Kind {
		case yaml.MappingNode:
			if i%2 == 1 && n.Content[i-1].Value == step {
				return i
			}
		case yaml.SequenceNode:
			var value any
			if c.Decode(&value) == nil && item([]any{value}, step) == 0 {
				return i
			}
		}
	}
	return -1
}

// yamlOffset is where a node begins: YAML counts lines and characters.
func yamlOffset(text []byte, n *yaml.Node) int {
	at := 0
	for range n.Line - 1 {
		at = lineEnd(text, at)
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// yamlEnd is where a scalar of one line ends.
func yamlEnd(text []byte, start int, n *yaml.Node) (int, bool) {
	line := text[start:lineEnd(text, start)]
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || n.Anchor != "":
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := 1; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '"':
				return start + i + 1, true
			}
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := 1; i < len(line); i++ {
			if line[i] == '\'' && i+1 < len(line) && line[i+1] == '\'' {
				i++
			} else if line[i] == '\'' {
				return start + i + 1, true
			}
		}
	case bytes.HasPrefix(line, []byte(n.Value)):
		return start + len(n.Value), true
	}
	return 0, false
}

func yamlInsert(text []byte, path []string, value any) ([]byte, error) {
	n, left := yamlDescend(text, path)
	if len(left) == 0 { // it is there, but not on a line of its own
		return nil, errByHand
	}
	quoted := strconv.Quote(fmt.Sprint(value))
	isItem := n != nil && n.Kind == yaml.SequenceNode
	entry := quoted
	if !isItem {
		entry = left[0] + ": " + quoted
		if len(left) > 1 {
			entry = left[0] + ":" + newline(text) + "  - " + quoted
		}
	}
	switch {
	case n == nil:
		return addLine(text, len(text), entry), nil
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(left) == len(path):
		last := n
		for len(last.Content) > 0 {
			last = last.Content[len(last.Content)-1]
		}
		if last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 { // the file's end is part of that text
			return addLine(text, lineStart(text, yamlOffset(text, n)), entry), nil
		}
		return addLine(text, len(text), entry), nil
	case isItem && len(left) > 1, !isItem && n.Kind != yaml.MappingNode:
	case n.Style&yaml.FlowStyle != 0:
		at := yamlOffset(text, n) + 1
		if len(n.Content) > 0 {
			entry += ", "
		}
		return splice(text, at, at, entry), nil
	case isItem:
		at := yamlOffset(text, n.Content[0])
		start := lineStart(text, at)
		if before := string(text[start:at]); strings.Trim(before, " ") == "-" {
			return addLine(text, start, before+entry), nil
		}
	default:
		for i := 0; i < len(n.Content); i += 2 {
			key, v := n.Content[i], n.Content[i+1]
			at := yamlOffset(text, v)
			if _, ok := yamlEnd(text, at, v); ok && v.Kind == yaml.ScalarNode && v.Line == key.Line {
				return addLine(text, lineEnd(text, at), strings.Repeat(" ", key.Column-1)+entry), nil
			}
		}
	}
	return nil, errByHand
}

func yamlRemove(text []byte, path []string) ([]byte, error) {
	parent, left := yamlDescend(text, path[:len(path)-1])
	if parent == nil || len(left) > 0 {
		return nil, errByHand
	}
	i := yamlChild(parent, path[len(path)-1])
	if i < 0 {
		return nil, errByHand
	}
	first, last := parent.Content[i], parent.Content[i]
	if parent.Kind == yaml.MappingNode {
		first = parent.Content[i-1]
	}
	start := yamlOffset(text, first)
	if parent.Style&yaml.FlowStyle == 0 {
		before := strings.Trim(string(text[lineStart(text, start):start]), " ")
		if last.Line != first.Line && last.Tag != "!!null" || before != "" && !(before == "-" && parent.Kind == yaml.SequenceNode) {
			return nil, errByHand
		}
		return dropLines(text, start, start), nil
	}
	end, ok := yamlEnd(text, yamlOffset(text, last), last)
	if !ok {
		return nil, errByHand
	}
	rest := bytes.TrimLeft(text[end:], " ")
	if after, ok := bytes.CutPrefix(rest, []byte(",")); ok {
		rest = bytes.TrimPrefix(after, []byte(" ")) // ours; what else stands there is theirs
	}
	return splice(text, start, len(text)-len(rest), ""), nil
}

// lineOf is the line that an error of a parser's names, in our words: its own text may quote the file.
func lineOf(err error) string {
	_, after, ok := strings.Cut(err.Error(), "line ")
	digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
	if !ok || digits == "" {
		return ""
	}
	return "line " + digits + ": "
}
