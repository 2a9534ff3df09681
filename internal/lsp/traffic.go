package lsp

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// The traffic lens: over the lines of an open file that went to a provider it says so. Which lines those are is told by
// hashes of the lines that the latest requests said. The hashes are this process's own.

// traffic is what the latest exchanges said, by hashes of their lines.
type traffic struct {
	mu   sync.Mutex
	seed maphash.Seed
	said []said // the newest first
	size int    // of all their lines
}

// said is one exchange.
type said struct {
	id, provider, verdict string
	at                    time.Time
	fingerprints          []string
	lines                 map[uint64]struct{}
}

const (
	// mostSaid and mostLines bound what is remembered.
	mostSaid  = 32
	mostLines = 200_000
	// tellingLine is how many bytes a line has at least that tells where it is from; a brace alone stands everywhere.
	tellingLine = 12
	// tellingRun is how many telling lines in a row make a passage; in a file of fewer, all of them.
	tellingRun = 3
)

// hashOfLine is that of a line without the white space around it; ok is false for one that tells nothing.
func (t *traffic) hashOfLine(line []byte) (uint64, bool) {
	line = bytes.TrimSpace(line)
	return maphash.Bytes(t.seed, line), len(line) >= tellingLine
}

// add takes note of what an exchange said.
func (t *traffic) add(e control.Event, texts [][]byte) {
	s := said{e.Exchange, e.Provider, e.Verdict, e.Time, e.Fingerprints, map[uint64]struct{}{}}
	for _, text := range texts {
		for line := range bytes.Lines(text) {
			if h, ok := t.hashOfLine(line); ok && len(s.lines) < mostLines {
				s.lines[h] = struct{}{}
			}
		}
	}
	if len(s.lines) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said, t.size = slices.Insert(t.said, 0, s), t.size+len(s.lines)
	for len(t.said) > mostSaid || t.size > mostLines && len(t.said) > 1 {
		last := len(t.said) - 1
		t.size -= len(t.said[last].lines)
		t.said = slices.Delete(t.said, last, last+1)
	}
}

// passed are lines of a text, from first to last, of which an exchange said all that tell something.
type passed struct {
	first, last int
	said
}

// passages are the lines of a text that went out: of each provider those of its latest exchange.
func (t *traffic) passages(b *workspace.Buffer) (all []passed) {
	t.mu.Lock()
	latest := slices.Clone(t.said)
	t.mu.Unlock()
	if len(latest) == 0 {
		return nil
	}
	hashes, telling := make([]uint64, b.Text.Lines()), 0
	for i := range hashes {
		start, end := b.Text.Line(i)
		if h, ok := t.hashOfLine(b.Text.Bytes()[start:end]); ok {
			hashes[i] = h | 1 // never none
			telling++
		}
	}
	enough := min(tellingRun, telling)
	if enough == 0 {
		return nil
	}
	done := map[string]bool{}
	for _, s := range latest {
		if done[s.provider] {
			continue
		}
		has := func(h uint64) bool {
			if _, ok := s.lines[h]; ok {
				return true
			}
			_, ok := s.lines[h&^1]
			return ok
		}
		for i := 0; i < len(hashes); {
			run := passed{first: -1, said: s}
			n := 0
			for ; i < len(hashes) && (hashes[i] == 0 || has(hashes[i])); i++ {
				if hashes[i] != 0 {
					if n++; run.first < 0 {
						run.first = i
					}
					run.last = i
				}
			}
			if n >= enough {
				all = append(all, run)
				done[s.provider] = true
			}
			i++
		}
	}
	return all
}

// said asks what an exchange said, and has the lenses drawn anew.
func (s *Server) overhear(ctx context.Context, e control.Event) {
	if !s.caps.lenses || e.Exchange == "" {
		return
	}
	shown, err := s.cfg.Daemon.Exchange(ctx, control.ExchangeTexts{Version: control.Version, ID: e.Exchange, Said: true})
	if err != nil {
		if ctx.Err() == nil {
			s.log.Info("what an exchange said is not known", zap.Error(err))
		}
		return
	}
	if strings.HasPrefix(shown.Assistant, completion.Assistant) {
		return // what is typed goes out at every pause, and nobody could read a lens that follows
	}
	if !shown.Went && e.Verdict != policy.Forbid.String() {
		return // the vendor could not be reached, or it was refused for another reason
	}
	s.traffic.add(e, shown.Said)
	s.refreshLenses(ctx)
}

func (s *Server) refreshLenses(ctx context.Context) {
	if s.caps.lensRefresh {
		s.again(ctx, s.client.CodeLensRefresh)
	}
}

// CodeLens says over a file's beginning how sensitive it is, and over the lines that went out where they went.
func (s *Server) CodeLens(ctx context.Context, p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	b, open := s.buffers.At(string(p.TextDocument.URI))
	rpc.Release(ctx)
	lenses := []protocol.CodeLens{}
	if !open || b.Unscanned != "" {
		return lenses, nil
	}
	r := s.judge(ctx, b)
	if these := redactable(r); len(these) > 0 {
		lens := protocol.CodeLens{Range: s.theirs(b.Text, 0, 0)}
		lens.Command = action(sensitivity(these, r.outlook.paused), commandRedactAll, argument{URI: b.URI, Version: b.Text.Version()}).Command
		lenses = append(lenses, lens)
	}
	for _, went := range s.traffic.passages(b) {
		start, _ := b.Text.Line(went.first)
		lens := protocol.CodeLens{Range: s.theirs(b.Text, start, start)}
		lens.Command = protocol.Command{Title: s.went(r, went)}
		if s.caps.contents && s.caps.showDocument {
			lens.Command = action(lens.Command.Title, commandExchange, argument{URI: b.URI, Exchange: went.id}).Command
		}
		lenses = append(lenses, lens)
	}
	return lenses, ctx.Err()
}

// sensitivity is a file's, in a line.
func sensitivity(these []judged, paused bool) string {
	stopped := slices.ContainsFunc(these, func(j judged) bool { return j.verdict == policy.Forbid })
	if paused && !stopped {
		return fmt.Sprintf("Scrubbing is paused, values that AI may see: %d: redact", len(these))
	}
	text := fmt.Sprintf("%d values are kept from AI", len(these))
	if len(these) == 1 {
		text = "1 value is kept from AI"
	}
	if stopped {
		text += ", requests with them stop"
	}
	return text + ": redact"
}

// went says which lines went where, and how many of their values were kept back.
func (s *Server) went(r *report, w passed) string {
	_, end := r.buffer.Text.Line(w.last)
	start, _ := r.buffer.Text.Line(w.first)
	kept := map[string]bool{}
	for _, j := range r.findings {
		if s.cfg.Fingerprint == nil || j.Start < start || j.End > end {
			continue
		}
		if f := s.cfg.Fingerprint(r.buffer.Value(j.Span)); slices.Contains(w.fingerprints, f) {
			kept[f] = true
		}
	}
	lines := fmt.Sprintf("Lines %d-%d", w.first+1, w.last+1)
	if w.first == w.last {
		lines = fmt.Sprintf("Line %d", w.first+1)
	}
	did := "went to "
	if w.verdict == policy.Forbid.String() {
		did = "did not go to "
	}
	text := lines + " " + did + w.provider + " at " + w.at.Local().Format("15:04")
	if n := len(kept); n > 0 && !strings.HasPrefix(did, "did not") {
		values := "1 value as a placeholder"
		if n > 1 {
			values = fmt.Sprintf("%d values as placeholders", n)
		}
		text += ", " + values
	}
	return text
}
