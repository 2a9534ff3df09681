package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// answer sends the vendor's answer on, with the values restored that policy lets back.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request, x *exchange, res *http.Response) *failure {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	restore := p.restore(r.Context(), x)
	encoded := res.Header.Get("Content-Encoding") != "" && res.Header.Get("Content-Encoding") != "identity"
	if x.match != wire.Completion {
		return p.unknown(w, x, res, kind, restore)
	}
	stream := x.route.Stream(kind, restore)
	opening := x.route.Open(x.streams, restore)
	if stream == nil && !encoded && res.ContentLength < 0 {
		if stream, res.Body = open(opening, res.Body); stream == nil {
			opening = nil // which has seen that it is none
		}
	}
	if stream != nil && !encoded {
		return p.stream(r.Context(), w, x, res, stream)
	}
	body, err := readAll(res.Body, res.Header.Get("Content-Encoding"), res.ContentLength)
	if err != nil {
		return unread(x)
	}
	x.record.BytesIn = int64(len(body))
	if stream == nil {
		restored, err := x.route.Answer(body, restore)
		if err != nil && opening != nil {
			stream, _ = opening.Write(body)
		}
		body = restored
	}
	if stream != nil {
		body, err = stream.Write(body)
		body = append(slices.Clone(body), stream.Close(err)...)
	}
	if x.front != "" { // who is intercepted comes back by itself
		body = x.route.Relink(body, strings.TrimRight(x.config.URL, "/"), x.front+"/"+x.provider)
	}
	p.begin(w, x, res)
	w.Header().Del("Content-Encoding")
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(body) // the caller went away: there is nobody to tell
	return nil
}

// unknown sends an answer on that no table knows. It may say again what was scrubbed from the request.
func (p *Proxy) unknown(w http.ResponseWriter, x *exchange, res *http.Response, kind string, restore wire.Restore) *failure {
	encoding := res.Header.Get("Content-Encoding")
	change, end := func(b []byte) []byte { return b }, func() []byte { return nil }
	if x.scrubbed && x.route != nil {
		g := x.format.Guess(kind, restore)
		change, end = g.Write, g.Close
		if encoding != "" && encoding != "identity" {
			body, err := readAll(res.Body, encoding, res.ContentLength)
			if err != nil {
				return unread(x)
			}
			res.Body = io.NopCloser(bytes.NewReader(body))
			res.Header.Del("Content-Encoding")
		}
	}
	p.begin(w, x, res)
	w.WriteHeader(res.StatusCode)
	broken, err := p.pump(w, x, res.Body, func(b []byte) ([]byte, error) { return change(b), nil })
	if !broken {
		_, _ = w.Write(end()) // the caller went away: there is nobody to tell
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// unread is the failure of an answer that was to be read whole.
func unread(x *exchange) *failure {
	f := refuse(http.StatusBadGateway, "upstream_cut", "the answer of "+x.provider+" broke off or could not be read")
	f.cause, f.retry = errors.New("reading the answer"), true
	return f
}

// open reads as much of an answer as tells whether it is a stream. What was read is read again from rest.
func open(opening *wire.Opening, body io.ReadCloser) (stream *wire.Stream, rest io.ReadCloser) {
	buf := make([]byte, 4<<10)
	for {
		n, err := body.Read(buf)
		var decided bool
		if n > 0 {
			stream, decided = opening.Write(buf[:n])
		}
		if decided || err != nil || len(opening.First()) > bodyLimit {
			return stream, struct {
				io.Reader
				io.Closer
			}{io.MultiReader(bytes.NewReader(opening.First()), &after{body, err}), body}
		}
	}
}

// after reads on where a reader has been read, to the error that it has ended with if it has.
type after struct {
	io.Reader
	err error
}

func (a *after) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	return a.Reader.Read(p)
}

// begin takes the vendor's headers over.
func (p *Proxy) begin(w http.ResponseWriter, x *exchange, res *http.Response) {
	x.begun = true
	h := res.Header.Clone()
	dropHopByHop(h)
	for name, values := range h {
		// A vendor's CORS headers would let web pages read what this proxy answers. Who is intercepted asked the vendor.
		if x.intercepted || !strings.HasPrefix(name, "Access-Control-") {
			w.Header()[name] = values
		}
	}
	if x.elsewhere != "" {
		w.Header().Set(elsewhereHeader, x.elsewhere)
	}
}

// stream restores a streamed answer as it comes. If the vendor's end breaks off, or the proxy has to end, the caller gets
// the vendor's kind of error and a broken connection, never a clean end.
func (p *Proxy) stream(ctx context.Context, w http.ResponseWriter, x *exchange, res *http.Response, s *wire.Stream) *failure {
	p.begin(w, x, res)
	w.WriteHeader(res.StatusCode)
	flush := http.NewResponseController(w)
	_ = flush.Flush() // the caller sees the headers at once; a writer that cannot flush sends all the same
	broken, err := p.pump(w, x, res.Body, s.Write)
	if broken {
		return nil // the caller went away
	}
	if err != nil {
		x.record.Note = "stream_interrupted"
		if ending(ctx) {
			err = errEnding
		} else {
			p.Log.Warn("the vendor's stream broke off", zap.String("provider", x.provider))
			err = errors.New("the answer broke off before its end: ask again")
		}
	}
	_, werr := w.Write(s.Close(err))
	if flushErr := flush.Flush(); err != nil || werr != nil || flushErr != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// pump copies what comes, through change, and flushes each piece. broken says that the caller is gone.
func (p *Proxy) pump(w http.ResponseWriter, x *exchange, from io.Reader, change func([]byte) ([]byte, error)) (broken bool, err error) {
	flush := http.NewResponseController(w)
	buf := make([]byte, 32<<10)
	for {
		n, rerr := from.Read(buf)
		x.record.BytesIn += int64(n)
		if n > 0 {
			out, cerr := change(buf[:n])
			if len(out) > 0 {
				if _, err := w.Write(out); err != nil {
					return true, err
				}
				if err := flush.Flush(); err != nil {
					return true, err
				}
			}
			if cerr != nil {
				return false, cerr
			}
		}
		if rerr == io.EOF {
			return false, nil
		}
		if rerr != nil {
			return false, rerr
		}
	}
}

// anyInDoubt stands for the values that may be none.
var anyInDoubt = policy.Subject{Class: detect.Credential, Severity: detect.Low.String(), Confidence: detect.ConfidenceLow.String()}

// restore answers for each lane of text: may this provider's placeholders come back there? Policy says,
// by the tool and its kind. Where they may not, the lane is still watched, to say how many were withheld. Into a
// tool of which nothing is known they come back, but not into a URL.
func (p *Proxy) restore(ctx context.Context, x *exchange) wire.Restore {
	issued := p.Vault.FromWire(x.provider)
	withheld := func(placeholder string) ([]byte, bool) {
		if _, ok := issued(placeholder); ok {
			x.record.Withheld++
		}
		return nil, false
	}
	inDoubt := p.Vault.InDoubt(x.provider)
	restorer := func(l wire.Lane) *redact.Restorer {
		l.Tool.Kind = x.tools.Kind(l)
		comesBack := func(subjects ...policy.Subject) bool {
			d, err := p.Decider.Decide(ctx, policy.Query{
				Direction:   policy.Restore,
				Destination: policy.Destination{Provider: x.provider, Model: x.model, Kind: x.config.Kind},
				Origin:      x.provider,
				Tool:        policy.Tool{Name: l.Tool.Name, Kind: string(l.Tool.Kind)},
				Subjects:    subjects,
			})
			if err != nil || len(d.Rulings) != len(subjects) {
				return false
			}
			return len(subjects) == 0 && d.Verdict == policy.Allow || len(subjects) == 1 && d.Rulings[0].Verdict == policy.Allow
		}
		switch {
		case !comesBack():
			if !comesBack(anyInDoubt) {
				return redact.NewRestorer(withheld)
			}
			return redact.NewRestorer(func(placeholder string) ([]byte, bool) {
				if value, ok := inDoubt(placeholder); ok {
					return value, true
				}
				return withheld(placeholder)
			})
		case l.Tool == wire.Tool{}, l.Tool.Kind == wire.ToolShow: // what the person reads
			return redact.NewProse(issued, p.Vault.WireTypes(x.provider))
		case l.Literal != 0:
			return redact.NewRestorer(func(placeholder string) ([]byte, bool) {
				if value, ok := issued(placeholder); ok {
					if spelled, ok := l.Spell(value); ok {
						return spelled, true
					}
				}
				return withheld(placeholder)
			})
		case l.Tool.Kind == wire.ToolOther:
			return redact.NewRestorer(issued).InURL(withheld)
		case l.Tool.Kind == wire.ToolEdit:
			return redact.NewEdit(issued, p.Vault.WireTypes(x.provider))
		}
		return redact.NewRestorer(issued)
	}
	return func(l wire.Lane) wire.Restorer {
		if x.held == nil {
			x.held = new(int)
		}
		return restorer(l).Most(x.held)
	}
}
