package assistants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonc is JSON with comments and trailing commas. What is new stands first in its object, where no comma before it
// and no comment behind it has to move.
var jsonc = syntax{
	decode: func(text []byte) (doc any, err error) {
		if len(bytes.TrimSpace(text)) == 0 {
			return nil, nil
		}
		plain, err := hujson.Standardize(bytes.Clone(text))
		if err != nil {
			return nil, fmt.Errorf("%sit is not JSON, even with comments", lineOf(err))
		}
		err = json.Unmarshal(plain, &doc)
		return doc, err
	},
	find: func(text []byte, path []string) (start, end int, ok bool) {
		root, err := hujson.Parse(text)
		if err != nil {
			return 0, 0, false
		}
		v, left := descend(&root, path)
		return v.StartOffset, v.EndOffset, len(left) == 0
	},
	insert: jsonInsert,
	remove: jsonRemove,
	render: jsonText,
}

func jsonText(value any) string {
	if s, ok := value.(string); ok {
		return string(hujson.String(s))
	}
	return fmt.Sprint(value)
}

// descend goes as far down a path as it leads. Of a key that stands twice the last one counts.
func descend(v *hujson.Value, path []string) (*hujson.Value, []string) {
	for len(path) > 0 {
		o, ok := v.Value.(*hujson.Object)
		if !ok {
			break
		}
		i := member(o, path[0])
		if i < 0 {
			break
		}
		v, path = &o.Members[i].Value, path[1:]
	}
	return v, path
}

func member(o *hujson.Object, key string) int {
	for i := len(o.Members) - 1; i >= 0; i-- {
		if name, ok := o.Members[i].Name.Value.(hujson.Literal); ok && name.String() == key {
			return i
		}
	}
	return -1
}

func jsonInsert(text []byte, path []string, value any) ([]byte, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}" + newline(text))
	}
	root, err := hujson.Parse(text)
	if err != nil {
		return nil, err
	}
	v, left := descend(&root, path)
	o, ok := v.Value.(*hujson.Object)
	if !ok {
		return nil, errByHand
	}
	nl, unit, inner := newline(text), "  ", v.StartOffset+1
	if root, ok := root.Value.(*hujson.Object); ok && len(root.Members) > 0 {
		if indent, alone := ownLine(text, root.Members[0].Name.StartOffset); alone && indent != "" {
			unit = indent
		}
	}
	if len(o.Members) == 0 {
		indent := indentAt(text, inner)
		add := nl + indent + unit + jsonMember(left, value, nl, indent+unit, unit)
		if !bytes.ContainsRune(text[inner:v.EndOffset-1], '\n') {
			add += nl + indent
		}
		return splice(text, inner, inner, add), nil
	}
	first := o.Members[0].Name.StartOffset
	indent, alone := ownLine(text, first)
	if !alone {
		return splice(text, first, first, jsonMember(left, value, "", "", "")+", "), nil
	}
	// A comment behind the brace is about the object.
	at := inner + len(bytes.TrimRight(text[inner:lineEnd(text, inner)], "\r\n"))
	if behind := bytes.TrimSpace(text[inner:at]); len(behind) > 0 && !bytes.HasPrefix(behind, []byte("//")) {
		at = inner
	}
	return splice(text, at, at, nl+indent+jsonMember(left, value, nl, indent, unit)+","), nil
}

// jsonMember is a key and its value, within the objects that the path still needs.
func jsonMember(path []string, value any, nl, indent, unit string) string {
	name := jsonText(path[0]) + ": "
	if len(path) == 1 {
		return name + jsonText(value)
	}
	return name + "{" + nl + indent + unit + jsonMember(path[1:], value, nl, indent+unit, unit) + nl + indent + "}"
}

// ownLine tells whether only white space stands before an offset on its line, and which.
func ownLine(text []byte, at int) (indent string, alone bool) {
	line := text[lineStart(text, at):at]
	return string(line), lineStart(text, at) > 0 && len(bytes.Trim(line, " \t")) == 0
}

func jsonRemove(text []byte, path []string) ([]byte, error) {
	root, err := hujson.Parse(text)
	if err != nil {
		return nil, err
	}
	parent, left := descend(&root, path[:len(path)-1])
	o, ok := parent.Value.(*hujson.Object)
	if len(left) > 0 || !ok {
		return nil, errByHand
	}
	i := member(o, path[len(path)-1])
	if i < 0 {
		return nil, errByHand
	}
	m := o.Members[i]
	if _, ok := m.Value.Value.(*hujson.Object); ok && strings.Trim(string(text[m.Value.StartOffset:m.Value.EndOffset]), "{} \t\r\n") != "" {
		return text, nil
	}
	start, end := m.Name.StartOffset, m.Value.EndOffset
	if after := end + len(m.Value.AfterExtra); text[after] == ',' {
		end = after + 1
	} else if i > 0 { // the last one takes the comma before it along
		before := o.Members[i-1].Value
		comma := before.EndOffset + len(before.AfterExtra)
		text = splice(text, comma, comma+1, "")
		start, end = start-1, end-1
	}
	if _, alone := ownLine(text, start); alone {
		start = lineStart(text, start) - 1
		if start > 0 && text[start-1] == '\r' {
			start--
		}
	} else {
		for end < len(text) && text[end] == ' ' {
			end++
		}
	}
	return splice(text, start, end, ""), nil
}
