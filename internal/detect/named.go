package detect

import (
	"bytes"
	"slices"
)

// FindNamed returns the findings of a value whose name stands elsewhere: the key of its member in a
// JSON object, an argument's name. It finds what Find does, and what only the name gives away.
func (e *Engine) FindNamed(name, value []byte) []Finding {
	line := bytes.TrimRight(value, "\r\n") // a tool's answer often ends its line
	if len(name) == 0 || len(name) > nameLimit || len(line) > valueLimit || bytes.IndexByte(line, '\n') >= 0 {
		return e.Find("", value)
	}
	value = line
	c := e.newCheck("", kindOf(""), value)
	defer c.release()
	c.depth = -1 // a name in front is no form of the value
	v := c.view()
	v.named(name, value)
	c.look(v, func(in, at Span) bool { return at.Start >= 0 })
	return settled(value, slices.Clone(c.found))
}

// named writes a value as it would stand in a file: name: "value". What belongs to the name stands nowhere.
func (v *view) named(name, value []byte) {
	for _, b := range name {
		v.add(b, -1, -1)
	}
	for _, b := range []byte(`: "`) {
		v.add(b, -1, -1)
	}
	for i, b := range value {
		if b == '"' || b == '\\' && i+1 == len(value) {
			v.add('\\', i, i)
		}
		v.add(b, i, i+1)
	}
	v.add('"', len(value), len(value))
}
