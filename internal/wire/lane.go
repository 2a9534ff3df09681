package wire

import "github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"

// Restorer replaces placeholders in a text that comes in pieces. What it has given out and what it holds
// always make up the text so far. The slices it takes and returns are good until its next call.
type Restorer interface {
	Write(piece []byte) []byte
	Flush() []byte
	// Held tells whether it holds anything.
	Held() bool
}

// Restore is asked once for each lane of text, and once for each string and each key within a tool's arguments.
// Its answer nil leaves the text as it is. A restorer reads and writes decoded text: escapes are wire's.
type Restore func(Lane) Restorer

// Lane is one text of an answer, in however many pieces it comes.
type Lane struct {
	// Choice is the index of the choice, or of the content block.
	Choice int
	// Call is the index of the tool call within the choice; -1 where the text is not in a list of its own.
	Call int
	// Field is the vendor's name of the text: content, text, arguments, partial_json.
	Field string
	// Tool is what the text is handed to, if it is for one.
	Tool Tool
	// Key is, in a tool's arguments, the path of object keys that the string stands under, joined by dots; or
	// the vendor's own path, where that says where it stands.
	Key string
	// Literal is, where the text stands in a program's string literal, its quote; a value is spelled for it (Spell).
	Literal byte
}

// Tool is what a tool call calls.
type Tool struct {
	Name string
	Kind ToolKind
}

// speller carries the contents of a JSON string through a restorer. All that comes out as it went in keeps
// the escapes that the sender chose.
type speller struct {
	to   Restorer
	text []byte
}

// write appends what the restorer gives out for raw, escaped.
func (s *speller) write(dst, raw []byte) []byte {
	for len(raw) > 0 {
		if n := jsontext.CanonicalPrefix(raw); n > 0 {
			s.text = jsontext.Decode(s.text[:0], raw[:n])
			dst = jsontext.Encode(dst, s.to.Write(s.text))
			raw = raw[n:]
			continue
		}
		// An escape that we would not have written. The restorer gave it out if it is the end of its output;
		// if it holds it instead, or the value ends alike, the text is the same and only the spelling ours.
		n := max(jsontext.EscapeLen(raw), 1)
		if n == 1 {
			s.text = append(s.text[:0], raw[0])
		} else {
			s.text = jsontext.Unescape(s.text[:0], raw)
		}
		out := s.to.Write(s.text)
		if k := len(out) - len(s.text); k >= 0 && string(out[k:]) == string(s.text) {
			dst = append(jsontext.Encode(dst, out[:k]), raw[:n]...)
		} else {
			dst = jsontext.Encode(dst, out)
		}
		raw = raw[n:]
	}
	return dst
}

func (s *speller) flush(dst []byte) []byte { return jsontext.Encode(dst, s.to.Flush()) }
