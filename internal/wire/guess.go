package wire

import (
	"bytes"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/wire/event"
)

// Guess restores the answer of a path that no table knows. What it looks like decides: a document is read by the first
// table, of any format, that finds text in it. In one that none of them reads, each string is restored like an unknown
// tool's argument, so that commands and addresses get nothing. Text is text; all else stays.
type Guess struct {
	format  *Format
	restore Restore
	kind    string
	first   []byte
	// One of these is set once it is decided.
	stream *Stream
	text   Restorer
}

// Guess begins an answer of a content type.
func (f *Format) Guess(contentType string, restore Restore) *Guess {
	return &Guess{format: f, restore: restore, kind: contentType}
}

// Write takes what has arrived and returns what can be sent on, good until the next call.
func (g *Guess) Write(p []byte) []byte {
	if g.stream == nil && g.text == nil {
		g.first = append(g.first, p...)
		if !g.begin(false) {
			return nil
		}
		p, g.first = g.first, nil
	}
	if g.stream == nil {
		return g.text.Write(p)
	}
	out, err := g.stream.Write(p)
	if err != nil { // what is too large to be read is passed on
		out = append(bytes.Clone(out), g.stream.Close(nil)...)
		g.stream, g.text = nil, asIs{}
	}
	return out
}

// Close returns what is still to be sent.
func (g *Guess) Close() []byte {
	var out []byte
	if g.stream == nil && g.text == nil {
		g.begin(true)
		out = bytes.Clone(g.Write(g.first))
	}
	if g.stream != nil {
		return append(out, g.stream.Close(nil)...)
	}
	return append(out, g.text.Flush()...)
}

// begin decides by the first bytes. It is false while more is needed, which at the end there will not be.
func (g *Guess) begin(ended bool) bool {
	t := bytes.TrimLeft(bytes.TrimPrefix(g.first, event.ByteOrderMark), " \t\r\n")
	inside := t
	if len(t) > 0 && t[0] == '[' {
		inside = bytes.TrimLeft(t[1:], " \t\r\n")
	}
	events, ok := event.Sniff(t)
	switch {
	case len(inside) == 0 && !ended:
		return false
	case len(inside) > 0 && inside[0] == '{' && len(inside) < len(t):
		g.stream = g.guessing(event.Elements)
	case len(t) > 0 && t[0] == '{':
		g.stream = g.guessing(event.Documents)
	case events || g.kind == "text/event-stream":
		g.stream = g.guessing(event.ServerSent)
	case !ok && !ended:
		return false
	case strings.HasPrefix(g.kind, "text/"):
		if g.text = g.restore(Lane{Call: -1, Field: "text"}); g.text == nil {
			g.text = asIs{}
		}
	case len(t) > 0 && t[0] == '[' && strings.HasSuffix(g.kind, "json"):
		g.text = unknown(g.restore)
	default:
		g.text = asIs{}
	}
	return true
}

func (g *Guess) guessing(f event.Framing) *Stream {
	s := (&Route{Format: g.format}).newStream(f, g.restore)
	s.sure = true
	for _, other := range slices.Concat([]*Format{g.format}, formats) {
		s.guess = append(s.guess, other.routes...)
	}
	return s
}

// settle has the stream read by the table that finds text in one of its events. If there is none, the document may still
// be a whole answer of some table's; text is then what comes of it.
func (s *Stream) settle(doc []byte) (text []byte, settled bool) {
	says := func(t *table) bool {
		s.scan.data, s.scan.pos, s.scan.depth, s.scan.marks = doc, 0, 0, s.scan.marks[:0]
		return t != nil && s.scan.document(t.node()) == nil && s.scan.saysText()
	}
	for _, r := range s.guess {
		if says(r.stream.event) {
			s.route, s.guess = r, nil
			return nil, true
		}
	}
	for _, r := range s.guess {
		if says(r.answer) {
			text, _ = r.Answer(doc, s.restore) // it was read a moment ago
			return text, false
		}
	}
	all := unknown(s.restore)
	return append(bytes.Clone(all.Write(doc)), all.Flush()...), false
}

// embedded are the names under which a string may hold the JSON of a tool's arguments.
var embedded = []string{"arguments", "args", "input", "parameters", "partial_json", "partialJson"}

// unknown restores a document of which nothing is known.
func unknown(restore Restore) Restorer {
	tool := Tool{Kind: ToolOther}
	return &args{lane: Lane{Call: -1, Tool: tool}, restore: func(l Lane) Restorer {
		if slices.Contains(embedded, l.Key[strings.LastIndexByte(l.Key, '.')+1:]) {
			return &args{lane: l, restore: restore}
		}
		return restore(l)
	}}
}
