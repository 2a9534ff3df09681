package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

const (
	lookAtIt  = "Look at it"
	sendIt    = "Send"
	doNotSend = "Do not send"
)

// review puts a request that policy holds before the person. What is shown is what the vendor would get.
func (s *Server) review(ctx context.Context, e control.Event) {
	question := fmt.Sprintf("A request to %s waits until you have seen it: %s.", e.Provider, counted(e.Findings))
	if e.Obligation == "attest" {
		question = fmt.Sprintf("You are asked to say that this request may go to %s: %s. That holds for a day.", e.Provider, counted(e.Findings))
	}
	titles := []string{sendIt, doNotSend}
	if s.caps.showDocument {
		titles = append([]string{lookAtIt}, titles...)
	} else {
		question += " scrubjay review shows it."
	}
	chosen := s.choose(ctx, question, titles)
	if chosen == lookAtIt {
		remove, err := s.showReview(ctx, e.ID)
		if err != nil {
			if ctx.Err() == nil {
				s.warn("the request cannot be shown: " + err.Error())
			}
			return
		}
		defer remove()
		chosen = s.choose(ctx, question, []string{sendIt, doNotSend})
	}
	say := control.SayClosed
	switch chosen {
	case sendIt:
		say = control.SayOnce
	case doNotSend:
		say = control.SayNo
	}
	s.answer(ctx, e.ID, say)
}

func counted(findings int) string {
	switch findings {
	case 0:
		return "nothing sensitive was found in it"
	case 1:
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", findings)
}

// showReview opens a held request in the editor, from a file that is removed when it has been answered.
func (s *Server) showReview(ctx context.Context, id string) (remove func(), err error) {
	waiting, err := s.cfg.Daemon.Reviews(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range waiting {
		if r.ID != id {
			continue
		}
		dir, err := os.MkdirTemp("", "scrubjay-review-")
		if err != nil {
			return nil, err
		}
		remove = func() { _ = os.RemoveAll(dir) } // it holds placeholders, no values
		name := dir + "/request to " + r.Provider + ".jsonc"
		if err = os.WriteFile(name, reviewText(r), 0o600); err == nil {
			_, err = s.client.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: uri.File(name)})
		}
		if err != nil {
			remove()
			return nil, err
		}
		return remove, nil
	}
	return nil, errors.New("it has been answered, or has gone")
}

// reviewText is what the person reads of a held request.
func reviewText(r control.Review) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "// As it would go to %s. Findings:\n//   %s\n", strings.TrimSpace(r.Provider+" "+r.Model), strings.Join(r.Findings, "\n//   "))
	if json.Indent(&out, r.Body, "", "  ") != nil {
		out.Write(r.Body)
	}
	return append(out.Bytes(), '\n')
}
