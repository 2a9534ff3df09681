package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/pointer"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// commandUseReference puts a value into a store and a pointer into the text.
const commandUseReference = "scrubjay.useReference"

// reference is how a pointer takes the place of a finding: in the text itself, or in .env where code then reads it.
type reference struct {
	name string
	// code is set where a program's text is to read the variable.
	code *variable
	// quoted says that the pointer needs quotes, since some readers of the file take a part of it for a comment.
	quoted bool
}

// referenceFor knows how a pointer takes the place of a value. A part of a longer text has none: nothing would resolve it there.
func referenceFor(b *workspace.Buffer, f detect.Finding) (reference, bool) {
	if l, ok := languageOf(b); ok && l.env != "" {
		v, ok := variableFor(b, f)
		return reference{name: v.name, code: &v}, ok
	}
	content := b.Text.Bytes()
	start, end := b.Text.Line(b.Text.LineAt(f.Start))
	if f.End > end || bytes.ContainsAny(b.Value(f.Span), "\\\x00") {
		return reference{}, false
	}
	before, after := content[start:f.Start], bytes.TrimSpace(content[f.End:end])
	quoted := len(before) > 0 && len(after) > 0 && (before[len(before)-1] == '"' || before[len(before)-1] == '\'') && after[0] == before[len(before)-1]
	if quoted {
		before = before[:len(before)-1]
	} else if len(after) > 0 {
		return reference{}, false
	}
	m := assigned().FindSubmatch(before)
	if m == nil {
		return reference{}, false
	}
	return reference{name: screaming(string(m[1])), quoted: !quoted && isEnv(b.Path)}, true
}

// offers are the stores that could take a value of a file.
func (s *Server) offers(r *report) (pointer.Machine, []pointer.Offer) {
	if r.outlook.folder == nil || !r.outlook.trusted {
		return pointer.Machine{}, nil // a folder that is not trusted does not say to whom a file is encrypted
	}
	m := pointer.Machine{Environment: os.Environ(), Folder: r.outlook.folder.root}
	return m, m.Offers(s.cfg.Settings().Stores.Named())
}

func offerReference(q *question) (all []protocol.CodeAction) {
	if !q.s.caps.applyEdit {
		return nil
	}
	names := make(map[string]bool)
	for _, j := range q.findings {
		ref, ok := referenceFor(q.report.buffer, j.Finding)
		if !ok || names[ref.name] || j.Rule.Class != detect.Credential || j.Severity == detect.Info {
			continue
		}
		if len(names) == 0 {
			if _, offers := q.s.offers(q.report); len(offers) == 0 {
				return nil
			}
		}
		names[ref.name] = true
		all = append(all, q.about(action("Use a reference: "+ref.name, commandUseReference, q.argument(placesOf([]judged{j})...)), []judged{j}))
	}
	return all
}

// useReference has the person choose a store, puts the value there, and only then changes the text.
func (s *Server) useReference(ctx context.Context, a argument) error {
	r, j, err := s.finding(ctx, a)
	if err != nil {
		return err
	}
	ref, ok := referenceFor(r.buffer, j.Finding)
	m, offers := s.offers(r)
	if !ok || len(offers) == 0 {
		return errors.New("no store of secrets is here, or this value cannot be read from one: the setting stores names one")
	}
	chosen, err := s.chooseStore(ctx, ref.name, offers)
	if err != nil || chosen == nil {
		return err
	}
	p, err := chosen.Pointer(ref.name)
	if err != nil {
		return err
	}
	// Time has passed: the text may have moved on.
	if r, j, err = s.finding(ctx, a); err != nil {
		return err
	}
	now, ok := referenceFor(r.buffer, j.Finding)
	if !ok || now.name != ref.name {
		return errMoved
	}
	value := bytes.Clone(r.buffer.Value(j.Span))
	env := filepath.Join(m.Folder, envFile)
	if _, open := s.buffers.Of(env); open && now.code != nil {
		if err := s.saved(env); err != nil {
			return err
		}
	}
	if err := m.Keep(ctx, p, value); err != nil {
		return fmt.Errorf("the text is as it was. %w", err)
	}
	if s.cfg.Daemon != nil {
		// It is looked for on the wire although it does not stand in a file any more. Whoever resolves it says so again.
		_ = s.cfg.Daemon.Known(ctx, control.Known{Resolved: map[string][]byte{p.String(): value}})
	}
	splices := []splice{{j.Span, p.String()}}
	switch {
	case now.code != nil:
		if err := writeEnv(m.Folder, now.name, []byte(p.String())); err != nil {
			return err
		}
		splices = []splice{{now.code.span, now.code.code}}
		if now.code.lang.imports != nil {
			if sp, needed := now.code.lang.imports(r.buffer.Text.Bytes()); needed {
				splices = append(splices, sp)
			}
		}
	case now.quoted:
		splices[0].text = quoteEnv(p.String())
	}
	return s.apply(ctx, "Use a reference", r.buffer, splices)
}

// chooseStore asks the person; nil means no.
func (s *Server) chooseStore(ctx context.Context, name string, offers []pointer.Offer) (*pointer.Offer, error) {
	var titles []protocol.MessageActionItem
	for _, o := range offers {
		titles = append(titles, protocol.MessageActionItem{Title: o.Title()})
	}
	answer, err := s.client.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{
		Type:    protocol.MessageTypeInfo,
		Message: "scrubjay: Where is " + name + " to be kept? A pointer takes its place, which scrubjay run resolves.",
		Actions: append(titles, protocol.MessageActionItem{Title: "Cancel"}),
	})
	if err != nil {
		return nil, errors.New("the editor cannot ask, so nothing was done")
	}
	if answer == nil {
		return nil, nil
	}
	i := slices.IndexFunc(offers, func(o pointer.Offer) bool { return o.Title() == answer.Title })
	if i < 0 {
		return nil, nil
	}
	return &offers[i], nil
}
