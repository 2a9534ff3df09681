package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Inline completion: the model that the settings name is asked through the proxy what belongs at the cursor. It gets the
// lines around it and no other file, and nothing of a file that policy keeps from it.

const (
	// prefixBytes and suffixBytes are how much of the text it gets.
	prefixBytes = 6 << 10
	suffixBytes = 2 << 10
	// pause is how long nothing is typed before a model is asked.
	pause = 60 * time.Millisecond
	// mostCompletions is how many are remembered: who types on into one, or goes back, asks nobody.
	mostCompletions = 64
)

// completions are the latest ones, the newest last.
type completions struct {
	mu     sync.Mutex
	latest []completed
	told   string // the last reason why there was none, which is said once
}

type completed struct {
	uri, suffix, prefix, text string
}

// recall is what is left of a completion that was got before, if the person has typed into it.
func (c *completions) recall(uri, prefix, suffix string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, was := range slices.Backward(c.latest) {
		typed, later := strings.CutPrefix(prefix, was.prefix)
		if was.uri == uri && was.suffix == suffix && later {
			if rest, fits := strings.CutPrefix(was.text, typed); fits && (rest != "" || typed == "") {
				return rest, true
			}
		}
	}
	return "", false
}

func (c *completions) remember(of completed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.latest) == mostCompletions {
		c.latest = slices.Delete(c.latest, 0, 1)
	}
	c.latest = append(c.latest, of)
}

// InlineCompletion offers what the model would write at the cursor.
func (s *Server) InlineCompletion(ctx context.Context, p *protocol.InlineCompletionParams) (protocol.InlineCompletionResult, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	of := s.cfg.Settings().Completion
	nothing := &protocol.InlineCompletionList{Items: []protocol.InlineCompletionItem{}}
	if !open || of.Provider == "" || s.cfg.Complete == nil || b.Unscanned != "" {
		return nothing, nil
	}
	at := b.Text.Offset(text.Position{Line: p.Position.Line, Character: p.Position.Character}, s.encoding)
	prefix, suffix := around(b, at)
	offered, known := s.completions.recall(b.URI, prefix, suffix)
	if !known {
		if p.Context.TriggerKind == protocol.InlineCompletionTriggerKindAutomatic {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(pause):
			}
		}
		if !s.mayComplete(ctx, b, at, len(prefix), len(suffix), of) {
			return nothing, ctx.Err()
		}
		var err error
		offered, err = s.complete(ctx, b, prefix, suffix, of)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			s.cannotComplete(err)
			return nothing, nil
		}
		s.completions.remember(completed{b.URI, suffix, prefix, offered})
	}
	if offered != "" {
		nothing.Items = append(nothing.Items, protocol.InlineCompletionItem{InsertText: protocol.String(offered)})
	}
	return nothing, nil
}

// around is the text before and behind a place, in whole lines where there is more.
func around(b *workspace.Buffer, at int) (prefix, suffix string) {
	content := b.Text.Bytes()
	from, to := max(0, at-prefixBytes), min(len(content), at+suffixBytes)
	if line := b.Text.LineAt(from); from > 0 && line < b.Text.LineAt(at) { // a line that is longer than that is cut
		from, _ = b.Text.Line(line + 1)
	}
	if line := b.Text.LineAt(to); to < len(content) && line > b.Text.LineAt(at) {
		to, _ = b.Text.Line(line)
	}
	return string(content[from:at]), string(content[at:to])
}

// mayComplete asks policy whether the model may have the text around the cursor. The proxy asks again; this spares a person
// requests that would all be refused, and a file that assistants must not read even its scrubbed lines.
func (s *Server) mayComplete(ctx context.Context, b *workspace.Buffer, at, before, behind int, of policy.Completion) bool {
	r := s.judge(ctx, b)
	if len(r.labels) > 0 {
		return false
	}
	var subjects []policy.Subject
	for _, j := range r.touching(at-before, at+behind) {
		subject := policy.SubjectOf(j.Finding)
		if !slices.Contains(subjects, subject) {
			subjects = append(subjects, subject)
		}
	}
	if len(subjects) == 0 {
		return true
	}
	d := s.decide(ctx, policy.Query{Direction: policy.Outgoing, Subjects: subjects, Destination: policy.Destination{
		Provider: of.Provider, Kind: s.cfg.Settings().Providers[of.Provider].Kind, Model: of.Model,
	}})
	return d.Verdict != policy.Forbid
}

func (s *Server) complete(ctx context.Context, b *workspace.Buffer, prefix, suffix string, of policy.Completion) (string, error) {
	provider := s.cfg.Settings().Providers[of.Provider]
	return s.cfg.Complete(ctx, s.status.listens(), completion.Query{
		Provider: of.Provider, Format: provider.Format, Model: of.Model, Chat: of.Chat || !completion.Fills(provider.Format), KeyEnv: provider.KeyEnv,
		Prefix: prefix, Suffix: suffix, Language: b.Language, File: filepath.Base(b.Path),
	})
}

// cannotComplete says once why there is no completion.
func (s *Server) cannotComplete(err error) {
	s.completions.mu.Lock()
	told := s.completions.told == err.Error()
	s.completions.told = err.Error()
	s.completions.mu.Unlock()
	s.log.Info("no completion", zap.Error(err))
	if !told {
		s.warn("no completion: " + err.Error())
	}
}
