package lsp

import (
	"bytes"
	"context"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// marked tells the daemon what the person says is not sensitive, for the ledger: which rules are too strict shows in numbers. Without
// a daemon, or with an older one, nobody counts.
func (s *Server) marked(ctx context.Context, r *report, these []judged) {
	if s.cfg.Daemon == nil {
		return
	}
	m := control.Marked{Path: r.buffer.Path}
	for _, j := range these {
		m.Values = append(m.Values, control.Value{Rule: j.Rule.ID, Class: string(j.Rule.Class), Bytes: bytes.Clone(r.buffer.Value(j.Span))})
	}
	patient, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	_ = s.cfg.Daemon.Marked(patient, m)
}
