package wire

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Limits of what is read. A body within them costs time in proportion to its length.
const (
	maxDepth   = 256
	maxStrings = 1 << 20
)

// Malformed says why a body is refused and where. It never quotes the body.
type Malformed struct {
	Offset int
	What   string
}

func (m *Malformed) Error() string {
	return fmt.Sprintf("malformed JSON at byte %d: %s", m.Offset, m.What)
}

// ErrTokens refuses text that comes as the numbers of a model's tokens, which nobody here can read.
var ErrTokens = errors.New("token arrays cannot be scanned: send text (only to a private or local provider to which policy lets everything do they pass)")

// scanner reads one JSON document in one pass, and writes down what the table's nodes and its caller ask for.
type scanner struct {
	data  []byte
	pos   int
	depth int
	// within is where the contents of the string begin that is being read, or 0; key and isKey are what its
	// Span will say.
	within int
	key    int
	isKey  bool

	// lax, for what a vendor or a model wrote: duplicate keys, invalid UTF-8 and lone surrogates are let through.
	// They are dangerous only where we and the vendor must read the same.
	lax   bool
	names jsontext.Names

	list   bool // list all strings in spans
	hidden bool // some spans are hidden
	spans  []Span
	inner  *scanner
	text   []byte // of a string that holds JSON

	tokens bool // text came as numbers
	marks  []mark
	group  bool // write down array elements
	groups []group
}

// mark is a value that has a role. A string's range is its contents.
type mark struct {
	n *node
	// f is the line of the table that says what it is; nil until the type of its object is known.
	f          *Field
	group      int
	start, end int
	str        bool
	null       bool
}

// group is an array element that the table knows, or the document itself.
type group struct {
	parent int
	// id is its place in the array, or what its index field says; -1 for a document without such a field.
	id int
	// part is what its part field says, or -1.
	part int
	// What other fields of it say: the name of a tool, a path in its arguments.
	tool, path     string
	sealed, goesOn bool
}

func (s *scanner) bad(what string) error { return &Malformed{s.pos, what} }

// document reads exactly one value.
func (s *scanner) document(n *node) error {
	if s.group {
		s.groups = append(s.groups[:0], group{parent: -1, id: -1, part: -1})
	}
	if bytes.HasPrefix(s.data, []byte("\xef\xbb\xbf")) {
		return s.bad("it starts with a byte order mark; send UTF-8 without one")
	}
	s.space()
	if err := s.value(n, 0, -1); err != nil {
		return err
	}
	s.space()
	if s.pos < len(s.data) {
		return s.bad("more data after the end of the value")
	}
	return nil
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}

// value reads the value at pos. key is the span of the member it belongs to, or -1.
func (s *scanner) value(n *node, g, key int) error {
	if s.pos >= len(s.data) {
		return s.bad("it ends where a value should be")
	}
	var err error
	start := s.pos
	c := s.data[start]
	if c != '"' {
		if err = s.compound(n, g, key); err == nil && s.list && c-'0' <= 9 {
			err = s.counted(n, start, s.pos, key)
		}
	} else {
		s.key, s.isKey = key, false
		var escaped bool
		if escaped, err = s.str(); err == nil && s.list {
			err = s.listed(n, start+1, s.pos-1, key, escaped)
		}
	}
	if err != nil || n == nil || n.as < model && n.typed == nil {
		return err
	}
	m := mark{n: n, group: g, start: start, end: s.pos, null: c == 'n'}
	if c == '"' {
		m.start, m.end, m.str = start+1, s.pos-1, true
	}
	if s.group && s.groups[g].note(n.as, s.data[m.start:m.end]) {
		return nil
	}
	if n.typed == nil {
		m.f = n.role(nil)
	}
	s.marks = append(s.marks, m)
	return nil
}

// note takes down what is said of a group. It tells whether that was all.
func (g *group) note(as Role, value []byte) bool {
	switch as {
	case index:
		if id, ok := number(value); ok {
			g.id = id
		}
	case part:
		if id, ok := number(value); ok {
			g.part = id
		}
	case path:
		g.path = string(jsontext.Decode(nil, value))
	case sealed:
		g.sealed = string(value) == "true"
	case goesOn:
		g.goesOn = string(value) == "true"
	default:
		return false
	}
	return true
}

// chunk tells whether a group is an array element whose place says nothing.
func (s *scanner) chunk(g int) bool { return s.groups[g].parent >= 0 && s.groups[g].id < 0 }

// sealed tells whether a group, or one that it is in, is.
func (s *scanner) sealed(g int) bool {
	for ; g >= 0; g = s.groups[g].parent {
		if s.groups[g].sealed {
			return true
		}
	}
	return false
}

// tool is whom the arguments of a group are for, as far as this document says.
func (s *scanner) tool(g int) string {
	for ; g >= 0; g = s.groups[g].parent {
		if s.groups[g].tool != "" {
			return s.groups[g].tool
		}
	}
	return ""
}

// compound reads whatever is not a string.
func (s *scanner) compound(n *node, g, key int) error {
	switch c := s.data[s.pos]; c {
	case '{', '[':
		if s.depth++; s.depth > maxDepth {
			return s.bad(fmt.Sprintf("nested deeper than %d levels", maxDepth))
		}
		s.pos++
		var err error
		if c == '{' {
			err = s.object(n, g)
		} else {
			err = s.array(n, g, key)
		}
		s.depth--
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		s.tokens = s.tokens || n != nil && n.as == noTokens
		return s.number()
	}
}

func (s *scanner) object(n *node, g int) error {
	o := s.names.Open()
	first, firstMark := len(s.spans), len(s.marks)
	var typ, role []byte
	var said uint8
	for members := 0; ; members++ {
		s.space()
		if members == 0 && s.next() == '}' {
			break
		}
		start := s.pos
		if start >= len(s.data) || s.data[start] != '"' {
			return s.bad("a member's name in quotes is missing")
		}
		s.key, s.isKey = -1, true
		escaped, err := s.str()
		if err != nil {
			return err
		}
		name := s.data[start+1 : s.pos-1]
		if !s.lax && !s.names.Add(o, name, escaped) {
			s.pos = start
			return s.bad("a name that this object has already; parsers differ in which one they believe")
		}
		key := len(s.spans)
		if s.list {
			if err := s.add(Span{Start: start + 1, End: s.pos - 1, Key: -1, IsKey: true, layers: 1, escaped: escaped}); err != nil {
				return err
			}
		}
		if escaped && n != nil {
			name = jsontext.Decode(nil, name)
		}
		child := n.field(name)
		s.space()
		if s.next() != ':' {
			return s.bad("a colon is missing after a member's name")
		}
		s.pos++
		s.space()
		start = s.pos
		if err := s.value(child, g, key); err != nil {
			return err
		}
		if child != nil && child.subtree && s.list {
			for i := key + 1; i < len(s.spans); i++ {
				s.spans[i].n = child
			}
		}
		if child != nil && saysSomething(s.data[start:s.pos]) {
			said |= child.flag
		}
		if child != nil && (child.isType || child.isRole) && s.data[start] == '"' {
			if child.isType {
				typ = jsontext.Decode(nil, s.data[start+1:s.pos-1])
			} else {
				role = jsontext.Decode(nil, s.data[start+1:s.pos-1])
			}
		}
		s.space()
		if s.next() == ',' {
			s.pos++
			continue
		}
		if s.next() == '}' {
			break
		}
		return s.bad("a comma or closing brace is missing")
	}
	s.pos++
	s.names.Close(o)
	if n != nil && s.list {
		s.judge(n, s.spans[first:], typ, role, said)
	}
	if n != nil && n.settles {
		s.settle(firstMark, typ)
	}
	return nil
}

// settle says what the marks are that waited for the type of their object.
func (s *scanner) settle(first int, typ []byte) {
	kept := first
	for _, m := range s.marks[first:] {
		if m.f == nil {
			m.f = m.n.role(typ)
		}
		if m.f != nil {
			s.marks[kept] = m
			kept++
		}
	}
	s.marks = s.marks[:kept]
}

func (s *scanner) array(n *node, g, key int) error {
	var elem *node
	if n != nil {
		elem = n.elem
	}
	if n != nil && n.as == noTokens {
		elem = n
	}
	s.space()
	if s.next() == ']' {
		s.pos++
		return nil
	}
	for i := 0; ; i++ {
		s.space()
		in := g
		if elem != nil && s.group {
			in = len(s.groups)
			id := i
			if elem.as == chunk {
				id = -1
			}
			s.groups = append(s.groups, group{parent: g, id: id, part: -1})
		}
		if err := s.value(elem, in, key); err != nil {
			return err
		}
		s.space()
		if s.next() == ',' {
			s.pos++
			continue
		}
		if s.next() == ']' {
			s.pos++
			return nil
		}
		return s.bad("a comma or closing bracket is missing")
	}
}

// saysSomething tells whether a value is more than what an absent one would be.
func saysSomething(value []byte) bool {
	return value[0] != 'f' && value[0] != 'n' && string(value) != `""`
}

// members calls f for each member of a JSON object, names and values as they are written.
func members(object []byte, f func(name, value []byte)) {
	s := scanner{data: object, lax: true}
	s.space()
	for s.pos++; ; s.pos++ {
		s.space()
		if s.pos >= len(object) || object[s.pos] != '"' {
			return
		}
		from := s.pos + 1
		if _, err := s.str(); err != nil {
			return
		}
		name := object[from : s.pos-1]
		s.space()
		s.pos++
		s.space()
		from = s.pos
		if s.value(nil, 0, -1) != nil {
			return
		}
		f(name, object[from:s.pos])
		s.space()
	}
}
