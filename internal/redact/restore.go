package redact

// Restorer replaces placeholders in a text that comes in pieces. What it has given out and what it
// holds always make up the text so far; it never holds more than MaxPlaceholder bytes.
type Restorer struct {
	look Lookup
	held []byte
}

// NewRestorer makes one for a single lane of text.
func NewRestorer(look Lookup) *Restorer { return &Restorer{look: look} }

// Write takes the next piece and returns what can be given out now. The result is valid until the
// next call.
func (r *Restorer) Write(piece []byte) []byte {
	r.held = append(r.held, piece...)
	out, rest := r.replace(r.held)
	cut := tail(rest)
	out = append(out, rest[:cut]...)
	r.held = append(r.held[:0], rest[cut:]...)
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

// replace puts values in the place of whole placeholders and returns what is left after the last.
func (r *Restorer) replace(text []byte) (out, rest []byte) {
	for {
		var value []byte
		s, ok := next(text, 0, func(token []byte) bool {
			v, ok := r.look(string(token))
			value = v
			return ok
		})
		if !ok {
			return out, text
		}
		out = append(out, text[:s.Start]...)
		out = append(out, value...)
		text = text[s.End:]
	}
}

// Restore replaces the placeholders of a whole text.
func Restore(text []byte, look Lookup) []byte {
	r := NewRestorer(look)
	out := append([]byte(nil), r.Write(text)...)
	return append(out, r.Flush()...)
}
