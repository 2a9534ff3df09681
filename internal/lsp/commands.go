package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const (
	commandRedact      = "scrubjay.redact"
	commandRedactAll   = "scrubjay.redactAll"
	commandRestore     = "scrubjay.restore"
	commandUseEnv      = "scrubjay.useEnv"
	commandAllowHere   = "scrubjay.allowHere"
	commandAllow       = "scrubjay.allow"
	commandUndoAllow   = "scrubjay.undoAllow"
	commandCopy        = "scrubjay.copyRedacted"
	commandAsk         = "scrubjay.askRedacted"
	commandFake        = "scrubjay.fake"
	commandPreview     = "scrubjay.preview"
	commandScan        = "scrubjay.scanWorkspace"
	commandScanFile    = "scrubjay.scanFile"
	commandRedactText  = "scrubjay.redactText"
	commandReport      = "scrubjay.report"
	commandHelp        = "scrubjay.help"
	commandExchange    = "scrubjay.showExchange"
	commandRestoreLeft = "scrubjay.restoreLeft"
)

// commands are what workspace/executeCommand can be asked for.
var commands = []struct {
	name string
	run  func(*Server, context.Context, argument) (answer, error)
}{
	{commandRedact, quiet((*Server).redact)},
	{commandRedactAll, quiet((*Server).redactAll)},
	{commandRestore, quiet((*Server).restore)},
	{commandUseEnv, quiet((*Server).useEnvironment)},
	{commandUseReference, quiet((*Server).useReference)},
	{commandAllowHere, (*Server).allowHere},
	{commandAllow, (*Server).allowInRepository},
	{commandUndoAllow, quiet((*Server).undoAllow)},
	{commandCopy, (*Server).copyRedacted},
	{commandAsk, (*Server).askRedacted},
	{commandRedactText, (*Server).redactText},
	{commandReport, (*Server).report},
	{commandFake, quiet((*Server).fake)},
	{commandPreview, quiet((*Server).preview)},
	{commandScan, quiet((*Server).scanWorkspace)},
	{commandScanFile, quiet((*Server).scanFile)},
	{commandHelp, quiet((*Server).help)},
	{commandRestoreLeft, quiet((*Server).restoreLeft)},
	{commandExchange, quiet((*Server).showExchange)},
}

// answer is what an editor may do when a command is done. Those that know none of it lose nothing but comfort.
type answer struct {
	// Said is one sentence for the person; Undo takes back what was done: a command of the server's, or "undo", the editor's.
	Said string `json:"said,omitempty"`
	Undo string `json:"undo,omitempty"`
	// Clipboard is a text to copy, and Ask one to ask an assistant about: both with placeholders.
	Clipboard string `json:"clipboard,omitempty"`
	Ask       string `json:"ask,omitempty"`
}

// quiet is a command whose effect speaks for itself.
func quiet(run func(*Server, context.Context, argument) error) func(*Server, context.Context, argument) (answer, error) {
	return func(s *Server, ctx context.Context, a argument) (answer, error) { return answer{}, run(s, ctx, a) }
}

func commandNames() []string {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	return names
}

const (
	// daemonPatience is how long the daemon may take to put a value away or to bring one back.
	daemonPatience = 10 * time.Second
)

var errNotOpen = errors.New("the file is not open any more, so nothing was done")

// errMoved is said when a place cannot be found again.
var errMoved = errors.New("the text has changed here meanwhile, so nothing was done; ask for the actions again")

// ExecuteCommand does what an action offered. What goes wrong is told to the person, not to the editor:
// editors show a failed command in their own words, or not at all.
func (s *Server) ExecuteCommand(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	i := slices.IndexFunc(commands, func(c struct {
		name string
		run  func(*Server, context.Context, argument) (answer, error)
	}) bool {
		return c.name == p.Command
	})
	if i < 0 {
		return nil, fmt.Errorf("no command is called %q", p.Command)
	}
	var a argument
	if len(p.Arguments) != 1 || json.Unmarshal(p.Arguments[0], &a) != nil || a.URI == "" {
		return nil, fmt.Errorf("%s wants one argument {uri, version, rule, start, end}", p.Command)
	}
	rpc.Release(ctx)
	done, err := commands[i].run(s, ctx, a)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.log.Info("command not done", zap.String("command", p.Command))
		s.warn(err.Error())
		return nil, nil
	}
	if done == (answer{}) {
		return nil, nil
	}
	encoded, err := json.Marshal(done)
	return encoded, err
}

// findings are those that an argument speaks of, in the present version.
func (s *Server) findings(ctx context.Context, a argument) (*report, []judged, error) {
	b, open := s.buffers.At(a.URI)
	if !open {
		return nil, nil, errNotOpen
	}
	r := s.judge(ctx, b)
	var these []judged
	for _, p := range a.places() {
		span, ok := b.Trace(a.Version, detect.Span{Start: p.Start, End: p.End})
		if !ok {
			return nil, nil, errMoved
		}
		i := slices.IndexFunc(r.findings, func(j judged) bool { return j.Span == span && j.Rule.ID == p.Rule })
		if i < 0 {
			return nil, nil, errMoved
		}
		these = append(these, r.findings[i])
	}
	return r, these, nil
}

// finding is the one that an argument speaks of.
func (s *Server) finding(ctx context.Context, a argument) (*report, judged, error) {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return nil, judged{}, err
	}
	return r, these[0], nil
}

// placed is where a place stands in the present version.
func (s *Server) placed(a argument, p place) (*workspace.Buffer, detect.Span, error) {
	b, open := s.buffers.At(a.URI)
	if !open {
		return nil, detect.Span{}, errNotOpen
	}
	span, ok := b.Trace(a.Version, detect.Span{Start: p.Start, End: p.End})
	if !ok {
		return nil, detect.Span{}, errMoved
	}
	return b, span, nil
}

// warn tells the person something in one sentence.
func (s *Server) warn(text string) { s.tell(protocol.MessageTypeWarning, text) }

func (s *Server) tell(kind protocol.MessageType, text string) {
	err := s.client.ShowMessage(context.Background(), &protocol.ShowMessageParams{Type: kind, Message: "scrubjay: " + text})
	if err != nil {
		s.log.Warn("message not shown", zap.Error(err))
	}
}
