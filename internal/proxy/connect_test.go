package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/authority"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"go.uber.org/zap"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	listedHost = "api.githubcopilot.com"
	otherHost  = "registry.example"
)

// wan is a bench whose vendor answers as any host, over TLS, and whose tunnels lead to other.
type wan struct {
	*bench
	hosts atomic.Pointer[[]string]
	tls   *httptest.Server
	other atomic.Pointer[string] // where a tunnel to otherHost leads
}

func newWAN(t *testing.T, handler http.Handler) *wan {
	t.Helper()
	w := &wan{}
	w.hosts.Store(&[]string{"*.githubcopilot.com", "copilot-proxy.githubusercontent.com"})
	vendor := standin.New(standin.Options{Piece: 1000})
	if handler == nil {
		handler = vendor
	}
	w.tls = httptest.NewUnstartedServer(handler)
	w.tls.EnableHTTP2 = true
	w.tls.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	w.tls.StartTLS()
	t.Cleanup(w.tls.Close)
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, w.tls.Listener.Addr().String())
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, DisableCompression: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	w.bench = newBenchWith(t, standin.Options{}, func(c *Config) {
		c.Transport = transport
		settings := c.Settings
		c.Settings = func() policy.Settings {
			s := settings()
			all := map[string]policy.Provider{"copilot": {Format: "openai", URL: "https://" + listedHost, Kind: policy.Public, Hosts: *w.hosts.Load()}}
			for name, p := range s.Providers {
				all[name] = p
			}
			s.Providers = all
			return s
		}
	})
	w.vendor = vendor
	w.proxy.Authority = authority.Open(w.dir)
	dial := w.proxy.dial
	w.proxy.dial = func(ctx context.Context, addr string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(addr); host == otherHost {
			return new(net.Dialer).DialContext(ctx, "tcp", *w.other.Load())
		}
		return dial(ctx, addr)
	}
	return w
}

func (w *wan) at() string {
	return strings.TrimSuffix(strings.TrimPrefix(w.url, "http://"), "/t/"+testToken)
}

// connect asks for a connection as a program does, and answers with the connection if there is one.
func (w *wan) connect(to string, header ...string) (*http.Response, net.Conn) {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.at())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	if header == nil {
		header = authorized("", testToken)
	}
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to)
	for i := 0; i < len(header); i += 2 {
		fmt.Fprintf(conn, "%s: %s\r\n", header[i], header[i+1])
	}
	fmt.Fprint(conn, "\r\n")
	read := bufio.NewReader(conn)
	res, err := http.ReadResponse(read, &http.Request{Method: "CONNECT"})
	if err != nil {
		w.t.Fatalf("CONNECT %s: %v", to, err)
	}
	return res, &eager{conn, read}
}

func authorized(name, password string) []string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(name, password)
	return []string{"Proxy-Authorization", r.Header.Get("Authorization")}
}

// trusting trusts what NODE_EXTRA_CA_CERTS would name, and nothing else.
func (w *wan) trusting(host string) *tls.Config {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, authority.CertificateFile))
	if err != nil {
		w.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		w.t.Fatal("no certificate")
	}
	return &tls.Config{RootCAs: pool, ServerName: host}
}

// client is a program that was given HTTPS_PROXY and NODE_EXTRA_CA_CERTS.
func (w *wan) client(user *url.Userinfo, http2 bool) *http.Client {
	w.t.Helper()
	if err := w.proxy.Authority.Serve(*w.hosts.Load()); err != nil {
		w.t.Fatal(err)
	}
	t := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: w.at(), User: user}),
		TLSClientConfig: w.trusting(""), ForceAttemptHTTP2: http2,
	}
	w.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

func TestInterceptedLikeAnyRequest(t *testing.T) {
	w := newWAN(t, nil)
	for _, c := range []struct {
		name  string
		user  *url.Userinfo
		http2 bool
	}{
		{"HTTP/2, the token as the name", url.User(testToken), true},
		{"HTTP/1.1, the token as the password", url.UserPassword("scrubjay", testToken), false},
	} {
		client := w.client(c.user, c.http2)
		for _, path := range []string{"/chat/completions", "/v1/engines/copilot/completions", "/v1/messages"} {
			for _, stream := range []bool{false, true} {
				key := awsKey()
				body := fmt.Sprintf(`{"model":"m","max_tokens":9,"stream":%v,"messages":[{"role":"user","content":"deploy with %s"}]}`, stream, key)
				if strings.HasSuffix(path, "engines/copilot/completions") {
					body = fmt.Sprintf(`{"prompt":"deploy with %s","suffix":"","stream":%v}`, key, stream)
				}
				req, err := http.NewRequest("POST", "https://"+listedHost+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range [][2]string{{"Content-Type", "application/json"}, {"Authorization", "Bearer the-vendor-key"},
					{"Editor-Version", "vscode/1.99"}, {"Origin", "https://page.example"}} {
					req.Header.Set(h[0], h[1])
				}
				if path == "/v1/messages" {
					req.Header.Set("Anthropic-Version", "2023-06-01")
				}
				res, err := client.Do(req)
				if err != nil {
					t.Fatalf("%s, %s: %v", c.name, path, err)
				}
				text, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != 200 || !strings.Contains(string(text), key) {
					t.Errorf("%s, %s, streamed %v: %d %s %v", c.name, path, stream, res.StatusCode, text, err)
				}
				if major := map[bool]int{true: 2, false: 1}[c.http2]; res.ProtoMajor != major {
					t.Errorf("%s: the caller got %s", c.name, res.Proto)
				}
				w.leaks(key)
			}
		}
	}
	if sent := w.upstream(); strings.Count(sent, "vscode/1.99") != 12 || strings.Count(sent, "deploy with ") != 12 {
		t.Error("the vendor did not get what it should")
	}
	for _, ours := range []string{testToken, "Proxy-Authorization"} {
		if strings.Contains(w.upstream(), ours) {
			t.Errorf("the vendor got %q", ours)
		}
	}
}

// TestNoExtendedConnect: the settings of our HTTP/2 do not offer a websocket within it, and one that is asked for all the
// same is refused: it would not be recognised as one.
func TestNoExtendedConnect(t *testing.T) {
	w := newWAN(t, nil)
	_, conn := w.connect(listedHost + ":443")
	config := w.trusting(listedHost)
	config.NextProtos = []string{"h2"}
	inside := tls.Client(conn, config)
	if err := inside.Handshake(); err != nil || inside.ConnectionState().NegotiatedProtocol != "h2" {
		t.Fatalf("%q %v", inside.ConnectionState().NegotiatedProtocol, err)
	}
	fmt.Fprint(inside, http2.ClientPreface)
	framer := http2.NewFramer(inside, inside)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	var block bytes.Buffer
	headers := hpack.NewEncoder(&block)
	for _, h := range [][2]string{{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "https"}, {":path", "/v1/responses"}, {":authority", listedHost}} {
		if err := headers.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	offered := false
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if f.IsAck() {
				continue
			}
			offered = true
			if v, ok := f.Value(http2.SettingEnableConnectProtocol); ok && v != 0 {
				t.Error("extended CONNECT is offered")
			}
		case *http2.MetaHeadersFrame:
			if status := f.PseudoValue("status"); status == "200" {
				t.Error("a websocket within HTTP/2 is answered")
			}
			return
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			if !offered {
				t.Error("no settings came")
			}
			return
		}
	}
}

// TestInterceptionIsForOneHost: a connection to a listed host is that host's alone, however it is spelled.
func TestInterceptionIsForOneHost(t *testing.T) {
	w := newWAN(t, nil)
	for _, spelled := range []string{"API.GitHubCopilot.com:443", listedHost + ".:443"} {
		res, conn := w.connect(spelled)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %d", spelled, res.StatusCode)
		}
		inside := tls.Client(conn, w.trusting(listedHost))
		if err := inside.Handshake(); err != nil {
			t.Fatalf("%s is not intercepted: %v", spelled, err)
		}
		for host, want := range map[string]int{listedHost: 200, listedHost + ":443": 200, "proxy.githubcopilot.com": 421, "evil.example": 421} {
			fmt.Fprintf(inside, "GET /models HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer k\r\n\r\n", host)
			res, err := http.ReadResponse(bufio.NewReader(inside), nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, res.Body)
			if res.StatusCode != want && (want == 421 || res.StatusCode == 421) {
				t.Errorf("Host %s: %d, want %d", host, res.StatusCode, want)
			}
		}
		fmt.Fprintf(inside, "OPTIONS * HTTP/1.1\r\nHost: %s\r\n\r\n", listedHost)
		if res, err := http.ReadResponse(bufio.NewReader(inside), nil); err != nil {
			t.Error(err)
		} else {
			io.Copy(io.Discard, res.Body)
		}
		fmt.Fprintf(inside, "CONNECT evil.example:443 HTTP/1.1\r\nHost: %s\r\n\r\n", listedHost)
		if res, err := http.ReadResponse(bufio.NewReader(inside), nil); err != nil || res.StatusCode < 400 {
			t.Errorf("a connection within a connection: %v", err)
		}
	}
	_, conn := w.connect(listedHost + ":443")
	config := w.trusting("proxy.githubcopilot.com")
	config.InsecureSkipVerify = true
	if err := tls.Client(conn, config).Handshake(); err == nil {
		t.Error("another name in the handshake was answered")
	}
}

func TestConnectIsRefused(t *testing.T) {
	w := newWAN(t, nil)
	_, ourPort, _ := net.SplitHostPort(w.at())
	token := authorized("", testToken)
	for name, c := range map[string]struct {
		to     string
		header []string
		want   int
	}{
		"no credentials":               {otherHost + ":443", []string{"X-Nothing", "1"}, 407},
		"no credentials, a listed one": {listedHost + ":443", []string{"X-Nothing", "1"}, 407},
		"another token":                {otherHost + ":443", authorized("scrubjay", strings.Repeat("0", 64)), 407},
		"an empty token":               {otherHost + ":443", authorized("", ""), 407},
		"the token as a bearer's":      {otherHost + ":443", []string{"Proxy-Authorization", "Bearer " + testToken}, 407},
		"the token of a vendor's":      {otherHost + ":443", []string{"Authorization", token[1]}, 407},
		"a page":                       {otherHost + ":443", append(token, "Origin", "https://page.example"), 403},
		"a listed host, another port":  {listedHost + ":8443", token, 403},
		"ourselves":                    {"127.0.0.1:" + ourPort, token, 403},
		"ourselves by name":            {"localhost:" + ourPort, token, 403},
		"ourselves, the new way":       {"[::1]:" + ourPort, token, 403},
		"ourselves, mapped":            {"[::ffff:127.0.0.1]:" + ourPort, token, 403},
		"nobody":                       {"0.0.0.0:" + ourPort, token, 403},
		"a cloud's credentials":        {"169.254.169.254:80", token, 403},
		"no port":                      {otherHost, token, 400},
		"port nought":                  {otherHost + ":0", token, 400},
		"a port too far":               {otherHost + ":65536", token, 400},
		"no host":                      {":443", token, 400},
		"a strange name":               {"h%C3%B6st.example:443", token, 400},
	} {
		res, _ := w.connect(c.to, c.header...)
		if res.StatusCode != c.want {
			t.Errorf("%s: status %d, want %d", name, res.StatusCode, c.want)
		}
		if asks := res.Header.Get("Proxy-Authenticate") != ""; asks != (c.want == 407) {
			t.Errorf("%s: Proxy-Authenticate: %v", name, asks)
		}
	}
	if n := len(w.vendor.Requests()); n > 0 {
		t.Errorf("the vendor got %d requests", n)
	}
	if log := w.log.String(); strings.Contains(log, otherHost) || strings.Contains(log, testToken) {
		t.Error("the log says where the person goes, or with which token")
	}
}

func TestMayReach(t *testing.T) {
	private := []string{"npm.acme.example", "*.corp.acme.example"}
	for _, c := range []struct {
		host, addr string
		want       error
	}{
		{"registry.example", strings.Join([]string{"93", "184", "215", "14"}, "."), nil},
		{"registry.example", strings.Join([]string{"2606", "2800", "21f", "", "1"}, ":"), nil},
		{"registry.example", "10.1.2.3", errPrivate},
		{"registry.example", "172.16.0.1", errPrivate},
		{"registry.example", "192.168.1.1", errPrivate},
		{"registry.example", "100.64.0.1", errPrivate},
		{"registry.example", "fd00::1", errPrivate},
		{"registry.example", "::ffff:10.1.2.3", errPrivate},
		{"registry.example", "64:ff9b::10.1.2.3", errPrivate},
		{"npm.acme.example", "10.1.2.3", nil},
		{"x.npm.acme.example", "10.1.2.3", errPrivate},
		{"git.corp.acme.example", "10.1.2.3", nil},
		{"10.1.2.3", "10.1.2.3", nil},
		{"fd00::1", "fd00::1", nil},
		{"buildhost", "10.1.2.3", nil},
		{"nas.local", "192.168.1.1", nil},
		{"git.internal", "10.1.2.3", nil},
		{"printer.home.arpa", "10.1.2.3", nil},
		{"notlocal.example", "10.1.2.3", errPrivate},
		{"npm.acme.example", "127.0.0.1", errThisMachine},
		{"buildhost", "127.0.0.1", errThisMachine},
		{"127.0.0.1", "127.0.0.1", errThisMachine},
		{"::1", "::1", errThisMachine},
		{"git.internal", "169.254.169.254", errThisMachine},
		{"git.internal", "fe80::1", errThisMachine},
		{"git.internal", "::ffff:127.0.0.1", errThisMachine},
		{"git.internal", "64:ff9b::127.0.0.1", errThisMachine},
		{"git.internal", "0.0.0.0", errThisMachine},
		{"git.internal", "0.1.2.3", errThisMachine},
		{"git.internal", "224.0.0.1", errThisMachine},
		{"git.internal", "255.255.255.255", errThisMachine},
		{"git.internal", "::", errThisMachine},
	} {
		if got := mayReach(c.host, netip.MustParseAddr(c.addr), private); !errors.Is(got, c.want) {
			t.Errorf("%s at %s: %v, want %v", c.host, c.addr, got, c.want)
		}
	}
}

// far listens where a tunnel leads to, and hands over its end.
func (w *wan) far() <-chan net.Conn {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	addr := l.Addr().String()
	w.other.Store(&addr)
	conns := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			conns <- c
		}
	}()
	return conns
}

// TestTunnelIsBlind: every byte arrives, both ways, also those that one end says after the other has said all.
func TestTunnelIsBlind(t *testing.T) {
	w := newWAN(t, nil)
	accepted := w.far()
	res, near := w.connect(otherHost + ":8443")
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	far := <-accepted
	defer far.Close()
	said, heard := make([]byte, 1<<20), make([]byte, 1<<20)
	rand.Read(said)
	rand.Read(heard)
	copy(said, awsKey()) // nobody looks
	go func() {
		near.Write(said)
		closeWrite(near)
	}()
	if got, err := io.ReadAll(far); err != nil || !bytes.Equal(got, said) {
		t.Fatalf("%d bytes of %d arrived, or others: %v", len(got), len(said), err)
	}
	go func() {
		far.Write(heard)
		far.Close()
	}()
	if got, err := io.ReadAll(near); err != nil || !bytes.Equal(got, heard) {
		t.Fatalf("%d bytes of %d came back, or others: %v", len(got), len(heard), err)
	}
}

// TestEagerCaller: what is said before the answer to CONNECT is said to the other end.
func TestEagerCaller(t *testing.T) {
	w := newWAN(t, nil)
	accepted := w.far()
	conn, err := net.Dial("tcp", w.at())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT %s:443 HTTP/1.1\r\nHost: x\r\n%s: %s\r\n\r\nhello", otherHost, "Proxy-Authorization", authorized(testToken, "")[1])
	far := <-accepted
	defer far.Close()
	got := make([]byte, 5)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "hello" {
		t.Errorf("%q: %v", got, err)
	}
}

// TestOtherHostsKeepTheirCertificate: a host that nobody lists is spoken with directly.
func TestOtherHostsKeepTheirCertificate(t *testing.T) {
	w := newWAN(t, nil)
	addr := w.tls.Listener.Addr().String()
	w.other.Store(&addr)
	_, near := w.connect(otherHost + ":443")
	inside := tls.Client(near, &tls.Config{InsecureSkipVerify: true})
	if err := inside.Handshake(); err != nil {
		t.Fatal(err)
	}
	if got := inside.ConnectionState().PeerCertificates[0]; !got.Equal(w.tls.Certificate()) {
		t.Errorf("the certificate is %v's", got.Issuer)
	}
	if _, err := os.Stat(filepath.Join(w.dir, authority.CertificateFile)); err == nil {
		t.Error("there is an authority, and no listed host was asked for")
	}
}

// TestOtherHostsInTheSettings: a host that is listed later is intercepted with a new authority, and one that is no
// longer is not answered for any more.
func TestOtherHostsInTheSettings(t *testing.T) {
	w := newWAN(t, nil)
	before := w.client(url.User(testToken), false)
	get := func(c *http.Client, host string) error {
		res, err := c.Get("https://" + host + "/models")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode == http.StatusMisdirectedRequest {
			return fmt.Errorf("misdirected")
		}
		return nil
	}
	if err := get(before, listedHost); err != nil {
		t.Fatal(err)
	}
	w.hosts.Store(&[]string{"models.acme.example"})
	if err := get(before, listedHost); err == nil {
		t.Error("a host is answered for that is no longer listed")
	}
	if err := get(before, "models.acme.example"); err == nil {
		t.Error("the old authority signs for a host that it was not made for")
	}
	if err := get(w.client(url.User(testToken), false), "models.acme.example"); err != nil {
		t.Errorf("a host that is listed now: %v", err)
	}
}

// TestSystemProxy: tunnels go where the system says, and never round in a circle.
func TestSystemProxy(t *testing.T) {
	w := newWAN(t, nil)
	asked := make(chan string, 1)
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host + " " + r.Header.Get("Proxy-Authorization")
		if strings.HasPrefix(r.Host, "refused.") {
			rw.WriteHeader(403)
			return
		}
		conn, _, _ := http.NewResponseController(rw).Hijack()
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\nearly ")
		io.Copy(conn, conn)
	}))
	defer other.Close()
	u, _ := url.Parse(other.URL)
	u.User = url.UserPassword("person", "pass")
	w.proxy.system = func(*http.Request) (*url.URL, error) { return u, nil }
	res, near := w.connect("far.example:443")
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	if got, want := <-asked, "CONNECT far.example:443 "+authorized("person", "pass")[1]; got != want {
		t.Errorf("the system's proxy was asked %q, not %q", got, want)
	}
	fmt.Fprint(near, "late")
	got := make([]byte, len("early late"))
	if _, err := io.ReadFull(near, got); err != nil || string(got) != "early late" {
		t.Errorf("%q: %v", got, err)
	}
	if res, _ := w.connect("refused.example:443"); res.StatusCode != http.StatusBadGateway {
		t.Errorf("what the system's proxy refuses: %d", res.StatusCode)
	}
	if w.proxy.butUs(&url.URL{Scheme: "http", Host: w.at()}) != nil {
		t.Error("the proxy would ask itself")
	}
	if w.proxy.butUs(u) != u {
		t.Error("the system's proxy is passed over")
	}
}

func TestIdleTunnelEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, proxyNear := net.Pipe()
		proxyFar, far := net.Pipe()
		began := time.Now()
		done := make(chan struct{})
		go func() { defer close(done); join(t.Context(), proxyNear, proxyFar, idleLimit) }()
		time.AfterFunc(idleLimit/2, func() { near.Write([]byte("x")) })
		if n, err := far.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		<-done
		if got := time.Since(began); got != idleLimit/2+idleLimit {
			t.Errorf("it lived for %v: what is said begins the limit anew", got)
		}
	})
}

// TestCloseEndsTunnels: and waits for them.
func TestCloseEndsTunnels(t *testing.T) {
	w := newWAN(t, nil)
	accepted := w.far()
	_, near := w.connect(otherHost + ":443")
	far := <-accepted
	defer far.Close()
	w.stop()
	for _, c := range []net.Conn{near, far} {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a tunnel outlives its proxy")
		}
	}
}
