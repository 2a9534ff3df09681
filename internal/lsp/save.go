package lsp

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.yaml.in/yaml/v3"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// WillSaveWaitUntil redacts a file on its way to the disk, if the editor's settings ask for that. What cannot be redacted is
// saved as it is, and the person is told.
func (s *Server) WillSaveWaitUntil(ctx context.Context, p *protocol.WillSaveTextDocumentParams) ([]protocol.TextEdit, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	s.mu.Lock()
	wanted := s.editor.RedactOnSave
	s.mu.Unlock()
	rpc.Release(ctx)
	edits := []protocol.TextEdit{}
	if !open || !wanted || b.Unscanned != "" {
		return edits, nil
	}
	r := s.judge(ctx, b)
	these := redactable(r)
	if len(these) == 0 {
		return edits, ctx.Err()
	}
	splices, err := s.redacted(ctx, r, these)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.warn("saved without redacting: " + err.Error())
		return edits, nil
	}
	return s.textEdits(b.Text, splices), nil
}

// WillRenameFiles has the allow entries of a repository go along with the files that they name.
func (s *Server) WillRenameFiles(ctx context.Context, p *protocol.RenameFilesParams) (*protocol.WorkspaceEdit, error) {
	rpc.Release(ctx)
	renamed := map[*folder]map[string]string{}
	for _, f := range p.Files {
		from, to := uri.URI(f.OldURI).FsPath(), uri.URI(f.NewURI).FsPath()
		of := s.folderOf(from)
		if of == nil || of != s.folderOf(to) || !s.trusts() {
			continue
		}
		if renamed[of] == nil {
			renamed[of] = map[string]string{}
		}
		renamed[of][literal(of.rel(from))] = literal(of.rel(to))
	}
	var changes []protocol.DocumentChange
	for of, names := range renamed {
		edit, err := s.renameEntries(of, names)
		if err != nil {
			s.warn(settingsFile + " still has the former name: " + err.Error())
		} else if edit != nil {
			changes = append(changes, edit)
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return &protocol.WorkspaceEdit{DocumentChanges: changes}, nil
}

// renameEntries replaces the paths of allow entries where they stand, and nothing else.
func (s *Server) renameEntries(f *folder, names map[string]string) (protocol.DocumentChange, error) {
	content, err := f.content(s.buffers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil // it is shown as a problem of its own
	}
	changed := false
	allow := child(doc.Content[0], "allow", yaml.SequenceNode)
	for _, entry := range allow.Content {
		if entry.Kind != yaml.MappingNode {
			continue
		}
		path := child(entry, "path", yaml.ScalarNode)
		if now, ok := names[path.Value]; ok && path.Value != "" {
			path.Value, changed = now, true
		}
	}
	if !changed {
		return nil, nil
	}
	next, err := encodeYAML(&doc, lineEnd(content))
	if err != nil {
		return nil, err
	}
	edit := &protocol.TextDocumentEdit{}
	edit.TextDocument.URI = uri.File(filepath.Clean(f.settingsPath()))
	whole := protocol.Range{End: protocol.Position{Line: uint32(bytes.Count(content, []byte{'\n'}) + 1)}}
	if b, open := s.buffers.Of(f.settingsPath()); open {
		version := b.Text.Version()
		edit.TextDocument.URI, edit.TextDocument.Version = uri.URI(s.spelling(b.URI)), &version
		whole = s.theirs(b.Text, 0, b.Text.Len())
	}
	edit.Edits = []protocol.TextDocumentEditElement{&protocol.TextEdit{Range: whole, NewText: string(next)}}
	return edit, nil
}
