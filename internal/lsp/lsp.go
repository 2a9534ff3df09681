// Package lsp is the language server: it shows what is sensitive in the open files and how policy judges
// it, and takes it out in one click. One file per feature.
//
// It offers diagnostics (pulled where the editor can, else pushed), hovers, code actions and the commands
// behind them. No diagnostic, hover, action, message or log entry ever holds a value: actions carry a place
// and a version, and every edit is computed from the server's own text and findings, never from what the
// editor echoes.
//
// A value is safe before its text is touched: Redact changes the buffer only after the daemon has the
// value in its vault, and "Use an environment variable" only after it stands in .env. If the text moves on
// meanwhile, the place is traced into the newer version, or nothing is changed and the person is told. That an edit was
// done is believed when the editor's next text shows it (apply.go), not when the editor says so. To an editor that does not say
// how it counts, edits reach from one place to another that is the same in every way of counting (uncounted.go).
//
// What the daemon has to know of the person, it asks through the editor (ask.go).
//
// Besides the protocol's own there are scrubjay/check (check.go), scrubjay/pause and scrubjay/resume (pause.go), and scrubjay/status. As a notification it is sent whenever what it says has
// changed, to an editor that asked for it by {"status": true} in its initializationOptions or by a request; as a request {"uri": ...} it answers with the same:
//
//	{
//	  "uri":      the file it speaks of; absent when it is of none,
//	  "headline": {"protected": true, "text": "Protected: ...", "why": its reason}, the one thing to know,
//	  "classes":  {"credential": 2, ...}, how many findings are shown of each class,
//	  "verdict":  the strictest verdict on them: allow, scrub or forbid,
//	  "unscanned": why the file is not scanned, if it is not,
//	  "proxy":    {"listen": "127.0.0.1:7425"} or {"error": why it does not listen},
//	  "policy":   {"revision": ..., "refused": why the newest policy was not taken,
//	            "pause_refused": why nothing can be paused,
//	            "decided": settings that the organisation decides, "ignored": what of one's own does not count},
//	  "paused":   {"until", "by"} while nothing is scrubbed,
//	  "daemon":   what is wrong with the daemon, absent when nothing is,
//	  "exchange": {"text", "provider", "verdict", "classes"} of the proxy's latest request, if there was
//	            one; the text says how many of the values that it kept back stand in the file
//	}
//
// What an editor or a repository says about rules, allow entries and destinations only quiets the editor:
// the proxy does not ask this package. While the editor says {"trusted": false}, nothing that a folder says is heeded.
package lsp

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"sync"
	"sync/atomic"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Config is what a Server works with.
type Config struct {
	// Engine finds with the rules in force, and Settings are those that the wire obeys; both are asked
	// anew at every Refresh.
	Engine   func() *detect.Engine
	Settings func() policy.Settings
	// Rules makes the engine that has the rules of files besides those in force, which are not replaced. Nil means that
	// a repository's rule files are not used.
	Rules   func(files []string) (*detect.Engine, error)
	Decider policy.Decider
	// Daemon holds vault and proxy. Nil means that there is none to talk to: Redact then says so.
	Daemon control.Daemon
	// Reload takes over a new policy before files are judged by it. Nil means that there is nothing to do.
	Reload func()
	// Fingerprint is this installation's of a value, by which the proxy's events name values. Nil means that findings
	// do not say what became of them.
	Fingerprint func(value []byte) string
	// Complete asks a model through the proxy that listens there. Nil means that nobody completes.
	Complete func(ctx context.Context, listen string, q completion.Query) (string, error)
	// Log gets methods, sizes and errors. Nil means none.
	Log *zap.Logger
	// Program and Version are how the server introduces itself.
	Program, Version string
}

// Server serves one editor over one connection.
type Server struct {
	protocol.UnimplementedServer
	cfg     Config
	log     *zap.Logger
	conn    *rpc.Conn
	client  protocol.Client
	spawn   func(func(context.Context)) // runs beside the connection and ends with it
	buffers *workspace.Buffers
	wake    chan struct{} // of size one: there is something to diagnose

	// Set by initialize, before anything else is served.
	encoding text.Encoding
	caps     capabilities
	// editorName is what the editor calls itself.
	editorName string

	shut  atomic.Bool // shutdown was asked for
	trace atomic.Bool

	mu         sync.Mutex
	moved      chan struct{}   // closed when a text changes or a file is closed, and made anew
	generation uint64          // grows whenever files have to be judged anew
	pending    map[string]bool // files to diagnose
	refresh    bool            // the editor has to be told to pull again
	sent       map[string]string
	status     statusBook
	passages   passages
	traffic    traffic
	left       leftovers
	sweep      sweep
	arrivals   arrivals

	completions completions
	viewed      map[string]uri.URI // views of open files that were shown
	reports     map[string]*report
	outlooks    map[*folder]*outlook
	editor      editorSettings
	folders     []*folder
	allowed     allowance
	rules       map[string]*ownRules // by the root of their folder
	spellings   map[string]string    // of URIs that the editor writes in another way than the library

	ruling sync.Mutex
}

// New makes a server for one connection.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Server{
		cfg: cfg, log: cfg.Log,
		buffers:  workspace.NewBuffers(cfg.Engine()),
		wake:     make(chan struct{}, 1),
		moved:    make(chan struct{}),
		pending:  make(map[string]bool),
		sent:     make(map[string]string),
		reports:  make(map[string]*report),
		outlooks: make(map[*folder]*outlook),
		rules:    make(map[string]*ownRules),

		spellings: make(map[string]string),
		viewed:    make(map[string]uri.URI),
		traffic:   traffic{seed: maphash.MakeSeed()},
		status:    statusBook{sent: make(map[string]string)},
	}
}

// Serve speaks with the editor until it exits or is gone. The exit code is 0 if it said goodbye in order.
func (s *Server) Serve(ctx context.Context, rwc io.ReadWriteCloser) (exitCode int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	s.conn = rpc.New(rwc, s.log)
	s.client = s.conn.Client()
	var beside sync.WaitGroup
	s.spawn = func(f func(context.Context)) { beside.Go(func() { f(ctx) }) }
	s.spawn(s.diagnoseForever)
	err = s.conn.Serve(ctx, s)
	cancel()
	beside.Wait()
	if s.shut.Load() {
		return 0, nil
	}
	if err != nil {
		return 1, fmt.Errorf("connection to the editor: %w", err)
	}
	return 1, nil
}

// Refresh judges every open file anew, because policy or settings have changed.
func (s *Server) Refresh() {
	s.useRules()
	s.mu.Lock()
	s.generation++
	clear(s.outlooks)
	s.refresh = true
	for _, f := range s.folders {
		s.pending[f.settingsURI()] = true
	}
	for _, b := range s.buffers.All() {
		s.pending[b.URI] = true
	}
	s.mu.Unlock()
	s.nudge()
}

// changed has one file diagnosed.
func (s *Server) changed(uri string) {
	s.mu.Lock()
	s.pending[uri] = true
	close(s.moved)
	s.moved = make(chan struct{})
	s.mu.Unlock()
	s.nudge()
}

func (s *Server) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will see this change too
	}
}
