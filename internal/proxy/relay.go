package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// What a relay tells the proxy of a request, beside the proxy's own token, which lets nobody else say so: its name, and its
// address as the caller has it.
const (
	relayHeader = "X-Scrubjay-Relay"
	frontHeader = "X-Scrubjay-Front"
)

// relayNames are what the ledger can hold: no text that somebody put there.
var relayNames = text.Expression(`^[A-Za-z0-9_-]{1,64}$`)

// Relay is a second door, for programs that run in a container or on another machine: it listens where they can reach it, lets
// in who has its own token, and goes through the proxy's door with the proxy's. So that one is in no container, and to end a
// relay is to take its token back.
//
// Only a request's head is read and written anew. All behind it passes as bytes, both ways, as they come: bodies,
// streams, trailers, websockets. A connection carries one request, so nothing can follow one that was let in.
type Relay struct {
	// Name is what the ledger calls it.
	Name string
	// Token opens this door, and Own the proxy's.
	Token, Own string
	// HostNames are what Host may name beside this machine, and beside the address that a caller has reached.
	HostNames []string
	// Dial connects with the proxy, wherever that listens now.
	Dial func(context.Context) (net.Conn, error)
}

// Serve lets requests in until ctx ends, and breaks off then what is under way.
func (r Relay) Serve(ctx context.Context, l net.Listener) error {
	return serve(ctx, l, passage{r.Dial, r.enter, r.head})
}

func (r Relay) enter(q *http.Request) *failure {
	if !r.named(q) {
		return refuse(http.StatusForbidden, "bad_host", "this relay "+answersTo)
	}
	if fromBrowser(q) {
		return refuse(http.StatusForbidden, "browser", noBrowser)
	}
	if token, _, _ := brought(q); !same(token, r.Token) {
		return refuse(http.StatusUnauthorized, "bad_token", badToken+"scrubjay relay printed the address that holds it, and another each time it was started")
	}
	return nil
}

func (r Relay) head(q *http.Request, far net.Conn) *head {
	_, path, front := brought(q)
	host := "localhost"
	if _, port, err := net.SplitHostPort(far.RemoteAddr().String()); err == nil {
		host = net.JoinHostPort(host, port)
	}
	h := newHead(q, path, host)
	h.header.Set("X-Scrubjay-Token", r.Own)
	h.header.Set(relayHeader, r.Name)
	h.header.Set(frontHeader, front)
	return h
}

// named tells whether Host names this machine, at whatever port: between a caller and a relay there may be others.
func (r Relay) named(q *http.Request) bool {
	host := strings.ToLower(q.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, host) || slices.Contains(r.HostNames, host) {
		return true
	}
	at, ok := q.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && at.IP.Equal(net.ParseIP(host))
}

// PassOn brings what a listener is asked to a relay, which alone decides about it, until ctx ends.
func PassOn(ctx context.Context, l net.Listener, dial func(context.Context) (net.Conn, error)) error {
	return serve(ctx, l, passage{dial, func(*http.Request) *failure { return nil }, func(q *http.Request, _ net.Conn) *head {
		return newHead(q, q.URL.EscapedPath(), q.Host)
	}})
}

// passage is where requests are taken to, who may come in, and with which head they go on.
type passage struct {
	dial  func(context.Context) (net.Conn, error)
	enter func(*http.Request) *failure
	head  func(*http.Request, net.Conn) *head
}

func serve(ctx context.Context, l net.Listener, to passage) error {
	open := newLong()
	s := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if fail := open.carry(w, q, to); fail != nil {
				fail.to(q).write(w, nil)
			}
		}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    128 << 10,
		ErrorLog:          zap.NewStdLog(zap.NewNop()),
	}
	defer open.close()
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// carry takes one request and its answer there and back. It answers with a failure only while nothing has been written to w.
func (l *long) carry(w http.ResponseWriter, q *http.Request, to passage) *failure {
	if q.Method == http.MethodConnect {
		return refuse(http.StatusForbidden, "no_connect", "a relay leads to providers' addresses only, and carries no CONNECT: for what needs that, run Scrubjay's own daemon where it runs")
	}
	if fail := to.enter(q); fail != nil {
		return fail
	}
	leave, ok := l.enter()
	if !ok {
		return refuse(http.StatusServiceUnavailable, "stopping", "the relay is being stopped")
	}
	defer leave()
	far, err := to.dial(l.ctx) // who has said all may have closed that side of it, which ends the request's
	if err != nil {
		f := refuse(http.StatusBadGateway, "relay_broken", err.Error())
		f.retry = true
		return f
	}
	near, rw, err := http.NewResponseController(w).Hijack()
	if err == nil {
		if _, err = far.Write(to.head(q, far).bytes()); err != nil {
			_ = near.Close()
		}
	}
	if err != nil { // the caller, or the other end, went away just now
		_ = far.Close()
		return nil
	}
	join(l.ctx, &eager{near, rw.Reader}, far, idleLimit)
	return nil
}

// head is the head of a request as it is passed on.
type head struct {
	line   string
	header http.Header
}

// newHead is a request's head for another path and Host. What stands in it about the body is net/http's reading, so that
// nobody behind it can read another.
func newHead(q *http.Request, path, host string) *head {
	h := &head{header: q.Header.Clone()}
	if q.URL.RawQuery != "" || q.URL.ForceQuery {
		path += "?" + q.URL.RawQuery
	}
	h.line = fmt.Sprintf("%s %s %s\r\nHost: %s\r\n", q.Method, path, q.Proto, host)
	upgrade := h.header.Get("Upgrade")
	dropHopByHop(h.header)
	h.header.Set("Connection", "close")
	if upgrade != "" {
		h.header.Set("Upgrade", upgrade)
		h.header.Set("Connection", "Upgrade, close")
	}
	h.header.Del("Content-Length")
	if len(q.TransferEncoding) > 0 {
		h.header.Set("Transfer-Encoding", strings.Join(q.TransferEncoding, ", "))
	} else if q.ContentLength > 0 || q.Header.Get("Content-Length") != "" {
		h.header.Set("Content-Length", strconv.FormatInt(q.ContentLength, 10))
	}
	if expects := q.Header.Get("Expect"); expects != "" { // the proxy says when it reads the body
		h.header.Set("Expect", expects)
	}
	for name := range q.Trailer {
		h.header.Add("Trailer", name)
	}
	return h
}

func (h *head) bytes() []byte {
	var b bytes.Buffer
	b.WriteString(h.line)
	_ = h.header.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	return b.Bytes()
}
