package rpc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

const (
	maxHeader = 8 << 10
	maxBody   = 1 << 30
	// keep is the largest buffer that outlives its message: one huge file must not cost memory for ever.
	keep = 1 << 20
)

// codec is the protocol's own JSON.
type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	return protocol.Marshal(v)
}

func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = bytes.Clone(data)
		return nil
	}
	return protocol.Unmarshal(data, v)
}

// frames reads and writes messages behind Content-Length headers.
type frames struct {
	rwc      io.ReadWriteCloser
	in       *bufio.Reader
	body     []byte
	answered func(jsonrpc2.MessageView) // called with what is an answer
	gone     func()                     // called once, when there is nothing more to read
	fault    atomic.Pointer[error]      // why reading ended, if neither side ended it

	closing sync.Once
	mu      sync.Mutex // one message at a time
	out     []byte
}

func newFrames(rwc io.ReadWriteCloser) *frames {
	return &frames{rwc: rwc, in: bufio.NewReaderSize(rwc, maxHeader)}
}

// ReadFrame gives the next body that is JSON and no answer; it is valid until the next call.
func (f *frames) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		body, err := f.next()
		if err != nil {
			if err != io.EOF && ctx.Err() == nil {
				f.fault.Store(&err)
			}
			f.gone()
			return nil, 0, err
		}
		view, refused := look(body)
		switch {
		case refused != nil:
			if _, err := f.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, refused)); err != nil {
				return nil, 0, err
			}
		case view.Kind == jsonrpc2.MessageViewResponseResult, view.Kind == jsonrpc2.MessageViewResponseError:
			f.answered(view)
		default:
			if bytes.HasPrefix(view.MethodBytes, []byte("textDocument/did")) {
				numberVersion(body)
			}
			return body, int64(len(body)), nil
		}
	}
}

// noVersion is how clients without versions write one; the protocol had it in its first editions, and its types no
// longer take it. In JSON it can only be the key: in a string its quotes would have a backslash.
var noVersion = text.Expression(`"version"\s*:\s*null`)

// numberVersion writes -1 for a version that is null, without moving anything.
func numberVersion(body []byte) {
	if !bytes.Contains(body, []byte("null")) {
		return
	}
	for _, at := range noVersion().FindAllIndex(body, -1) {
		copy(body[at[1]-len("null"):at[1]], "-1  ")
	}
}

// look says what a body is, or what is wrong with it, without quoting it. A batch is nothing yet.
func look(body []byte) (view jsonrpc2.MessageView, refused error) {
	if first := bytes.TrimLeft(body, " \t\r\n"); len(first) > 0 && first[0] == '[' {
		if _, err := jsonrpc2.ScanRequestViews(body); err != nil {
			return view, jsonrpc2.NewError(jsonrpc2.ParseError, "the message is not json")
		}
		return view, nil
	}
	view, err := jsonrpc2.ScanMessageView(body)
	switch {
	case errors.Is(err, jsonrpc2.ErrInvalidRequest):
		return view, jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the message is neither request, notification nor response")
	case err != nil:
		return view, jsonrpc2.NewError(jsonrpc2.ParseError, "the message is not json")
	}
	return view, nil
}

func (f *frames) next() ([]byte, error) {
	n, err := f.header()
	if err != nil {
		return nil, err
	}
	if cap(f.body) > keep {
		f.body = nil
	}
	// A length is only a claim: memory grows with what really comes.
	f.body = f.body[:0]
	for len(f.body) < n {
		step := min(n-len(f.body), max(keep, len(f.body)))
		old := len(f.body)
		f.body = append(f.body, make([]byte, step)...)
		if _, err := io.ReadFull(f.in, f.body[old:]); err != nil {
			return nil, fmt.Errorf("message ends after %d of %d bytes: %w", old, n, io.ErrUnexpectedEOF)
		}
	}
	return f.body, nil
}

// header reads up to the empty line and gives the length of the body.
func (f *frames) header() (int, error) {
	length, total := -1, 0
	for {
		line, err := f.in.ReadSlice('\n')
		total += len(line)
		switch {
		case err == io.EOF && total == 0:
			return 0, io.EOF
		case errors.Is(err, bufio.ErrBufferFull) || total > maxHeader:
			return 0, fmt.Errorf("message header is longer than %d bytes", maxHeader)
		case err != nil:
			return 0, fmt.Errorf("message header: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if length < 0 {
				return 0, errors.New("message header has no content-length")
			}
			return length, nil
		}
		name, value, _ := strings.Cut(string(line), ":")
		if strings.EqualFold(strings.TrimSpace(name), "content-length") {
			length, err = strconv.Atoi(strings.TrimSpace(value))
			if err != nil || length < 0 || length > maxBody {
				return 0, fmt.Errorf("message header: content-length is not a number up to %d", maxBody)
			}
		}
	}
}

// Read is what jsonrpc2 calls on streams that have no ReadFrame.
func (f *frames) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	body, n, err := f.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	msg, err := jsonrpc2.DecodeMessage(body)
	return msg, n, err
}

func (f *frames) Write(ctx context.Context, msg jsonrpc2.Message) (int64, error) {
	return f.write(ctx, func(buf []byte) []byte { return jsonrpc2.AppendMessage(buf, msg) })
}

// WriteFrame writes a body that is encoded already.
func (f *frames) WriteFrame(ctx context.Context, data []byte) (int64, error) {
	return f.write(ctx, func(buf []byte) []byte { return append(buf, data...) })
}

func (f *frames) write(ctx context.Context, body func([]byte) []byte) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	const room = len("Content-Length: 4294967295\r\n\r\n")
	f.out = body(append(f.out[:0], make([]byte, room)...))
	header := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(f.out)-room)
	start := room - len(header)
	copy(f.out[start:], header)
	n, err := f.rwc.Write(f.out[start:])
	if cap(f.out) > keep {
		f.out = nil
	}
	return int64(n), err
}

// Close may be called more than once.
func (f *frames) Close() (err error) {
	f.closing.Do(func() { err = f.rwc.Close() })
	return err
}
