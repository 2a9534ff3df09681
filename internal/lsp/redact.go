package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// errNoDaemon says that nothing can go into the vault or come out of it.
var errNoDaemon = errors.New("its daemon is not running, so the text is as it was; start it with: scrubjay serve, and try again")

// daemonFailed says so when the daemon was asked in vain.
func daemonFailed(cause error) error {
	if errors.Is(cause, control.ErrNoDaemon) || errors.Is(cause, context.DeadlineExceeded) {
		return errors.New("its daemon does not answer, so the text is as it was; scrubjay doctor says why")
	}
	return fmt.Errorf("the text is as it was: %w", cause)
}

// redact puts findings' values into the vault and their placeholders into the text.
func (s *Server) redact(ctx context.Context, a argument) error {
	r, these, err := s.findings(ctx, a)
	if err != nil {
		return err
	}
	return s.redactThese(ctx, r, these, "Redact")
}

// redactAll does so with every finding of the file that is worth it.
func (s *Server) redactAll(ctx context.Context, a argument) error {
	a.place = place{}
	r, all, err := s.chosen(ctx, a)
	if err != nil || len(all) == 0 {
		return err
	}
	return s.redactThese(ctx, r, all, "Redact all")
}

// redactThese changes the text only after every value is safe.
func (s *Server) redactThese(ctx context.Context, r *report, findings []judged, label string) error {
	splices, err := s.redacted(ctx, r, findings)
	if err != nil {
		return err
	}
	return s.apply(ctx, label, r.buffer, splices)
}

// redacted puts the values into the vault and says what takes their place. Equal values share a placeholder.
func (s *Server) redacted(ctx context.Context, r *report, findings []judged) ([]splice, error) {
	b := r.buffer
	issue := control.Issue{Version: control.Version, Path: b.Path}
	of := make([]int, len(findings)) // parallel to findings: the index of its value
	seen := make(map[string]int)
	for i, j := range findings {
		key := j.Rule.Placeholder + "\x00" + string(b.Value(j.Span))
		at, known := seen[key]
		if !known {
			at = len(issue.Values)
			seen[key] = at
			issue.Values = append(issue.Values, control.Value{
				Type: j.Rule.Placeholder, Rule: j.Rule.ID, Class: string(j.Rule.Class), Bytes: bytes.Clone(b.Value(j.Span)),
			})
		}
		of[i] = at
	}
	issued, err := s.issue(ctx, issue)
	if err != nil {
		return nil, err
	}
	splices := make([]splice, len(findings))
	for i, j := range findings {
		splices[i] = splice{j.Span, issued.Placeholders[of[i]]}
	}
	return splices, nil
}

// issue asks the daemon, and trusts its answer only if it is one placeholder for each value.
func (s *Server) issue(ctx context.Context, issue control.Issue) (control.Issued, error) {
	if s.cfg.Daemon == nil {
		return control.Issued{}, errNoDaemon
	}
	patient, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	issued, err := s.cfg.Daemon.Issue(patient, issue)
	if err != nil {
		return control.Issued{}, daemonFailed(err)
	}
	if len(issued.Placeholders) != len(issue.Values) {
		return control.Issued{}, errors.New("its daemon did not confirm that every value is safe, so the text is as it was; scrubjay doctor says what is wrong")
	}
	for _, p := range issued.Placeholders {
		if !isFilePlaceholder([]byte(p)) {
			return control.Issued{}, errors.New("its daemon is of another version and gives placeholders that this editor does not know, so the text is as it was; restart it")
		}
	}
	return issued, nil
}

// restore brings back the value of a placeholder.
func (s *Server) restore(ctx context.Context, a argument) error {
	b, span, err := s.placed(a, a.place)
	if err != nil {
		return err
	}
	if !isFilePlaceholder(b.Value(span)) {
		return errMoved
	}
	name := string(b.Value(span))
	if s.cfg.Daemon == nil {
		return errNoDaemon
	}
	patient, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	revealed, err := s.cfg.Daemon.Reveal(patient, control.Reveal{Version: control.Version, Path: b.Path, Placeholders: []string{name}})
	if err != nil {
		return daemonFailed(err)
	}
	value, ok := revealed.Values[name]
	if !ok {
		return errors.New(name + " was not issued by this machine's vault, so it cannot be restored here; ask whoever redacted the file")
	}
	return s.apply(ctx, "Restore", b, []splice{{detect.Span{Start: span.Start, End: span.End}, string(value)}})
}
