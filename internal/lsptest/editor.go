package lsptest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/scrubjay-dev/scrubjay/internal/lsp"
)

// Options say what kind of editor it is.
type Options struct {
	Encoding string // utf-8, utf-16 or utf-32: the only one it offers; empty offers none
	Pull     bool   // it pulls diagnostics
	Folder   string // the folder that it has open, if any
	// Bare editors know nothing but what every version of the protocol had.
	Bare bool
	// Lies has it say that an edit is done when its text has moved on and it is not; Blind has it do every edit, whatever
	// its text is by now; Lazy has it send a new text only after its answer.
	Lies, Blind, Lazy bool
	// NoStatus editors do not ask for scrubjay/status.
	NoStatus bool
	// Literal editors take edits with code actions alone, and list no kinds of actions, as Vim with ALE.
	Literal bool
	// Rich editors have what came with the protocol's later versions: lenses, texts that only the server has, annotated
	// edits, edits that come when an action is chosen, and edits before a file is saved or renamed.
	Rich bool
	// Init are the initializationOptions.
	Init json.RawMessage
	// Answer is what the person clicks when asked; empty closes the question.
	Answer string
	// OnMessage sees every request and notification of the server.
	OnMessage func(method string, params json.RawMessage)
}

// Editor is a fake one. It keeps its own texts, applies edits to them by its own counting, and has every
// message of the server checked against the protocol's meta model.
type Editor struct {
	t       testing.TB
	options Options
	model   *model
	out     chan []byte
	pipe    net.Conn
	exit    chan struct{} // closed when the server has ended
	over    chan struct{} // closed when the test has
	code    int
	err     error
	log     *bytes.Buffer

	// The values that nobody may see but in an edit; set before Start.
	Secrets []string

	mu       sync.Mutex
	docs     map[string]*document
	pushed   map[string][]protocol.Diagnostic
	messages []string
	shown    []string // the documents that the server had shown
	status   map[string]json.RawMessage
	calls    map[int]*call
	next     int
	counts   map[string]int
	holding  bool // what is typed is sent later
	held     []any
	before   func() // runs once, before the next edit of the server is looked at
	Init     protocol.InitializeResult
	// offers are the server's capabilities, by the protocol's names.
	offers map[string]json.RawMessage
}

type document struct {
	text    string
	version int32
}

type call struct {
	method string
	answer chan reply
}

type reply struct {
	Result json.RawMessage
	Error  *Failure
}

// Failure is an error that the server answered with.
type Failure struct {
	Code    int
	Message string
}

func (f *Failure) Error() string { return fmt.Sprintf("%d %s", f.Code, f.Message) }

// Start connects an editor to a new server and initializes it.
func Start(t testing.TB, cfg lsp.Config, o Options, secrets ...string) *Editor {
	t.Helper()
	e := Connect(t, cfg, o, secrets...)
	e.Initialize()
	return e
}

// Connect does so without a word said.
func Connect(t testing.TB, cfg lsp.Config, o Options, secrets ...string) *Editor {
	t.Helper()
	m, err := metaModel()
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	e := &Editor{
		t: t, options: o, model: m, Secrets: secrets, pipe: ours,
		out: make(chan []byte, 4096), exit: make(chan struct{}), over: make(chan struct{}), log: new(bytes.Buffer),
		docs: map[string]*document{}, pushed: map[string][]protocol.Diagnostic{}, status: map[string]json.RawMessage{},
		calls: map[int]*call{}, counts: map[string]int{},
	}
	cfg.Log = zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewDevelopmentEncoderConfig()), zapcore.AddSync(&locked{w: e.log}), zapcore.DebugLevel))
	var running sync.WaitGroup
	running.Go(func() {
		e.code, e.err = lsp.New(cfg).Serve(context.Background(), theirs)
		close(e.exit)
	})
	running.Go(e.read)
	running.Go(func() {
		for {
			select {
			case b := <-e.out:
				_, _ = ours.Write(b) // after exit nobody reads
			case <-e.over:
				return
			}
		}
	})
	t.Cleanup(func() {
		_ = ours.Close()
		close(e.over)
		running.Wait()
		e.hides("the log", e.log.Bytes())
	})
	return e
}

// locked is a writer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// capabilities is what the editor says it can do.
func (e *Editor) capabilities() string {
	if e.options.Bare {
		return `{}`
	}
	caps := map[string]any{
		"workspace": map[string]any{
			"applyEdit": true, "workspaceEdit": map[string]any{"documentChanges": !e.options.Blind},
			"didChangeWatchedFiles": map[string]any{"dynamicRegistration": true},
			"diagnostics":           map[string]any{"refreshSupport": true},
		},
		"textDocument": map[string]any{
			"codeAction": map[string]any{"codeActionLiteralSupport": map[string]any{"codeActionKind": map[string]any{"valueSet": []string{"quickfix", "source.fixAll"}}}},
			"hover":      map[string]any{"contentFormat": []string{"markdown"}},
		},
	}
	if e.options.Pull {
		caps["textDocument"].(map[string]any)["diagnostic"] = map[string]any{}
	}
	if e.options.Encoding != "" {
		caps["general"] = map[string]any{"positionEncodings": []string{e.options.Encoding}}
	}
	if e.options.Rich {
		caps["window"] = map[string]any{"workDoneProgress": true, "showDocument": map[string]any{"support": true}}
		w, d := caps["workspace"].(map[string]any), caps["textDocument"].(map[string]any)
		w["workspaceEdit"].(map[string]any)["changeAnnotationSupport"] = map[string]any{}
		w["fileOperations"] = map[string]any{"willRename": true}
		w["codeLens"] = map[string]any{"refreshSupport": true}
		w["textDocumentContent"] = map[string]any{}
		w["semanticTokens"] = map[string]any{"refreshSupport": true}
		caps["notebookDocument"] = map[string]any{"synchronization": map[string]any{}}
		d["semanticTokens"] = map[string]any{
			"requests": map[string]any{"full": true, "range": true}, "formats": []string{"relative"}, "tokenTypes": []string{}, "tokenModifiers": []string{},
		}
		d["codeLens"] = map[string]any{}
		d["inlineCompletion"] = map[string]any{}
		d["synchronization"] = map[string]any{"willSaveWaitUntil": true}
		d["publishDiagnostics"] = map[string]any{"codeDescriptionSupport": true}
		d["codeAction"].(map[string]any)["documentationSupport"] = true
		d["codeAction"].(map[string]any)["resolveSupport"] = map[string]any{"properties": []string{"edit"}}
	}
	if e.options.Literal {
		delete(caps["workspace"].(map[string]any), "applyEdit")
		action := caps["textDocument"].(map[string]any)["codeAction"].(map[string]any)
		action["codeActionLiteralSupport"] = map[string]any{"codeActionKind": map[string]any{"valueSet": []string{}}}
	}
	encoded, _ := json.Marshal(caps)
	return string(encoded)
}

// Initialize says hello.
func (e *Editor) Initialize() {
	e.t.Helper()
	params := map[string]any{"processId": nil, "rootUri": nil, "capabilities": json.RawMessage(e.capabilities())}
	if e.options.Folder != "" {
		params["workspaceFolders"] = []any{map[string]any{"uri": uri.File(e.options.Folder), "name": "folder"}}
	}
	init := map[string]any{}
	if e.options.Init != nil {
		if err := json.Unmarshal(e.options.Init, &init); err != nil {
			e.t.Fatal(err)
		}
	}
	if !e.options.NoStatus {
		init["status"] = true
	}
	if len(init) > 0 {
		params["initializationOptions"] = init
	}
	raw, err := e.Request("initialize", params)
	if err != nil {
		e.t.Fatal(err)
	}
	if err := protocol.Unmarshal(raw, &e.Init); err != nil {
		e.t.Fatal(err)
	}
	var offered struct{ Capabilities map[string]json.RawMessage }
	if err := json.Unmarshal(raw, &offered); err != nil {
		e.t.Fatal(err)
	}
	e.offers = offered.Capabilities
	e.Notify("initialized", struct{}{})
}

// Send puts bytes on the wire as they are.
func (e *Editor) Send(raw []byte) {
	select {
	case e.out <- raw:
	case <-e.over:
	}
}

func (e *Editor) send(message map[string]any) {
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	e.Send(append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...))
}

// Notify sends a notification.
func (e *Editor) Notify(method string, params any) {
	e.send(map[string]any{"method": method, "params": params})
}

// Go sends a request; its answer comes from wait.
func (e *Editor) Go(method string, params any) (id int, wait func() (json.RawMessage, error)) {
	c := &call{method: method, answer: make(chan reply, 1)}
	e.mu.Lock()
	e.next++
	id = e.next
	e.calls[id] = c
	e.mu.Unlock()
	e.send(map[string]any{"id": id, "method": method, "params": params})
	return id, func() (json.RawMessage, error) {
		select {
		case r := <-c.answer:
			if r.Error != nil {
				return nil, r.Error
			}
			return r.Result, nil
		case <-e.exit:
			return nil, fmt.Errorf("the server ended with %d, %w", e.code, e.err)
		}
	}
}

// Request sends a request and waits for its answer.
func (e *Editor) Request(method string, params any) (json.RawMessage, error) {
	_, wait := e.Go(method, params)
	return wait()
}

// Exit waits for the server to end by itself.
func (e *Editor) Exit() (int, error) {
	<-e.exit
	return e.code, e.err
}

// HangUp closes the connection.
func (e *Editor) HangUp() { _ = e.pipe.Close() }

// read takes everything that the server says until it is gone.
func (e *Editor) read() {
	in := bufio.NewReader(e.pipe)
	for {
		h, err := textproto.NewReader(in).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, err := strconv.Atoi(h.Get("Content-Length"))
		if err != nil {
			e.t.Errorf("the server sent a header without a length: %v", h)
			return
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		var m struct {
			ID     json.RawMessage
			Method string
			Params json.RawMessage
			reply
		}
		if err := json.Unmarshal(body, &m); err != nil {
			e.t.Errorf("the server sent what is no json: %s", body)
			return
		}
		if m.Method != "workspace/applyEdit" {
			e.hides("a message", body)
		}
		if m.Method == "" {
			e.answered(m.ID, m.reply)
			continue
		}
		e.called(m.ID, m.Method, m.Params)
	}
}

func (e *Editor) answered(rawID json.RawMessage, r reply) {
	id, err := strconv.Atoi(string(rawID))
	e.mu.Lock()
	c := e.calls[id]
	delete(e.calls, id)
	e.mu.Unlock()
	if err != nil || c == nil {
		if string(rawID) != "null" {
			e.t.Errorf("an answer to nothing: id %s", rawID)
		}
		return
	}
	if r.Error == nil && !strings.HasPrefix(c.method, "scrubjay/") {
		if err := e.model.checkResult(c.method, r.Result); err != nil {
			e.t.Errorf("answer is not what the protocol says: %v\n%s", err, r.Result)
		}
	}
	c.answer <- r
}

// called handles what the server asks or tells.
func (e *Editor) called(id json.RawMessage, method string, params json.RawMessage) {
	if method != "scrubjay/status" {
		if err := e.model.checkParams(method, params); err != nil {
			e.t.Errorf("message is not what the protocol says: %v\n%s", err, params)
		}
	}
	e.mu.Lock()
	e.counts[method]++
	e.mu.Unlock()
	var result any
	switch method {
	case "textDocument/publishDiagnostics":
		var p protocol.PublishDiagnosticsParams
		e.decode(params, &p)
		var written struct {
			URI string `json:"uri"`
		}
		_ = json.Unmarshal(params, &written) // decoding writes it anew
		e.mu.Lock()
		e.pushed[written.URI] = p.Diagnostics
		e.mu.Unlock()
	case "window/showMessage":
		var p protocol.ShowMessageParams
		e.decode(params, &p)
		e.mu.Lock()
		e.messages = append(e.messages, p.Message)
		e.mu.Unlock()
	case "window/showMessageRequest":
		var p protocol.ShowMessageRequestParams
		e.decode(params, &p)
		e.mu.Lock()
		e.messages = append(e.messages, p.Message)
		for _, a := range p.Actions {
			if a.Title == e.options.Answer {
				result = a
			}
		}
		e.mu.Unlock()
	case "scrubjay/status":
		decoder := json.NewDecoder(bytes.NewReader(params))
		decoder.DisallowUnknownFields()
		var st lsp.Status
		if err := decoder.Decode(&st); err != nil {
			e.t.Errorf("scrubjay/status is not what its documentation says: %v\n%s", err, params)
		}
		e.mu.Lock()
		e.status[st.URI] = params
		e.mu.Unlock()
	case "workspace/applyEdit":
		var p protocol.ApplyWorkspaceEditParams
		e.decode(params, &p)
		for _, change := range p.Edit.DocumentChanges {
			if d, ok := change.(*protocol.TextDocumentEdit); ok {
				name, _ := json.Marshal(e.written(string(d.TextDocument.URI)))
				if !bytes.Contains(params, bytes.Trim(name, `"`)) {
					e.t.Errorf("an edit is of %s, and the editor calls it %s", d.TextDocument.URI, name)
				}
			}
		}
		e.mu.Lock()
		before := e.before
		e.before = nil
		e.holding = e.options.Lazy
		e.mu.Unlock()
		if before != nil {
			before()
		}
		applied := e.apply(&p.Edit)
		result = map[string]any{"applied": applied || e.options.Lies}
	case "workspace/configuration":
		result = []any{nil}
	case "window/showDocument":
		var p protocol.ShowDocumentParams
		e.decode(params, &p)
		e.mu.Lock()
		e.shown = append(e.shown, string(p.URI))
		e.mu.Unlock()
		result = map[string]any{"success": true}
	}
	if e.options.OnMessage != nil {
		e.options.OnMessage(method, params)
	}
	if len(id) > 0 {
		e.send(map[string]any{"id": id, "result": result})
	}
	e.mu.Lock()
	held := e.held
	e.held, e.holding = nil, false
	e.mu.Unlock()
	for _, change := range held {
		e.Notify("textDocument/didChange", change)
	}
}

func (e *Editor) decode(raw json.RawMessage, v any) {
	if err := protocol.Unmarshal(raw, v); err != nil {
		e.t.Errorf("%v\n%s", err, raw)
	}
}

// hides checks that none of the secrets stands in what was said.
func (e *Editor) hides(where string, said []byte) {
	for _, s := range e.Secrets {
		if bytes.Contains(said, []byte(s)) {
			e.t.Errorf("%s holds a value: %s", where, bytes.ReplaceAll(said, []byte(s), []byte("<<VALUE>>")))
		}
	}
}
