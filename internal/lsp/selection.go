package lsp

import (
	"bytes"
	"context"
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// What is done with a selection: it is copied with placeholders, asked about, or its values are replaced by made-up ones.

// offerCopy is for a selection with findings, in editors that take what a command answers.
func offerCopy(q *question) (all []protocol.CodeAction) {
	if q.start == q.end || len(q.findings) == 0 {
		return nil
	}
	where := q.argument(place{Start: q.start, End: q.end})
	if q.s.caps.clipboard {
		all = append(all, action("Copy redacted", commandCopy, where))
	}
	if q.s.caps.ask {
		all = append(all, action("Ask an assistant, redacted", commandAsk, where))
	}
	return all
}

// copyRedacted answers with a selection in which placeholders stand for the values.
func (s *Server) copyRedacted(ctx context.Context, a argument) (answer, error) {
	text, err := s.selection(ctx, a)
	return answer{Clipboard: text, Said: "Copied with placeholders. To bring the values back: scrubjay restore"}, err
}

// askRedacted answers with a selection to ask an assistant about.
func (s *Server) askRedacted(ctx context.Context, a argument) (answer, error) {
	text, err := s.selection(ctx, a)
	return answer{Ask: text}, err
}

// selection is what stands in a place, with placeholders. A value that begins or ends outside is left out whole.
func (s *Server) selection(ctx context.Context, a argument) (string, error) {
	b, span, err := s.placed(a, a.place)
	if err != nil {
		return "", err
	}
	r := s.judge(ctx, b)
	var these []judged
	for _, j := range r.touching(span.Start, span.End) {
		if worthIt(j) && j.Start < span.End && span.Start < j.End {
			these = append(these, j)
		}
	}
	splices, err := s.redacted(ctx, r, these)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	at := span.Start
	for _, sp := range splices {
		if sp.Start >= at {
			out.Write(b.Text.Bytes()[at:sp.Start])
		}
		out.WriteString(sp.text)
		at = sp.End
	}
	if at < span.End {
		out.Write(b.Text.Bytes()[at:span.End])
	}
	return out.String(), nil
}

// offerFake is for values of which the world keeps made-up ones free.
func offerFake(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil
	}
	able := q.report.fakeable(q.findings, q.s.seed)
	for _, group := range alike(able, nameOf) {
		title := "Replace by a made-up one: " + nameOf(group[0])
		if len(group) > 1 {
			title += fmt.Sprintf(" (%d)", len(group))
		}
		all = append(all, q.about(action(title, commandFake, q.argument(placesOf(group)...)), group))
	}
	return all
}

// fakeable are the findings that a fake can stand for, and that are not one.
func (r *report) fakeable(findings []judged, seed func([]byte) string) (able []judged) {
	for _, j := range findings {
		if fake, ok := redact.Fake(j.Rule.Placeholder, r.buffer.Value(j.Span), seed(r.buffer.Value(j.Span))); ok && fake != string(r.buffer.Value(j.Span)) {
			able = append(able, j)
		}
	}
	return able
}

// seed draws a value's fake: the same in every file of this machine, and no way back to the value.
func (s *Server) seed(value []byte) string {
	if s.cfg.Fingerprint == nil {
		return ""
	}
	return s.cfg.Fingerprint(value)
}

// fake replaces values by made-up ones, as soon as they are in the vault.
func (s *Server) fake(ctx context.Context, a argument) error {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return err
	}
	kept, err := s.redacted(ctx, r, these)
	if err != nil {
		return err
	}
	for i, j := range these {
		value := r.buffer.Value(j.Span)
		fake, ok := redact.Fake(j.Rule.Placeholder, value, s.seed(value))
		if !ok {
			return errMoved
		}
		kept[i].text = fake
	}
	return s.apply(ctx, "Replace by a made-up one", r.buffer, kept)
}

// redactText answers with a text that is about to be pasted into a file, with placeholders; with nothing if there is nothing to
// redact in it, or if the file is one that secrets belong in.
func (s *Server) redactText(ctx context.Context, a argument) (answer, error) {
	at, open := s.buffers.At(a.URI)
	if !open {
		return answer{}, errNotOpen
	}
	if isEnv(at.Path) {
		return answer{}, nil
	}
	b := workspace.NewBuffers(s.cfg.Engine()).Open(a.URI, at.Language, 0, []byte(a.Text))
	r := s.judge(ctx, b)
	these := redactable(r)
	if len(these) == 0 {
		return answer{}, nil
	}
	splices, err := s.redacted(ctx, r, these)
	if err != nil {
		return answer{}, err
	}
	return answer{Clipboard: string(spliced(b.Text, splices))}, nil
}

// offerReport is for a person who knows better.
func offerReport(q *question) []protocol.CodeAction {
	if !q.s.caps.clipboard || len(q.findings) == 0 {
		return nil
	}
	return []protocol.CodeAction{action("Report a false positive", commandReport, q.argument(placesOf(q.findings)...))}
}

// report answers with what those who make the rules need of a false alarm: its lines, in which every letter and digit of the
// values is replaced by one of its kind. An entry in the repository's settings allows them meanwhile, where there can be one.
func (s *Server) report(ctx context.Context, a argument) (answer, error) {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return answer{}, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "False positive, Scrubjay %s\n", s.cfg.Version)
	for _, j := range these {
		start, end := r.buffer.Text.Line(r.buffer.Text.LineAt(j.Start))
		end = max(end, j.End)
		fmt.Fprintf(&out, "\nRule %s, confidence %s, in a file of language %q:\n", j.Rule.ID, j.Confidence, r.buffer.Language)
		line := r.buffer.Text.Bytes()[start:end]
		if len(line) > maxCommented {
			fmt.Fprintf(&out, "(a line of %d bytes)\n", len(line))
			continue
		}
		masked := bytes.Clone(line)
		for _, other := range r.findings { // what else stands on the line is nobody's either
			for i := max(other.Start, start); i < min(other.End, end); i++ {
				masked[i-start] = shapeOf(masked[i-start])
			}
		}
		fmt.Fprintf(&out, "    %s\n", bytes.TrimSpace(masked))
	}
	out.WriteString("\nWhy it is not sensitive: \n")
	done := answer{Clipboard: out.String(), Said: "A report without the value is in the clipboard: add why it is not sensitive, and open an issue with it."}
	if allowable(r) {
		allowed, err := s.allowInRepository(ctx, a)
		if err != nil {
			return answer{}, err
		}
		done.Said, done.Undo = done.Said+" "+allowed.Said, allowed.Undo
	}
	return done, nil
}

// shapeOf is a byte of the same kind.
func shapeOf(b byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return '0'
	case 'a' <= b && b <= 'z', b >= 0x80: // each byte of a letter: José is Xxxxx
		return 'x'
	case 'A' <= b && b <= 'Z':
		return 'X'
	}
	return b
}
