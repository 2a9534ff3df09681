package lsp

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// DidOpen takes over a file and scans it.
func (s *Server) DidOpen(ctx context.Context, p *protocol.DidOpenTextDocumentParams) error {
	d := p.TextDocument
	if written := rpc.DocumentURI(ctx); written != "" && written != string(d.URI) {
		s.mu.Lock()
		s.spellings[strings.Clone(string(d.URI))] = strings.Clone(written)
		s.mu.Unlock()
	}
	b := s.buffers.Open(string(d.URI), string(d.LanguageID), d.Version, []byte(d.Text))
	s.lookForLeftovers(b, b.Text.Bytes())
	s.touched(b.Path)
	s.changed(b.URI)
	return nil
}

// DidChange makes the next version and rescans what the edit can have changed.
func (s *Server) DidChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	s.sweep.typed.Store(time.Now().UnixNano())
	changes := make([]text.Change, 0, len(p.ContentChanges))
	for _, event := range p.ContentChanges {
		switch c := event.(type) {
		case *protocol.TextDocumentContentChangePartial:
			changes = append(changes, text.Change{Range: ours(c.Range), Text: c.Text})
		case *protocol.TextDocumentContentChangeWholeDocument:
			changes = append(changes, text.Change{Text: c.Text})
		default:
			return fmt.Errorf("a change is neither of a range nor of the whole text; this version was not taken")
		}
	}
	b, err := s.buffers.Change(string(p.TextDocument.URI), p.TextDocument.Version, changes, s.encoding)
	if err != nil {
		return err
	}
	s.arrive(b)
	for _, c := range changes {
		if len(c.Text) > 1 { // no key brings a placeholder
			s.lookForLeftovers(b, []byte(c.Text))
		}
	}
	s.touched(b.Path)
	s.changed(b.URI)
	return nil
}

// spelling is how the editor writes a URI.
func (s *Server) spelling(u string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if written, ok := s.spellings[u]; ok {
		return written
	}
	return u
}

// canonical is how the library writes a URI.
func canonical(u string) string {
	parsed, err := uri.Parse(u)
	if err != nil {
		return u
	}
	return string(parsed)
}

// DidClose lets a file go and clears what was shown of it.
func (s *Server) DidClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	u := string(p.TextDocument.URI)
	b, ok := s.buffers.At(u)
	if !ok {
		return fmt.Errorf("a file that is not open was closed")
	}
	s.buffers.Close(u)
	s.mu.Lock()
	delete(s.reports, u)
	delete(s.viewed, u)
	s.mu.Unlock()
	s.status.forget(u)
	s.arrivals.mu.Lock()
	delete(s.arrivals.of, u)
	s.arrivals.mu.Unlock()
	s.touched(b.Path)
	s.changed(b.URI)
	return nil
}

// scanFile scans a file that is too large to be scanned unasked.
func (s *Server) scanFile(_ context.Context, a argument) error {
	if _, open := s.buffers.Ask(a.URI); !open {
		return errNotOpen
	}
	s.mu.Lock()
	s.refresh = true // an editor that pulls does so after an edit
	s.mu.Unlock()
	s.changed(a.URI)
	return nil
}

// DidSave matters for files whose watching the editor does not offer.
func (s *Server) DidSave(_ context.Context, p *protocol.DidSaveTextDocumentParams) error {
	if b, ok := s.buffers.At(string(p.TextDocument.URI)); ok {
		s.touched(b.Path)
	}
	return nil
}

// DidChangeWatchedFiles is of settings files that something else wrote.
func (s *Server) DidChangeWatchedFiles(_ context.Context, p *protocol.DidChangeWatchedFilesParams) error {
	for _, c := range p.Changes {
		s.touched(c.URI.FsPath())
	}
	return nil
}

// touched judges everything anew if the file is one that holds settings or rules, or labels others.
func (s *Server) touched(path string) {
	if name := filepath.Base(path); path != "" && (name == settingsFile || slices.Contains(workspace.AIIgnoreFiles(), name) || s.rulesFile(path)) {
		s.Refresh()
	}
	if path != "" && isEnv(path) {
		s.Refresh() // its values stand in other files, perhaps
		if s.cfg.Daemon != nil {
			s.spawn(s.tellFolders)
		}
	}
}

// DidChangeWorkspaceFolders brings and takes the settings of folders.
func (s *Server) DidChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	for _, f := range p.Event.Removed {
		s.removeFolder(string(f.URI))
	}
	for _, f := range p.Event.Added {
		s.addFolder(string(f.URI))
	}
	if s.cfg.Daemon != nil && len(p.Event.Added) > 0 {
		s.spawn(s.tellFolders)
	}
	s.Refresh()
	return nil
}

func ours(r protocol.Range) *text.Range {
	return &text.Range{
		Start: text.Position{Line: r.Start.Line, Character: r.Start.Character},
		End:   text.Position{Line: r.End.Line, Character: r.End.Character},
	}
}

// theirs is where the bytes from start to end stand, as the editor counts.
func (s *Server) theirs(t *text.Snapshot, start, end int) protocol.Range {
	r := t.Range(start, end, s.encoding)
	return protocol.Range{
		Start: protocol.Position{Line: r.Start.Line, Character: r.Start.Character},
		End:   protocol.Position{Line: r.End.Line, Character: r.End.Character},
	}
}
