package wire

import (
	"bytes"
	"strings"
)

// exact is the simplest restorer there can be: it replaces the placeholders it knows, spelled exactly so, and
// holds whatever one could begin with.
type exact struct {
	values map[string]string
	held   []byte
}

func (e *exact) Write(piece []byte) []byte {
	e.held = append(e.held, piece...)
	var out []byte
next:
	for len(e.held) > 0 {
		for p, v := range e.values {
			if bytes.HasPrefix(e.held, []byte(p)) {
				out = append(out, v...)
				e.held = e.held[len(p):]
				continue next
			}
			if strings.HasPrefix(p, string(e.held)) {
				return out
			}
		}
		out = append(out, e.held[0])
		e.held = e.held[1:]
	}
	return out
}

func (e *exact) Flush() []byte {
	rest := e.held
	e.held = nil
	return rest
}

func (e *exact) Held() bool { return len(e.held) > 0 }

// restoreEdits restores everything except what a command or the network would be given.
func restoreEdits(values map[string]string) Restore {
	return func(l Lane) Restorer {
		if l.Tool.Kind == ToolCommand || l.Tool.Kind == ToolNetwork {
			return nil
		}
		return &exact{values: values}
	}
}

// scrub replaces values as the proxy does, with a detector that only knows the values.
func scrub(q *Request, values map[string]string) []Edit {
	var edits []Edit
	for _, sp := range q.Spans {
		if sp.Kind == Blob {
			continue
		}
		text := q.Text(sp, nil)
		var found []Edit
		for at := 0; at < len(text); at++ {
			for p, v := range values {
				if bytes.HasPrefix(text[at:], []byte(v)) {
					found = append(found, Edit{Start: at, End: at + len(v), Text: []byte(p)})
					at += len(v) - 1
					break
				}
			}
		}
		q.Place(sp, found)
		edits = append(edits, found...)
	}
	return edits
}
