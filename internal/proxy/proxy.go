// Package proxy is the HTTP front: an assistant's completion requests come in, are scrubbed on this
// machine, and go on to the vendor; the answer comes back with the real values in place.
//
// A request's way, a file each:
//
//	door.go      who may come in: exact Host, no web page, the installation's token
//	connect.go   CONNECT: whose hosts are intercepted, and what is tunnelled blind (tunnel.go)
//	intercept.go TLS in the name of a listed host; what comes in goes the way of any request
//	body.go      the whole body, capped, decompressed
//	tokens.go    whether text that comes as numbers may pass
//	scrub.go     its strings -> findings -> policy -> placeholders spliced into the bytes
//	attachment.go files that stand in it as base64; kind.go, what those are that are no text
//	review.go    whether the person lets those go
//	pause.go     what goes as it is while the person has scrubbing paused
//	seen.go      strings of earlier turns, which are not scanned again
//	cut.go       values that an editor's cursor cuts in two
//	limits.go    what may go to a provider in a minute and a day
//	elsewhere.go to another provider, where policy forbids this one or it cannot be reached
//	upstream.go  to the vendor, with nothing of ours
//	unreached.go why that did not succeed, and what to do
//	answer.go    the answer's lanes of text through restorers, chunk by chunk
//	socket.go    websockets: the same, a message at a time
//	document.go  JSON that reaches an assistant by another way: scrubbed and judged like a request
//	relay.go     another door, for programs that run in a container or on another machine
//	record.go    what the ledger has of it: where a record begins, and where it is written down
//	metrics.go   what is counted, and profiles, for who watches the proxy itself
//	failure.go   errors in the vendor's own shape, so that every client can show them
//
// What holds: a body without findings goes out byte for byte; with findings only the spliced spans
// differ. The body is read whole before anything is sent, because it has to be scanned, and because
// net/http loses the end of fast answers when a request is still being streamed. What cannot be
// scanned, decided, kept or recorded is refused, never forwarded. Nothing of a request is logged but
// its provider, its path in the vendor's table, sizes, rules and fingerprints.
package proxy

import (
	"context"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/authority"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// Config is what a proxy needs. All of it is required but Authority, Transport, Trusting, Canary, Watch, Days, Sent, Getenv,
// Trouble, Fresh, Repository, Ask, Paused and Hold.
type Config struct {
	// Engine and Settings answer with what is in force now.
	Engine   func() *detect.Engine
	Settings func() policy.Settings
	Decider  policy.Decider
	Vault    *redact.Vault
	Ledger   *audit.Ledger
	Log      *zap.Logger
	// Token opens the door.
	Token string
	// Port is where the proxy listens: what Host must name.
	Port int
	// Authority signs for the hosts that are intercepted; nil means that they cannot be reached.
	Authority *authority.Authority
	// Transport reaches the vendors; nil means one of our own with the system's proxy and certificates.
	Transport http.RoundTripper
	// Trusting says how our own transport believes the vendors: another value when that has changed. Nil means by the
	// system's authorities.
	Trusting func() (*tls.Config, error)
	// Canary says where a request that names itself one goes instead of to its vendor: to a stand-in, by which
	// doctor proves that an assistant is scrubbed. One that it does not know is refused.
	Canary func(id string) (url string, ok bool)
	// Watch is told of every exchange when it has ended, with its texts if KeepTexts says so when it begins.
	Watch     func(Ended)
	KeepTexts func() bool
	// Days are the providers' days as Sent was last told of them, which is whenever one's count grows: what a day's limit
	// is held against.
	Days map[string]Day
	Sent func(map[string]Day)
	// Getenv answers with a variable of the environment, for providers whose key_env names one.
	Getenv func(string) string
	// Trouble is told why a request was refused that should have gone out: what is wrong with a part of ours.
	Trouble func(code string, cause error)
	// Fresh is called before a request is scanned: it brings up to date which secrets of this machine the vault knows.
	Fresh func()
	// Repository is that of whoever may send requests, if there is only one; nil means that it is not known.
	Repository func() string
	// Ask puts a question to the person and waits for the answer until ctx ends. Nil means that nobody can be asked.
	Ask func(ctx context.Context, q Question) Answer
	// Paused says by whose word scrubbing is paused now, if it is; nil means that it never is.
	Paused func() (by string, ok bool)
	// Hold puts a request before a person and waits for what they say until ctx ends. Nil means that nobody can be asked.
	Hold func(ctx context.Context, h Held) Approval
}

// Proxy is the handler.
type Proxy struct {
	Config
	hosts     map[string]bool
	seen      seen
	consents  consents
	approvals approvals
	limits    limits
	asked     sync.Map // the providers that requests were sent to
	metrics   *metrics
	long      long
	inner     *inner
	// system is the proxy that this machine is told to use, and dial reaches a tunnel's other end.
	system func(*http.Request) (*url.URL, error)
	dial   func(ctx context.Context, addr string) (net.Conn, error)
}

// New makes the handler.
func New(c Config) *Proxy {
	p := &Proxy{hosts: hostNames(c.Port), long: newLong()}
	p.system = p.systemProxy
	p.dial = p.dialTunnel
	if c.Transport == nil {
		c.Transport = &upstreams{p: p}
	}
	if c.Canary == nil {
		c.Canary = func(string) (string, bool) { return "", false }
	}
	if c.Watch == nil {
		c.Watch = func(Ended) {}
	}
	if c.KeepTexts == nil {
		c.KeepTexts = func() bool { return false }
	}
	if c.Getenv == nil {
		c.Getenv = func(string) string { return "" }
	}
	if c.Trouble == nil {
		c.Trouble = func(string, error) {}
	}
	if c.Paused == nil {
		c.Paused = func() (string, bool) { return "", false }
	}
	if c.Fresh == nil {
		c.Fresh = func() {}
	}
	if c.Repository == nil {
		c.Repository = func() string { return "" }
	}
	if c.Sent == nil {
		c.Sent = func(map[string]Day) {}
	}
	if c.Ask == nil {
		c.Ask = func(context.Context, Question) Answer { return Nobody }
	}
	if c.Hold == nil {
		c.Hold = func(context.Context, Held) Approval { return Approval{Answer: Nobody} }
	}
	p.Config = c
	p.limits = limits{days: map[string]Day{}, sent: c.Sent}
	maps.Copy(p.limits.days, c.Days)
	p.metrics = newMetrics(&p.seen)
	p.inner = newInner(p)
	return p
}

// Server is an HTTP server for the handler with the limits a door needs. There is no limit on writing:
// a streamed answer takes as long as the model does.
func (p *Proxy) Server() *http.Server { return p.server(p) }

func (p *Proxy) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    128 << 10,
		ErrorLog:          zap.NewStdLog(p.Log.Named("http")),
	}
}

// Close ends what the server no longer knows of: tunnels, interceptions and websockets. It waits for exchanges that a server which is closed
// has broken off, until they are recorded.
func (p *Proxy) Close() {
	p.inner.close()
	p.long.close()
}

// exchange is one request and its answer.
type exchange struct {
	*target
	record audit.Record
	start  time.Time
	model  string
	// elsewhere says, of an exchange with another provider than the one it was sent to, with whom instead and why;
	// toModel is the model to ask there.
	elsewhere, toModel string
	// added is how long the request was worked on before it was sent, and waited how long the person was waited for.
	added, waited time.Duration
	kept          []string
	texts         *Texts
	// boundary is what stands between the parts of the request's body, if it has any.
	boundary string
	// scrubbed says that something of the request went out as placeholders.
	scrubbed bool
	// streams says that the request asks for a stream.
	streams bool
	// tools are those that the request lets the model call.
	tools *wire.Tools
	// held is the most that a text of the answer held back; nil if there was none.
	held *int
	// speech says, of what is said in a websocket, whether the person lets audio go there: it comes in small pieces, and
	// nobody can be asked about each. It is nil for other exchanges.
	speech *bool
	// present, if set, derives a context that ends when the caller leaves, for who waits before the answer has begun.
	present func(context.Context) (context.Context, context.CancelFunc)
	// begun says that the answer has begun: what goes wrong from then on breaks it off.
	begun bool
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		if fail := p.connect(w, r); fail != nil {
			p.turnAway(w, fail.to(r))
		}
		return
	}
	t, fail := p.enter(r)
	if fail != nil {
		p.turnAway(w, fail.to(r))
		return
	}
	if t.inspect != nil {
		t.inspect.ServeHTTP(w, r)
		return
	}
	if t.share(w, r) {
		return
	}
	p.exchange(w, r, t)
}

// turnAway answers who does not come in.
func (p *Proxy) turnAway(w http.ResponseWriter, fail *failure) {
	p.metrics.refused.WithLabelValues(fail.code).Inc()
	p.Log.Info("refused at the door", zap.Int("status", fail.status), zap.String("code", fail.code), zap.Error(fail.cause))
	fail.write(w, nil)
}

func (p *Proxy) exchange(w http.ResponseWriter, r *http.Request, t *target) {
	leave, ok := p.long.enter()
	if !ok {
		p.turnAway(w, stopping().to(r))
		return
	}
	defer leave()
	x := newExchange(t, r.Method)
	defer p.finish(x)
	if fail := p.serve(w, r, x); fail != nil {
		fail = fail.to(r)
		p.metrics.refused.WithLabelValues(fail.code).Inc()
		x.refused(fail)
		if fail.cause != nil {
			p.Log.Warn("exchange refused", zap.String("provider", t.provider), zap.String("code", fail.code), zap.Error(fail.cause))
		}
		if fail.ours {
			p.Trouble(fail.code, fail.cause)
		}
		fail.write(w, t.format)
	}
}

// serve does an exchange. It answers with a failure only while nothing has been written to w.
func (p *Proxy) serve(w http.ResponseWriter, r *http.Request, x *exchange) (fail *failure) {
	defer func() {
		if caught := recover(); caught != nil {
			if caught == http.ErrAbortHandler { //nolint:errorlint // net/http knows this very value
				panic(caught)
			}
			// The panic's value may hold text of the request: its place is enough.
			fail = internalFailure(caught)
			if x.begun { // too late for an answer of our own: the caller must see that it broke off
				p.Log.Error("an answer broke off", zap.Error(fail.cause))
				x.record.Note = fail.code
				panic(http.ErrAbortHandler)
			}
		}
	}()
	if err := p.Ledger.Err(); err != nil {
		return closed("ledger", err)
	}
	x.record.Assistant = p.assistant(r)
	if x.socket {
		return p.socket(w, r, x)
	}
	body, boundary, fail := readBody(r)
	if fail != nil {
		return fail
	}
	if x.boundary = boundary; boundary != "" && x.match == wire.Completion {
		return notJSON()
	}
	x.record.BytesOut = int64(len(body))
	w = p.watched(w, x, body)
	res, fail := p.send(r, x, body)
	if fail != nil {
		return fail
	}
	defer res.Body.Close()
	x.record.Status = res.StatusCode
	return p.answer(w, r, x, res)
}

func (p *Proxy) decide(ctx context.Context, q policy.Query) (policy.Decision, *failure) {
	d, err := p.Decider.Decide(ctx, q)
	if err != nil {
		return d, closed("policy", err)
	}
	return d, nil
}
