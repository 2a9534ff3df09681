package assistants

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// syntax edits one kind of file by spans. A path's steps are keys; in a list a step that ends in = is the item that
// begins with it, and name=value the item whose name has that value.
type syntax struct {
	// decode is what the assistant would read.
	decode func(text []byte) (any, error)
	// find is the span of the value at a path.
	find func(text []byte, path []string) (start, end int, ok bool)
	// insert puts a value where there is none, with the containers that it needs.
	insert func(text []byte, path []string, value any) ([]byte, error)
	// remove takes a value out, and the key with it.
	remove func(text []byte, path []string) ([]byte, error)
	render func(value any) string
}

// change is what was done for a setting, as the record keeps it.
type change struct {
	Path  []string `json:"path"`
	Value any      `json:"value"`
	// Former is the text that stood there before, if any did.
	Former *string `json:"former,omitempty"`
	// Kept is how much of the path was there before: the rest of its containers are ours.
	Kept int `json:"kept"`

	replaced string // what a person should know of that there was another value
}

var errByHand = errors.New("it is written in a way that cannot be edited safely: do it by hand, as docs/assistants.md says")

// set makes one setting so.
func (s *syntax) set(text []byte, want setting) ([]byte, change, error) {
	c := change{Path: want.path, Value: want.value}
	doc, err := s.decode(text)
	if err != nil {
		return nil, c, err
	}
	for c.Kept < len(want.path) {
		if _, ok := lookup(doc, want.path[:c.Kept+1]); !ok {
			break
		}
		c.Kept++
	}
	var out []byte
	if start, end, ok := s.find(text, want.path); ok {
		former := string(text[start:end])
		c.Former = &former
		out = splice(text, start, end, s.render(want.value))
	} else if out, err = s.insert(text, want.path, want.value); err != nil {
		return nil, c, err
	}
	if err := s.meant(out, assign(doc, want.path, want.value)); err != nil {
		return nil, c, err
	}
	// What could not be taken out again is not written.
	back, err := s.takeOut(out, c)
	if err != nil {
		return nil, c, err
	}
	return out, c, s.meant(back, doc)
}

// takeOut undoes a change, unless somebody has changed that value since.
func (s *syntax) takeOut(text []byte, c change) ([]byte, error) {
	doc, err := s.decode(text)
	if err != nil {
		return nil, err
	}
	if now, ok := lookup(doc, c.Path); !ok || now != c.Value {
		return text, nil
	}
	if c.Former != nil {
		start, end, ok := s.find(text, c.Path)
		if !ok {
			return nil, errByHand
		}
		out := splice(text, start, end, *c.Former)
		after, err := s.decode(out)
		if err != nil {
			return nil, err
		}
		former, _ := lookup(after, c.Path)
		return out, s.meant(out, assign(doc, c.Path, former))
	}
	for n := len(c.Path); n > c.Kept; n-- {
		if n < len(c.Path) && !isEmpty(doc, c.Path[:n]) {
			break
		}
		out, err := s.remove(text, c.Path[:n])
		if err != nil {
			return nil, err
		}
		if bytes.Equal(out, text) {
			break // a container with a comment of the person's in it
		}
		if err := s.meant(out, without(doc, c.Path[:n])); err != nil {
			return nil, err
		}
		text = out
		if doc, err = s.decode(text); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// meant refuses a text that does not say what it is meant to.
func (s *syntax) meant(text []byte, want any) error {
	got, err := s.decode(text)
	if err != nil || !alike(got, want) {
		return errByHand
	}
	return nil
}

// alike tells whether two documents say the same. A container with nothing in it says nothing: one of ours stays if
// a person has put a comment into it, and some syntaxes cannot tell an empty one from none.
func alike(x, y any) bool {
	x, y = pruned(x), pruned(y)
	return reflect.DeepEqual(x, y) || hollow(x) && hollow(y)
}

func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, v := range v {
			if v = pruned(v); !hollow(v) {
				out[k] = v
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = pruned(v[i])
		}
		return out
	}
	return v
}

func splice(text []byte, start, end int, with string) []byte {
	return slices.Concat(text[:start], []byte(with), text[end:])
}

// item finds the item of a list that a step means.
func item(list []any, step string) int {
	key, value, _ := strings.Cut(step, "=")
	return slices.IndexFunc(list, func(v any) bool {
		switch v := v.(type) {
		case string:
			return value == "" && strings.HasPrefix(v, step)
		case map[string]any:
			got, ok := v[key]
			return ok && value != "" && fmt.Sprint(got) == value
		}
		return false
	})
}

func lookup(doc any, path []string) (any, bool) {
	for _, step := range path {
		switch at := doc.(type) {
		case map[string]any:
			v, ok := at[step]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i := item(at, step)
			if i < 0 {
				return nil, false
			}
			doc = at[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// assign is the document with a value at a path. New items stand first in their list.
func assign(doc any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	step, rest := path[0], path[1:]
	if list, ok := doc.([]any); ok || doc == nil && strings.HasSuffix(step, "=") {
		if i := item(list, step); i >= 0 {
			list = slices.Clone(list)
			list[i] = assign(list[i], rest, value)
			return list
		}
		return append([]any{assign(nil, rest, value)}, list...)
	}
	out := map[string]any{}
	if m, ok := doc.(map[string]any); ok {
		for k, v := range m {
			out[k] = v
		}
	}
	out[step] = assign(out[step], rest, value)
	return out
}

// without is the document less what stands at a path.
func without(doc any, path []string) any {
	step := path[0]
	switch at := doc.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, v := range at {
			switch {
			case k != step:
				out[k] = v
			case len(path) > 1:
				out[k] = without(v, path[1:])
			}
		}
		return out
	case []any:
		i := item(at, step)
		if i < 0 {
			return doc
		}
		out := slices.Clone(at)
		if len(path) > 1 {
			out[i] = without(at[i], path[1:])
			return out
		}
		return slices.Delete(out, i, i+1)
	}
	return doc
}

func isEmpty(doc any, path []string) bool {
	v, ok := lookup(doc, path)
	return ok && hollow(v)
}

// hollow is a value that says nothing: what a container is when the last thing in it has gone.
func hollow(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// newline is how the text ends its lines.
func newline(text []byte) string {
	if bytes.Contains(text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// lineStart and lineEnd are the bounds of the line at an offset, its end included.
func lineStart(text []byte, at int) int { return 1 + bytes.LastIndexByte(text[:at], '\n') }

func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// indentAt is the white space that begins the line at an offset.
func indentAt(text []byte, at int) string {
	line := text[lineStart(text, at):at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// addLine puts a line at the start of another, or at the end of the text, whose last line stays as unended as it was.
func addLine(text []byte, at int, line string) []byte {
	nl := newline(text)
	if at == len(text) && at > 0 && text[at-1] != '\n' {
		return splice(text, at, at, nl+line)
	}
	return splice(text, at, at, line+nl)
}

// dropLines takes out the lines from one offset to another, and is what undoes addLine.
func dropLines(text []byte, from, to int) []byte {
	start, end := lineStart(text, from), lineEnd(text, to)
	if end == len(text) && start > 0 && text[end-1] != '\n' {
		start-- // the end of the line before was ours
		if start > 0 && text[start-1] == '\r' {
			start--
		}
	}
	return splice(text, start, end, "")
}
