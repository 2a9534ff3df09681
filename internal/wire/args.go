package wire

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// maxKey is how much of an object key is remembered for Lane.Key.
const maxKey = 128

// args restores within JSON that comes in pieces: a tool's arguments. It is itself a Restorer of that JSON.
// Each string has a restorer of its own, because which one it is depends on where it stands, and what it
// writes is escaped for its place. Text that does not begin like JSON is restored as text.
type args struct {
	lane    Lane
	restore Restore

	begun  bool
	text   Restorer // if it is not JSON after all
	open   []level  // objects and arrays, outermost first
	deeper int      // how many more are open that are not in open
	out    []byte

	// Within a string:
	within bool
	isKey  bool
	key    []byte   // what the string says, if it is a key
	to     *speller // nil if it is left as it is
	cut    []byte   // an escape that has not come whole
	given  int      // how much of it was given out all the same
}

type level struct {
	object  bool
	key     string
	wantKey bool
}

func (a *args) Write(piece []byte) []byte {
	if !a.begun && !a.begin(piece) {
		return piece
	}
	if a.text != nil {
		return a.text.Write(piece)
	}
	a.out = a.out[:0]
	for len(piece) > 0 {
		if a.within {
			piece = a.string(piece)
		} else {
			piece = a.structure(piece)
		}
	}
	return a.out
}

// Flush gives out what is held. Arguments that end within a string were cut off by the vendor.
func (a *args) Flush() []byte {
	if a.text != nil {
		return a.text.Flush()
	}
	a.out = a.out[:0]
	if a.within && a.to != nil {
		a.out = a.to.flush(a.out)
	}
	a.out = append(a.out, a.cut[a.given:]...)
	a.cut, a.given, a.within = nil, 0, false
	return a.out
}

// Held tells whether there is anything to flush.
func (a *args) Held() bool {
	if a.text != nil {
		return a.text.Held()
	}
	return len(a.cut) > a.given || a.within && a.to != nil && a.to.to.Held()
}

// begin decides by the first character whether this is JSON.
func (a *args) begin(piece []byte) bool {
	first := bytes.TrimLeft(piece, " \t\r\n")
	if len(first) == 0 {
		return false
	}
	a.begun = true
	if strings.IndexByte(`{["`, first[0]) < 0 {
		if a.text = a.restore(a.lane); a.text == nil {
			a.text = asIs{}
		}
	}
	return true
}

// asIs changes nothing.
type asIs struct{}

func (asIs) Write(piece []byte) []byte { return piece }
func (asIs) Flush() []byte             { return nil }
func (asIs) Held() bool                { return false }

// structure reads up to and including the next quote.
func (a *args) structure(piece []byte) (rest []byte) {
	for i, c := range piece {
		top := len(a.open) - 1
		switch c {
		case '{', '[':
			if len(a.open) == maxDepth {
				a.deeper++
			} else {
				a.open = append(a.open, level{object: c == '{', wantKey: c == '{'})
			}
		case '}', ']':
			if a.deeper > 0 {
				a.deeper--
			} else if top >= 0 {
				a.open = a.open[:top]
			}
		case ',':
			if top >= 0 && a.deeper == 0 {
				a.open[top].wantKey = a.open[top].object
			}
		case '"':
			a.out = append(a.out, piece[:i+1]...)
			a.begins()
			return piece[i+1:]
		}
	}
	a.out = append(a.out, piece...)
	return nil
}

// begins finds out what the string that begins here is, and asks for its restorer.
func (a *args) begins() {
	a.within, a.to = true, nil
	a.key = a.key[:0]
	top := len(a.open) - 1
	a.isKey = top >= 0 && a.deeper == 0 && a.open[top].wantKey
	if a.isKey {
		a.open[top].key = ""
	}
	lane := a.lane
	lane.Key = a.path()
	lane.Tool.Kind = kindForKey(lane.Tool.Kind, lane.Key)
	if to := a.restore(lane); to != nil {
		a.to = &speller{to: to}
	}
}

func (a *args) path() string {
	var b strings.Builder
	for _, l := range a.open {
		if l.key == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(l.key)
	}
	return b.String()
}

// string reads up to and including the quote that ends the string.
func (a *args) string(piece []byte) (rest []byte) {
	if len(a.cut) > 0 {
		piece = append(a.cut, piece...)
		a.cut = nil
	}
	i := 0
	for i < len(piece) && piece[i] != '"' {
		if piece[i] != '\\' {
			i++
			continue
		}
		n := jsontext.EscapeLen(piece[i:])
		if n != 12 && partial(piece[i:], n) {
			a.pass(piece[:i])
			a.cut = bytes.Clone(piece[i:])
			if a.to == nil {
				a.out = append(a.out, a.cut[a.given:]...)
				a.given = len(a.cut)
			}
			return nil
		}
		i += max(n, 1)
	}
	a.pass(piece[:i])
	if i == len(piece) {
		return nil
	}
	if a.to != nil {
		a.out = a.to.flush(a.out)
	}
	a.out = append(a.out, '"')
	a.within = false
	if a.isKey {
		top := &a.open[len(a.open)-1]
		top.key, top.wantKey = string(jsontext.Decode(nil, a.key)), false
	}
	return piece[i+1:]
}

// pass takes whole escapes only.
func (a *args) pass(raw []byte) {
	if a.isKey && len(a.key) < maxKey {
		a.key = append(a.key, raw[:min(len(raw), maxKey)]...)
	}
	if a.to != nil {
		a.out = a.to.write(a.out, raw)
		return
	}
	given := min(a.given, len(raw))
	a.out = append(a.out, raw[given:]...)
	a.given -= given
}

// partial tells whether more text could make another escape of the one that text starts with, n bytes long so far.
func partial(text []byte, n int) bool {
	if n == 2 {
		return false
	}
	if n == 6 {
		// A high surrogate waits for its other half.
		u, _ := jsontext.CodeUnit(text)
		return u >= 0xd800 && u < 0xdc00 && (len(text) == 6 || len(text) < 12 && isPrefixOfEscape(text[6:]))
	}
	return isPrefixOfEscape(text)
}

// isPrefixOfEscape tells whether text is the beginning of an escape and no more.
func isPrefixOfEscape(text []byte) bool {
	if len(text) == 0 || len(text) >= 6 || text[0] != '\\' || len(text) > 1 && text[1] != 'u' {
		return false
	}
	for i := 2; i < len(text); i++ {
		c := text[i]
		if c-'0' > 9 && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
