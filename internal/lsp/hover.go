package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
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

// explain is everything that may be said of a finding.
func (r *report) explain(j judged) string {
	var out strings.Builder
	fmt.Fprintf(&out, "**%s** (%s)\n\n", describe(j), j.Rule.Class)
	confidence := j.Confidence.String()
	if j.Validated {
		confidence += ", proved by its checksum"
	}
	fmt.Fprintf(&out, "Rule `%s`, severity %s, confidence %s\n\n", j.Rule.ID, j.Severity, confidence)
	if j.With != (detect.Span{}) {
		fmt.Fprintf(&out, "Its other half stands on line %d: together they open what either alone does not.\n\n", r.buffer.Text.LineAt(j.With.Start)+1)
	}
	// What is said of several destinations alike is said once.
	var said []policy.Ruling
	where := map[policy.Ruling][]string{}
	for i, ruling := range j.rulings {
		if where[ruling] == nil {
			said = append(said, ruling)
		}
		where[ruling] = append(where[ruling], r.outlook.destinations[i].Provider)
	}
	for _, ruling := range said {
		fmt.Fprintf(&out, "- %s: %s", strings.Join(where[ruling], ", "), verdictWord[ruling.Verdict])
		if ruling.Reason != "" {
			fmt.Fprintf(&out, ": %s", ruling.Reason)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

var verdictWord = map[policy.Verdict]string{policy.Allow: "allowed", policy.Scrub: "scrubbed", policy.Forbid: "forbidden"}

func (s *Server) hover(markdown string, r protocol.Range) *protocol.Hover {
	kind := protocol.MarkupKindMarkdown
	if !s.caps.markdown {
		kind = protocol.MarkupKindPlainText
		markdown = strings.NewReplacer("**", "", "`", "", "*Restore*", "Restore").Replace(markdown)
	}
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: kind, Value: strings.TrimSpace(markdown)}, Range: &r}
}
