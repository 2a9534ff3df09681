package lsp

import (
	"context"
	"errors"

	"go.lsp.dev/protocol"
)

// A notebook's cells are texts of their own, whichever way an editor sends them: as documents, or with their notebook.

// notebooks asks for every cell of every notebook.
func notebooks() *protocol.NotebookDocumentSyncOptions {
	return &protocol.NotebookDocumentSyncOptions{NotebookSelector: []protocol.NotebookSelector{
		&protocol.NotebookDocumentFilterWithNotebook{Notebook: protocol.String("*")},
	}}
}

// DidOpenNotebookDocument takes over its cells.
func (s *Server) DidOpenNotebookDocument(ctx context.Context, p *protocol.DidOpenNotebookDocumentParams) error {
	return s.openCells(ctx, p.CellTextDocuments)
}

// DidChangeNotebookDocument is of cells that came, went or were edited. One that cannot be followed does not keep the
// others from being so.
func (s *Server) DidChangeNotebookDocument(ctx context.Context, p *protocol.DidChangeNotebookDocumentParams) error {
	cells := p.Change.Cells
	if cells == nil {
		return nil
	}
	var failed error
	if cells.Structure != nil {
		failed = errors.Join(s.openCells(ctx, cells.Structure.DidOpen), s.closeCells(ctx, cells.Structure.DidClose))
	}
	for _, c := range cells.TextContent {
		failed = errors.Join(failed, s.DidChange(ctx, &protocol.DidChangeTextDocumentParams{TextDocument: c.Document, ContentChanges: c.Changes}))
	}
	return failed
}

// DidCloseNotebookDocument lets its cells go.
func (s *Server) DidCloseNotebookDocument(ctx context.Context, p *protocol.DidCloseNotebookDocumentParams) error {
	return s.closeCells(ctx, p.CellTextDocuments)
}

func (s *Server) openCells(ctx context.Context, cells []protocol.TextDocumentItem) (failed error) {
	for _, c := range cells {
		failed = errors.Join(failed, s.DidOpen(ctx, &protocol.DidOpenTextDocumentParams{TextDocument: c}))
	}
	return failed
}

func (s *Server) closeCells(ctx context.Context, cells []protocol.TextDocumentIdentifier) (failed error) {
	for _, c := range cells {
		failed = errors.Join(failed, s.DidClose(ctx, &protocol.DidCloseTextDocumentParams{TextDocument: c}))
	}
	return failed
}
