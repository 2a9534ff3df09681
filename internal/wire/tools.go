package wire

import (
	"bytes"
	"slices"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Tools are what a request says of the tools that the model may call. An assistant names its tools as it likes, but the
// arguments that a tool takes say what it does: one that takes a path and a content edits a file.
type Tools struct {
	raw  [][]byte
	once sync.Once
	said map[string]ToolKind
}

// declare takes down a list of tools. It is read when a tool of an answer needs it, and the request's body need not be
// kept for that.
func (t *Tools) declare(list []byte) { t.raw = append(t.raw, bytes.Clone(list)) }

// Any tells whether any are declared.
func (t *Tools) Any() bool { return t != nil && len(t.raw) > 0 }

// Kind judges what a lane's text is handed to: by the tool's name and the text's key, and where these say nothing worse,
// by what the request says of the tool's arguments. Without a declaration the name alone counts.
func (t *Tools) Kind(l Lane) ToolKind {
	if !t.Any() {
		return l.Tool.Kind
	}
	t.once.Do(t.read)
	said, ok := t.said[l.Tool.Name]
	switch {
	case !ok:
	case said == ToolMCP && l.Tool.Kind != ToolCommand && l.Tool.Kind != ToolNetwork:
		return ToolMCP
	case said == ToolOther && (l.Tool.Kind == ToolEdit || l.Tool.Kind == ToolShow):
		return kindForKey(ToolOther, l.Key) // it has an assistant's name for an edit, and asks for more
	case said == ToolEdit && l.Tool.Kind == ToolOther:
		return ToolEdit
	}
	return l.Tool.Kind
}

func (t *Tools) read() {
	t.said = map[string]ToolKind{}
	for _, list := range t.raw {
		t.list(list, false)
	}
	t.raw = t.raw[:1:1] // which says that there were any
	t.raw[0] = nil
}

// schemas are the names under which formats have what a tool takes.
var schemas = []string{"parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema"}

// list finds the tools in a value. They stand in lists, perhaps within an object that says their type; a namespace is a
// server's, and has a list of its own.
func (t *Tools) list(value []byte, mcp bool) {
	if len(value) == 0 {
		return
	}
	switch value[0] {
	case '[':
		eachElement(value, func(element []byte) { t.list(element, mcp) })
	case '{':
		var name string
		var arguments, below []byte
		members(value, func(key, v []byte) {
			switch key := string(key); {
			case key == "name" && len(v) > 1 && v[0] == '"':
				name = string(jsontext.Decode(nil, v[1:len(v)-1]))
			case slices.Contains(schemas, key):
				arguments = v
			case key == "tools" || key == "function" || key == "functionDeclarations" || key == "function_declarations":
				below = v
			}
		})
		if below != nil {
			t.list(below, mcp || name != "")
		} else if name != "" {
			t.declared(name, arguments, mcp)
		}
	}
}

// declared takes down one tool. Of two with the same name the one counts of which less is known.
func (t *Tools) declared(name string, arguments []byte, mcp bool) {
	var takes taken
	takes.schema(arguments, 0)
	said := takes.kind()
	if mcp {
		said = ToolMCP
	} else if said == ToolEdit && slices.ContainsFunc(words(name), func(w string) bool { return slices.Contains(outwardWords, w) }) {
		said = ""
	}
	if before, ok := t.said[name]; ok && before != said {
		if said = ToolOther; mcp || before == ToolMCP {
			said = ToolMCP
		}
	}
	t.said[name] = said
}

// outwardWords are those by which a tool's name says that what it is given leaves the machine.
var outwardWords = []string{"commit", "deploy", "email", "export", "mail", "message", "notify", "post", "publish", "push", "send", "share", "submit", "sync"}

// taken is what a tool's arguments are called, at any depth.
type taken struct{ path, content, away, acts bool }

// The words of arguments that say where a file is and what is written there, and of those that name a place elsewhere: a
// repository, an account, a table. What goes there is not on this machine.
var (
	pathWords    = []string{"path", "paths", "filepath", "file", "files", "filename", "notebook"}
	contentWords = []string{"content", "contents", "text", "str", "string", "replace", "replacement", "replacements", "diff", "patch", "edit", "edits", "insert", "code", "changes", "chunks", "lines", "operations"}
	awayWords    = []string{"account", "branch", "bucket", "channel", "collection", "database", "email", "gist", "owner", "recipient", "remote", "repo", "repository", "server", "table", "webhook"}
)

func (t *taken) kind() ToolKind {
	switch {
	case t.away:
		return ToolOther
	case t.path && t.content && !t.acts:
		return ToolEdit
	}
	return "" // as its name says
}

// schema reads a JSON Schema: every member of every "properties" is an argument.
func (t *taken) schema(value []byte, depth int) {
	if len(value) == 0 || depth > maxDepth {
		return
	}
	switch value[0] {
	case '[':
		eachElement(value, func(element []byte) { t.schema(element, depth+1) })
	case '{':
		members(value, func(key, v []byte) {
			if string(key) == "properties" && len(v) > 0 && v[0] == '{' {
				members(v, t.argument)
				members(v, func(_, of []byte) { t.schema(of, depth+1) })
			} else if len(v) > 0 && (v[0] == '{' || v[0] == '[') {
				t.schema(v, depth+1)
			}
		})
	}
}

// argument notes what an argument is called. One that is a choice among words, as of what an editor is to do, or a
// number, holds no value.
func (t *taken) argument(name, of []byte) {
	choice := false
	if len(of) > 0 && of[0] == '{' {
		members(of, func(key, v []byte) {
			switch string(key) {
			case "enum", "const":
				choice = true
			case "type":
				said := string(v)
				choice = choice || said == `"integer"` || said == `"number"` || said == `"boolean"`
			}
		})
	}
	all := words(string(jsontext.Decode(nil, name)))
	has := func(set []string) bool {
		return slices.ContainsFunc(all, func(w string) bool { return slices.Contains(set, w) })
	}
	if choice {
		return
	}
	t.away = t.away || has(awayWords)
	t.path = t.path || has(pathWords)
	t.content = t.content || has(contentWords)
	t.acts = t.acts || kindOfWords(all) != ToolOther
}

// eachElement calls f for each element of a JSON array, as it is written.
func eachElement(array []byte, f func(element []byte)) {
	s := scanner{data: array, lax: true}
	s.space()
	for s.pos++; ; s.pos++ {
		s.space()
		from := s.pos
		if s.pos >= len(array) || array[s.pos] == ']' || s.value(nil, 0, -1) != nil {
			return
		}
		f(array[from:s.pos])
		s.space()
		if s.next() != ',' {
			return
		}
	}
}
