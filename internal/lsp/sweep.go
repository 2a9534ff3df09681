package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// A sweep looks through the files of the open folders that nobody has open, and shows what is in them. It is one reader
// beside the person's typing, and holds one file at a time.

// sweep is the one that is under way, and what sweeps have shown.
type sweep struct {
	mu      sync.Mutex
	cancel  context.CancelFunc // nil if there is none
	token   string
	tokens  int
	showing map[string]bool // the files, by URI
	typed   atomic.Int64    // when the person last typed, in nanoseconds since 1970
}

const (
	// mostSwept is how many findings a sweep shows; sweepTick is how often it says how far it is.
	mostSwept = 2000
	sweepTick = 500 * time.Millisecond
	// pauseOfKeys is how long nobody has typed when a sweep goes on at its full speed.
	pauseOfKeys = 150 * time.Millisecond
)

// scanWorkspace begins a sweep; one that is under way begins anew.
func (s *Server) scanWorkspace(context.Context, argument) error {
	s.mu.Lock()
	var roots []string
	for _, f := range s.folders {
		roots = append(roots, f.root)
	}
	s.mu.Unlock()
	if len(roots) == 0 {
		return errors.New("no folder is open, so there is nothing to look through")
	}
	s.spawn(func(ctx context.Context) { s.sweepFolders(ctx, roots) })
	return nil
}

func (s *Server) sweepFolders(ctx context.Context, roots []string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.sweep.mu.Lock()
	if s.sweep.cancel != nil {
		s.sweep.cancel()
	}
	s.sweep.tokens++
	token := fmt.Sprintf("scrubjay-scan-%d", s.sweep.tokens)
	s.sweep.cancel, s.sweep.token = cancel, token
	before := s.sweep.showing
	s.sweep.showing = map[string]bool{}
	s.sweep.mu.Unlock()
	for u := range before {
		s.changed(u) // what was shown of it goes
	}

	report := s.progress(ctx, token)
	findings, files, beyond := 0, 0, false
	scanner := &workspace.Scanner{Engine: s.cfg.Engine(), Workers: 1, Before: func() { s.sweep.giveWay(ctx) }}
	scanner.Found = func(f workspace.Found) {
		if findings >= mostSwept {
			beyond = true
			return
		}
		if n := s.showClosed(ctx, f.Path); n > 0 {
			findings, files = findings+n, files+1
		}
	}
	done := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() {
		tick := time.NewTicker(sweepTick)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				report("report", fmt.Sprintf("%d files", scanner.Files.Load()))
			}
		}
	})
	result := scanner.Walk(ctx, roots)
	close(done)
	beside.Wait()
	text := fmt.Sprintf("%d findings in %d of %d files", findings, files, result.Files)
	switch {
	case ctx.Err() != nil:
		text = "stopped: " + text
	case beyond:
		text += "; there are more, which scrubjay scan lists"
	}
	report("end", text)
	s.sweep.mu.Lock()
	if s.sweep.token == token {
		s.sweep.cancel = nil
	}
	s.sweep.mu.Unlock()
}

// giveWay waits before a file if somebody types: their keys come first, but a sweep goes on slowly also beside those who never stop.
func (w *sweep) giveWay(ctx context.Context) {
	rest := pauseOfKeys - time.Since(time.Unix(0, w.typed.Load()))
	if rest <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(rest):
	}
}

// showClosed shows the findings of a file that is not open, and answers with how many there are.
func (s *Server) showClosed(ctx context.Context, path string) int {
	if _, open := s.buffers.Of(path); open || ctx.Err() != nil {
		return 0
	}
	u := string(uri.File(path))
	diagnostics := s.fromDisk(ctx, u, path)
	if len(diagnostics) == 0 {
		return 0
	}
	s.sweep.mu.Lock()
	s.sweep.showing[u] = true
	s.sweep.mu.Unlock()
	s.changed(u)
	return len(diagnostics)
}

// fromDisk are the diagnostics of a file as it is on disk.
func (s *Server) fromDisk(ctx context.Context, u, path string) []protocol.Diagnostic {
	st, err := os.Stat(path)
	if err != nil || st.Size() > workspace.MaxScanned {
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	content, _ = workspace.TextOf(content)
	b := workspace.NewBuffers(s.cfg.Engine()).Open(u, "", 0, content)
	return s.findingsOnly(s.judge(ctx, b))
}

// closedFindings are those of a closed file that a sweep has shown.
func (s *Server) closedFindings(ctx context.Context, u string) []protocol.Diagnostic {
	s.sweep.mu.Lock()
	showing := s.sweep.showing[u]
	s.sweep.mu.Unlock()
	if !showing {
		return nil
	}
	return s.fromDisk(ctx, u, uri.URI(u).FsPath())
}

// progress tells the person how far something is, if the editor shows that.
func (s *Server) progress(ctx context.Context, token string) func(kind, message string) {
	if !s.caps.progress || s.client.WorkDoneProgressCreate(ctx, &protocol.WorkDoneProgressCreateParams{Token: protocol.String(token)}) != nil {
		return func(kind, message string) {
			if kind == "end" {
				s.tell(protocol.MessageTypeInfo, message)
			}
		}
	}
	send := func(value map[string]any) {
		encoded, _ := json.Marshal(value)                                                                                          // strings always encode
		_ = s.client.Progress(context.WithoutCancel(ctx), &protocol.ProgressParams{Token: protocol.String(token), Value: encoded}) // the connection is gone
	}
	send(map[string]any{"kind": "begin", "title": "Scrubjay looks through the folder", "cancellable": true})
	return func(kind, message string) { send(map[string]any{"kind": kind, "message": message}) }
}

// WorkDoneProgressCancel ends a sweep that the person no longer wants.
func (s *Server) WorkDoneProgressCancel(_ context.Context, p *protocol.WorkDoneProgressCancelParams) error {
	s.sweep.mu.Lock()
	defer s.sweep.mu.Unlock()
	if p.Token == protocol.String(s.sweep.token) && s.sweep.cancel != nil {
		s.sweep.cancel()
	}
	return nil
}
