package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// newTransport reaches the vendors: the system's proxy and certificates, HTTP/2, connections kept. It
// asks for no compression of its own: what the vendor sends is what is passed on.
func newTransport(system func(*http.Request) (*url.URL, error), trusting *tls.Config) *http.Transport {
	return &http.Transport{
		TLSClientConfig: trusting,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return refusalOf(res)
			}
			return nil
		},
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

// upstreams is a transport that is made anew whenever it has others to believe.
type upstreams struct {
	p *Proxy

	mu       sync.Mutex
	trusting *tls.Config
	now      *http.Transport
}

func (u *upstreams) RoundTrip(r *http.Request) (*http.Response, error) {
	t, err := u.transport()
	if err != nil {
		return nil, err
	}
	return t.RoundTrip(r)
}

func (u *upstreams) transport() (*http.Transport, error) {
	trusting, err := u.p.trusting()
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now == nil || trusting != u.trusting {
		if u.now != nil {
			u.now.CloseIdleConnections() // what is under way ends as it began
		}
		u.trusting, u.now = trusting, newTransport(u.p.system, trusting.Clone())
	}
	return u.now, nil
}

// trusting is how the other ends of connections are believed; nil means by the system's authorities.
func (p *Proxy) trusting() (*tls.Config, error) {
	if p.Trusting == nil {
		return nil, nil
	}
	trusting, err := p.Trusting()
	if err != nil {
		return nil, rootsError{err}
	}
	return trusting, nil
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
	if err := mistaken(out.URL, res); err != nil {
		_ = res.Body.Close() // it is none of the vendor's
		return nil, unreachable(r.Context(), x.provider, err)
	}
	return res, nil
}

// spokenPlainly are the words that servers have for a request without TLS at a port of TLS: Go's, nginx', Apache's.
var spokenPlainly = []string{"an HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled server port"}

// mistaken tells an answer that no vendor gave: the system's proxy, which is asked in the vendor's place where there is no
// TLS, or a port that speaks TLS. The answer stays whole.
func mistaken(to *url.URL, res *http.Response) error {
	switch {
	case res.StatusCode == http.StatusProxyAuthRequired:
		return refusalOf(res)
	case res.StatusCode != http.StatusBadRequest || to.Scheme != "http" || strings.Contains(res.Header.Get("Content-Type"), "json"):
		return nil
	}
	read := bufio.NewReaderSize(res.Body, 1024)
	begin, _ := read.Peek(1024) // as much as there is
	res.Body = struct {
		io.Reader
		io.Closer
	}{read, res.Body}
	if slices.ContainsFunc(spokenPlainly, func(words string) bool { return bytes.Contains(begin, []byte(words)) }) {
		return errSpeaksTLS
	}
	return nil
}

// headersFor are a request's headers as the vendor gets them.
func headersFor(r *http.Request) http.Header {
	h := r.Header.Clone()
	dropHopByHop(h)
	for _, name := range []string{"X-Scrubjay-Token", CanaryHeader, relayHeader, frontHeader, "Content-Encoding", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"} {
		h.Del(name)
	}
	h.Set("Accept-Encoding", "identity")
	if _, ok := r.Header["User-Agent"]; !ok {
		h.Set("User-Agent", "") // net/http would put its own name there
	}
	return h
}
