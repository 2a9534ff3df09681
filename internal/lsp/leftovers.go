package lsp

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Leftovers are placeholders of the wire that an assistant has written into a file: the value belongs there. Their form alone
// proves nothing, so the daemon is asked which of them stand for something; not while somebody types, but when a text comes
// from elsewhere.
type leftovers struct {
	mu sync.Mutex
	// known says of a text with the form of a placeholder whether it is one.
	known map[string]bool
}

// mostLeftovers bounds how many texts are remembered.
const mostLeftovers = 4096

const leftCode = "left-placeholder"

// lookForLeftovers asks about what a text holds that came from elsewhere.
func (s *Server) lookForLeftovers(b *workspace.Buffer, came []byte) {
	if s.cfg.Daemon == nil || b.Unscanned != "" {
		return
	}
	var ask []string
	s.left.mu.Lock()
	for _, at := range redact.Find(came) {
		p := string(came[at.Start:at.End])
		if _, asked := s.left.known[p]; at.Scope == redact.Wire && !asked && !slices.Contains(ask, p) {
			ask = append(ask, p)
		}
	}
	s.left.mu.Unlock()
	if len(ask) == 0 {
		return
	}
	s.spawn(func(ctx context.Context) {
		out, err := s.cfg.Daemon.Left(ctx, control.Left{Version: control.Version, Placeholders: ask})
		if err != nil {
			if ctx.Err() == nil {
				s.log.Info("which placeholders were left in a file is not known", zap.Error(err))
			}
			return
		}
		s.left.mu.Lock()
		if s.left.known == nil || len(s.left.known) > mostLeftovers {
			s.left.known = map[string]bool{}
		}
		for _, p := range ask {
			s.left.known[p] = slices.Contains(out.Placeholders, p)
		}
		s.left.mu.Unlock()
		if len(out.Placeholders) > 0 {
			s.mu.Lock()
			s.refresh = true
			s.mu.Unlock()
			s.changed(b.URI)
		}
	})
}

// leftIn are the leftovers of a text.
func (s *Server) leftIn(b *workspace.Buffer) (all []detect.Span) {
	s.left.mu.Lock()
	defer s.left.mu.Unlock()
	for p, is := range s.left.known {
		for at := 0; is; {
			i := bytes.Index(b.Text.Bytes()[at:], []byte(p))
			if i < 0 {
				break
			}
			all = append(all, detect.Span{Start: at + i, End: at + i + len(p)})
			at += i + len(p)
		}
	}
	slices.SortFunc(all, func(a, b detect.Span) int { return a.Start - b.Start })
	return all
}

func (s *Server) leftDiagnostics(b *workspace.Buffer) (all []protocol.Diagnostic) {
	for _, at := range s.leftIn(b) {
		all = append(all, protocol.Diagnostic{
			Range:    s.theirs(b.Text, at.Start, at.End),
			Severity: protocol.DiagnosticSeverityWarning,
			Source:   protocol.NewOptional(section),
			Code:     protocol.String(leftCode),
			Message:  protocol.String("Placeholder left by an assistant: restore it"),
		})
	}
	return all
}

func offerRestoreLeft(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil
	}
	for _, at := range q.s.leftIn(q.report.buffer) {
		if at.Start <= q.end && q.start <= at.End {
			all = append(all, action("Restore the value of "+string(q.report.buffer.Value(at)), commandRestoreLeft, q.argument(place{"", at.Start, at.End})))
		}
	}
	return all
}

// restoreLeft puts the value where an assistant left its placeholder.
func (s *Server) restoreLeft(ctx context.Context, a argument) error {
	b, span, err := s.placed(a, a.place)
	if err != nil {
		return err
	}
	name := string(b.Value(span))
	s.left.mu.Lock()
	is := s.left.known[name]
	s.left.mu.Unlock()
	if !is {
		return errMoved
	}
	patient, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	revealed, err := s.cfg.Daemon.Reveal(patient, control.Reveal{Version: control.Version, Path: b.Path, Placeholders: []string{name}, Wire: true})
	if err != nil {
		return daemonFailed(err)
	}
	value, ok := revealed.Values[name]
	if !ok {
		return errors.New(name + " stands for nothing any more, so it cannot be restored")
	}
	return s.apply(ctx, "Restore", b, []splice{{span, string(value)}})
}
