package lsp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// maxDiagnostics is how many a file may have: editors slow down beyond it.
const maxDiagnostics = 1000

var severities = map[string]protocol.DiagnosticSeverity{
	"error":       protocol.DiagnosticSeverityError,
	"warning":     protocol.DiagnosticSeverityWarning,
	"information": protocol.DiagnosticSeverityInformation,
	"hint":        protocol.DiagnosticSeverityHint,
}

// diagnoseForever works off what has changed. Versions that come faster than it works are skipped.
func (s *Server) diagnoseForever(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		refresh := false
		for ctx.Err() == nil {
			uris, anew := s.nextPending()
			refresh = refresh || anew
			if len(uris) == 0 {
				break
			}
			for _, u := range uris {
				s.diagnose(ctx, u)
			}
		}
		if refresh && s.caps.pull && s.caps.refresh {
			s.again(ctx, s.client.DiagnosticRefresh)
		}
		if refresh && s.caps.tokensRefresh {
			s.again(ctx, s.client.SemanticTokensRefresh)
		}
		if refresh {
			s.refreshLenses(ctx)
		}
	}
}

// nextPending takes the open files that wait, for a person looks at those; without any, one of the others, of which a folder that is looked through
// has hundreds. anew says that the editor has to pull again.
func (s *Server) nextPending() (uris []string, anew bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	anew, s.refresh = s.refresh, false
	other := ""
	for u := range s.pending {
		if _, open := s.buffers.At(u); open {
			uris = append(uris, u)
		} else if other == "" || u < other {
			other = u
		}
	}
	if len(uris) == 0 && other != "" {
		uris = append(uris, other)
	}
	for _, u := range uris {
		delete(s.pending, u)
	}
	slices.Sort(uris)
	return uris, anew
}

// again has the editor ask for something anew.
func (s *Server) again(ctx context.Context, refresh func(context.Context) error) {
	if s.shut.Load() {
		return
	}
	if err := refresh(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("the editor does not refresh", zap.Error(err))
	}
}

// diagnose shows the present state of one file: its status, and its diagnostics where they are pushed.
// An editor that pulls gets those of closed files only.
func (s *Server) diagnose(ctx context.Context, u string) {
	start := time.Now()
	b, open := s.buffers.At(u)
	p := protocol.PublishDiagnosticsParams{URI: uri.URI(s.spelling(u)), Diagnostics: []protocol.Diagnostic{}}
	switch {
	case open:
		r := s.judge(ctx, b)
		s.sendStatus(ctx, r)
		if !s.caps.pull {
			p.Version = protocol.NewOptional(b.Text.Version())
			p.Diagnostics = s.diagnostics(r)
		}
		s.viewChanged(ctx, u)
	default:
		p.Diagnostics = append(s.closedProblems(u), s.closedFindings(ctx, u)...)
	}
	hash := ""
	if len(p.Diagnostics) > 0 {
		hash = hashOf(p.Diagnostics)
	}
	s.mu.Lock()
	same := s.sent[u] == hash
	s.mu.Unlock()
	if same || ctx.Err() != nil {
		return
	}
	if err := s.client.PublishDiagnostics(ctx, &p); err != nil {
		return // the connection is gone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if hash == "" {
		delete(s.sent, u)
	} else {
		s.sent[u] = hash
	}
	if open && s.trace.Load() {
		message := fmt.Sprintf("version %d of %s: %d diagnostics in %v", b.Text.Version(), u, len(p.Diagnostics), time.Since(start).Round(time.Microsecond))
		_ = s.client.LogTrace(ctx, &protocol.LogTraceParams{Message: message})
	}
}

// Diagnostic is the pull: the same diagnostics, on demand.
func (s *Server) Diagnostic(ctx context.Context, p *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	full := &protocol.RelatedFullDocumentDiagnosticReport{}
	full.Kind, full.Items = "full", []protocol.Diagnostic{}
	if !open {
		return full, nil
	}
	full.Items = s.diagnostics(s.judge(ctx, b))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	id := hashOf(full.Items)
	if p.PreviousResultID != nil && *p.PreviousResultID == id {
		same := &protocol.RelatedUnchangedDocumentDiagnosticReport{}
		same.Kind, same.ResultID = "unchanged", id
		return same, nil
	}
	full.ResultID = &id
	return full, nil
}

// diagnostics are those of an open file.
func (s *Server) diagnostics(r *report) []protocol.Diagnostic {
	b := r.buffer
	all := []protocol.Diagnostic{}
	for _, l := range r.labels {
		all = append(all, ofFile(l.Name, "kept from AI assistants by "+l.By))
	}
	if b.Unscanned != "" {
		return append(all, ofFile("not-scanned", "not scanned: "+b.Unscanned))
	}
	all = append(all, s.problems(r)...)
	all = append(all, s.leftDiagnostics(b)...)
	all = append(all, s.arrivedDiagnostics(b)...)
	return append(all, s.findingsOnly(r)...)
}

// findingsOnly are the diagnostics of what was found.
func (s *Server) findingsOnly(r *report) (all []protocol.Diagnostic) {
	b, room := r.buffer, maxDiagnostics
	shown := r.shown()
	var more []judged
	if len(shown) > room {
		shown, more = shown[:room-1], shown[room-1:]
	}
	for _, j := range shown {
		all = append(all, s.diagnosticOf(r, j))
	}
	if len(more) > 0 {
		all = append(all, protocol.Diagnostic{
			Range:    s.theirs(b.Text, more[0].Start, more[0].End),
			Severity: protocol.DiagnosticSeverityInformation,
			Source:   protocol.NewOptional(section),
			Code:     protocol.String("more"),
			Message:  protocol.String(fmt.Sprintf("%d more findings in this file are not shown", len(more))),
		})
	}
	return all
}

// ofFile says something of the whole file, at its beginning.
func ofFile(code, message string) protocol.Diagnostic {
	return protocol.Diagnostic{
		Severity: protocol.DiagnosticSeverityInformation,
		Source:   protocol.NewOptional(section),
		Code:     protocol.String(code),
		Message:  protocol.String(message),
	}
}

func (s *Server) diagnosticOf(r *report, j judged) protocol.Diagnostic {
	d := protocol.Diagnostic{
		Range:    s.theirs(r.buffer.Text, j.Start, j.End),
		Severity: severities[j.diagnostic],
		Source:   protocol.NewOptional(section),
		Code:     protocol.String(j.Rule.ID),
		Message:  protocol.String(r.message(j)),
		Data:     protocol.LSPAny(fmt.Sprintf(`{"class":%q,"severity":%q,"verdict":%q}`, j.Rule.Class, j.Severity, j.verdict)),
	}
	if s.caps.codeDescription {
		d.CodeDescription.Href = page(j.Rule)
	}
	return d
}

// problems are what is wrong with a settings file that is open.
func (s *Server) problems(r *report) []protocol.Diagnostic {
	f := r.outlook.folder
	if f == nil || r.buffer.Path != f.settingsPath() {
		return nil
	}
	return s.problemsOf(f)
}

// closedProblems are what is wrong with a settings file that is not open, if u is one.
func (s *Server) closedProblems(u string) []protocol.Diagnostic {
	s.mu.Lock()
	at := slices.IndexFunc(s.folders, func(f *folder) bool { return f.settingsURI() == u })
	if at < 0 {
		s.mu.Unlock()
		return []protocol.Diagnostic{}
	}
	f := s.folders[at]
	s.mu.Unlock()
	return s.problemsOf(f)
}

func (s *Server) problemsOf(f *folder) []protocol.Diagnostic {
	if !s.trusts() {
		return []protocol.Diagnostic{} // it is not heeded, so nothing in it is a mistake
	}
	problems := s.inspect(f)
	all := make([]protocol.Diagnostic, 0, len(problems))
	for _, p := range problems {
		at := protocol.Position{Line: uint32(p.line)}
		end := at
		if b, open := s.buffers.Of(f.settingsPath()); open && p.line < b.Text.Lines() {
			end = s.theirs(b.Text, 0, endOf(b, p.line)).End
		} else {
			end.Line++
		}
		severity := p.severity
		if severity == 0 {
			severity = protocol.DiagnosticSeverityError
		}
		all = append(all, protocol.Diagnostic{
			Range:    protocol.Range{Start: at, End: end},
			Severity: severity,
			Source:   protocol.NewOptional(section),
			Code:     protocol.String("settings"),
			Message:  protocol.String(p.text),
		})
	}
	return all
}

func endOf(b *workspace.Buffer, line int) int {
	_, end := b.Text.Line(line)
	return end
}

// hashOf tells diagnostics apart without keeping them.
func hashOf(d []protocol.Diagnostic) string {
	h := sha256.New()
	for i := range d {
		encoded, _ := protocol.Marshal(&d[i])
		h.Write(encoded)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
