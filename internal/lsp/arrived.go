package lsp

import (
	"bytes"
	"sync"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Code that arrives at once was not typed: an assistant has written it, or it was pasted. What in it a person should look at
// twice is shown where it stands, until somebody edits it.

// arrivals are what was found in such code, by file.
type arrivals struct {
	mu sync.Mutex
	of map[string][]arrival
}

type arrival struct {
	code, says string
	version    int32
	span       detect.Span
}

const (
	// atOnce is how many bytes come at once that nobody has typed, and mostArrived how many of them are looked at.
	atOnce      = 60
	mostArrived = 64 << 10
	// mostArrivals bounds what is shown of a file.
	mostArrivals = 100
)

// arrive looks at what a version brought.
func (s *Server) arrive(b *workspace.Buffer) {
	if b.Unscanned != "" || b.Language == "markdown" || b.Language == "plaintext" {
		return
	}
	content := b.Text.Bytes()
	edits := b.Text.Edits()
	if len(edits) != 1 { // their places are of the versions between them
		return
	}
	d := edits[0]
	if d.Delta() < atOnce && bytes.Count(content[d.Start:d.NewEnd], []byte("\n")) < 2 || d.NewEnd-d.Start > mostArrived {
		return
	}
	start, _ := b.Text.Line(b.Text.LineAt(d.Start))
	last := d.NewEnd
	if bytes.HasSuffix(content[d.Start:last], []byte("\n")) {
		last-- // what stands behind it was there before
	}
	_, end := b.Text.Line(b.Text.LineAt(last))
	var all []arrival
	for _, f := range detect.Checks().Find(b.Path, content[start:end]) {
		all = append(all, arrival{f.Rule.ID, "Generated code: " + f.Rule.Description, b.Text.Version(), detect.Span{Start: start + f.Start, End: start + f.End}})
	}
	missing, lock := workspace.MissingPackages(b.Path, b.Language, content[start:end])
	for _, m := range missing {
		all = append(all, arrival{"unknown-package", "Generated code: " + m.Name + " is not in " + lock, b.Text.Version(), detect.Span{Start: start + m.Span.Start, End: start + m.Span.End}})
	}
	if len(all) == 0 {
		return
	}
	s.arrivals.mu.Lock()
	defer s.arrivals.mu.Unlock()
	if s.arrivals.of == nil {
		s.arrivals.of = map[string][]arrival{}
	}
	all = append(s.arrivals.of[b.URI], all...)
	s.arrivals.of[b.URI] = all[max(0, len(all)-mostArrivals):]
}

// arrivedIn is what is left of them in a version, each where it stands by now. Those of later versions stay for those.
func (s *Server) arrivedIn(b *workspace.Buffer) (here []arrival) {
	s.arrivals.mu.Lock()
	defer s.arrivals.mu.Unlock()
	var left []arrival
	for _, a := range s.arrivals.of[b.URI] {
		if a.version > b.Text.Version() {
			left = append(left, a)
		} else if span, ok := b.Trace(a.version, a.span); ok {
			here = append(here, arrival{a.code, a.says, b.Text.Version(), span})
		}
	}
	if left = append(left, here...); len(left) == 0 {
		delete(s.arrivals.of, b.URI)
	} else {
		s.arrivals.of[b.URI] = left
	}
	return here
}

func (s *Server) arrivedDiagnostics(b *workspace.Buffer) (all []protocol.Diagnostic) {
	for _, a := range s.arrivedIn(b) {
		all = append(all, protocol.Diagnostic{
			Range:    s.theirs(b.Text, a.span.Start, a.span.End),
			Severity: protocol.DiagnosticSeverityInformation,
			Source:   protocol.NewOptional(section),
			Code:     protocol.String(a.code),
			Message:  protocol.String(a.says),
		})
	}
	return all
}
