// Package rpc carries the Language Server Protocol over one pair of pipes. It is the only room that knows
// jsonrpc2, and it keeps these promises to the server behind it and the editor in front:
//
//   - Messages are handled in the order they arrive, one at a time. A request that has taken what it needs
//     of the present state calls [Release]; from there on it runs beside those that follow it. Only a
//     released request may wait for an answer of the editor.
//   - Nothing that the server does with a message ends the connection: an error of a notification is
//     logged, a panic becomes an error, and neither the log nor the editor gets to see a value.
//     A body that is not JSON is answered with -32700, and reading goes on behind it.
//   - Before initialize every request is refused with -32002 and every notification dropped; after
//     shutdown only exit is obeyed. Unknown requests get -32601, unknown notifications silence.
//   - A cancelled request sees its context end and is answered with -32800.
//   - When the editor is gone, the contexts of all that still runs end.
//
// Only a header without a usable Content-Length ends the connection by itself: nobody knows where the next
// message would begin.
package rpc

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// grace is how long Serve waits for a read that cannot be interrupted, as one of standard input can be.
const grace = time.Second

// Conn is one connection to one editor.
type Conn struct {
	conn   jsonrpc2.Conn
	frames *frames
	calls  *calls
	log    *zap.Logger
	server protocol.Server
	known  jsonrpc2.Handler // dispatches the protocol's own methods to server
	stop   context.CancelFunc
	phase  phase

	mu      sync.Mutex
	running map[jsonrpc2.ID]context.CancelFunc
}

// New speaks over rwc, which it closes in the end.
func New(rwc io.ReadWriteCloser, log *zap.Logger) *Conn {
	c := &Conn{log: log, running: make(map[jsonrpc2.ID]context.CancelFunc), stop: func() {}}
	c.frames = newFrames(rwc)
	c.conn = jsonrpc2.NewConn(c.frames, jsonrpc2.WithCodec(codec{}))
	c.calls = newCalls(c.conn, c.frames)
	c.frames.answered = c.calls.answered
	c.frames.gone = func() {
		close(c.calls.gone)
		c.stop()
	}
	return c
}

// Client sends the protocol's own messages to the editor.
func (c *Conn) Client() protocol.Client { return protocol.ClientDispatcher(c.calls) }

// Notify sends a notification that the protocol does not know.
func (c *Conn) Notify(ctx context.Context, method string, params any) error {
	return c.conn.Notify(ctx, method, params)
}

// Serve answers the editor until it is gone, Stop is called or ctx ends. The error is nil unless the
// connection broke. It is called once.
func (c *Conn) Serve(ctx context.Context, server protocol.Server) error {
	ctx, c.stop = context.WithCancel(ctx)
	defer c.stop()
	c.server = server
	c.known = protocol.ServerHandler(server, jsonrpc2.MethodNotFoundHandler)
	c.conn.Go(ctx, c.handle)
	select {
	case <-c.conn.Done():
	case <-ctx.Done():
		_ = c.frames.Close() // so that a read in progress ends
		select {
		case <-c.conn.Done():
		case <-time.After(grace):
		}
	}
	if fault := c.frames.fault.Load(); fault != nil {
		return *fault // the library may only have seen what followed from it
	}
	return c.conn.Err()
}

// Stop ends Serve: no further message is read. It may be called from a handler.
func (c *Conn) Stop() { c.stop() }

type releaseKey struct{}

// Release lets the messages behind this request be handled while it goes on. The request must have taken
// what it needs of the state that they may change. It may be called more than once.
func Release(ctx context.Context) {
	if release, ok := ctx.Value(releaseKey{}).(func()); ok {
		release()
	}
}

type documentKey struct{}

// DocumentURI is the URI of the text document that a message is about, as the editor wrote it: decoding writes it anew,
// and an editor knows only its own way.
func DocumentURI(ctx context.Context) string {
	params, _ := ctx.Value(documentKey{}).([]byte)
	var about struct {
		TextDocument struct {
			URI string `json:"uri"`
		} `json:"textDocument"`
	}
	if err := json.Unmarshal(params, &about); err != nil {
		return ""
	}
	return about.TextDocument.URI
}

// handle is called for each message in the order of the wire.
func (c *Conn) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	method := strings.Clone(req.Method()) // req is borrowed
	if method == protocol.MethodCancelRequest {
		c.cancel(req.Params())
		return nil, nil
	}
	if refused := c.phase.admit(method); refused != nil {
		if !req.IsCall() {
			return nil, nil
		}
		return nil, refused
	}
	c.log.Debug("message", zap.String("method", bounded(method)), zap.Int("bytes", len(req.Params())))

	// The library's request context must not be derived from: it is recycled.
	own, cancel := context.WithCancel(jsonrpc2.DetachContext(ctx))
	defer cancel()
	if method == protocol.MethodTextDocumentDidOpen {
		own = context.WithValue(own, documentKey{}, []byte(req.Params()))
	}
	own = context.WithValue(own, releaseKey{}, sync.OnceFunc(func() { jsonrpc2.Async(ctx) }))
	if !req.IsCall() {
		if _, err := c.guarded(own, method, req); err != nil {
			c.log.Warn("notification not handled", zap.String("method", bounded(method)), zap.Error(err))
		}
		return nil, nil
	}

	id := req.ID()
	c.mu.Lock()
	c.running[id] = cancel
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.running, id)
		c.mu.Unlock()
	}()
	result, err := c.guarded(own, method, req)
	if err != nil {
		c.log.Debug("request refused", zap.String("method", bounded(method)), zap.Error(err))
		return nil, err
	}
	c.phase.done(method)
	return result, nil
}

// cancel ends the context of the request that params name, if it still runs.
func (c *Conn) cancel(params []byte) {
	var p protocol.CancelParams
	if err := protocol.Unmarshal(params, &p); err != nil {
		return
	}
	var id jsonrpc2.ID
	switch v := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(v))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(v))
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel, ok := c.running[id]; ok {
		cancel()
	}
}

// bounded keeps a name that the peer chose from filling the log.
func bounded(method string) string { return method[:min(len(method), 80)] }
