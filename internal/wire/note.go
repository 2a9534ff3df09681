package wire

import (
	"bytes"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// systemPlace is where a request has the system's text: names of members from the outermost object on. anyone stands for the
// first element of an array whose role is one of systemRoles.
type systemPlace struct {
	path []string
	// part is, around the note, one more element where the text is an array of parts.
	part [2]string
}

const anyone = "[]"

var systemRoles = []string{"system", "developer"}

var (
	textPart   = [2]string{`{"type":"text","text":"`, `"}`}
	inputPart  = [2]string{`{"type":"input_text","text":"`, `"}`}
	geminiPart = [2]string{`{"text":"`, `"}`}
)

// Where the formats have it. The first place that a request has counts.
var (
	chatSystem      = []systemPlace{{[]string{"messages", anyone, "content"}, textPart}}
	anthropicSystem = []systemPlace{{[]string{"system"}, textPart}}
	generateSystem  = []systemPlace{{path: []string{"system"}}}
	responsesSystem = []systemPlace{{path: []string{"instructions"}}, {[]string{"input", anyone, "content"}, inputPart}}
	geminiSystem    = []systemPlace{{[]string{"systemInstruction", "parts"}, geminiPart}, {[]string{"system_instruction", "parts"}, geminiPart}}
	assistSystem    = []systemPlace{{[]string{"request", "systemInstruction", "parts"}, geminiPart}}
	interactSystem  = []systemPlace{{path: []string{"system_instruction"}}}
)

// WithNote is a request with a note at the end of its system's text. One that has no such text is the same slice: some
// models take none. A note is a part of its own where the text has parts, so that the others stay what they are.
func (r *Route) WithNote(body []byte, note string) []byte {
	for _, p := range r.system {
		v, ok := valueAt(body, p.path)
		if !ok {
			continue
		}
		text := jsontext.Encode(nil, []byte(note))
		inner := bytes.TrimSpace(body[v.from+1 : v.to-1])
		switch {
		case len(inner) == 0:
			continue // an empty text is nobody's
		case body[v.from] == '"':
			text = append([]byte(`\n\n`), text...)
		case body[v.from] == '[' && p.part[0] != "":
			text = slices.Concat([]byte{','}, []byte(p.part[0]), text, []byte(p.part[1]))
		default:
			continue
		}
		return Splice(body, []Edit{{Start: v.to - 1, End: v.to - 1, Text: text}})
	}
	return body
}

// extent is where a value of JSON stands.
type extent struct{ from, to int }

// valueAt finds the value at a path of a document that was read before, and so is whole and right.
func valueAt(doc []byte, path []string) (v extent, ok bool) {
	v = extent{skipSpace(doc, 0), len(doc)}
	v.to = endOf(doc, v.from)
	for _, name := range path {
		if name == anyone {
			v, ok = spoken(doc, v)
		} else {
			v, ok = member(doc, v, name)
		}
		if !ok {
			return v, false
		}
	}
	return v, doc[v.from] == '"' || doc[v.from] == '['
}

// member finds the value of a member of an object.
func member(doc []byte, in extent, name string) (v extent, ok bool) {
	if doc[in.from] != '{' {
		return v, false
	}
	for at := skipSpace(doc, in.from+1); doc[at] == '"'; {
		end := endOf(doc, at)
		key := doc[at+1 : end-1]
		v.from = skipSpace(doc, skipSpace(doc, end)+1) // behind the colon
		v.to = endOf(doc, v.from)
		if string(jsontext.Decode(nil, key)) == name {
			return v, true
		}
		if at = skipSpace(doc, v.to); doc[at] == ',' {
			at = skipSpace(doc, at+1)
		}
	}
	return v, false
}

// spoken finds the first element of an array that has one of the system's roles.
func spoken(doc []byte, in extent) (v extent, ok bool) {
	if doc[in.from] != '[' {
		return v, false
	}
	for at := skipSpace(doc, in.from+1); doc[at] != ']'; {
		v = extent{at, endOf(doc, at)}
		if role, ok := member(doc, v, "role"); ok && doc[role.from] == '"' && slices.Contains(systemRoles, string(jsontext.Decode(nil, doc[role.from+1:role.to-1]))) {
			return v, true
		}
		if at = skipSpace(doc, v.to); doc[at] == ',' {
			at = skipSpace(doc, at+1)
		}
	}
	return v, false
}

func skipSpace(doc []byte, at int) int {
	for at < len(doc) && (doc[at] == ' ' || doc[at] == '\n' || doc[at] == '\t' || doc[at] == '\r') {
		at++
	}
	return at
}

// endOf is where the value ends that begins at a place.
func endOf(doc []byte, at int) int {
	depth := 0
	for i := at; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			for i++; doc[i] != '"'; i++ {
				if doc[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // of a number or a word
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(doc)
}
