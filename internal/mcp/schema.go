package mcp

import (
	"bytes"
	"encoding/json"

	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// A tool may say of what form its results are (outputSchema), and clients refuse a whole result in which a placeholder
// stands where an address of a certain form, a number or one of a few words is promised. Such a promise is ours to break
// and not the server's, so it is not passed on. Without it results pass as they are, and no client needs it.

// withoutSchemas is a server's answer that lists its tools, without the promises that a placeholder could break.
func withoutSchemas(message []byte) (out []byte, dropped int) {
	var list struct {
		Result struct {
			Tools []json.RawMessage `json:"tools"`
		} `json:"result"`
	}
	if json.Unmarshal(message, &list) != nil {
		return message, 0
	}
	var edits []wire.Edit
	at := 0
	for _, tool := range list.Result.Tools {
		i := bytes.Index(message[at:], tool) // a raw value is the message's own text
		if i < 0 {
			return message, 0
		}
		if from, to, ok := promise(tool); ok {
			edits = append(edits, wire.Edit{Start: at + i + from, End: at + i + to})
		}
		at += i + len(tool)
	}
	return wire.Splice(message, edits), len(edits)
}

// promise is where in a tool the member stands that is to go, with a comma.
func promise(tool []byte) (from, to int, ok bool) {
	in := json.NewDecoder(bytes.NewReader(tool))
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return 0, 0, false
	}
	for first := true; in.More(); first = false {
		before := int(in.InputOffset())
		name, err := in.Token()
		var value json.RawMessage
		if err != nil || in.Decode(&value) != nil {
			return 0, 0, false
		}
		if name != "outputSchema" || !couldRefuse(value) {
			continue
		}
		from, to = before, int(in.InputOffset())
		if first {
			from += bytes.IndexByte(tool[from:], '"')
			if in.More() {
				to += bytes.IndexByte(tool[to:], ',') + 1
			}
		}
		return from, to, true
	}
	return 0, 0, false
}

// couldRefuse tells whether a schema asks for more than text where text stands.
func couldRefuse(schema []byte) bool {
	var s any
	return json.Unmarshal(schema, &s) != nil || strict(s)
}

// strict words are those by which a text is refused, and the types whose values become texts when they are hidden.
var (
	strictWords = []string{"format", "pattern", "enum", "const", "maxLength", "propertyNames", "patternProperties", "additionalProperties", "$ref"}
	strictTypes = []string{"number", "integer"}
)

func strict(s any) bool {
	switch s := s.(type) {
	case []any:
		for _, v := range s {
			if strict(v) {
				return true
			}
		}
	case map[string]any:
		for _, word := range strictWords {
			if _, ok := s[word]; ok {
				return true
			}
		}
		for _, v := range s {
			if strict(v) {
				return true
			}
		}
	case string:
		for _, t := range strictTypes {
			if s == t {
				return true
			}
		}
	}
	return false
}
