package rpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

const planted = "the-planted-value"

// server is one that does everything wrong that a server can do.
type server struct {
	protocol.UnimplementedServer
	conn *rpc.Conn

	mu      sync.Mutex
	changes []string

	hovering chan struct{}
}

func (s *server) Initialize(context.Context, *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	return &protocol.InitializeResult{}, nil
}

func (s *server) Shutdown(context.Context) error { return nil }

func (s *server) Exit(context.Context) error { s.conn.Stop(); return nil }

func (s *server) DidOpen(context.Context, *protocol.DidOpenTextDocumentParams) error {
	return errors.New("not opened")
}

func (s *server) DidSave(context.Context, *protocol.DidSaveTextDocumentParams) error {
	panic(planted)
}

func (s *server) DidChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, fmt.Sprint(p.TextDocument.Version))
	return nil
}

// Hover waits until it is cancelled.
func (s *server) Hover(ctx context.Context, _ *protocol.HoverParams) (*protocol.Hover, error) {
	rpc.Release(ctx)
	rpc.Release(ctx) // harmless
	s.hovering <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// Formatting asks the editor and answers with how many changes it had seen before.
func (s *server) Formatting(ctx context.Context, _ *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	s.mu.Lock()
	seen := strings.Join(s.changes, " ")
	s.mu.Unlock()
	rpc.Release(ctx)
	if _, err := s.conn.Client().WorkspaceFolders(ctx); err != nil {
		return nil, err
	}
	return []protocol.TextEdit{{NewText: seen}}, nil
}

func (s *server) Rename(context.Context, *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	panic(errors.New(planted))
}

func (s *server) Symbols(context.Context, *protocol.WorkspaceSymbolParams) (protocol.WorkspaceSymbolResult, error) {
	return nil, errors.New("open a folder first")
}

func (s *server) Request(_ context.Context, method string, _ any) (any, error) {
	return nil, fmt.Errorf("%s: %w", method, rpc.ErrUnknown)
}

// editor speaks bytes, so that it can say what no client library would.
type editor struct {
	t    *testing.T
	pipe net.Conn
	in   *bufio.Reader
	log  *observer.ObservedLogs
	srv  *server
	done chan error
}

func start(t *testing.T) *editor {
	t.Helper()
	ours, theirs := net.Pipe()
	core, logs := observer.New(zapcore.DebugLevel)
	conn := rpc.New(theirs, zap.New(core))
	e := &editor{t: t, pipe: ours, in: bufio.NewReader(ours), log: logs, done: make(chan error, 1),
		srv: &server{conn: conn, hovering: make(chan struct{})}}
	go func() { e.done <- conn.Serve(t.Context(), e.srv) }()
	t.Cleanup(func() {
		_ = ours.Close()
		<-e.done
	})
	return e
}

func (e *editor) raw(s string) {
	e.t.Helper()
	if _, err := io.WriteString(e.pipe, s); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) send(body string) {
	e.t.Helper()
	e.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

type message struct {
	ID     json.RawMessage
	Method string
	Result json.RawMessage
	Error  *struct {
		Code    int
		Message string
	}
}

func (e *editor) receive() message {
	e.t.Helper()
	h, err := textproto.NewReader(e.in).ReadMIMEHeader()
	if err != nil {
		e.t.Fatal(err)
	}
	n, _ := strconv.Atoi(h.Get("Content-Length"))
	body := make([]byte, n)
	if _, err := io.ReadFull(e.in, body); err != nil {
		e.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		e.t.Fatalf("%s: %v", body, err)
	}
	return m
}

func (e *editor) initialize() {
	e.t.Helper()
	e.send(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`)
	if m := e.receive(); m.Error != nil {
		e.t.Fatalf("initialize: %+v", m.Error)
	}
}

const document = `"textDocument":{"uri":"file:///a"}`

func TestAnswers(t *testing.T) {
	tests := []struct {
		name  string
		fresh bool   // initialize was not sent
		after string // sent before, not answered
		send  string
		code  int
		text  string
	}{
		{"not json", false, "", `{"jsonrpc":"2.0","id":1,`, -32700, "the message is not json"},
		{"not a message", false, "", `{"jsonrpc":"2.0","id":1}`, -32600, "the message is neither request, notification nor response"},
		{"nothing", false, "", ``, -32700, "the message is not json"},
		{"half a batch", false, "", `[{"jsonrpc":"2.0"`, -32700, "the message is not json"},
		{"before initialize", true, "", `{"jsonrpc":"2.0","id":1,"method":"shutdown"}`, -32002, "send initialize first"},
		{"initialize twice", false, "", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, -32600, "initialize was sent before"},
		{"unknown method", false, "", `{"jsonrpc":"2.0","id":1,"method":"x/y"}`, -32601, "x/y: JSON-RPC method not found"},
		{"unknown method with $", false, "", `{"jsonrpc":"2.0","id":1,"method":"$/y"}`, -32601, "$/y: JSON-RPC method not found"},
		{"a method that we lack", false, "", `{"jsonrpc":"2.0","id":1,"method":"textDocument/completion","params":{` + document + `,"position":{"line":0,"character":0}}}`, -32601, "not implemented"},
		{"params of the wrong shape", false, "", `{"jsonrpc":"2.0","id":1,"method":"workspace/symbol","params":{"query":["` + planted + `"]}}`, -32602, "the params of workspace/symbol are not what the protocol says"},
		{"an error says what to do", false, "", `{"jsonrpc":"2.0","id":1,"method":"workspace/symbol","params":{"query":""}}`, -32803, "open a folder first"},
		{"a panic", false, "", `{"jsonrpc":"2.0","id":1,"method":"textDocument/rename","params":{` + document + `,"position":{"line":0,"character":0},"newName":"x"}}`, -32603, "a bug in scrubjay stopped textDocument/rename; its log says where"},
		{"an unknown notification before", false, `{"jsonrpc":"2.0","method":"$/y","params":{}}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"a notification that is not handled before", false, `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a","languageId":"go","version":1,"text":""}}}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"a malformed notification before", false, `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":["` + planted + `"]}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"a notification that panics before", false, `{"jsonrpc":"2.0","method":"textDocument/didSave","params":{` + document + `}}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"a cancellation of nothing before", false, `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":77}}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"a cancellation without id before", false, `{"jsonrpc":"2.0","method":"$/cancelRequest"}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
		{"an answer to nothing before", false, `{"jsonrpc":"2.0","id":99,"result":null}`, `{"jsonrpc":"2.0","id":1,"method":"x"}`, -32601, "x: JSON-RPC method not found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			if !tt.fresh {
				e.initialize()
			}
			if tt.after != "" {
				e.send(tt.after)
			}
			e.send(tt.send)
			m := e.receive()
			if m.Error == nil || m.Error.Code != tt.code || m.Error.Message != tt.text {
				t.Fatalf("got %+v, %+v, want %d %s", m, m.Error, tt.code, tt.text)
			}
			if tt.fresh {
				e.initialize()
			}
			e.send(`{"jsonrpc":"2.0","id":"still here","method":"shutdown"}`)
			if m := e.receive(); m.Error != nil || string(m.ID) != `"still here"` {
				t.Errorf("afterwards shutdown answers %+v", m)
			}
			e.send(`{"jsonrpc":"2.0","id":2,"method":"workspace/symbol","params":{"query":""}}`)
			if m := e.receive(); m.Error == nil || m.Error.Code != -32600 {
				t.Errorf("after shutdown a request is answered with %+v", m)
			}
			for _, entry := range e.log.All() {
				if line := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(line, planted) {
					t.Errorf("the log holds the value: %s", line)
				}
			}
		})
	}
}

func TestCancelledRequest(t *testing.T) {
	for _, id := range []string{`7`, `"seven"`} {
		e := start(t)
		e.initialize()
		e.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"textDocument/hover","params":{` + document + `,"position":{"line":0,"character":0}}}`)
		<-e.srv.hovering
		e.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)
		if m := e.receive(); m.Error == nil || m.Error.Code != -32800 || string(m.ID) != id {
			t.Errorf("got %+v", m)
		}
	}
}

// A request sees the changes before it and none behind it, even while it waits for the editor.
func TestOrder(t *testing.T) {
	e := start(t)
	e.initialize()
	change := func(v int) {
		e.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a","version":%d},"contentChanges":[]}}`, v))
	}
	var want []string
	for i := range 200 {
		change(i)
		want = append(want, fmt.Sprint(i))
	}
	e.send(`{"jsonrpc":"2.0","id":1,"method":"textDocument/formatting","params":{` + document + `,"options":{"tabSize":1,"insertSpaces":true}}}`)
	ask := e.receive()
	if ask.Method != "workspace/workspaceFolders" {
		t.Fatalf("got %+v", ask)
	}
	change(200)
	e.send(`{"jsonrpc":"2.0","id":` + string(ask.ID) + `,"result":[]}`)
	m := e.receive()
	var edits []protocol.TextEdit
	if err := json.Unmarshal(m.Result, &edits); err != nil || len(edits) != 1 || edits[0].NewText != strings.Join(want, " ") {
		t.Errorf("got %s", m.Result)
	}
}

// When the editor goes, what still runs is told so, and Serve returns.
func TestEnds(t *testing.T) {
	hover := `{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{` + document + `,"position":{"line":0,"character":0}}}`
	tests := []struct {
		name  string
		end   func(e *editor)
		error string
	}{
		{"end of input", func(e *editor) { _ = e.pipe.Close() }, ""},
		{"exit", func(e *editor) { e.send(`{"jsonrpc":"2.0","method":"exit"}`) }, ""},
		{"no length", func(e *editor) { e.raw("Content-Type: x\r\n\r\n") }, "message header has no content-length"},
		{"no number", func(e *editor) { e.raw("Content-Length: -1\r\n\r\n") }, "message header: content-length is not a number up to 1073741824"},
		{"too long", func(e *editor) { e.raw("Content-Length: 99999999999\r\n\r\n") }, "message header: content-length is not a number up to 1073741824"},
		{"garbage", func(e *editor) { go io.WriteString(e.pipe, strings.Repeat("garbage ", 2000)) }, "message header is longer than 8192 bytes"},
		{"half a message", func(e *editor) { e.raw("Content-Length: 10\r\n\r\n{"); _ = e.pipe.Close() }, "message ends after 0 of 10 bytes: unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			e.initialize()
			e.send(hover)
			<-e.srv.hovering
			go func() { _, _ = io.Copy(io.Discard, e.in) }()
			tt.end(e)
			err := <-e.done
			e.done <- nil
			if got := fmt.Sprint(err); got != tt.error && (err != nil || tt.error != "") {
				t.Errorf("Serve says %q, want %q", got, tt.error)
			}
		})
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"))
	f.Add([]byte("content-length:46\n\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":null}"))
	f.Add([]byte("Content-Length: 46\r\nContent-Type: x\r\n\r\n[{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"$/x\"},1]"))
	f.Fuzz(func(t *testing.T, input []byte) {
		ours, theirs := net.Pipe()
		conn := rpc.New(theirs, zap.NewNop())
		go func() { _, _ = io.Copy(io.Discard, ours) }()
		go func() {
			_, _ = ours.Write(input)
			_ = ours.Close()
		}()
		_ = conn.Serve(t.Context(), &server{conn: conn, hovering: make(chan struct{}, 1<<10)})
	})
}
