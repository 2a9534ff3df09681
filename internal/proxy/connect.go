package proxy

import (
	"bufio"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// connect is for programs that are told to use a proxy, and cannot be pointed at an address. Hosts that a
// provider lists are intercepted; all others are tunnelled, and what passes there is nobody's business.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) *failure {
	if fromBrowser(r) {
		return refuse(http.StatusForbidden, "browser", noBrowser)
	}
	// The address of a proxy has a place for a name and a password: the token may be either.
	if name, password, ok := basic(r); !ok || !same(name, p.Token) && !same(password, p.Token) {
		f := refuse(http.StatusProxyAuthRequired, "bad_token", badToken+"scrubjay env prints the proxy's address that holds it")
		f.challenge = true
		return f
	}
	host, port, ok := destination(r.URL.Host)
	if !ok || r.URL.Path != "" {
		return refuse(http.StatusBadRequest, "bad_host", "CONNECT takes a host and a port")
	}
	settings := p.Settings()
	if _, listed := settings.ProviderOf(host); !listed {
		return p.tunnel(w, r, host, port)
	}
	if port != "443" {
		return refuse(http.StatusForbidden, "bad_port", "this host is scrubbed, on port 443 alone")
	}
	if p.Authority == nil {
		return refuse(http.StatusNotImplemented, "no_authority", "this host is scrubbed, and there is no certificate authority to do it: run scrubjay doctor")
	}
	if err := p.Authority.Serve(settings.Hosts()); err != nil {
		return closed("authority", err)
	}
	conn, fail := established(w)
	if conn != nil {
		p.inner.offer(&intercepted{conn, host})
	}
	return fail
}

// basic reads Proxy-Authorization, which net/http does for Authorization alone.
func basic(r *http.Request) (name, password string, ok bool) {
	as := http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
	return as.BasicAuth()
}

// destination reads a host and port. A name is in small letters and without the dot that may end it, so that no
// other spelling of a listed host gets past.
func destination(hostport string) (host, port string, ok bool) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return "", "", false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return "", "", false
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().String(), port, addr.Zone() == ""
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host, port, host != "" && !strings.ContainsFunc(host, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_'
	})
}

// established takes the connection over and tells the caller that it leads where it asked. The connection is nil
// if the caller went away.
func established(w http.ResponseWriter) (net.Conn, *failure) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, internalFailure(err)
	}
	if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = conn.Close()
		return nil, nil
	}
	if rw.Reader.Buffered() == 0 {
		return conn, nil
	}
	return &eager{conn, rw.Reader}, nil
}

// eager is a connection whose caller did not wait for the answer.
type eager struct {
	net.Conn
	r *bufio.Reader
}

func (e *eager) Read(p []byte) (int, error) { return e.r.Read(p) }

func (e *eager) CloseWrite() error { return closeWrite(e.Conn) }

// tunnel connects a caller with a host that is none of ours.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request, host, port string) *failure {
	leave, ok := p.long.enter()
	if !ok {
		return stopping()
	}
	defer leave()
	far, err := p.dial(r.Context(), net.JoinHostPort(host, port))
	if err != nil {
		return noTunnel(err)
	}
	near, fail := established(w)
	if near == nil {
		_ = far.Close()
		return fail
	}
	join(p.long.ctx, near, far, idleLimit)
	return nil
}
