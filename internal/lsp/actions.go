package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// fixAll is the kind of what an editor may run on a whole file, on save for instance.
const fixAll protocol.CodeActionKind = "source.fixAll.scrubjay"

// producers are everything that can be done about a file, in the order in which it is offered.
// Each makes its actions from the server's own findings in the range that is asked about.
var producers = []struct {
	kind protocol.CodeActionKind
	make func(q *question) []protocol.CodeAction
}{
	{protocol.CodeActionKindQuickFix, offerRedact},
	{protocol.CodeActionKindQuickFix, offerRestore},
	{protocol.CodeActionKindQuickFix, offerEnvironment},
	{protocol.CodeActionKindQuickFix, offerAllowHere},
	{protocol.CodeActionKindQuickFix, offerAllowInRepository},
	{fixAll, offerRedactAll},
}

// question is what an editor asks about a range of a file.
type question struct {
	s          *Server
	report     *report
	start, end int
	findings   []judged // shown, and in the range
}

// CodeAction offers what can be done about the findings and placeholders in a range. What the editor
// says of diagnostics is not looked at: some echo them with positions counted otherwise, or in part.
func (s *Server) CodeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	offered := []protocol.CommandOrCodeAction{}
	if !open || b.Unscanned != "" {
		return offered, nil
	}
	r := ours(p.Range)
	q := &question{s: s, report: s.judge(ctx, b), start: b.Text.Offset(r.Start, s.encoding), end: b.Text.Offset(r.End, s.encoding)}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q.findings = slices.DeleteFunc(q.report.touching(q.start, q.end), func(j judged) bool { return !j.shown() })
	for _, producer := range producers {
		if !wanted(producer.kind, p.Context.Only) {
			continue
		}
		for _, action := range producer.make(q) {
			kind := producer.kind
			action.Kind = &kind
			switch {
			case s.caps.actions:
				offered = append(offered, &action)
			case action.Edit == nil: // the editor knows commands only
				offered = append(offered, &action.Command)
			}
		}
	}
	return offered, nil
}

// wanted follows the protocol: a kind is asked for by its own name or by one that it begins with.
func wanted(kind protocol.CodeActionKind, only []protocol.CodeActionKind) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
		return o == "" || kind == o || strings.HasPrefix(string(kind), string(o)+".")
	})
}

// argument is what a command is told. It says where, never what.
type argument struct {
	URI     string `json:"uri"`
	Version int32  `json:"version"`
	Rule    string `json:"rule,omitempty"`
	Start   int    `json:"start"` // bytes
	End     int    `json:"end"`
}

func (q *question) argument(rule string, span detect.Span) argument {
	b := q.report.buffer
	return argument{URI: b.URI, Version: b.Text.Version(), Rule: rule, Start: span.Start, End: span.End}
}

// action is one that a command does.
func action(title, name string, a argument) protocol.CodeAction {
	encoded, _ := json.Marshal(a) // strings and numbers always encode
	return protocol.CodeAction{Title: title, Command: protocol.Command{Title: title, Command: name, Arguments: []protocol.LSPAny{encoded}}}
}

// about says which diagnostic an action mends.
func (q *question) about(a protocol.CodeAction, j judged) protocol.CodeAction {
	a.Diagnostics = []protocol.Diagnostic{q.s.diagnosticOf(q.report, j)}
	return a
}

func offerRedact(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil
	}
	yes := true
	for _, j := range q.findings {
		a := q.about(action("Redact: "+describe(j), commandRedact, q.argument(j.Rule.ID, j.Span)), j)
		a.IsPreferred = &yes
		all = append(all, a)
	}
	return all
}

func offerRedactAll(q *question) []protocol.CodeAction {
	n := len(redactable(q.report))
	if n == 0 || !q.s.caps.applyEdit {
		return nil
	}
	title := fmt.Sprintf("Redact all %d in this file", n)
	if n == 1 {
		title = "Redact the one finding in this file"
	}
	return []protocol.CodeAction{action(title, commandRedactAll, q.argument("", detect.Span{}))}
}

func offerRestore(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil
	}
	for _, span := range placeholdersIn(q.report.buffer, q.start, q.end) {
		all = append(all, action("Restore "+string(q.report.buffer.Value(span)), commandRestore, q.argument("", span)))
	}
	return all
}

func offerEnvironment(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit || q.report.outlook.folder == nil {
		return nil
	}
	for _, j := range q.findings {
		if v, ok := variableFor(q.report.buffer, j.Finding); ok {
			all = append(all, q.about(action("Use an environment variable: "+v.name, commandUseEnv, q.argument(j.Rule.ID, j.Span)), j))
		}
	}
	return all
}

func offerAllowHere(q *question) (all []protocol.CodeAction) {
	b := q.report.buffer
	if !q.report.outlook.trusted {
		return nil // it would not be heeded
	}
	for _, j := range q.findings {
		at, comment, ok := allowComment(b, j.Finding)
		if !ok {
			continue
		}
		a := q.about(protocol.CodeAction{Title: "Not sensitive: allow " + j.Rule.ID + " on this line"}, j)
		a.Edit = q.s.workspaceEdit(b, []splice{{detect.Span{Start: at, End: at}, comment}})
		all = append(all, a)
	}
	return all
}

func offerAllowInRepository(q *question) (all []protocol.CodeAction) {
	if q.report.outlook.folder == nil || !q.report.outlook.trusted || q.report.buffer.Path == "" {
		return nil
	}
	for _, j := range q.findings {
		all = append(all, q.about(action("Not sensitive: allow this value in "+settingsFile, commandAllow, q.argument(j.Rule.ID, j.Span)), j))
	}
	return all
}

// redactable are the findings that Redact all takes: shown, and more than documented examples or test
// values, which would only be noise in the vault.
func redactable(r *report) []judged {
	return slices.DeleteFunc(r.shown(), func(j judged) bool {
		return j.Severity == detect.Info || j.verdict == policy.Allow
	})
}

// splice replaces a span of a version by a text.
type splice struct {
	detect.Span
	text string
}

// workspaceEdit is for exactly this version, where the editor can check that.
func (s *Server) workspaceEdit(b *workspace.Buffer, splices []splice) *protocol.WorkspaceEdit {
	u := uri.URI(b.URI)
	plain := make([]protocol.TextEdit, len(splices))
	elements := make([]protocol.TextDocumentEditElement, len(splices))
	for i, sp := range splices {
		plain[i] = protocol.TextEdit{Range: s.theirs(b.Text, sp.Start, sp.End), NewText: sp.text}
		elements[i] = &plain[i]
	}
	if !s.caps.versionedEdits {
		return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: plain}}
	}
	version := b.Text.Version()
	edit := &protocol.TextDocumentEdit{Edits: elements}
	edit.TextDocument.URI, edit.TextDocument.Version = u, &version
	return &protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{edit}}
}
