package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"go.uber.org/zap"
)

// intercepted is a connection that the caller believes to lead to a host.
type intercepted struct {
	net.Conn
	host string
}

// inner is the server that answers in the name of the hosts: HTTP/2 and HTTP/1.1 over TLS. Extended CONNECT is
// not offered, so that a websocket comes on a connection of its own, with Upgrade, where it is recognised.
type inner struct {
	p      *Proxy
	server *http.Server
	conns  chan net.Conn
	done   chan struct{}
	end    func() // closes done
	begin  func()
	close  func()
}

type hostKey struct{}

func newInner(p *Proxy) *inner {
	in := &inner{p: p, conns: make(chan net.Conn), done: make(chan struct{})}
	in.end = sync.OnceFunc(func() { close(in.done) })
	in.server = p.server(http.HandlerFunc(p.inside))
	in.server.TLSConfig = tlsFor(nil)
	in.server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, hostKey{}, c.(*tls.Conn).NetConn().(*intercepted).host)
	}
	var served sync.WaitGroup
	in.begin = sync.OnceFunc(func() {
		served.Go(func() {
			if err := in.server.Serve(in); !errors.Is(err, http.ErrServerClosed) {
				p.Log.Error("interception stopped", zap.Error(err))
			}
		})
	})
	end := Ending(in.server)
	in.close = sync.OnceFunc(func() {
		in.begin() // so that nothing begins after this
		end()
		served.Wait()
	})
	return in
}

func tlsFor(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12, GetCertificate: certificate}
}

// offer has the server answer on a connection.
func (in *inner) offer(c *intercepted) {
	in.begin()
	config := tlsFor(func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if !strings.EqualFold(hello.ServerName, c.host) {
			return nil, errors.New("the caller asks for another host than it was connected to")
		}
		return in.p.Authority.Leaf(c.host)
	})
	select {
	case in.conns <- tls.Server(c, config):
	case <-in.done:
		_ = c.Close()
	}
}

// Accept, Close and Addr are a listener's.
func (in *inner) Accept() (net.Conn, error) {
	select {
	case c := <-in.conns:
		return c, nil
	case <-in.done:
		return nil, net.ErrClosed
	}
}

func (in *inner) Close() error {
	in.end()
	return nil
}

func (in *inner) Addr() net.Addr { return &net.TCPAddr{} }

// inside answers a request that was meant for a host itself. The caller was let in when it connected; what a
// browser says of itself is the vendor's to judge.
func (p *Proxy) inside(w http.ResponseWriter, r *http.Request) {
	t, fail := p.meant(r)
	if fail != nil {
		p.turnAway(w, fail.to(r))
		return
	}
	p.exchange(w, r, t)
}

func (p *Proxy) meant(r *http.Request) (*target, *failure) {
	host, _ := r.Context().Value(hostKey{}).(string)
	settings := p.Settings()
	name, listed := settings.ProviderOf(host)
	// The certificate and the provider are this host's: another in the same connection is none of theirs.
	if asked := strings.TrimSuffix(strings.ToLower(r.Host), ":443"); asked != host || !listed {
		return nil, refuse(http.StatusMisdirectedRequest, "bad_host", "this connection is for another host")
	}
	if r.Method == http.MethodConnect {
		return nil, refuse(http.StatusNotImplemented, "connect", "a listed host is no proxy")
	}
	config := settings.Providers[name]
	config.URL = (&url.URL{Scheme: "https", Host: host}).String()
	// Not every target of a request begins with a slash (OPTIONS *), and none may become a part of the host.
	t, fail := aim(r, name, config, "/"+strings.TrimPrefix(r.URL.EscapedPath(), "/"))
	if fail == nil {
		t.intercepted = true
	}
	return t, fail
}
