package redact

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// In prose a model bends what it was given: email_sy8cab, Email sy8cab, EMAIL\_sy8cab, emailSy8cab. Such a form is
// restored, too, if what it bends was issued. In a tool's arguments nothing is guessed: there only the placeholder
// itself comes back.

// NewProse makes a restorer for a lane that a person reads. types are the TYPEs of what look may answer for.
func NewProse(look Lookup, types []string) *Restorer {
	r := &Restorer{look: look, types: types}
	for _, t := range types {
		r.initials |= initial(t[0])
	}
	return r
}

// initial is the bit of a letter, of either case; 0 of anything else.
func initial(c byte) uint32 {
	if c |= 0x20; c < 'a' || c > 'z' {
		return 0
	}
	return 1 << (c - 'a')
}

// bent finds the first bent placeholder in text that was issued. begun is where one may begin that is not whole; it is
// len(text) if none does.
func (r *Restorer) bent(text []byte) (s Span, value []byte, begun int) {
	begun = len(text)
	for i, c := range text {
		if r.initials&initial(c) == 0 || !r.begins(text, i) {
			continue
		}
		for _, t := range r.types {
			end, token, whole := bend(text[i:], t)
			switch {
			case !whole && end > 0:
				begun = min(begun, i)
			case whole:
				if value, ok := r.look(token); ok {
					return Span{Start: i, End: i + end, Scope: Wire}, value, begun
				}
			}
		}
	}
	return Span{}, nil, begun
}

// begins tells whether a word begins at i, or a part of one in camel case.
func (r *Restorer) begins(text []byte, i int) bool {
	before := r.last
	if i > 0 {
		before = text[i-1]
	}
	return !isLetter(before) && !isDigit(before) || isUpper(text[i]) && !isUpper(before)
}

// bend reads a bent placeholder of a type at the beginning of text: how long it is, and what it bends. If text ends
// before it does, whole is false and its length not 0.
func bend(text []byte, typ string) (length int, token string, whole bool) {
	i := 0
	for _, want := range []byte(typ) {
		if want == '_' {
			n, cut := joint(text[i:])
			if cut {
				return i, "", false
			} else if n < 0 {
				return 0, "", false
			}
			i += n
			continue
		}
		if i == len(text) {
			return i, "", false
		}
		if text[i]&^0x20 != want && text[i] != want {
			return 0, "", false
		}
		i++
	}
	n, cut := joint(text[i:])
	if cut {
		return i, "", false
	} else if n < 0 {
		return 0, "", false
	}
	i += n
	body := make([]byte, 0, len(typ)+1+bodyLen)
	body = append(append(body, typ...), '_')
	for range bodyLen {
		if i == len(text) {
			return i, "", false
		}
		c := text[i]
		if isUpper(c) {
			c |= 0x20
		}
		if !isBody(c) {
			return 0, "", false
		}
		body = append(body, c)
		i++
	}
	if detect.PlaceholderCheck(body[:len(body)-1]) != body[len(body)-1] {
		return 0, "", false
	}
	return i, string(body), true
}

// joint is the length of what a model writes for the underscore: itself, escaped, a blank, a dash, or nothing where a
// capital follows or a digit. It is negative if this is none, and cut if the text ends before that can be told.
func joint(text []byte) (n int, cut bool) {
	switch {
	case len(text) == 0:
		return 0, true
	case strings.IndexByte("_- \n", text[0]) >= 0:
		return 1, false
	case text[0] == '\\':
		if len(text) == 1 {
			return 0, true
		}
		if text[1] == '_' || text[1] == '-' {
			return 2, false
		}
	case isUpper(text[0]), isDigit(text[0]):
		return 0, false
	}
	return -1, false
}

func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return isUpper(c) || c >= 'a' && c <= 'z' }
