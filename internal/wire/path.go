package wire

import (
	"strconv"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Path is where a span stands, for logs: messages[2].content[0].text. A name that could itself be something
// sensitive, because it is not all letters and underscores, is shown as *.
func (q *Request) Path(s Span) string {
	if q.media != nil {
		if s.Key < 0 {
			return "a part's name"
		}
		return shown(q.Text(q.Spans[s.Key], nil))
	}
	path := appendPath(nil, q.body, s.Start)
	if s.layers == 2 {
		// The last string that begins at or before the span holds it.
		outer := stringAt(q.body, s.Start)
		raw := q.body[outer:s.Start]
		path = appendPath(path, jsontext.Decode(nil, q.body[outer:]), len(jsontext.Decode(nil, raw)))
	}
	return string(path)
}

// stringAt finds where the string's contents begin that pos is in.
func stringAt(body []byte, pos int) int {
	start := 0
	for i := 0; i < pos; i++ {
		if body[i] != '"' {
			continue
		}
		start = i + 1
		for i++; i < pos && body[i] != '"'; i++ {
			if body[i] == '\\' {
				i++
			}
		}
	}
	return start
}

// appendPath walks a body that was read before, up to pos.
func appendPath(dst, body []byte, pos int) []byte {
	type level struct {
		array bool
		n     int
		name  []byte
	}
	var open []level
	named := false
	for i := 0; i < pos && i < len(body); i++ {
		top := len(open) - 1
		switch body[i] {
		case '{':
			open = append(open, level{})
			named = false
		case '[':
			open = append(open, level{array: true})
		case '}', ']':
			open = open[:top]
			named = true
		case ',':
			if open[top].array {
				open[top].n++
			}
			named = open[top].array
		case '"':
			from := i + 1
			for i++; i < pos && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
			if i < pos && top >= 0 && !open[top].array && !named {
				open[top].name, named = body[from:i], true
			} else if top >= 0 && !open[top].array && !named {
				open[top].name = nil // the name is the span
			}
		}
	}
	for _, l := range open {
		switch {
		case l.array:
			dst = append(strconv.AppendInt(append(dst, '['), int64(l.n), 10), ']')
		case l.name != nil:
			if len(dst) > 0 {
				dst = append(dst, '.')
			}
			dst = append(dst, shown(l.name)...)
		}
	}
	return dst
}

func shown(name []byte) string {
	if len(name) > 32 {
		return "*"
	}
	for _, c := range name {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "*"
		}
	}
	return string(name)
}
