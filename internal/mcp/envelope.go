package mcp

import "encoding/json"

// envelope is what a message's own members say of whose it is. It is read from the bytes as they come, and of what is
// no JSON it says anything: nothing but the shape of a refusal depends on it.
type envelope struct {
	first  byte   // of the message, 0 if there is none
	id     []byte // as it is written; nil if there is none, or no string or number
	method string

	depth   int
	text    bool // within a string
	escaped bool // behind a backslash
	value   bool // behind a colon of the message's own
	name    string
	token   []byte // a string or a number of the message's own
}

// longestToken is more than anybody gives an id.
const longestToken = 512

func envelopeOf(message []byte) (e envelope) {
	e.read(message)
	return e
}

func (e *envelope) read(piece []byte) {
	for i := 0; i < len(piece); i++ {
		if e.text && !e.escaped && e.depth != 1 {
			// A long text is none of the message's own: on to what could end it.
			for i < len(piece) && piece[i] != '"' && piece[i] != '\\' {
				i++
			}
			if i == len(piece) {
				return
			}
		}
		c := piece[i]
		if e.text {
			e.take(c)
			switch {
			case e.escaped:
				e.escaped = false
			case c == '\\':
				e.escaped = true
			case c == '"':
				e.text = false
				if e.depth == 1 && !e.value {
					e.name = unquoted(e.token)
				}
			}
			continue
		}
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '"':
			e.text = true
			e.token = e.token[:0]
			e.take(c)
		case '{', '[':
			e.depth++
			e.token = e.token[:0]
		case '}', ']':
			if e.depth == 1 {
				e.member()
			}
			e.depth--
			e.token = e.token[:0]
		case ':':
			if e.depth == 1 {
				e.value = true
				e.token = e.token[:0]
			}
		case ',':
			if e.depth == 1 {
				e.member()
			}
		default:
			e.take(c)
		}
		if e.first == 0 {
			e.first = c
		}
	}
}

// take keeps a byte of a token of the message's own.
func (e *envelope) take(c byte) {
	if e.depth == 1 && len(e.token) <= longestToken {
		e.token = append(e.token, c)
	}
}

// member ends a member of the message.
func (e *envelope) member() {
	t := e.token // nothing, if the value is an object or an array
	switch {
	case !e.value:
	case e.name == "id":
		e.id = nil
		if len(t) <= longestToken && json.Valid(t) && (t[0] == '"' || t[0] == '-' || t[0] >= '0' && t[0] <= '9') {
			e.id = append([]byte(nil), t...)
		}
	case e.name == "method":
		e.method = unquoted(t)
	}
	e.value, e.name, e.token = false, "", e.token[:0]
}

// unquoted is what a string says, or nothing.
func unquoted(token []byte) (s string) {
	if json.Unmarshal(token, &s) != nil {
		return ""
	}
	return s
}
