package lsp

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// Editors that do not say how they count may count bytes, as Vim with ALE does: behind an "é" an edit lands beside its place,
// halves the letter, and leaves the end of the value. Two places of a line are the same for everybody: those before its first
// letter beyond ASCII, and its end, which is as far as its bytes or nearer. Edits reach from one of these to another.

// counted tells whether the editor is known to count as the protocol does. Who takes edits of the server's own does.
func (s *Server) counted() bool { return s.caps.counts || s.caps.applyEdit }

// anchors are the nearest places around a span that are the same for everybody.
func anchors(t *text.Snapshot, span detect.Span) detect.Span {
	at := func(offset int, wide func(first, end int) int) int {
		start, end := t.Line(t.LineAt(offset))
		first := bytes.IndexFunc(t.Bytes()[start:end], func(r rune) bool { return r >= utf8.RuneSelf })
		if first < 0 || offset <= start+first || offset >= end {
			return offset
		}
		return wide(start+first, end)
	}
	return detect.Span{
		Start: at(span.Start, func(first, _ int) int { return first }),
		End:   at(span.End, func(_, end int) int { return end }),
	}
}

// anchored are the same splices, widened to where everybody finds them. They are put together where they meet.
func anchored(t *text.Snapshot, splices []splice) (all []splice) {
	splices = slices.Clone(splices)
	slices.SortStableFunc(splices, func(a, b splice) int { return a.Start - b.Start })
	for i := 0; i < len(splices); {
		wide, next := anchors(t, splices[i].Span), i+1
		for ; next < len(splices) && anchors(t, splices[next].Span).Start <= wide.End; next++ {
			wide.End = max(wide.End, anchors(t, splices[next].Span).End)
		}
		var out []byte
		at := wide.Start
		for _, sp := range splices[i:next] {
			out = append(append(out, t.Bytes()[at:sp.Start]...), sp.text...)
			at = sp.End
		}
		all = append(all, splice{wide, string(append(out, t.Bytes()[at:wide.End]...))})
		i = next
	}
	return all
}

// textEdits are splices as the editor does them.
func (s *Server) textEdits(t *text.Snapshot, splices []splice) []protocol.TextEdit {
	edits := []protocol.TextEdit{}
	if s.counted() {
		for _, sp := range splices {
			edits = append(edits, protocol.TextEdit{Range: s.theirs(t, sp.Start, sp.End), NewText: sp.text})
		}
		return edits
	}
	for _, sp := range anchored(t, splices) {
		r := t.Range(sp.Start, sp.End, text.UTF8)
		edits = append(edits, protocol.TextEdit{Range: protocol.Range{Start: protocol.Position(r.Start), End: protocol.Position(r.End)}, NewText: sp.text})
	}
	return edits
}

// carries tells whether the edit that replaces findings would hold the value of another one.
func (s *Server) carries(r *report, findings []judged) bool {
	if s.counted() {
		return false
	}
	for _, j := range findings {
		wide := anchors(r.buffer.Text, j.Span)
		for _, other := range r.touching(wide.Start, wide.End) {
			mine := slices.ContainsFunc(findings, func(f judged) bool { return f.Span == other.Span })
			if !mine && other.Start < wide.End && wide.Start < other.End {
				return true
			}
		}
	}
	return false
}
