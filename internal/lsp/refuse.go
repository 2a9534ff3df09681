package lsp

import (
	"context"
	"io"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// refusing answers initialize with why there is no server.
type refusing struct {
	protocol.UnimplementedServer
	why  error
	stop func()
}

func (r refusing) Initialize(context.Context, *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	time.AfterFunc(readPatience, r.stop)
	return nil, r.why
}

func (r refusing) Exit(context.Context) error {
	r.stop()
	return nil
}

// readPatience is how long an editor may take to read why, if it does not end the program itself.
const readPatience = 2 * time.Second

// Refuse serves an editor for which there can be no server, because of settings that cannot be understood for instance.
// A program that just ends makes editors show a broken pipe; an answer to initialize is shown as it is.
func Refuse(ctx context.Context, rwc io.ReadWriteCloser, why error, log *zap.Logger) {
	conn := rpc.New(rwc, log)
	_ = conn.Serve(ctx, refusing{why: why, stop: conn.Stop})
}
