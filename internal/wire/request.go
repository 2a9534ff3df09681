package wire

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

// Request is what is known of a request's body.
type Request struct {
	// Model is what the body names; nothing if that is several.
	Model string
	// Stream says that the body asks for one.
	Stream bool
	// Spans are all strings of the body, and the whole numbers that are long enough to say something, in order, never
	// overlapping, without what the format exempts.
	Spans []Span
	// Tools are those that the model may call.
	Tools *Tools

	body   []byte
	joins  [][]int
	models []Edit         // where models are named
	media  map[int]string // of the files in a body of parts; nil for other bodies
	newest []Edit         // what the person has typed last, once it was looked for
	looked bool
}

// Kind says what a span's text is.
type Kind uint8

// A JSONText span stands within a string that itself holds JSON. A Blob is base64: bytes of an image or a file, where
// a table has one or, as a data URL, anywhere.
// A Thought is the vendor's own, which was sent back to us unrestored: only a client that took it over from
// another vendor can have put a value into it, one that was restored before. A File is one as it is, of a body of parts.
const (
	Plain Kind = iota
	JSONText
	Blob
	Thought
	File
)

// Span is the contents of one JSON string, between its quotes, as a range of the body; or a whole number.
type Span struct {
	Start, End int
	// Key is the index of the span that names the object member this string belongs to, perhaps through
	// arrays; -1 if it belongs to none or is such a name itself.
	Key   int
	Kind  Kind
	IsKey bool
	// IsNumber says that no quotes are around it yet: it can only be replaced as a whole, by a string.
	IsNumber bool

	escaped bool
	layers  uint8 // how often the raw bytes are to be decoded
	hidden  bool
	n       *node
}

// Request reads a request's body. The body must be one JSON object that all parsers read the same;
// otherwise the error is a *Malformed. It is ErrTokens if text comes as numbers, with the request all the same.
func (r *Route) Request(body []byte) (*Request, error) {
	s := scanner{data: body, list: true}
	// Quotes are counted fast, and two make a string, or less if they are escaped.
	s.spans = make([]Span, 0, min(bytes.Count(body, []byte{'"'})/2, maxStrings))
	if err := s.document(r.request.node()); err != nil {
		return nil, err
	}
	if i := bytes.IndexAny(body, "{[\""); i < 0 || body[i] != '{' {
		return nil, &Malformed{0, "the body is not a JSON object"}
	}
	q := &Request{Spans: s.listedSpans(), Tools: new(Tools), body: body}
	mixed := false
	for _, m := range s.marks {
		switch {
		case m.n.as == model && m.str:
			name := string(jsontext.Decode(nil, body[m.start:m.end]))
			mixed = mixed || q.Model != "" && name != q.Model
			q.Model = name
			q.models = append(q.models, Edit{Start: m.start, End: m.end})
		case m.n.as == streamed:
			q.Stream = body[m.start] == 't'
		case m.n.as == declared:
			q.Tools.declare(body[m.start:m.end])
		}
	}
	if mixed {
		q.Model = ""
	}
	if r.joined != nil {
		q.joins = joins(q.Spans, r.request.node(), r.joined)
		if len(q.joins) > maxJoins {
			return nil, &Malformed{0, fmt.Sprintf("more than %d texts that go on in another", maxJoins)}
		}
	}
	if s.tokens {
		return q, ErrTokens
	}
	return q, nil
}

// WithModel is the body with another model's name in the place of those that it names.
func (q *Request) WithModel(name string) []byte {
	edits := slices.Clone(q.models)
	for i := range edits {
		edits[i].Text = jsontext.Encode(nil, []byte(name))
	}
	return Splice(q.body, edits)
}

// add lists a span.
func (s *scanner) add(sp Span) error {
	if len(s.spans) >= maxStrings {
		return s.bad("more than a million strings")
	}
	s.spans = append(s.spans, sp)
	return nil
}

// listed lists a string value, or the strings of the JSON that it holds.
func (s *scanner) listed(n *node, start, end, key int, escaped bool) error {
	sp := Span{Start: start, End: end, Key: key, layers: 1, escaped: escaped, n: n}
	if n != nil {
		switch n.as {
		case exempt:
			return nil
		case blob:
			if isBlob(s.data[start:end]) {
				sp.Kind = Blob
			}
		case jsonText:
			if s.holdsJSON(sp) {
				return nil
			}
		}
	}
	if sp.Kind == Plain && isDataURL(s.data[start:end]) && isBlob(s.data[start:end]) {
		sp.Kind = Blob
	}
	return s.add(sp)
}

// minDigits is the length from which a number may be a person's or a card's: shorter ones are sizes, ports and times.
const minDigits = 8

// counted lists a number of digits alone; programs that know no whole numbers put a point and zeros behind them.
func (s *scanner) counted(n *node, start, end, key int) error {
	digits, fraction, _ := bytes.Cut(s.data[start:end], []byte{'.'})
	if len(digits) < minDigits || len(bytes.Trim(fraction, "0")) > 0 || n != nil && n.as == exempt {
		return nil
	}
	for _, c := range digits {
		if c-'0' > 9 {
			return nil
		}
	}
	return s.add(Span{Start: start, End: end, Key: key, IsNumber: true, layers: 1, n: n})
}

// holdsJSON lists the strings of the JSON that a string holds, even if it is cut off: a model that reaches its
// limit stops anywhere. What is not JSON is left to the caller to list as text.
func (s *scanner) holdsJSON(sp Span) bool {
	raw := s.data[sp.Start:sp.End]
	if sp.escaped {
		s.text = jsontext.Decode(s.text[:0], raw)
	} else {
		s.text = append(s.text[:0], raw...)
	}
	if t := bytes.TrimLeft(s.text, " \t\r\n"); len(t) == 0 || t[0] != '{' && t[0] != '[' {
		return false
	}
	if s.inner == nil {
		s.inner = &scanner{lax: true, list: true}
	}
	in := s.inner
	first := len(s.spans)
	in.data, in.pos, in.within, in.depth, in.spans = s.text, 0, 0, 0, s.spans
	if in.document(nil) != nil && !in.cutOff() {
		return false // s.spans still ends where it did
	}
	s.spans = in.spans
	at := jsontext.Cursor{Raw: raw}
	for i := first; i < len(s.spans); i++ {
		t := &s.spans[i]
		if !t.IsKey && t.Key < 0 {
			t.Key = sp.Key
		}
		if t.layers = 2; t.Kind != Blob {
			t.Kind = JSONText
		}
		t.Start = sp.Start + at.To(t.Start, false)
		t.End = sp.Start + at.To(t.End, true)
		t.escaped = t.escaped || bytes.IndexByte(s.data[t.Start:t.End], '\\') >= 0
	}
	return true
}

// cutOff tells whether the document, which was refused, only lacks its end. If that is within a string, it is
// listed as far as it goes.
func (s *scanner) cutOff() bool {
	if s.pos < len(s.data) && !isPrefixOfEscape(s.data[s.pos:]) || len(s.spans) >= maxStrings {
		return false
	}
	if s.within > 0 {
		text := s.data[s.within:s.pos]
		s.spans = append(s.spans, Span{
			Start: s.within, End: s.pos, Key: s.key, IsKey: s.isKey,
			layers: 1, escaped: bytes.IndexByte(text, '\\') >= 0,
		})
	}
	return true
}

// judge applies what depends on an object's type, or on which fields say something, now that all of it is read.
func (s *scanner) judge(n *node, spans []Span, typ, role []byte, said uint8) {
	for _, j := range n.judged {
		if j.typ != "" && j.typ != string(typ) || j.said&^said != 0 {
			continue
		}
		for i := range spans {
			sp := &spans[i]
			switch {
			case j.as == exempt && (j.of == nil || sp.n == j.of):
				sp.hidden, s.hidden = true, true
			case j.as == blob && sp.n == j.of && isBlob(s.data[sp.Start:sp.End]):
				sp.Kind = Blob
			case j.as == thought && sp.Kind == Plain:
				sp.Kind = Thought
			}
		}
	}
	// Another's message cannot have what is exempt in this role's.
	if n.author != "" && n.author != string(role) {
		for i := range spans {
			spans[i].hidden = false
			if spans[i].Kind == Thought {
				spans[i].Kind = Plain
			}
		}
	}
}

// listedSpans leaves out the spans that are exempt.
func (s *scanner) listedSpans() []Span {
	if !s.hidden {
		return s.spans
	}
	kept := s.spans[:0]
	moved := make([]int, len(s.spans))
	for i, sp := range s.spans {
		if sp.hidden {
			continue
		}
		moved[i] = len(kept)
		if sp.Key >= 0 {
			sp.Key = moved[sp.Key]
		}
		kept = append(kept, sp)
	}
	return kept
}
