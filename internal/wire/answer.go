package wire

import (
	"cmp"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Answer restores a whole answer, or the body of an error. An answer that is not JSON is not changed and the
// error is a *Malformed: what to do with it is for the caller to say.
func (r *Route) Answer(body []byte, restore Restore) ([]byte, error) {
	s := scanner{data: body, lax: true, group: true}
	if err := s.document(r.answer.node()); err != nil {
		return body, err
	}
	for _, m := range s.marks {
		if m.f.As == toolName && m.str {
			s.groups[m.group].tool = string(jsontext.Decode(nil, body[m.start:m.end]))
		}
	}
	var edits []Edit
	for _, m := range s.marks {
		if !m.text() || s.sealed(m.group) {
			continue
		}
		id := s.id(m.group, m.lane())
		l := newLane(id, m.f, s.groups[m.group].tool, restore)
		raw := body[m.start:m.end]
		text := l.flush(l.write(nil, raw, m.f.As))
		if string(text) != string(raw) {
			edits = append(edits, Edit{Start: m.start, End: m.end, Text: text})
		}
	}
	return Splice(body, edits), nil
}

// Relink has the addresses of an answer that its caller asks next begin with to instead of from. Others stay, and so does
// an answer that is not JSON.
func (r *Route) Relink(body []byte, from, to string) []byte {
	if r.links == nil {
		return body
	}
	s := scanner{data: body, lax: true, group: true}
	if s.document(r.links.node()) != nil {
		return body
	}
	var edits []Edit
	for _, m := range s.marks {
		if !m.str {
			continue
		}
		// A host that only begins like the vendor's is another.
		if rest, ok := strings.CutPrefix(string(jsontext.Decode(nil, body[m.start:m.end])), from); ok && strings.HasPrefix(rest, "/") {
			edits = append(edits, Edit{Start: m.start, End: m.end, Text: jsontext.Encode(nil, []byte(to+rest))})
		}
	}
	return Splice(body, edits)
}

// text tells whether the mark is text to restore.
func (m mark) text() bool {
	switch m.f.As {
	case prose, argument, arguments:
		return m.str
	case tree:
		return !m.null
	}
	return false
}

// laneID tells lanes apart.
type laneID struct {
	choice, call int
	field        string
	key          string
}

// lane is the name of the lane that the mark's text belongs to.
func (m mark) lane() string { return cmp.Or(m.f.Lane, m.n.name) }

// id finds the lane of a field in a group.
func (s *scanner) id(g int, field string) laneID {
	id := laneID{call: -1, field: field, key: s.groups[g].path}
	path := make([]int, 0, 4)
	for ; g >= 0; g = s.groups[g].parent {
		if s.groups[g].part >= 0 {
			path = append(path, s.groups[g].part)
		}
		if s.groups[g].id >= 0 {
			path = append(path, s.groups[g].id)
		}
	}
	if len(path) > 0 {
		id.choice = path[len(path)-1]
	}
	if len(path) > 1 {
		id.call = path[len(path)-2]
	}
	return id
}

// lane is a Lane while its text comes.
type lane struct {
	Lane
	to   *speller // nil: as it is
	over bool
	// piece is the place of its last one among the event's, if the event has any.
	piece int
	// in is the event that waits for more of this text, and edit where in its edits that goes.
	in   *held
	edit int
}

func newLane(id laneID, f *Field, tool string, restore Restore) *lane {
	l := &lane{Lane: Lane{Choice: id.choice, Call: id.call, Field: id.field, Key: id.key}}
	if f.Tool != "" {
		tool = f.Tool
	}
	if tool != "" || f.As != prose {
		l.Tool = Tool{tool, kindForKey(kindOfName(tool), id.key)}
	}
	switch {
	case f.As == prose && programs[tool]:
		l.to = &speller{to: newPatched(l.Lane, restore)}
	case f.As == prose, f.As == argument:
		if to := restore(l.Lane); to != nil {
			l.to = &speller{to: to}
		}
	default:
		l.to = &speller{to: &args{lane: l.Lane, restore: restore}}
	}
	return l
}

// write appends what comes of the raw contents of a string, or of a raw value.
func (l *lane) write(dst, raw []byte, as Role) []byte {
	switch {
	case l.to == nil:
		return append(dst, raw...)
	case as == tree:
		return append(dst, l.to.to.Write(raw)...)
	default:
		return l.to.write(dst, raw)
	}
}

func (l *lane) flush(dst []byte) []byte {
	if l.to == nil {
		return dst
	}
	return l.to.flush(dst)
}
