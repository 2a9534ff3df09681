package wire

import (
	"strings"
	"sync"
	"unicode"
)

// Role says what a field is to us. Fields that no table names are plain text in a request, and not ours in
// an answer.
type Role uint8

// The words of the tables.
const (
	_ Role = iota // what no table names

	// In requests.
	jsonText // a string that holds JSON: the strings within are listed
	blob     // base64: listed, but not text
	exempt   // a string that is not listed, or, with a Type, a whole object; the table gives the reason
	thought  // an object whose strings are the vendor's own words, sent back to it
	noTokens // text, or arrays of it: a number there would be a token, which cannot be scanned
	model    // the model's name
	streamed // true if a stream is asked for
	declared // what the tools are that the model may call

	// In answers and in the events of streams.
	prose     // a string of text
	arguments // a string that holds JSON, a tool's arguments
	tree      // a tool's arguments as a value, not in a string
	toolName  // whom the arguments of this array element (or this event) are for
	index     // which choice, call or block an array element (or this event) is
	part      // which part of that block this event is of
	chunk     // an array element that continues its text in whatever event: its place says nothing
	end       // unless null: the text of this array element (or of this event's block) has ended
	endAll    // unless null: all text has ended
	sequence  // this event's number
	sealed    // true: the text of this array element stays as it is
	argument  // a string of a tool's arguments by itself, perhaps in pieces
	path      // where in the arguments the argument of this array element stands
	goesOn    // true: the argument of this array element goes on in a later event

	// In a table of links.
	link // an address
)

// Field is a line of a table: what the value at a path is.
type Field struct {
	// Path is names joined by dots; [] follows the name of an array and stands for each of its elements.
	Path string
	As   Role
	// Type limits the role to objects whose own "type" is this: the object is the one that Path leads to if
	// it is an array's element, otherwise the one that has it as a field. The type may come before or after
	// what it judges.
	Type string
	// If limits exempt and thought to objects in which all of these fields say something: neither false nor empty.
	If []string
	// Role limits what is exempt, and thought, to messages whose own "role" is this. A message is what the first
	// [] of the path stands for.
	Role string
	// Is limits end and endAll to this value.
	Is string
	// Tool is whom the text is for, where that goes without saying in the format.
	Tool string
	// Lane names the text where the last name of the path is another's too.
	Lane string
	// Whole is for text of an event that is no piece, but all of a text once more.
	Whole bool
}

// node is a place in a document that a table knows. The nil node is a place that none does.
type node struct {
	name   string
	fields []*node
	elem   *node
	roles  []Field
	// as is the role that holds whatever the type of the object is.
	as Role
	// judged are the fields of this object, or the object itself, whose role depends on its type.
	judged []judgement
	// typed are the roles in an answer that depend on the type of the object that this is a field of.
	typed []Field
	// settles says that there are such fields of this object.
	settles bool
	// subtree says that what stands below is judged with this field.
	subtree bool
	isType  bool
	// author, if set, is what this message's "role" must be for what is exempt within it.
	author string
	isRole bool
	// flag is the bit of this field among those of its object that something is limited by.
	flag, flags uint8
	// snake is the name as protobuf's JSON takes it too, if that is another.
	snake string
}

type judgement struct {
	typ  string
	said uint8 // flags of the fields that must say something
	as   Role
	of   *node // this object if nil
}

// table is what a format says of a document. It is compiled when the first such document is read: who only scans files
// never needs one.
type table struct {
	fields []Field
	grafts []graft
	once   sync.Once
	root   *node
}

// graft is another table at a path.
type graft struct {
	path string
	of   *table
}

func shape(fields ...Field) *table { return &table{fields: fields} }

// graft puts another table at a path.
func (t *table) graft(path string, of *table) *table {
	t.grafts = append(t.grafts, graft{path, of})
	return t
}

// node is the document's own place; nil if there is no table.
func (t *table) node() *node {
	if t == nil {
		return nil
	}
	t.once.Do(func() {
		t.root = compile(t.fields)
		for _, g := range t.grafts {
			t.root.graft(g.path, g.of.node())
		}
	})
	return t.root
}

func compile(fields []Field) *node {
	root := new(node)
	for _, f := range fields {
		n, owner := root, root
		var message *node
		for part := range strings.SplitSeq(f.Path, ".") {
			name := strings.TrimRight(part, "[]")
			owner, n = n, n.child(name)
			for range strings.Count(part, "[]") {
				if n.elem == nil {
					n.elem = &node{name: name}
				}
				owner, n = nil, n.elem
				if message == nil {
					message = n
				}
			}
		}
		if f.Role != "" {
			message.author = f.Role
			message.child("role").isRole = true
		}
		switch {
		case f.Type == "" && f.If == nil && f.Role == "":
			n.as = f.As
			n.roles = append(n.roles, f)
		case (f.As == exempt || f.As == thought) && owner == nil: // the elements of an array
			n.judge(f, nil)
		case f.As < model:
			n.subtree = f.As == exempt
			owner.judge(f, n)
		default:
			owner.child("type").isType = true
			owner.settles = true
			n.typed = append(n.typed, f)
		}
	}
	return root
}

// graft puts the node of another table at a path.
func (n *node) graft(path string, of *node) {
	at := n
	for part := range strings.SplitSeq(path, ".") {
		name, array := strings.CutSuffix(part, "[]")
		if at = at.child(name); array {
			at.elem = &node{name: name}
			at = at.elem
		}
	}
	name, snake := at.name, at.snake
	*at = *of
	at.name, at.snake = name, snake
}

// judge has what f says of n, or of this object, wait for the object's end.
func (n *node) judge(f Field, of *node) {
	j := judgement{typ: f.Type, as: f.As, of: of}
	for _, name := range f.If {
		c := n.child(name)
		if c.flag == 0 {
			n.flags++
			c.flag = 1 << (n.flags - 1)
		}
		j.said |= c.flag
	}
	if f.Type != "" {
		n.child("type").isType = true
	}
	n.judged = append(n.judged, j)
}

// role finds what the value of this field is in an object of a type; nil if it is nothing to us.
func (n *node) role(typ []byte) *Field {
	for i := range n.typed {
		if n.typed[i].Type == string(typ) {
			return &n.typed[i]
		}
	}
	if len(n.roles) > 0 {
		return &n.roles[len(n.roles)-1]
	}
	return nil
}

func (n *node) child(name string) *node {
	if c := n.field([]byte(name)); c != nil {
		return c
	}
	c := &node{name: name}
	if snake := snakeCase(name); snake != name {
		c.snake = snake
	}
	n.fields = append(n.fields, c)
	return c
}

// field finds the node of an object's member by its decoded name.
func (n *node) field(name []byte) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.fields {
		if c.name == string(name) || c.snake != "" && c.snake == string(name) {
			return c
		}
	}
	return nil
}

func snakeCase(name string) string {
	var b strings.Builder
	for _, c := range name {
		if unicode.IsUpper(c) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
