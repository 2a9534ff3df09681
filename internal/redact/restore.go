package redact

// Restorer replaces placeholders in a text that comes in pieces. What it has given out and what it
// holds always make up the text so far; it never holds more than MaxPlaceholder bytes.
type Restorer struct {
	look Lookup
	held []byte
	most *int
	// In prose (prose.go):
	types    []string
	initials uint32 // of the types
	exact    bool   // in an edit
	last     byte   // what was given out last, as the vendor wrote it
	// inURL answers instead of look for a placeholder in a URL; url follows what was given out, as the vendor wrote it.
	inURL Lookup
	url   address
}

// Most has the most bytes that were ever held written to most, which restorers of one goroutine may share.
func (r *Restorer) Most(most *int) *Restorer {
	r.most = most
	return r
}

// InURL has another lookup answer where a placeholder stands in a URL.
func (r *Restorer) InURL(look Lookup) *Restorer {
	r.inURL = look
	return r
}

// address tells whether a text has come into a URL: after :// and until a blank, a quote or a bracket.
type address struct {
	in     bool
	recent [2]byte
}

func (u *address) follow(text []byte) {
	for _, c := range text {
		switch {
		case c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>':
			u.in = false
		case c == '/' && u.recent == [2]byte{':', '/'}:
			u.in = true
		}
		u.recent = [2]byte{u.recent[1], c}
	}
}

// NewRestorer makes one for a single lane of text.
func NewRestorer(look Lookup) *Restorer { return &Restorer{look: look} }

// Write takes the next piece and returns what can be given out now. The result is valid until the
// next call.
func (r *Restorer) Write(piece []byte) []byte {
	r.held = append(r.held, piece...)
	out, rest := r.replace(r.held)
	cut := tail(rest)
	if r.types != nil {
		_, _, begun := r.bent(rest)
		cut = min(cut, begun)
	}
	r.gone(rest[:cut])
	out = append(out, rest[:cut]...)
	r.held = append(r.held[:0], rest[cut:]...)
	if r.most != nil {
		*r.most = max(*r.most, len(r.held))
	}
	return out
}

// Flush returns what is held: the lane has ended, and nothing that is held is a whole placeholder.
func (r *Restorer) Flush() []byte {
	out := r.held
	r.held = nil
	return out
}

// Held tells whether there is anything to flush.
func (r *Restorer) Held() bool { return len(r.held) > 0 }

// gone takes note of what the vendor wrote and is given out.
func (r *Restorer) gone(text []byte) {
	if len(text) > 0 {
		r.last = text[len(text)-1]
	}
	if r.inURL != nil {
		r.url.follow(text)
	}
}

// replace puts values in the place of whole placeholders and returns what is left after the last.
func (r *Restorer) replace(text []byte) (out, rest []byte) {
	for {
		var value []byte
		s, ok := next(text, 0, func(start, end int) bool {
			look := r.look
			if r.inURL != nil {
				u := r.url
				if u.follow(text[:start]); u.in {
					look = r.inURL
				}
			}
			v, ok := look(string(text[start:end]))
			value = v
			return ok
		})
		if r.types != nil {
			if b, bent, _ := r.bent(text); b.End > 0 && (!ok || b.Start < s.Start) {
				s, value, ok = b, bent, true
			}
		}
		if !ok {
			return out, text
		}
		out = append(out, text[:s.Start]...)
		out = append(out, value...)
		r.gone(text[:s.End])
		text = text[s.End:]
	}
}

// Restore replaces the placeholders of a whole text.
func Restore(text []byte, look Lookup) []byte {
	r := NewRestorer(look)
	out := append([]byte(nil), r.Write(text)...)
	return append(out, r.Flush()...)
}
