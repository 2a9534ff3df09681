package redact

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// In prose a model bends what it was given: email_sy8cab, Email sy8cab, EMAIL\_sy8cab, emailSy8cab; it breaks a line
// there, or writes a letter that nobody sees. Such a form is restored, too, if what it bends was issued. In a tool's
// arguments nothing is guessed: there only the placeholder itself comes back, and in a file also one that a program puts
// together of literals, or a pattern escapes.

// NewProse makes a restorer for a lane that a person reads. types are the TYPEs of what look may answer for.
func NewProse(look Lookup, types []string) *Restorer {
	r := &Restorer{look: look, types: types}
	for _, t := range types {
		r.initials |= initial(t[0])
	}
	return r
}

// NewEdit makes a restorer for a lane that goes into a file.
func NewEdit(look Lookup, types []string) *Restorer {
	r := NewProse(look, types)
	r.exact = true
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
			end, token, whole := r.bend(text[i:], t)
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
func (r *Restorer) bend(text []byte, typ string) (length int, token string, whole bool) {
	if len(text) > MaxPlaceholder {
		text = text[:MaxPlaceholder] // what is longer is none
	}
	more := len(text) < MaxPlaceholder // may come
	body := make([]byte, 0, len(typ)+1+bodyLen)
	body = append(append(body, typ...), '_')
	i, head := 0, len(body)
	for n := range head + bodyLen {
		under := n < head && body[n] == '_'
		if n > 0 {
			skip, cut := r.between(text[i:], under)
			switch {
			case cut && more:
				return i, "", false
			case cut || skip < 0:
				return 0, "", false
			}
			i += skip
		}
		if under {
			continue
		}
		switch {
		case i < len(text):
		case more:
			return i, "", false
		default:
			return 0, "", false
		}
		c := text[i]
		if n < head {
			if c != body[n] && (r.exact || c&^0x20 != body[n]) {
				return 0, "", false
			}
		} else {
			if isUpper(c) && !r.exact {
				c |= 0x20
			}
			if !isBody(c) {
				return 0, "", false
			}
			body = append(body, c)
		}
		i++
	}
	if detect.PlaceholderCheck(body[:len(body)-1]) != body[len(body)-1] {
		return 0, "", false
	}
	return i, string(body), true
}

// between is the length of what stands before the next letter of a placeholder, and for its underscore if that is next.
// It is negative if something else does, and cut if the text ends before that can be told.
func (r *Restorer) between(text []byte, under bool) (n int, cut bool) {
	if r.exact {
		n, cut = glue(text)
	} else {
		n, cut = soft(text)
	}
	if cut || !under {
		return n, cut
	}
	rest := text[n:]
	if len(rest) == 0 {
		return 0, true
	}
	for _, m := range marks {
		if r.exact && m != "_" && m != `\_` {
			continue
		}
		if len(rest) >= len(m) && strings.EqualFold(string(rest[:len(m)]), m) {
			return n + len(m), false
		}
		cut = cut || len(rest) < len(m) && strings.EqualFold(m[:len(rest)], string(rest))
	}
	switch {
	case cut:
		return 0, true
	case r.exact:
		return -1, false
	case n > 0, isUpper(rest[0]), isDigit(rest[0]):
		return n, false
	}
	return -1, false
}

// marks are what a model writes for the underscore, as text, in Markdown, in an address and in HTML. The blank and the dash
// may be those at which no line is broken.
var marks = []string{"_", "-", " ", `\_`, `\-`, "\u00a0", "\u202f", "\u2011", "%5F", "&#95;", "&#x5F;", "&lowbar;", "&nbsp;"}

// invisible are the letters that nobody sees: zero-width blanks and joiners, the soft hyphen.
var invisible = []string{"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"}

// soft is the length of what text begins with that says nothing: invisible letters, and the end of a line, of which there
// is at most one, with the indent or quotation mark of the next.
func soft(text []byte) (n int, cut bool) {
	wrapped := false
	for n < len(text) {
		rest := text[n:]
		switch c := rest[0]; {
		case !wrapped && (c == '\n' || c == '\r'):
			n++
			if c == '\r' && len(rest) == 1 {
				return n, true
			} else if c == '\r' && rest[1] == '\n' {
				n++
			}
			wrapped = true
			for n < len(text) && strings.IndexByte(" \t>", text[n]) >= 0 {
				n++
			}
		case c >= 0x80:
			skip := 0
			for _, in := range invisible {
				if strings.HasPrefix(string(rest[:min(len(in), len(rest))]), in) {
					skip = len(in)
				} else if len(rest) < len(in) && strings.HasPrefix(in, string(rest)) {
					return n, true
				}
			}
			if skip == 0 {
				return n, false
			}
			n += skip
		default:
			return n, false
		}
	}
	return n, n > 0
}

// glue is the length of what joins two literals of a program: the quote that ends one, an operator or none, and the same
// quote again; or a line that goes on.
func glue(text []byte) (n int, cut bool) {
	if len(text) == 0 {
		return 0, false
	}
	q := text[0]
	if q == '\\' {
		if len(text) == 1 {
			return 0, true
		}
		if text[1] == '\n' {
			return 2, false
		}
		return 0, false
	}
	if q != '"' && q != '\'' && q != '`' {
		return 0, false
	}
	blanks := func() {
		for n < len(text) && strings.IndexByte(" \t\r\n", text[n]) >= 0 {
			n++
		}
	}
	n = 1
	blanks()
	for n < len(text) && strings.IndexByte("+.&|\\", text[n]) >= 0 {
		n++
	}
	blanks()
	switch {
	case n == len(text):
		return 0, true
	case text[n] != q:
		return 0, false
	}
	return n + 1, false
}

func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return isUpper(c) || c >= 'a' && c <= 'z' }
