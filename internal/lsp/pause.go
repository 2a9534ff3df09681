package lsp

import (
	"cmp"
	"context"
	"errors"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// An editor that has asked the person has scrubbing paused by the request scrubjay/pause, and ends that by scrubjay/resume. They
// are no commands: what an assistant in the editor can call does not get here unasked.
const (
	pauseMethod  = "scrubjay/pause"
	resumeMethod = "scrubjay/resume"
)

var errNoPause = errors.New("nothing is paused: scrubjay runs without its daemon")

// pause answers with {"until", "by"}.
func (s *Server) pause(ctx context.Context) (any, error) {
	rpc.Release(ctx)
	if s.cfg.Daemon == nil {
		return nil, errNoPause
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	return s.cfg.Daemon.Pause(ctx, control.Pause{For: control.LongestPause, By: s.asker()})
}

// resume answers with {"was_paused"}.
func (s *Server) resume(ctx context.Context) (any, error) {
	rpc.Release(ctx)
	if s.cfg.Daemon == nil {
		return nil, errNoPause
	}
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	return s.cfg.Daemon.Resume(ctx, control.Resume{By: s.asker()})
}

// asker is who the ledger says paused.
func (s *Server) asker() string { return cmp.Or(s.editorName, "an editor") }
