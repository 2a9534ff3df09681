package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// Hover says what the finding under the cursor is and where it may go, or what a placeholder stands for.
// It never shows a value: editors log hovers, and screens are shared.
func (s *Server) Hover(ctx context.Context, p *protocol.HoverParams) (*protocol.Hover, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	if !open {
		return nil, nil
	}
	at := b.Text.Offset(text.Position{Line: p.Position.Line, Character: p.Position.Character}, s.encoding)
	r := s.judge(ctx, b)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, j := range r.touching(at, at) {
		if at < j.End {
			return s.hover(r.explain(j)+s.passed(b.Value(j.Span)), s.theirs(b.Text, j.Start, j.End)), nil
		}
	}
	for _, span := range placeholdersIn(b, at, at) {
		if at < span.End {
			name := string(b.Value(span))
			return s.hover(fmt.Sprintf("**%s** is a placeholder: it stands for a value that was redacted.\n\n"+
				"If this machine's vault issued it, the code action *Restore* brings the value back. The proxy never does, so an assistant that edits this file cannot write the value into it.", name),
				s.theirs(b.Text, span.Start, span.End)), nil
		}
	}
	return nil, nil // nothing here is an answer, not an error
}

var link = text.Expression(`\[([^]]*)\]\([^)]*\)`)

func (s *Server) hover(markdown string, r protocol.Range) *protocol.Hover {
	kind := protocol.MarkupKindMarkdown
	if !s.caps.markdown {
		kind = protocol.MarkupKindPlainText
		markdown = link().ReplaceAllString(strings.NewReplacer("**", "", "`", "", "*Restore*", "Restore").Replace(markdown), "$1")
	}
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: kind, Value: strings.TrimSpace(markdown)}, Range: &r}
}
