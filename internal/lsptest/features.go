package lsptest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing/synctest"
	"unicode/utf16"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/lsp"
)

// ask requests what the server offers, and takes its answer; false means that there is none. An editor never asks for
// what Initialize does not name, so a feature that is left out there fails here.
func (e *Editor) ask(method string, params, answer any) bool {
	e.t.Helper()
	_, feature, _ := strings.Cut(method, "/")
	if e.offers[feature+"Provider"] == nil {
		e.t.Fatalf("the server does not offer %sProvider: add it to Initialize in internal/lsp/lifecycle.go", feature)
	}
	raw, err := e.Request(method, params)
	if err != nil {
		e.t.Fatal(err)
	}
	if string(raw) == "null" {
		return false
	}
	e.decode(raw, answer)
	return true
}

// Diagnostics are those of a file as the editor shows them.
func (e *Editor) Diagnostics(u string) []protocol.Diagnostic {
	e.t.Helper()
	if _, open := e.TextOf(u); e.options.Pull && open {
		var report protocol.RelatedFullDocumentDiagnosticReport
		e.ask("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": u}}, &report)
		return report.Items
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pushed[u]
}

// Hover asks about a byte; the text is empty if there is nothing.
func (e *Editor) Hover(u string, offset int) string {
	e.t.Helper()
	text, _ := e.TextOf(u)
	var h protocol.Hover
	if !e.ask("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": u}, "position": e.position(text, offset)}, &h) {
		return ""
	}
	return h.Contents.(*protocol.MarkupContent).Value
}

// Actions asks what can be done about the bytes from start to end.
func (e *Editor) Actions(u string, start, end int, only ...string) []protocol.CodeAction {
	e.t.Helper()
	text, _ := e.TextOf(u)
	about := map[string]any{"diagnostics": []any{}}
	if only != nil {
		about["only"] = only
	}
	var actions []protocol.CodeAction
	e.ask("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": u}, "context": about,
		"range": map[string]any{"start": e.position(text, start), "end": e.position(text, end)},
	}, &actions)
	return actions
}

// Lenses are the titles that stand over lines, each with its line.
func (e *Editor) Lenses(u string) (titles []string, lenses []protocol.CodeLens) {
	e.t.Helper()
	e.ask("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": u}}, &lenses)
	for _, l := range lenses {
		titles = append(titles, fmt.Sprintf("%d: %s", l.Range.Start.Line+1, l.Command.Title))
	}
	return titles, lenses
}

// Tokens are the pieces of a file that are marked as sensitive; within asks for some lines only.
func (e *Editor) Tokens(u string, within ...int) (marked []string) {
	e.t.Helper()
	text, _ := e.TextOf(u)
	params, method := map[string]any{"textDocument": map[string]any{"uri": u}}, "textDocument/semanticTokens"
	var answer protocol.SemanticTokens
	if within == nil {
		method += "/full"
	} else {
		method += "/range"
		params["range"] = map[string]any{"start": map[string]any{"line": within[0], "character": 0}, "end": map[string]any{"line": within[1], "character": 0}}
	}
	if e.offers["semanticTokensProvider"] == nil {
		e.t.Fatal("the server offers no semantic tokens")
	}
	raw, err := e.Request(method, params)
	if err != nil {
		e.t.Fatal(err)
	}
	e.decode(raw, &answer)
	lines := strings.SplitAfter(text, "\n")
	var line, character uint32
	for ; len(answer.Data) > 0; answer.Data = answer.Data[5:] {
		d := answer.Data
		if d[0] > 0 {
			character = 0
		}
		line, character = line+d[0], character+d[1]
		units := utf16.Encode([]rune(lines[line]))
		marked = append(marked, string(utf16.Decode(units[character:][:d[2]])))
	}
	return marked
}

// Complete asks what the model would write at a byte; automatic is what an editor asks by itself.
func (e *Editor) Complete(u string, offset int, automatic bool) string {
	e.t.Helper()
	var list struct{ Items []struct{ InsertText string } }
	raw, err := e.Request("textDocument/inlineCompletion", e.completion(u, offset, automatic))
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	if len(list.Items) == 0 {
		return ""
	}
	return list.Items[0].InsertText
}

// CancelCompletion asks, and takes the question back as soon as the server works on it.
func (e *Editor) CancelCompletion(u string, offset int) error {
	id, wait := e.Go("textDocument/inlineCompletion", e.completion(u, offset, false))
	synctest.Wait()
	e.Notify("$/cancelRequest", map[string]any{"id": id})
	_, err := wait()
	return err
}

func (e *Editor) completion(u string, offset int, automatic bool) any {
	text, _ := e.TextOf(u)
	kind := 1
	if automatic {
		kind = 2
	}
	return map[string]any{"textDocument": map[string]any{"uri": u}, "position": e.position(text, offset), "context": map[string]any{"triggerKind": kind}}
}

// Content is a text that only the server has.
func (e *Editor) Content(u string) string {
	e.t.Helper()
	raw, err := e.Request("workspace/textDocumentContent", map[string]any{"uri": u})
	if err != nil {
		e.t.Fatal(err)
	}
	var content protocol.TextDocumentContentResult
	e.decode(raw, &content)
	return content.Text
}

// Shown takes the documents that the server had shown since it was last called.
func (e *Editor) Shown() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	shown := e.shown
	e.shown = nil
	return shown
}

// Run runs a command and gives what the server answered.
func (e *Editor) Run(c protocol.Command) string {
	e.t.Helper()
	raw, err := e.Request("workspace/executeCommand", map[string]any{"command": c.Command, "arguments": c.Arguments})
	if err != nil {
		e.t.Fatal(err)
	}
	return string(raw)
}

// Do does an action; one without edit and command is asked for its edit first.
func (e *Editor) Do(a protocol.CodeAction) error {
	if a.Edit == nil && a.Command.Command == "" {
		raw, err := e.Request("codeAction/resolve", a)
		if err != nil {
			return err
		}
		e.decode(raw, &a)
	}
	if a.Edit != nil && !e.apply(a.Edit) {
		e.t.Errorf("the edit of %q is of another version", a.Title)
	}
	if a.Command.Command == "" {
		return nil
	}
	_, err := e.Request("workspace/executeCommand", map[string]any{"command": a.Command.Command, "arguments": a.Command.Arguments})
	return err
}

// Answer is what the person will click from now on.
func (e *Editor) Answer(title string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.options.Answer = title
}

// BeforeEdit runs f when the server next wants something edited.
func (e *Editor) BeforeEdit(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.before = f
}

// Messages takes what the person was told since it was last called.
func (e *Editor) Messages() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.messages
	e.messages = nil
	return all
}

// Status is what was last sent of a file, or of none.
func (e *Editor) Status(u string) (st lsp.Status) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if raw, ok := e.status[u]; ok {
		_ = json.Unmarshal(raw, &st) // it was checked when it came
	}
	return st
}

// Count is how often the server has sent a method.
func (e *Editor) Count(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts[method]
}
