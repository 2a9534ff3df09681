package lsp

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

const (
	// retries is how often an edit is computed anew because the text has moved on.
	retries = 4
	// proofPatience is how long an editor may keep the text to itself after an edit: some send it when the person pauses.
	proofPatience = 10 * time.Second
	// typedPatience is how long what was typed may be on its way when an editor refuses an edit because of it.
	typedPatience = time.Second
	// surroundings is how many bytes on each side tell the place of an edit in a text that was typed into as well.
	surroundings = 16
)

var (
	errUnproven = errors.New("the editor says that the text was changed and does not show it; look whether all of the value is gone")
	errMisdone  = errors.New("the text was typed into while it was edited, and is not as it should be; look whether all of the value is gone, or undo")
)

// wish is an edit that the person asked for, by a version of the text.
type wish struct {
	label   string
	from    *workspace.Buffer
	splices []splice // by where they stand
	tries   int
}

// apply has the editor replace spans of a version. If the text moves on before the editor has done so,
// the spans are traced into the newer version and sent again; a span that was touched ends it.
//
// It returns when the editor says that the edit is done. Whether it is shows in the next text, which some editors send
// only after the command has its answer: that is waited for beside it.
func (s *Server) apply(ctx context.Context, label string, from *workspace.Buffer, splices []splice) error {
	slices.SortFunc(splices, func(a, b splice) int { return a.Start - b.Start })
	return s.fulfil(ctx, &wish{label: label, from: from, splices: splices, tries: retries})
}

func (s *Server) fulfil(ctx context.Context, w *wish) error {
	for ; w.tries > 0; w.tries-- {
		b, open := s.buffers.At(w.from.URI)
		if !open {
			return errors.New("the file was closed meanwhile, so its text was not changed")
		}
		now, ok := w.in(b)
		if !ok {
			return errMoved
		}
		result, err := s.client.ApplyEdit(ctx, &protocol.ApplyWorkspaceEditParams{Label: &w.label, Edit: *s.workspaceEdit(b, now, w.label)})
		if result != nil && result.Applied {
			s.spawn(func(ctx context.Context) {
				if err := s.prove(ctx, w, b, now); err != nil && ctx.Err() == nil {
					s.warn(err.Error())
				}
			})
			return nil
		}
		switch _, moved := s.next(ctx, b, typedPatience); {
		case moved:
		case err != nil:
			return errors.New("the editor did not take the edit, so the text is as it was")
		default:
			return errors.New("the editor refused the edit, so the text is as it was; is the file read-only?")
		}
	}
	return errMoved
}

// in is where the wish's spans stand in a version, if nobody has touched them.
func (w *wish) in(b *workspace.Buffer) ([]splice, bool) {
	now := make([]splice, len(w.splices))
	for i, sp := range w.splices {
		span, ok := b.Trace(w.from.Text.Version(), sp.Span)
		if !ok || !bytes.Equal(b.Value(span), w.from.Value(sp.Span)) {
			return nil, false
		}
		now[i] = splice{span, sp.text}
	}
	return now, true
}

// prove waits for the text that shows the edit of a version. If the text moved on and the edit was dropped, it is sent
// again: only where the editor can compare versions, for another may still be about to show it.
func (s *Server) prove(ctx context.Context, w *wish, edited *workspace.Buffer, splices []splice) error {
	want := spliced(edited.Text, splices)
	if bytes.Equal(want, edited.Text.Bytes()) {
		return nil
	}
	for seen := edited; ; {
		latest, moved := s.next(ctx, seen, proofPatience)
		switch {
		case !moved:
			return errUnproven
		case latest == nil:
			return nil // with the edit or without it, there is no text to look at
		case shows(latest.Text.Bytes(), want, splices):
			return nil
		}
		seen = latest
		if _, untouched := w.in(latest); !untouched {
			return errMisdone
		}
		if s.caps.versionedEdits {
			w.tries--
			return s.fulfil(ctx, w)
		}
	}
}

// next waits for another text than that of a version; it is nil if the file is closed.
func (s *Server) next(ctx context.Context, b *workspace.Buffer, patience time.Duration) (latest *workspace.Buffer, moved bool) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		s.mu.Lock()
		change := s.moved
		s.mu.Unlock()
		if latest, _ = s.buffers.At(b.URI); latest == nil || latest.Text != b.Text {
			return latest, true
		}
		select {
		case <-ctx.Done():
			return latest, false
		case <-timer.C:
			return latest, false
		case <-change:
		}
	}
}

// spliced is what the text becomes.
func spliced(t *text.Snapshot, splices []splice) []byte {
	var out []byte
	at := 0
	for _, sp := range splices {
		out = append(append(out, t.Bytes()[at:sp.Start]...), sp.text...)
		at = sp.End
	}
	return append(out, t.Bytes()[at:]...)
}

// shows tells whether a text is as wanted, but for what was typed elsewhere. Editors end the lines of what they insert
// in the file's own way.
func shows(got, want []byte, splices []splice) bool {
	if bytes.Equal(got, want) {
		return true
	}
	plain := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	got, all := plain(got), plain(want)
	shift := 0
	for _, sp := range splices {
		start := sp.Start + shift
		end := start + len(sp.text)
		shift = end - sp.End
		place := plain(want[max(0, start-surroundings):min(len(want), end+surroundings)])
		place = bytes.Trim(place, "\r\n") // half a line's end
		if bytes.Count(got, place) < bytes.Count(all, place) {
			return false
		}
	}
	return true
}
