package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// newTransport reaches the vendors: the system's proxy and certificates, HTTP/2, connections kept. It
// asks for no compression of its own: what the vendor sends is what is passed on.
func newTransport(system func(*http.Request) (*url.URL, error)) *http.Transport {
	return &http.Transport{
		Proxy:                 system,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 10 * time.Minute, // a model may think that long before its first byte
		DisableCompression:    true,
	}
}

// systemProxy is the proxy that this machine is told to use. It is not this one, even if the daemon was started
// by a program that is told to use it: the request would go round for ever.
func (p *Proxy) systemProxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("the system's proxy is not an address: set HTTPS_PROXY right") // err may hold its password
	}
	return p.butUs(u), nil
}

func (p *Proxy) butUs(u *url.URL) *url.URL {
	if u != nil && p.hosts[strings.ToLower(u.Host)] {
		return nil
	}
	return u
}

// hopByHop headers speak of one connection. Ours, and what only the sender's own connection could know,
// go no further either.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Expect", "Content-Length",
}

func dropHopByHop(h http.Header) {
	for _, list := range h.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		h.Del(name)
	}
}

// forward sends the scrubbed body to the vendor. All headers go along as they came but for those of the
// connection and ours; the vendor is asked not to compress, because the answer has to be read.
func (p *Proxy) forward(r *http.Request, x *exchange, body []byte) (*http.Response, *failure) {
	base, path := strings.TrimRight(x.config.URL, "/"), x.path
	if x.elsewhere != "" {
		path = x.format.WithoutCredential(path)
	}
	out, err := http.NewRequestWithContext(r.Context(), r.Method, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "bad_path", "the path is not one that can be sent on")
	}
	if len(body) == 0 {
		out.Body, out.GetBody, out.ContentLength = http.NoBody, nil, 0
	}
	out.Header = headersFor(r)
	if err := x.forOther(out.Header, p.Getenv); err != nil {
		return nil, refuse(http.StatusForbidden, "no_key", err.Error())
	}
	res, err := p.Transport.RoundTrip(out)
	if err != nil {
		return nil, unreachable(r.Context(), x.provider, err)
	}
	return res, nil
}

// headersFor are a request's headers as the vendor gets them.
func headersFor(r *http.Request) http.Header {
	h := r.Header.Clone()
	dropHopByHop(h)
	for _, name := range []string{"X-Scrubjay-Token", CanaryHeader, "Content-Encoding", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"} {
		h.Del(name)
	}
	h.Set("Accept-Encoding", "identity")
	if _, ok := r.Header["User-Agent"]; !ok {
		h.Set("User-Agent", "") // net/http would put its own name there
	}
	return h
}

// unreachable says what kind of trouble there is; the transport's own text may hold the URL with its key.
func unreachable(ctx context.Context, provider string, err error) *failure {
	f := &failure{status: http.StatusBadGateway, code: "upstream_unreachable", retry: true,
		message: "Scrubjay could not reach " + provider + ": check its url in the configuration and the network"}
	var op *net.OpError
	switch {
	case ctx.Err() != nil:
		f.status, f.code, f.message = 499, "client_gone", "the caller went away"
	case errors.As(err, &op):
		f.cause = op.Err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.cause = errors.New("the vendor closed the connection without an answer")
	default:
		f.cause = errors.New("no answer")
	}
	return f
}
