package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// calls are what the server asks of the editor. The library could do this too, but it recycles its channels
// process-wide, which a test in a synctest bubble must not meet; and this one gives up at once when the
// editor is gone.
type calls struct {
	jsonrpc2.Conn // for notifications
	frames        *frames

	mu      sync.Mutex
	last    int64
	waiting map[int64]chan answer
	gone    chan struct{}
}

type answer struct {
	result []byte
	err    error
}

var errGone = errors.New("the editor is gone")

func newCalls(conn jsonrpc2.Conn, f *frames) *calls {
	return &calls{Conn: conn, frames: f, waiting: make(map[int64]chan answer), gone: make(chan struct{})}
}

// Call asks and waits for the answer.
func (c *calls) Call(ctx context.Context, method string, params, result any) (jsonrpc2.ID, error) {
	var raw jsonrpc2.RawMessage
	if params != nil {
		encoded, err := codec{}.Marshal(params)
		if err != nil {
			return jsonrpc2.ID{}, fmt.Errorf("%s: %w", method, err)
		}
		raw = encoded
	}
	came := make(chan answer, 1)
	c.mu.Lock()
	c.last++
	n := c.last
	c.waiting[n] = came
	c.mu.Unlock()
	id := jsonrpc2.NewNumberID(n)
	defer func() {
		c.mu.Lock()
		delete(c.waiting, n)
		c.mu.Unlock()
	}()
	if _, err := c.frames.Write(ctx, jsonrpc2.NewCall(id, method, raw)); err != nil {
		return id, err
	}
	select {
	case a := <-came:
		if a.err != nil || result == nil || len(a.result) == 0 || string(a.result) == "null" {
			return id, a.err
		}
		return id, codec{}.Unmarshal(a.result, result)
	case <-ctx.Done():
		return id, ctx.Err()
	case <-c.gone:
		return id, errGone
	}
}

// answered hands an answer to whoever waits for it; one that nobody waits for any more is dropped.
func (c *calls) answered(v jsonrpc2.MessageView) {
	n, ok := v.ID.Number()
	if !ok {
		return
	}
	a := answer{result: bytes.Clone(v.Result)}
	if v.Kind == jsonrpc2.MessageViewResponseError {
		a = answer{err: errors.New("the editor answered with an error")} // its text may quote anything
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if came := c.waiting[n]; came != nil {
		delete(c.waiting, n)
		came <- a
	}
}
