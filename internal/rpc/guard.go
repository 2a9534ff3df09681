package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// codeRequestFailed says that a well-formed request could not be done.
const codeRequestFailed jsonrpc2.Code = -32803

// ErrUnknown is what a server answers to a method that it does not have.
var ErrUnknown error = jsonrpc2.ErrMethodNotFound

var standard = func() map[string]bool {
	names := make(map[string]bool, len(protocol.Methods))
	for _, m := range protocol.Methods {
		names[m.Method] = true
	}
	return names
}()

// phase is how far the connection's life has come. Only whoever holds the read loop touches it: the
// methods that move it are never released.
type phase uint8

const (
	fresh phase = iota
	open
	down
)

// admit says why a message cannot be handled now, or nil.
func (p phase) admit(method string) error {
	switch {
	case method == protocol.MethodExit:
		return nil
	case p == fresh && method != protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "send initialize first")
	case p == down:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is shutting down; send exit")
	case p == open && method == protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "initialize was sent before")
	}
	return nil
}

// done moves on after a request that succeeded.
func (p *phase) done(method string) {
	switch method {
	case protocol.MethodInitialize:
		*p = open
	case protocol.MethodShutdown:
		*p = down
	}
}

// guarded lets the server handle a message. Whatever comes of it is a result or an error of the protocol,
// and no error quotes the message: a decoder's would, and so may the text of a panic.
func (c *Conn) guarded(ctx context.Context, method string, req *jsonrpc2.Request) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic", zap.String("method", bounded(method)), zap.String("cause", cause(p)), zap.ByteString("stack", debug.Stack()))
			result, err = nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "a bug in scrubjay stopped %s; its log says where", bounded(method))
		}
	}()
	if standard[method] {
		result, err = c.known(ctx, req)
	} else { // not through known, which wants params
		result, err = c.server.Request(ctx, method, protocol.LSPAny(bytes.Clone(req.Params())))
	}
	if err == nil {
		return result, nil
	}
	var coded *jsonrpc2.Error
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return nil, protocol.ErrRequestCancelled
	case errors.Is(err, jsonrpc2.ErrParse):
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the params of %s are not what the protocol says", bounded(method))
	case errors.As(err, &coded):
		return nil, err
	}
	return nil, jsonrpc2.NewError(codeRequestFailed, err.Error())
}

// cause names a panic without quoting it, unless the text is the runtime's own.
func cause(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", p)
}
