package proxy

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"golang.org/x/net/proxy"
)

// idleLimit is how long a tunnel lives in which nothing is said.
const idleLimit = 30 * time.Minute

// proxyLimit is how long the system's proxy may take to connect.
const proxyLimit = 30 * time.Second

// dialTunnel reaches the other end of a tunnel: through the system's proxy, which then looks the name up and says
// who may be reached, or by ourselves.
func (p *Proxy) dialTunnel(ctx context.Context, addr string) (net.Conn, error) {
	u, err := p.system(&http.Request{URL: &url.URL{Scheme: "https", Host: addr}})
	if err != nil {
		return nil, err
	}
	if u != nil {
		trusting, err := p.trusting()
		if err != nil {
			return nil, err
		}
		conn, err := dialThrough(ctx, u, addr, trusting)
		if err != nil && !is[proxyRefusal](err) {
			err = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
		}
		return conn, err
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	settings := p.Settings()
	d := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	// What is judged is the very address that is then connected to: a name cannot mean another a moment later.
	d.Control = func(_, to string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(to)
		if err != nil {
			return err
		}
		return mayReach(host, at.Addr(), settings.PrivateHosts)
	}
	return d.DialContext(ctx, "tcp", addr)
}

var (
	errThisMachine = errors.New("address of this machine or its link")
	errPrivate     = errors.New("private address")
)

var (
	shared   = netip.MustParsePrefix("100.64.0.0/10")
	reserved = netip.MustParsePrefix("240.0.0.0/4")
	network0 = netip.MustParsePrefix("0.0.0.0/8")
	nat64    = netip.MustParsePrefix("64:ff9b::/96")
)

// mayReach tells whether a tunnel may lead to an address. This machine, and what is on its own link (where clouds
// hand out their credentials), needs no proxy. A private address is reached by a name that says so, or by itself,
// or by one that the settings name: a public name that leads there is how DNS rebinding looks.
func mayReach(host string, addr netip.Addr, privateHosts []string) error {
	addr = addr.Unmap()
	if nat64.Contains(addr) {
		b := addr.As16()
		addr = netip.AddrFrom4([4]byte(b[12:]))
	}
	switch {
	case !addr.IsGlobalUnicast() || reserved.Contains(addr) || network0.Contains(addr):
		return errThisMachine
	case !addr.IsPrivate() && !shared.Contains(addr):
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil || saysPrivate(host) {
		return nil
	}
	if slices.ContainsFunc(privateHosts, func(pattern string) bool { return policy.HostMatches(pattern, host) }) {
		return nil
	}
	return errPrivate
}

// saysPrivate tells the names that no public server of names answers for.
func saysPrivate(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last == host || slices.Contains([]string{"local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"}, last) ||
		strings.HasSuffix(host, ".home.arpa")
}

// dialThrough reaches an address through another proxy.
func dialThrough(ctx context.Context, u *url.URL, addr string, trusting *tls.Config) (net.Conn, error) {
	d := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if u.Scheme == "socks5" || u.Scheme == "socks5h" {
		through, err := proxy.FromURL(u, d)
		if err != nil {
			return nil, err
		}
		return through.(proxy.ContextDialer).DialContext(ctx, "tcp", addr)
	}
	port := cmp.Or(u.Port(), map[string]string{"https": "443"}[u.Scheme], "80")
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(proxyLimit)) // a closed connection says so when it is read
	if u.Scheme == "https" {
		config := &tls.Config{MinVersion: tls.VersionTLS12}
		if trusting != nil {
			config = trusting.Clone()
		}
		config.ServerName = u.Hostname()
		conn = tls.Client(conn, config)
	}
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{"User-Agent": {""}}}
	if u.User != nil {
		password, _ := u.User.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)))
	}
	read := bufio.NewReader(conn)
	err = ask.Write(conn)
	var res *http.Response
	if err == nil {
		res, err = http.ReadResponse(read, ask) //nolint:bodyclose // an answer to CONNECT has none: what follows is the tunnel's
	}
	if err == nil && res.StatusCode != http.StatusOK {
		err = refusalOf(res)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	if read.Buffered() == 0 {
		return conn, nil
	}
	return &eager{conn, read}, nil
}

// noTunnel says why there is none. The host is not named: the log would say where the person goes.
func noTunnel(err error) *failure {
	switch {
	case errors.Is(err, errThisMachine):
		return refuse(http.StatusForbidden, "this_machine", "a program reaches its own machine without a proxy: add it to NO_PROXY")
	case errors.Is(err, errPrivate):
		return refuse(http.StatusForbidden, "private_address", "this public name leads to a private address: if it should, add it to private_hosts in the configuration")
	}
	r, through := diagnose(err)
	f := refuse(http.StatusBadGateway, "upstream_unreachable", r.explain("the host", through))
	f.cause = errors.New(logged(r, through))
	return f
}

// join passes bytes both ways until both ends have said all, one breaks off, nothing is said for too long, or
// ctx ends. An end that has said all may still be told.
func join(ctx context.Context, near, far net.Conn, idle time.Duration) {
	end := sync.OnceFunc(func() { _, _ = near.Close(), far.Close() })
	defer end()
	defer context.AfterFunc(ctx, end)()
	alive := time.AfterFunc(idle, end)
	defer alive.Stop()
	var both sync.WaitGroup
	pass := func(to, from net.Conn) {
		_, err := io.Copy(to, reader(func(p []byte) (int, error) {
			n, err := from.Read(p)
			alive.Reset(idle)
			return n, err
		}))
		if err != nil || closeWrite(to) != nil {
			end()
		}
	}
	both.Go(func() { pass(far, near) })
	both.Go(func() { pass(near, far) })
	both.Wait()
}

type reader func([]byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }

func closeWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// long is what outlives its server: exchanges until they are recorded, and connections that were taken from it.
type long struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     *sync.Mutex
	open   *sync.WaitGroup
}

func newLong() long {
	ctx, cancel := context.WithCancel(context.Background())
	return long{ctx, cancel, new(sync.Mutex), new(sync.WaitGroup)}
}

func stopping() *failure {
	return refuse(http.StatusServiceUnavailable, "stopping", "the proxy is being stopped")
}

// enter counts one more. It is refused when all are being ended.
func (l *long) enter() (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil {
		return nil, false
	}
	l.open.Add(1)
	return l.open.Done, true
}

func (l *long) close() {
	l.mu.Lock()
	l.cancel()
	l.mu.Unlock()
	l.open.Wait()
}
