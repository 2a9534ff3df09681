package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

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
	{protocol.CodeActionKindQuickFix, offerRedactThese},
	{protocol.CodeActionKindQuickFix, offerRedact},
	{protocol.CodeActionKindQuickFix, offerRestore},
	{protocol.CodeActionKindQuickFix, offerRestoreLeft},
	{protocol.CodeActionKindQuickFix, offerEnvironment},
	{protocol.CodeActionKindQuickFix, offerReference},
	{protocol.CodeActionKindQuickFix, offerAllowHere},
	{protocol.CodeActionKindQuickFix, offerAllowInRepository},
	{protocol.CodeActionKindQuickFix, offerReport},
	{protocol.CodeActionKindRefactor, offerFake},
	{protocol.CodeActionKindRefactor, offerCopy},
	{protocol.CodeActionKindRefactor, offerPreview},
	{fixAll, offerRedactAll},
}

// question is what an editor asks about a range of a file.
type question struct {
	ctx        context.Context
	s          *Server
	report     *report
	start, end int
	findings   []judged // shown, and in the range
	unasked    bool     // the editor wants to know whether there is something, not the person
	told       bool     // why nothing is redacted
}

// CodeAction offers what can be done about the findings and placeholders in a range; what would read alike is offered once,
// for all of them. What the editor
// says of diagnostics is not looked at: some echo them with positions counted otherwise, or in part.
func (s *Server) CodeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	offered := []protocol.CommandOrCodeAction{}
	if open && b.Large() && wanted(protocol.CodeActionKindQuickFix, p.Context.Only) {
		look := action(fmt.Sprintf("Scan this file of %d MiB", b.Text.Len()>>20), commandScanFile, argument{URI: b.URI, Version: b.Text.Version()})
		return s.offer(offered, protocol.CodeActionKindQuickFix, look), nil
	}
	if !open || b.Unscanned != "" {
		return offered, nil
	}
	r := ours(p.Range)
	q := &question{ctx: ctx, s: s, report: s.judge(ctx, b), start: b.Text.Offset(r.Start, s.encoding), end: b.Text.Offset(r.End, s.encoding)}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q.unasked = p.Context.TriggerKind == protocol.CodeActionTriggerKindAutomatic
	q.findings = slices.DeleteFunc(q.report.touching(q.start, q.end), func(j judged) bool { return !j.shown() })
	for _, producer := range producers {
		if !wanted(producer.kind, p.Context.Only) {
			continue
		}
		for _, action := range producer.make(q) {
			offered = s.offer(offered, producer.kind, action)
		}
	}
	return offered, nil
}

// offer adds an action as the editor can take it.
func (s *Server) offer(offered []protocol.CommandOrCodeAction, kind protocol.CodeActionKind, a protocol.CodeAction) []protocol.CommandOrCodeAction {
	a.Kind = &kind
	switch {
	case s.caps.actions:
		return append(offered, &a)
	case a.Edit == nil: // the editor knows commands only
		return append(offered, &a.Command)
	}
	return offered
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
	place
	Others []place `json:"others,omitempty"` // that the same is to be done to
	// Exchange is the id of one to show.
	Exchange string `json:"exchange,omitempty"`
	// Text is one that is not in the file yet.
	Text string `json:"text,omitempty"`
}

// place is that of a finding.
type place struct {
	Rule  string `json:"rule,omitempty"`
	Start int    `json:"start"` // bytes
	End   int    `json:"end"`
}

func (a argument) places() []place { return append([]place{a.place}, a.Others...) }

func (q *question) argument(places ...place) argument {
	b := q.report.buffer
	return argument{URI: b.URI, Version: b.Text.Version(), place: places[0], Others: places[1:]}
}

func placesOf(findings []judged) []place {
	places := make([]place, len(findings))
	for i, j := range findings {
		places[i] = place{j.Rule.ID, j.Start, j.End}
	}
	return places
}

// action is one that a command does.
func action(title, name string, a argument) protocol.CodeAction {
	encoded, _ := json.Marshal(a) // strings and numbers always encode
	return protocol.CodeAction{Title: title, Command: protocol.Command{Title: title, Command: name, Arguments: []protocol.LSPAny{encoded}}}
}

// about says which diagnostics an action mends.
func (q *question) about(a protocol.CodeAction, findings []judged) protocol.CodeAction {
	for _, j := range findings {
		a.Diagnostics = append(a.Diagnostics, q.s.diagnosticOf(q.report, j))
	}
	return a
}

// alike puts findings together of which the same can be said, in the order of the first of each.
func alike(findings []judged, say func(judged) string) [][]judged {
	var groups [][]judged
	at := make(map[string]int)
	for _, j := range findings {
		key := say(j)
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], j)
	}
	return groups
}

// redaction is an action that redacts findings. An editor that takes no edits of the server's gets the edit with the
// action, when that is chosen if it can ask then. If it cannot, the values are in the vault whether it is chosen or not, and
// so only when the person asks.
func (q *question) redaction(title, command string, a argument, findings []judged) (protocol.CodeAction, bool) {
	if q.s.caps.applyEdit {
		return action(title, command, a), true
	}
	if !q.s.caps.actions {
		return protocol.CodeAction{}, false
	}
	if q.s.caps.resolve {
		later := action(title, command, a)
		return protocol.CodeAction{Title: title, Data: later.Command.Arguments[0]}, true
	}
	if q.unasked || q.s.carries(q.report, findings) {
		return protocol.CodeAction{}, false
	}
	splices, err := q.s.redacted(q.ctx, q.report, findings)
	if err != nil {
		q.s.log.Info("redacting is not offered", zap.Error(err))
		if q.ctx.Err() == nil && !q.told {
			q.told = true
			q.s.warn(err.Error())
		}
		return protocol.CodeAction{}, false
	}
	return protocol.CodeAction{Title: title, Edit: q.s.workspaceEdit(q.report.buffer, splices, title)}, true
}

// offerRedactThese is for a selection of several.
func offerRedactThese(q *question) []protocol.CodeAction {
	these := slices.DeleteFunc(slices.Clone(q.findings), func(j judged) bool { return !worthIt(j) })
	if len(these) < 2 {
		return nil
	}
	a, ok := q.redaction(fmt.Sprintf("Redact all %d here", len(these)), commandRedact, q.argument(placesOf(these)...), these)
	if !ok {
		return nil
	}
	yes := true
	a = q.about(a, these)
	a.IsPreferred = &yes
	return []protocol.CodeAction{a}
}

func offerRedact(q *question) (all []protocol.CodeAction) {
	yes := true
	groups := alike(q.findings, nameOf)
	for _, group := range groups {
		title := "Redact: " + nameOf(group[0])
		if len(group) > 1 {
			if len(groups) == 1 && worthIt(group[0]) {
				return nil // that is all of them
			}
			title += fmt.Sprintf(" (%d)", len(group))
		}
		a, ok := q.redaction(title, commandRedact, q.argument(placesOf(group)...), group)
		if !ok {
			return nil
		}
		a = q.about(a, group)
		if len(q.findings) == 1 {
			a.IsPreferred = &yes
		}
		all = append(all, a)
	}
	return all
}

func offerRedactAll(q *question) []protocol.CodeAction {
	these := redactable(q.report)
	if len(these) == 0 {
		return nil
	}
	title := fmt.Sprintf("Redact all %d in this file", len(these))
	if len(these) == 1 {
		title = "Redact the one finding in this file"
	}
	a, ok := q.redaction(title, commandRedactAll, q.argument(place{}), these)
	if !ok {
		return nil
	}
	return []protocol.CodeAction{a}
}

func offerRestore(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil // the value would stand in the answer, chosen or not
	}
	for _, span := range placeholdersIn(q.report.buffer, q.start, q.end) {
		all = append(all, action("Restore "+string(q.report.buffer.Value(span)), commandRestore, q.argument(place{"", span.Start, span.End})))
	}
	return all
}

func offerEnvironment(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit || q.report.outlook.folder == nil {
		return nil
	}
	names := make(map[string]bool)
	for _, j := range q.findings {
		// A variable has one value: the first of its name is offered.
		if v, ok := variableFor(q.report.buffer, j.Finding); ok && !names[v.name] {
			names[v.name] = true
			all = append(all, q.about(action("Use an environment variable: "+v.name, commandUseEnv, q.argument(placesOf([]judged{j})...)), []judged{j}))
		}
	}
	return all
}

func offerAllowHere(q *question) (all []protocol.CodeAction) {
	if !q.report.outlook.trusted || !q.s.caps.applyEdit && !q.s.caps.actions {
		return nil // it would not be heeded, or could not be made
	}
	b := q.report.buffer
	able := slices.DeleteFunc(slices.Clone(q.findings), func(j judged) bool { return len(allowComments(b, []judged{j})) == 0 })
	for _, group := range alike(able, func(j judged) string { return j.Rule.ID }) {
		title, splices := "Not sensitive: allow "+group[0].Rule.ID+" on this line", allowComments(b, group)
		if len(splices) > 1 {
			title = fmt.Sprintf("Not sensitive: allow %s on these %d lines", group[0].Rule.ID, len(splices))
		}
		a := protocol.CodeAction{Title: title, Edit: q.s.workspaceEdit(b, splices, title)}
		if q.s.caps.applyEdit { // the text may move on until it is chosen
			a = action(title, commandAllowHere, q.argument(placesOf(group)...))
		}
		all = append(all, q.about(a, group))
	}
	return all
}

// allowable tells whether the repository's settings can have an entry for what is in a file.
func allowable(r *report) bool {
	return r.outlook.folder != nil && r.outlook.trusted && r.buffer.Path != ""
}

func offerAllowInRepository(q *question) []protocol.CodeAction {
	b := q.report.buffer
	if len(q.findings) == 0 || !allowable(q.report) {
		return nil
	}
	title := "Not sensitive: allow this value in " + settingsFile
	if n := len(alike(q.findings, func(j judged) string { return j.Rule.ID + "\x00" + string(b.Value(j.Span)) })); n > 1 {
		title = fmt.Sprintf("Not sensitive: allow these %d values in %s", n, settingsFile)
	}
	return []protocol.CodeAction{q.about(action(title, commandAllow, q.argument(placesOf(q.findings)...)), q.findings)}
}

// worthIt tells whether a finding is more than a documented example or a test value, which would only be noise in the
// vault.
func worthIt(j judged) bool { return j.Severity != detect.Info && j.verdict != policy.Allow }

// redactable are the findings that Redact all takes.
func redactable(r *report) []judged {
	return slices.DeleteFunc(r.shown(), func(j judged) bool { return !worthIt(j) })
}

// splice replaces a span of a version by a text.
type splice struct {
	detect.Span
	text string
}

// CodeActionResolve gives an action its edit, now that it is chosen.
func (s *Server) CodeActionResolve(ctx context.Context, a *protocol.CodeAction) (*protocol.CodeAction, error) {
	rpc.Release(ctx)
	var of argument
	if a.Edit != nil || len(a.Data) == 0 || json.Unmarshal(a.Data, &of) != nil || of.URI == "" {
		return a, nil // some ask for what is there
	}
	r, these, err := s.chosen(ctx, of)
	if err == nil {
		var splices []splice
		if splices, err = s.redacted(ctx, r, these); err == nil {
			a.Edit = s.workspaceEdit(r.buffer, splices, a.Title)
			return a, nil
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s.warn(err.Error())
	return a, nil
}

// chosen are the findings that an action of redacting speaks of: those of the file if it names none.
func (s *Server) chosen(ctx context.Context, a argument) (*report, []judged, error) {
	if a.place != (place{}) {
		return s.findings(ctx, a)
	}
	b, open := s.buffers.At(a.URI)
	if !open {
		return nil, nil, errNotOpen
	}
	r := s.judge(ctx, b)
	return r, redactable(r), nil
}

// workspaceEdit is for exactly this version, where the editor can check that.
func (s *Server) workspaceEdit(b *workspace.Buffer, splices []splice, label string) *protocol.WorkspaceEdit {
	u := uri.URI(s.spelling(b.URI))
	plain := s.textEdits(b.Text, splices)
	elements := make([]protocol.TextDocumentEditElement, len(plain))
	for i := range plain {
		elements[i] = &plain[i]
		if s.caps.annotations {
			elements[i] = &protocol.AnnotatedTextEdit{TextEdit: plain[i], AnnotationID: annotation}
		}
	}
	if !s.caps.versionedEdits {
		return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: plain}}
	}
	edit := &protocol.TextDocumentEdit{Edits: elements}
	edit.TextDocument.URI = u
	if version := b.Text.Version(); !b.Unversioned {
		edit.TextDocument.Version = &version
	}
	whole := &protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{edit}}
	if s.caps.annotations {
		whole.ChangeAnnotations = map[protocol.ChangeAnnotationIdentifier]protocol.ChangeAnnotation{annotation: {Label: label}}
	}
	return whole
}

// annotation is the id of what an editor that lists changes calls ours.
const annotation = "scrubjay"
