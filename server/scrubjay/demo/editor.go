package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// editor opens the workspace through the real language server, as an editor does, and redacts a value.
func (d *demo) editor(ctx context.Context) error {
	cmd, err := d.self(ctx, "lsp")
	if err != nil {
		return err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	e := &demoEditor{out: in, in: bufio.NewReader(out), version: 1, texts: map[string]string{}}
	err = d.edit(ctx, e)
	err = errors.Join(err, e.call("shutdown", nil, nil), e.notify("exit", nil), cmd.Wait())
	if err != nil {
		return fmt.Errorf("the language server: %w: %s", err, d.logs.String())
	}
	return nil
}

func (d *demo) edit(ctx context.Context, e *demoEditor) error {
	if err := e.call("initialize", map[string]any{
		"processId": nil, "rootUri": "file://" + d.path("work"), "capabilities": map[string]any{
			"workspace":    map[string]any{"applyEdit": true, "workspaceEdit": map[string]any{"documentChanges": true}},
			"textDocument": map[string]any{"codeAction": map[string]any{"codeActionLiteralSupport": map[string]any{"codeActionKind": map[string]any{"valueSet": []string{"quickfix", "source"}}}}},
		},
		"workspaceFolders": []any{map[string]any{"uri": "file://" + d.path("work"), "name": "work"}},
	}, nil); err != nil {
		return err
	}
	if err := e.notify("initialized", map[string]any{}); err != nil {
		return err
	}
	shown := ""
	for name, text := range map[string]string{"work/.env": d.sample.env(), "work/customers.sql": d.sample.sql()} {
		uri := "file://" + d.path(name)
		e.texts[uri] = text
		if err := e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "plaintext", "version": 1, "text": text}}); err != nil {
			return err
		}
	}
	var env []demoDiagnostic
	for _, file := range []struct {
		name, text string
		values     []string
	}{
		{"work/.env", d.sample.env(), []string{d.sample.key, d.sample.secret, d.sample.password}},
		{"work/customers.sql", d.sample.sql(), []string{d.sample.mail, d.sample.card}},
	} {
		uri := "file://" + d.path(file.name)
		found, err := e.diagnosticsOf(uri)
		if err != nil {
			return err
		}
		if file.name == "work/.env" {
			env = found
		}
		for _, f := range found {
			shown += fmt.Sprintf("%s:%d %s\n", strings.TrimPrefix(file.name, "work/"), f.Range.Start.Line+1, f.Message)
		}
		d.promise(len(found) == len(file.values), fmt.Sprintf("the editor shows %d of %d values in %s", len(found), len(file.values), file.name))
	}
	d.Title("1. In the editor")
	d.Beside("what you typed", d.sample.env()+d.sample.sql(), "what the editor shows", shown, d.marks(nil))

	if len(env) == 0 {
		return nil
	}
	uri := "file://" + d.path("work/.env")
	redacted, err := e.act(uri, env[0].Range, "Redact")
	if err != nil {
		return err
	}
	d.promise(!strings.Contains(redacted, d.sample.key) && strings.Contains(redacted, "AWS_ACCESS_KEY_ID=REDACTED_"), "Redact did not take the key id out of the buffer")
	start := strings.IndexByte(strings.Split(redacted, "\n")[1], '=') + 1
	back, err := e.act(uri, demoRange{demoPosition{1, start}, demoPosition{1, start}}, "Restore")
	if err != nil {
		return err
	}
	d.promise(back == d.sample.env(), "Restore did not bring the buffer back as it was")
	d.Beside("after Redact (one click)", firstLines(redacted, 2), "after Restore", firstLines(back, 2), d.marks([]string{redacted}))
	return ctx.Err()
}

func firstLines(text string, n int) string {
	return strings.Join(strings.SplitN(text, "\n", n+1)[:n], "\n")
}

// demoEditor is the smallest editor there can be: it keeps texts and applies the server's edits.
type demoEditor struct {
	out  io.Writer
	in   *bufio.Reader
	next int
	// version is the last one given to any text; didOpen gives 1.
	version int
	texts   map[string]string
	diags   map[string][]demoDiagnostic
}

type demoPosition struct{ Line, Character int }

type demoRange struct{ Start, End demoPosition }

type demoDiagnostic struct {
	Range   demoRange `json:"range"`
	Message string    `json:"message"`
}

type demoMessage struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func (e *demoEditor) send(m map[string]any) error {
	m["jsonrpc"] = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Content-Length: %d\r\n\r\n%s", len(text), text)
	return err
}

func (e *demoEditor) notify(method string, params any) error {
	m := map[string]any{"method": method}
	if params != nil {
		m["params"] = params
	}
	return e.send(m)
}

// call sends a request and serves what the server asks until the answer comes.
func (e *demoEditor) call(method string, params, result any) error {
	e.next++
	id := strconv.Itoa(e.next)
	m := map[string]any{"id": e.next, "method": method}
	if params != nil {
		m["params"] = params
	}
	if err := e.send(m); err != nil {
		return err
	}
	for {
		got, err := e.read()
		if err != nil {
			return err
		}
		if got.Method != "" || string(got.ID) != id {
			continue
		}
		if got.Error != nil {
			return fmt.Errorf("%s: %s", method, got.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(got.Result, result)
	}
}

// read takes one message; notifications and the server's own requests are dealt with on the way.
func (e *demoEditor) read() (demoMessage, error) {
	var m demoMessage
	head, err := textproto.NewReader(e.in).ReadMIMEHeader()
	if err != nil {
		return m, err
	}
	n, err := strconv.Atoi(head.Get("Content-Length"))
	if err != nil {
		return m, err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(e.in, body); err != nil {
		return m, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, err
	}
	switch {
	case m.Method == "textDocument/publishDiagnostics":
		var p struct {
			URI         string           `json:"uri"`
			Diagnostics []demoDiagnostic `json:"diagnostics"`
		}
		if err := json.Unmarshal(m.Params, &p); err != nil {
			return m, err
		}
		if e.diags == nil {
			e.diags = map[string][]demoDiagnostic{}
		}
		e.diags[p.URI] = p.Diagnostics
	case m.Method == "workspace/applyEdit":
		if err := e.apply(m.Params); err != nil {
			return m, err
		}
		return m, e.send(map[string]any{"id": m.ID, "result": map[string]any{"applied": true}})
	case m.Method != "" && len(m.ID) > 0:
		return m, e.send(map[string]any{"id": m.ID, "result": nil})
	}
	return m, nil
}

// diagnosticsOf waits until the server has published those of a file, and forgets them.
func (e *demoEditor) diagnosticsOf(uri string) ([]demoDiagnostic, error) {
	for {
		if d, ok := e.diags[uri]; ok {
			delete(e.diags, uri)
			return d, nil
		}
		if _, err := e.read(); err != nil {
			return nil, err
		}
	}
}

type demoEdit struct {
	Range   demoRange `json:"range"`
	NewText string    `json:"newText"`
}

// apply changes the text as an edit of the server says, and tells the server, as editors do.
func (e *demoEditor) apply(params json.RawMessage) error {
	var p struct {
		Edit struct {
			DocumentChanges []struct {
				TextDocument struct{ URI string } `json:"textDocument"`
				Edits        []demoEdit           `json:"edits"`
			} `json:"documentChanges"`
			Changes map[string][]demoEdit `json:"changes"`
		} `json:"edit"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return err
	}
	changes := p.Edit.Changes
	for _, c := range p.Edit.DocumentChanges {
		if changes == nil {
			changes = map[string][]demoEdit{}
		}
		changes[c.TextDocument.URI] = c.Edits
	}
	for uri, edits := range changes {
		for _, c := range edits {
			from, to := offset(e.texts[uri], c.Range.Start), offset(e.texts[uri], c.Range.End)
			e.texts[uri] = e.texts[uri][:from] + c.NewText + e.texts[uri][to:]
		}
		e.version++
		if err := e.notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": uri, "version": e.version}, "contentChanges": []any{map[string]any{"text": e.texts[uri]}},
		}); err != nil {
			return err
		}
	}
	return nil
}

// offset is a position in UTF-16 units as an index of the text. The sample's edits stand on lines of ASCII.
func offset(text string, p demoPosition) int {
	at := 0
	for range p.Line {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	return at + p.Character
}

// act asks for the actions at a place, runs the one whose title begins so, and returns the text after it.
func (e *demoEditor) act(uri string, at demoRange, title string) (string, error) {
	position := func(p demoPosition) map[string]any { return map[string]any{"line": p.Line, "character": p.Character} }
	var actions []struct {
		Title   string `json:"title"`
		Command struct {
			Command   string `json:"command"`
			Arguments []any  `json:"arguments"`
		} `json:"command"`
	}
	if err := e.call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": uri}, "context": map[string]any{"diagnostics": []any{}},
		"range": map[string]any{"start": position(at.Start), "end": position(at.End)},
	}, &actions); err != nil {
		return "", err
	}
	for _, a := range actions {
		if strings.HasPrefix(a.Title, title) {
			err := e.call("workspace/executeCommand", map[string]any{"command": a.Command.Command, "arguments": a.Command.Arguments}, nil)
			return e.texts[uri], err
		}
	}
	return "", fmt.Errorf("the server does not offer %q there", title)
}
