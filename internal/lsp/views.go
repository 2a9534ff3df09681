package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// Views are texts that only the server has, for editors that ask for such: an open file as a vendor would see it, and
// what an exchange said. They are made when they are asked for, and stand on no disk.

// viewScheme is that of their URIs: scrubjay:/NAME?file=URI or scrubjay:/NAME?exchange=ID.
const viewScheme = "scrubjay"

func viewURI(name, kind, of string) uri.URI {
	return uri.URI(viewScheme + ":/" + url.PathEscape(name) + "?" + url.QueryEscape(kind+"="+of))
}

// viewed is what a view's URI says that it is of. Editors write the sign between the two in their own ways.
func viewed(view uri.URI) (kind, of string) {
	_, query, _ := strings.Cut(string(view), "?")
	plain, err := url.QueryUnescape(query)
	if err != nil {
		return "", ""
	}
	kind, of, _ = strings.Cut(plain, "=")
	return kind, of
}

// vendorView is a text as a vendor would see it: what is kept back is named in the values' places.
func (r *report) vendorView() []byte {
	var splices []splice
	at := 0
	for _, j := range r.findings {
		if worthIt(j) && j.Start >= at {
			splices = append(splices, splice{j.Span, "‹" + j.Rule.Placeholder + "›"})
			at = j.End
		}
	}
	return spliced(r.buffer.Text, splices)
}

// offerPreview shows what a vendor would see of the file.
func offerPreview(q *question) []protocol.CodeAction {
	if !q.s.caps.contents || !q.s.caps.showDocument || len(q.findings) == 0 {
		return nil
	}
	return []protocol.CodeAction{action("Show what AI vendors would see", commandPreview, q.argument(place{}))}
}

// preview opens the view of a file.
func (s *Server) preview(ctx context.Context, a argument) error {
	b, open := s.buffers.At(a.URI)
	if !open {
		return errNotOpen
	}
	view := viewURI("What AI vendors see of "+path.Base(b.URI), "file", b.URI)
	s.mu.Lock()
	s.viewed[b.URI] = view
	s.mu.Unlock()
	return s.show(ctx, view)
}

func (s *Server) show(ctx context.Context, view uri.URI) error {
	shown, err := s.client.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: view})
	if err != nil || shown == nil || !shown.Success {
		return errors.New("the editor cannot show the text")
	}
	return nil
}

// showExchange opens the view of an exchange, of which a lens told.
func (s *Server) showExchange(ctx context.Context, a argument) error {
	return s.show(ctx, viewURI("Exchange "+a.Exchange, "exchange", a.Exchange))
}

// TextDocumentContent is the text of a view.
func (s *Server) TextDocumentContent(ctx context.Context, p *protocol.TextDocumentContentParams) (*protocol.TextDocumentContentResult, error) {
	rpc.Release(ctx)
	text := "The file is not open any more.\n"
	switch kind, of := viewed(p.URI); kind {
	case "exchange":
		text = s.exchangeView(ctx, of)
	case "file":
		if b, open := s.buffers.At(of); open {
			text = string(s.judge(ctx, b).vendorView())
		}
	default:
		return nil, fmt.Errorf("no text is called that: views are %s:/NAME?file=URI and ?exchange=ID", viewScheme)
	}
	return &protocol.TextDocumentContentResult{Text: text}, nil
}

// exchangeView is what an exchange said: as the assistant wrote it, as the vendor got it, and the answer.
func (s *Server) exchangeView(ctx context.Context, id string) string {
	if s.cfg.Daemon == nil {
		return errNoDaemon.Error() + "\n"
	}
	shown, err := s.cfg.Daemon.Exchange(ctx, control.ExchangeTexts{Version: control.Version, ID: id})
	if err != nil {
		return "This exchange is not kept any more: " + err.Error() + "\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s at %s\n", strings.TrimSpace(shown.Provider+" "+shown.Model), shown.Time.Local().Format("15:04:05"))
	answered := shown.Answered
	if len(shown.Heard) > 0 { // a stream's pieces, put together
		var all [][]byte
		for _, h := range shown.Heard {
			all = append(all, h.Text)
		}
		answered = bytes.Join(all, []byte("\n\n"))
	}
	for _, part := range []struct {
		title string
		text  []byte
	}{{"What the vendor got", shown.Sent}, {"What it answered, with your values back in it", answered}, {"What your assistant wrote: it never left this machine", shown.Typed}} {
		if len(part.text) == 0 {
			part.text = []byte("nothing")
		}
		fmt.Fprintf(&out, "\n===== %s =====\n\n%s\n", part.title, readable(part.text))
	}
	return out.String()
}

// readable is JSON with a line for each member, and anything else as it is.
func readable(text []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return text
	}
	return out.Bytes()
}

// helpPage says what redacting and restoring do.
const helpPage = "https://github.com/scrubjay-dev/scrubjay#readme"

func (s *Server) help(ctx context.Context, _ argument) error {
	outside := true
	_, err := s.client.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: helpPage, External: &outside})
	return err
}

// viewChanged has the editor ask for the view of a file anew, if it has one.
func (s *Server) viewChanged(ctx context.Context, u string) {
	s.mu.Lock()
	view, viewed := s.viewed[u]
	s.mu.Unlock()
	if viewed && ctx.Err() == nil {
		_ = s.client.TextDocumentContentRefresh(ctx, &protocol.TextDocumentContentRefreshParams{URI: view}) // it is shown as it was
	}
}
