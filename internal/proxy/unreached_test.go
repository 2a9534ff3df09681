package proxy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/scrubjay-dev/scrubjay/internal/authority"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// overTLS is a vendor with a certificate of its own.
func overTLS(t *testing.T, change func(*x509.Certificate), config *tls.Config) (at string, root []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"vendor.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(standin.New(standin.Options{}))
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	s.TLS, s.EnableHTTP2, s.Config.ErrorLog = config, true, zap.NewStdLog(zap.NewNop())
	s.StartTLS()
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "https://"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// accepts is a port that does the same with every connection.
func accepts(t *testing.T, do func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				do(c.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

// says is a port that reads a little and says something.
func says(t *testing.T, text string) string {
	return accepts(t, func(c *net.TCPConn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
	})
}

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nameserver answers every question for a name in one way.
func nameserver(t *testing.T, code dnsmessage.RCode) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Response, m.RCode, m.Additionals = true, code, nil
			if text, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(text, from)
			}
		}
	}()
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = usual; conn.Close() })
}

// TestUnreachedSaysWhyAndWhatToDo: whatever stands between here and a vendor, the answer says what it is and what to do,
// doctor's try says the same, the log has the cause, and neither has an address or a password.
func TestUnreachedSaysWhyAndWhatToDo(t *testing.T) {
	same := func(*x509.Certificate) {}
	plain := httptest.NewServer(standin.New(standin.Options{}))
	t.Cleanup(plain.Close)
	proxies := func(status, challenge string) string {
		head := "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n"
		for c := range strings.SplitSeq(challenge, ";") {
			if c != "" {
				head += "Proxy-Authenticate: " + c + "\r\n"
			}
		}
		return "http://someone:hunter2@" + says(t, head+"\r\n")
	}
	silent := func() string {
		return accepts(t, func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	}
	type route struct {
		url, through string
		root         []byte
		broken       error // of the setting ca_file
		impatient    bool
	}
	for _, c := range []struct {
		name        string
		to          func() route
		cause, cure string
		again       bool
	}{
		{"an authority nobody knows", func() route { at, _ := overTLS(t, same, &tls.Config{}); return route{url: "https://" + at} }, "an authority that this machine does not know", "ca_file", false},
		{"ca_file for another authority", func() route {
			at, _ := overTLS(t, same, &tls.Config{})
			_, root := overTLS(t, same, &tls.Config{})
			return route{url: "https://" + at, root: root}
		}, "an authority that this machine does not know", "ca_file", false},
		{"ca_file that cannot be read", func() route {
			at, _ := overTLS(t, same, &tls.Config{})
			return route{url: "https://" + at, broken: errors.New("open /etc/hunter2: no such file")}
		}, "ca_file cannot be used", "scrubjay doctor", false},
		{"another host's certificate", func() route {
			at, root := overTLS(t, func(c *x509.Certificate) { c.IPAddresses = nil }, &tls.Config{})
			return route{url: "https://" + at, root: root}
		}, "another host's", "url", false},
		{"an expired certificate", func() route {
			at, root := overTLS(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, &tls.Config{})
			return route{url: "https://" + at, root: root}
		}, "expired", "clock", false},
		{"a certificate for clients", func() route {
			at, root := overTLS(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, &tls.Config{})
			return route{url: "https://" + at, root: root}
		}, "not one for this use", "replace it", false},
		{"a certificate is wanted", func() route {
			at, root := overTLS(t, same, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12})
			return route{url: "https://" + at, root: root}
		}, "breaks off the TLS handshake", "certificate of the client's", false},
		{"407 Negotiate", func() route {
			return route{url: "https://vendor.example", through: proxies("407 Proxy Authentication Required", "Negotiate;NTLM")}
		}, "Negotiate or NTLM", "px or cntlm", false},
		{"407 Kerberos, nothing encrypted", func() route {
			return route{url: "http://vendor.example", through: proxies("407 Nope", "Kerberos")}
		}, "Negotiate or NTLM", "px or cntlm", false},
		{"407 Negotiate or Basic", func() route {
			return route{url: "https://vendor.example", through: proxies("407 Nope", `Negotiate;Basic realm="hunter2"`)}
		}, "a name and a password", "http://name:password@host:port", false},
		{"403 of the proxy", func() route {
			return route{url: "https://vendor.example", through: proxies("403 hunter2", "")}
		}, "refuses to connect", "allow the host", false},
		{"no TLS there", func() route { return route{url: "https://" + strings.TrimPrefix(plain.URL, "http://")} }, "speaks no TLS", "http://", false},
		{"SSH there", func() route { return route{url: "https://" + says(t, "SSH-2.0-OpenSSH_9.2\r\n")} }, "speaks no TLS", "http://", false},
		{"TLS there, Go's words", func() route { at, _ := overTLS(t, same, &tls.Config{}); return route{url: "http://" + at} }, "speaks TLS", "https://", false},
		{"TLS there, nginx' words", func() route {
			return route{url: "http://" + says(t, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>")}
		}, "speaks TLS", "https://", false},
		{"TLS there, Apache's words", func() route {
			return route{url: "http://" + says(t, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 64\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port")}
		}, "speaks TLS", "https://", false},
		{"TLS there, an alert", func() route { return route{url: "http://" + says(t, "\x15\x03\x01\x00\x02\x02\x46")} }, "speaks TLS", "https://", false},
		{"no such host", func() route { nameserver(t, dnsmessage.RCodeNameError); return route{url: "https://nowhere.example"} }, "no such host", "spelt right", true},
		{"no names", func() route {
			nameserver(t, dnsmessage.RCodeServerFailure)
			return route{url: "https://nowhere.example"}
		}, "no server answers for host names", "network", true},
		{"refused", func() route { return route{url: "https://" + closedPort(t)} }, "nothing listens", "start that server", true},
		{"the proxy's port refuses", func() route {
			return route{url: "https://vendor.example", through: "http://someone:hunter2@" + closedPort(t)}
		}, "system's proxy (HTTPS_PROXY): nothing listens", "correct HTTPS_PROXY", true},
		{"the proxy speaks no TLS", func() route {
			return route{url: "https://vendor.example", through: "https://someone:hunter2@" + says(t, "HTTP/1.1 400 Bad\r\n\r\n")}
		}, "system's proxy (HTTPS_PROXY): its port speaks no TLS", "http:// in HTTPS_PROXY", false},
		{"the proxy is of an authority nobody knows", func() route {
			at, _ := overTLS(t, same, &tls.Config{})
			return route{url: "https://vendor.example", through: "https://someone:hunter2@" + at}
		}, "system's proxy (HTTPS_PROXY): its certificate", "ca_file", false},
		{"silence", func() route { return route{url: "https://" + silent(), impatient: true} }, "in time", "firewall", true},
		{"cut", func() route {
			return route{url: "http://" + accepts(t, func(c *net.TCPConn) { _, _ = c.Read(make([]byte, 1)); _ = c.SetLinger(0) })}
		}, "was cut", "firewall", true},
		{"hung up", func() route { return route{url: "http://" + says(t, "")} }, "closed the connection", "http or https", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			way := c.to()
			b := newBenchWith(t, standin.Options{}, func(config *Config) {
				config.Settings = func() policy.Settings {
					return policy.Settings{Providers: map[string]policy.Provider{"openai": {Format: "openai", URL: way.url, Kind: policy.Public}}}
				}
				trusting, err := (*tls.Config)(nil), way.broken
				if way.root != nil {
					trusting, err = authority.Trusting(way.root)
				}
				config.Trusting = func() (*tls.Config, error) { return trusting, err }
			})
			b.proxy.system = func(*http.Request) (*url.URL, error) {
				if way.through == "" {
					return nil, nil
				}
				return url.Parse(way.through)
			}
			if way.impatient {
				transport, err := b.proxy.Transport.(*upstreams).transport()
				if err != nil {
					t.Fatal(err)
				}
				transport.TLSHandshakeTimeout = time.Millisecond
			}
			status, text, h := b.post(chat, `{"model":"m","messages":[{"role":"user","content":"hello"}]}`)
			if status != http.StatusBadGateway || h.Get("X-Scrubjay-Error") != "upstream_unreachable" || !strings.Contains(text, "could not reach openai") {
				t.Errorf("%d %s", status, text)
			}
			if again := h.Get("X-Should-Retry") == ""; again != c.again {
				t.Errorf("to be tried again: %v", again)
			}
			err := b.proxy.Reach(t.Context(), "openai")
			if err == nil {
				t.Fatal("doctor finds nothing wrong")
			}
			for where, said := range map[string]string{"the answer": text, "doctor": err.Error()} {
				if !strings.Contains(said, c.cause) || !strings.Contains(said, "What to do: ") || !strings.Contains(said, c.cure) {
					t.Errorf("%s says %s", where, said)
				}
			}
			log := b.log.String()
			if _, cause, _ := strings.Cut(c.cause, ": "); !strings.Contains(log, cause) {
				t.Errorf("the log does not say why: %s", log)
			}
			at, _ := url.Parse(way.url)
			for where, said := range map[string]string{"the answer": text, "doctor": err.Error(), "the log": log} {
				if strings.Contains(said, "hunter2") || strings.Contains(said, at.Host) {
					t.Errorf("%s quotes: %s", where, said)
				}
			}
			if strings.HasPrefix(way.url, "http") && way.through == "" {
				_, res, err := websocket.Dial(t.Context(), strings.Replace(b.url, "http", "ws", 1)+"/openai/v1/responses", nil)
				if err == nil || res == nil || res.StatusCode != http.StatusBadGateway {
					t.Errorf("a websocket: %v", err)
				}
			}
		})
	}
}

// TestReached: with the file of its authority a vendor is believed, as soon as the file is there, and answers whatever it
// likes. A 400 of a vendor's own stays its own.
func TestReached(t *testing.T) {
	at, root := overTLS(t, func(*x509.Certificate) {}, &tls.Config{})
	own := says(t, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nthe model is none")
	var trusting *tls.Config
	b := newBenchWith(t, standin.Options{}, func(config *Config) {
		config.Settings = func() policy.Settings {
			return policy.Settings{Providers: map[string]policy.Provider{
				"openai": {Format: "openai", URL: "https://" + at, Kind: policy.Public}, "mistral": {Format: "mistral", URL: "http://" + own, Kind: policy.Public},
			}}
		}
		config.Trusting = func() (*tls.Config, error) { return trusting, nil }
	})
	body := `{"model":"m","messages":[{"role":"user","content":"hello"}]}`
	if status, _, _ := b.post(chat, body); status != http.StatusBadGateway {
		t.Errorf("before: %d", status)
	}
	trusting, _ = authority.Trusting(root)
	if status, text, _ := b.post(chat, body); status != http.StatusOK {
		t.Errorf("after: %d %s", status, text)
	}
	for _, name := range []string{"openai", "mistral"} {
		if err := b.proxy.Reach(t.Context(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.proxy.Reach(t.Context(), "nobody"); err == nil {
		t.Error("nobody is reached")
	}
	if status, text, _ := b.post("/mistral/v1/chat/completions", body); status != http.StatusBadRequest || text != "the model is none" {
		t.Errorf("a vendor's own: %d %s", status, text)
	}
	if asked := b.proxy.Asked(); len(asked) != 2 {
		t.Errorf("asked: %q", asked)
	}
}

// TestReasonsSayAll: each has a cause and a cure, in words that stand within a sentence.
func TestReasonsSayAll(t *testing.T) {
	for _, r := range append(reasons, unknown) {
		if r.cause == "" || r.cure == "" || strings.HasSuffix(r.cause, ".") || strings.HasSuffix(r.cure, ".") {
			t.Errorf("%+v", r)
		}
	}
	if got, _ := diagnose(errors.New("anything")); got.cause != unknown.cause {
		t.Errorf("an error that nobody knows: %s", got.cause)
	}
}
