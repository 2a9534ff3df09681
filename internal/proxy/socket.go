package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// closing is how long two ends may take to part.
const closing = 10 * time.Second

// socket is a websocket between a caller and a vendor. What the caller says is scrubbed like a request, a message at a
// time, and what the vendor says restored like the events of a stream.
type socket struct {
	p              *Proxy
	x              *exchange
	caller, vendor *websocket.Conn
	said           *wire.Conversation
	model          atomic.Pointer[string]
	tools          atomic.Pointer[wire.Tools]
	sent, revision string
	bytes          int64
	// attachments and speech are of all messages: what became of files, and whether audio may go.
	attachments map[string]int
	speech      bool
	// ahead is the message that was read while another waited for the person.
	ahead chan message
}

// message is what the caller says, or why it says no more.
type message struct {
	kind websocket.MessageType
	text []byte
	err  error
}

// parting is why a websocket ends: who said so with which code, or what went wrong.
type parting struct {
	code   websocket.StatusCode
	reason string
	fail   *failure
}

func (p *Proxy) socket(w http.ResponseWriter, r *http.Request, x *exchange) *failure {
	settings := p.Settings()
	switch {
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return refuse(http.StatusNotImplemented, "upgrade", "only websockets can be scrubbed: send the request without Upgrade")
	case settings.Websockets == policy.RefuseWebsockets:
		return refuse(http.StatusNotImplemented, "websocket", "the settings refuse websockets: turn them off in the assistant (supports_websockets = false)")
	case x.route == nil:
		return refuse(http.StatusNotImplemented, "websocket", "nobody here can read this websocket, so it is not forwarded: turn websockets off in the assistant (supports_websockets = false)")
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(p.long.ctx, cancel)()

	s := &socket{p: p, x: x}
	var pings sync.WaitGroup
	defer pings.Wait()
	// A ping is answered here, and asked of the other end too, so that neither takes the way for idle.
	pass := func(to **websocket.Conn) func(context.Context, []byte) bool {
		var under atomic.Bool
		return func(context.Context, []byte) bool {
			if under.CompareAndSwap(false, true) {
				pings.Go(func() {
					defer under.Store(false)
					_ = (*to).Ping(ctx) // who no longer answers is found out by reading
				})
			}
			return true
		}
	}
	fail := s.open(w, r, pass)
	if fail != nil || s.caller == nil {
		return fail
	}
	defer s.caller.CloseNow() //nolint:errcheck // it is closed in order before, or cannot be
	defer s.vendor.CloseNow() //nolint:errcheck // likewise
	s.run(ctx, cancel)
	cancel()
	return nil
}

// open reaches the vendor first: what it refuses the caller is to hear from it.
func (s *socket) open(w http.ResponseWriter, r *http.Request, pass func(**websocket.Conn) func(context.Context, []byte) bool) *failure {
	x := s.x
	h := headersFor(r)
	var protocols []string
	for name := range h {
		if strings.HasPrefix(name, "Sec-Websocket-") {
			h.Del(name)
		}
	}
	for _, list := range r.Header.Values("Sec-WebSocket-Protocol") {
		for protocol := range strings.SplitSeq(list, ",") {
			protocols = append(protocols, strings.TrimSpace(protocol))
		}
	}
	answer := &handshake{through: s.p.Transport}
	vendor, _, err := websocket.Dial(r.Context(), strings.TrimRight(x.config.URL, "/")+x.path, &websocket.DialOptions{ //nolint:bodyclose // the handshake's answer has none
		HTTPClient: &http.Client{Transport: answer, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		HTTPHeader: h, Subprotocols: protocols, OnPingReceived: pass(&s.caller),
	})
	if err != nil {
		if answer.res == nil || answer.res.StatusCode == http.StatusSwitchingProtocols {
			return unreachable(r.Context(), x.provider, err)
		}
		s.p.begin(w, x, answer.res)
		x.record.Status = answer.res.StatusCode
		w.WriteHeader(answer.res.StatusCode)
		_, _ = w.Write(answer.body) // the caller went away: there is nobody to tell
		return nil
	}
	x.record.Status = http.StatusSwitchingProtocols
	s.p.begin(w, x, answer.res)
	for name := range w.Header() {
		if strings.HasPrefix(name, "Sec-Websocket-") {
			w.Header().Del(name)
		}
	}
	accept := &websocket.AcceptOptions{InsecureSkipVerify: true, OnPingReceived: pass(&s.vendor)} // the door has looked at Origin
	if protocol := vendor.Subprotocol(); protocol != "" {
		accept.Subprotocols = []string{protocol}
	}
	caller, err := websocket.Accept(w, r, accept)
	if err != nil { // it has answered
		_ = vendor.CloseNow()
		x.record.Status, x.record.Note = http.StatusBadRequest, "bad_handshake"
		return nil
	}
	caller.SetReadLimit(bodyLimit)
	vendor.SetReadLimit(wire.MaxEvent)
	s.caller, s.vendor = caller, vendor
	return nil
}

// handshake keeps what the vendor answered.
type handshake struct {
	through http.RoundTripper
	res     *http.Response
	body    []byte
}

func (h *handshake) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := h.through.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := mistaken(r.URL, res); err != nil {
		_ = res.Body.Close() // it is none of the vendor's
		return nil, err
	}
	h.res = res
	if res.StatusCode != http.StatusSwitchingProtocols {
		defer res.Body.Close()
		h.body, _ = io.ReadAll(io.LimitReader(res.Body, 1<<20)) // an error's text: as much as there is
		res.Body = io.NopCloser(bytes.NewReader(nil))
	}
	return res, nil
}

// run passes messages until one end has said its last, and parts with both in order.
func (s *socket) run(ctx context.Context, cancel func()) {
	restore := s.p.restore(ctx, s.x)
	s.said = s.x.route.Conversation(func(l wire.Lane) wire.Restorer {
		if m := s.model.Load(); m != nil {
			s.x.model = *m
		}
		s.x.tools = s.tools.Load()
		return restore(l)
	})
	up, down := make(chan parting, 1), make(chan parting, 1)
	go func() { up <- guarded(func() parting { return s.up(ctx) }) }()
	go func() { down <- guarded(func() parting { return s.down(ctx) }) }()
	select {
	case why := <-up:
		// A caller's own words for why it leaves are not scrubbed, so they stay here.
		late := time.AfterFunc(closing, cancel)
		defer late.Stop()
		code := why.code
		if why.fail != nil {
			code = websocket.StatusGoingAway
		}
		_ = s.vendor.Close(code, "") // it may be gone
		<-down
		s.part(ctx, why)
	case why := <-down:
		s.part(ctx, why)
		code := why.code
		if why.fail != nil {
			code = websocket.StatusGoingAway
		}
		_ = s.vendor.Close(code, "") // likewise
		cancel()
		<-up
	}
	s.x.record.BytesOut, s.x.record.Revision, s.x.record.Verdict = s.bytes, s.revision, policy.Allow.String()
	s.x.record.Model, s.x.record.Attachments = s.sent, s.attachments
}

// guarded turns a bug of ours into a parting: in a goroutine nobody else would.
func guarded(f func() parting) (why parting) {
	defer func() {
		if caught := recover(); caught != nil {
			why = parting{code: websocket.StatusPolicyViolation, fail: internalFailure(caught)}
		}
	}()
	return f()
}

// part tells the caller the last that there is to tell, and why.
func (s *socket) part(ctx context.Context, why parting) {
	var err error
	code := ""
	if why.fail != nil {
		err, code = errors.New(why.fail.message), why.fail.code
		s.x.record.Note = code
		s.p.Log.Warn("a websocket was ended", zap.String("provider", s.x.provider), zap.String("code", code), zap.Error(why.fail.cause))
		why.reason = "Scrubjay: " + code
	}
	for _, m := range s.said.Close(err, code) {
		if s.caller.Write(ctx, websocket.MessageText, m) != nil {
			return
		}
	}
	_ = s.caller.Close(why.code, why.reason) // it may be gone
}

// up scrubs what the caller says.
func (s *socket) up(ctx context.Context) parting {
	for {
		kind, text, err := s.next(ctx)
		if err != nil {
			return parted(err, parting{code: websocket.StatusGoingAway})
		}
		if kind != websocket.MessageText {
			return refused(refuse(http.StatusBadRequest, "binary_message", "a binary message cannot be scrubbed and is not forwarded: send JSON"))
		}
		if err := s.p.Ledger.Err(); err != nil {
			return refused(closed("ledger", err))
		}
		m := newExchange(s.x.target, "")
		m.speech, m.present = &s.speech, s.present
		m.record.Assistant, m.record.BytesOut, m.record.Note = s.x.record.Assistant, int64(len(text)), "websocket"
		out, fail := s.p.scrub(ctx, m, text)
		if fail != nil && fail.code == elsewhereOnly { // a connection goes where it went
			fail = s.p.notRerouted(m)
		}
		if fail != nil && fail.recorded != nil {
			fail = fail.recorded()
		}
		if m.model != "" {
			s.model.Store(&m.model)
			s.sent = m.record.Model
		}
		if m.tools.Any() { // they hold until others are named
			s.tools.Store(m.tools)
		}
		for what, n := range m.record.Attachments {
			if s.attachments == nil {
				s.attachments = map[string]int{}
			}
			s.attachments[what] += n
		}
		s.bytes += int64(len(text))
		s.revision = m.record.Revision
		// Speech comes in many messages a second: by itself is recorded what something was found in.
		if fail != nil {
			m.refused(fail)
		}
		if fail != nil || len(m.record.Rules) > 0 {
			s.p.finish(m)
		}
		if fail != nil {
			return refused(fail)
		}
		if err := s.vendor.Write(ctx, websocket.MessageText, out); err != nil {
			return brokeOff()
		}
	}
}

// next is the caller's next message.
func (s *socket) next(ctx context.Context) (websocket.MessageType, []byte, error) {
	if s.ahead != nil {
		m := <-s.ahead // the connection's end ends it, too
		s.ahead = nil
		return m.kind, m.text, m.err
	}
	return s.caller.Read(ctx)
}

// present reads one message ahead: only by reading it is noticed that the caller leaves.
func (s *socket) present(ctx context.Context) (context.Context, context.CancelFunc) {
	within, gone := context.WithCancel(ctx)
	ahead := make(chan message, 1)
	s.ahead = ahead
	go func() {
		var m message
		if m.kind, m.text, m.err = s.caller.Read(ctx); m.err != nil {
			gone()
		}
		ahead <- m
	}()
	return within, gone
}

// down restores what the vendor says.
func (s *socket) down(ctx context.Context) parting {
	for {
		kind, text, err := s.vendor.Read(ctx)
		if err != nil {
			return parted(err, brokeOff())
		}
		s.x.record.BytesIn += int64(len(text))
		all := [][]byte{text}
		if kind == websocket.MessageText {
			all, err = s.said.Message(text)
		}
		for _, m := range all {
			if err := s.caller.Write(ctx, kind, m); err != nil {
				return parting{code: websocket.StatusGoingAway}
			}
		}
		if err != nil {
			f := refuse(http.StatusBadGateway, "stream_interrupted", err.Error())
			return parting{code: websocket.StatusInternalError, fail: f}
		}
	}
}

// parted is the other end's own goodbye, or what it means that there was none.
func parted(err error, without parting) parting {
	if bye := new(websocket.CloseError); errors.As(err, bye) {
		return parting{code: bye.Code, reason: bye.Reason}
	}
	return without
}

func refused(f *failure) parting { return parting{code: websocket.StatusPolicyViolation, fail: f} }

func brokeOff() parting {
	return parting{code: websocket.StatusInternalError,
		fail: refuse(http.StatusBadGateway, "stream_interrupted", "the answer broke off before its end: ask again")}
}
