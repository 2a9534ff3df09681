package detect

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// FindNamed returns the findings of a value whose name stands elsewhere: the key of its member in a
// JSON object, an argument's name. It finds all that Find does, whatever the name, and what only the name gives away.
// In order, they may overlap where the name makes more of a value.
func (e *Engine) FindNamed(name, value []byte) []Finding {
	found := e.Find("", value)
	line := bytes.TrimRight(value, "\r\n") // a tool's answer often ends its line
	if len(name) == 0 || len(name) > find.NameLimit || len(line) > find.ValueLimit || bytes.IndexByte(line, '\n') >= 0 {
		return found
	}
	c := e.newCheck("", look.FileOf(""), line)
	defer c.release()
	c.depth = -1 // a name in front is no form of the value
	v := c.view()
	v.named(name, line)
	c.look(v, func(in, at letters.Span) bool { return at.Start >= 0 })
	if len(c.found) == 0 {
		return found
	}
	own := len(found)
	for _, f := range settled(line, slices.Clone(c.found)) {
		i := slices.IndexFunc(found[:own], func(has Finding) bool { return has.Rule == f.Rule && has.Span == f.Span })
		switch {
		case i < 0:
			found = append(found, f)
		case found[i].Confidence < f.Confidence: // the name takes the doubt away
			found[i] = f
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	return found
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
