package lsp

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// Semantic tokens let a theme mark what is sensitive. Their type is our own, so that a theme which says nothing of it
// leaves the text as it is.

const tokenType, tokenModifier = "value", "sensitive"

// tokens is how they are offered to an editor that asks every server. VS Code asks only those whose selector fits a file best:
// there they are registered for every language, which yields to the language's own server, that colours all of the file.
func tokens() *protocol.SemanticTokensOptions {
	return &protocol.SemanticTokensOptions{
		Legend: protocol.SemanticTokensLegend{TokenTypes: []string{tokenType}, TokenModifiers: []string{tokenModifier}},
		Full:   protocol.Boolean(true),
		Range:  protocol.Boolean(true),
	}
}

// tokensMethod and tokensForAll register them with that selector.
const (
	tokensMethod = "textDocument/semanticTokens"
	tokensForAll = `{"documentSelector":[{"language":"*"}],"legend":{"tokenTypes":["` + tokenType + `"],"tokenModifiers":["` + tokenModifier + `"]},"full":true,"range":true}`
)

// SemanticTokensFull are those of a whole file.
func (s *Server) SemanticTokensFull(ctx context.Context, p *protocol.SemanticTokensParams) (*protocol.SemanticTokens, error) {
	return s.tokensIn(ctx, string(p.TextDocument.URI), nil)
}

// SemanticTokensRange are those of the lines that an editor shows.
func (s *Server) SemanticTokensRange(ctx context.Context, p *protocol.SemanticTokensRangeParams) (*protocol.SemanticTokens, error) {
	return s.tokensIn(ctx, string(p.TextDocument.URI), &p.Range)
}

func (s *Server) tokensIn(ctx context.Context, u string, within *protocol.Range) (*protocol.SemanticTokens, error) {
	b, open := s.buffers.At(u)
	rpc.Release(ctx)
	all := &protocol.SemanticTokens{Data: []uint32{}}
	if !open || b.Unscanned != "" {
		return all, nil
	}
	start, end := 0, b.Text.Len()
	if within != nil {
		r := ours(*within)
		start, end = b.Text.Offset(r.Start, s.encoding), b.Text.Offset(r.End, s.encoding)
	}
	shown := s.judge(ctx, b).shown()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var line, character uint32 // where the token before begins
	done := 0
	for _, j := range shown {
		// No token spans lines, nor reaches into another.
		for n := b.Text.LineAt(max(j.Start, done)); n < b.Text.Lines(); n++ {
			from, to := b.Text.Line(n)
			from, to = max(from, j.Start, done), min(to, j.End)
			if from >= j.End {
				break
			}
			if from >= to || to <= start || from >= end {
				continue
			}
			at := s.theirs(b.Text, from, to)
			if at.Start.Line != line {
				character = 0
			}
			all.Data = append(all.Data, at.Start.Line-line, at.Start.Character-character, at.End.Character-at.Start.Character, 0, 1)
			line, character = at.Start.Line, at.Start.Character
		}
		done = max(done, j.End)
	}
	return all, nil
}

// asksTokens says whether an editor asks for tokens at all.
func asksTokens(c *protocol.SemanticTokensClientCapabilities) bool {
	return c.Requests.Full != nil && c.Requests.Full != protocol.Boolean(false) && slices.Contains(c.Formats, protocol.TokenFormatRelative)
}
