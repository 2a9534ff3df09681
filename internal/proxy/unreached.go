package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/scrubjay-dev/scrubjay/internal/authority"
)

// reason is one kind of trouble on the way to a vendor. Its texts are fixed: an error of the transport may hold an
// address with its key, or a proxy's password.
type reason struct {
	is func(error) bool
	// cause ends a sentence that begins with whose trouble it is, and is what the log gets.
	cause string
	// cure is one for the vendor; through is one for the system's proxy, if that is another.
	cure, through string
	// passes says that the trouble can be over when the request comes again.
	passes bool
}

const (
	nameProxy = "if this network is left through a proxy, the daemon's environment has to name it in HTTPS_PROXY: set it and start the daemon again (scrubjay stop)"
	nameRoots = "put the PEM file of that authority, which your IT department has, into the setting ca_file (docs/policy.md)"
)

// reasons are asked in their order, the narrower first.
var reasons = []reason{
	{is: is[rootsError], cause: "the setting ca_file cannot be used",
		cure: "scrubjay doctor says what is wrong with the file"},
	{is: doubts(authority.UnknownAuthority), cause: "its certificate is of an authority that this machine does not know, as where a company's network reads along",
		cure: nameRoots, through: nameRoots},
	{is: doubts(authority.OtherName), cause: "its certificate is another host's",
		cure: "correct the host in the provider's url"},
	{is: doubts(authority.Expired), cause: "its certificate has expired or is not yet good",
		cure: "see that this machine's clock is right; otherwise who runs that server has to renew it"},
	{is: doubts(authority.Unfit), cause: "its certificate is not one for this use",
		cure: "who runs that server has to replace it"},
	{is: negotiates, cause: "the system's proxy wants Negotiate or NTLM (407), which Scrubjay does not speak",
		cure: "run a small proxy on this machine that does, such as px or cntlm, name that in HTTPS_PROXY, and start the daemon again (scrubjay stop)"},
	{is: asksWho, cause: "the system's proxy wants a name and a password (407)",
		cure: "put them into HTTPS_PROXY, as http://name:password@host:port, and start the daemon again (scrubjay stop)"},
	{is: is[proxyRefusal], cause: "the system's proxy refuses to connect to it",
		cure: "ask who runs that proxy to allow the host, or name it in NO_PROXY if it is reached without"},
	{is: plainThere, cause: "its port speaks no TLS",
		cure: "write http:// in the provider's url if that is right, or the port that speaks TLS", through: "write http:// in HTTPS_PROXY, which is how most proxies are spoken to"},
	{is: tlsThere, cause: "its port speaks TLS, and was spoken to without",
		cure: "write https:// in the provider's url", through: "write https:// in HTTPS_PROXY"},
	{is: alerts, cause: "it breaks off the TLS handshake",
		cure: "it may want a certificate of the client's or an older TLS, which Scrubjay does not have: ask who runs that server"},
	{is: noSuchHost, cause: "no such host is known",
		cure: "see that the host in the provider's url is spelt right; " + nameProxy, through: "see that HTTPS_PROXY is spelt right", passes: true},
	{is: is[*net.DNSError], cause: "no server answers for host names",
		cure: "see that this machine is in the network", passes: true},
	{is: either(isErrno(syscall.ECONNREFUSED), isErrno(wsaRefused)), cause: "nothing listens at its port",
		cure: "start that server, or correct the port in the provider's url", through: "start it, or correct HTTPS_PROXY", passes: true},
	{is: either(isErrno(syscall.ENETUNREACH), isErrno(syscall.EHOSTUNREACH), isErrno(wsaNetwork), isErrno(wsaHost)), cause: "there is no way to it",
		cure: "see that this machine is in the network, and in the VPN if it takes one", passes: true},
	{is: either(isErrno(syscall.ECONNRESET), isErrno(wsaReset), isErrno(syscall.EPIPE)), cause: "the connection was cut",
		cure: "send it again; if that goes on, a firewall stands between: " + nameProxy, passes: true},
	{is: timedOut, cause: "it does not answer in time",
		cure: "send it again; if that goes on, a firewall may stand between: " + nameProxy, through: "see that HTTPS_PROXY is right and that proxy runs", passes: true},
	{is: either(equals(io.EOF), equals(io.ErrUnexpectedEOF)), cause: "it closed the connection without an answer",
		cure: "send it again; if that goes on, see that its port speaks what the provider's url says, http or https", passes: true},
}

// unknown is what no reason fits.
var unknown = reason{cause: "no answer", cure: "check its url in the configuration and the network", passes: true}

// The numbers that Windows has for these; nowhere else is there an error of that number.
const (
	wsaNetwork = syscall.Errno(10051)
	wsaReset   = syscall.Errno(10054)
	wsaRefused = syscall.Errno(10061)
	wsaHost    = syscall.Errno(10065)
)

func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

func equals(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func isErrno(n syscall.Errno) func(error) bool { return equals(n) }

func either(all ...func(error) bool) func(error) bool {
	return func(err error) bool {
		for _, f := range all {
			if f(err) {
				return true
			}
		}
		return false
	}
}

func doubts(d authority.Doubt) func(error) bool {
	return func(err error) bool { return authority.DoubtOf(err) == d }
}

func noSuchHost(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// alerts tells that the other end refuses TLS as it is spoken here.
func alerts(err error) bool {
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if op.Op == "remote error" {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	late, ok := errors.AsType[net.Error](err)
	return ok && late.Timeout()
}

// plainThere: what answers a TLS handshake is no TLS.
func plainThere(err error) bool { return is[tls.RecordHeaderError](err) }

// tlsThere: what answers a request is an alert of TLS (0x15), or a server's words for it.
func tlsThere(err error) bool {
	return errors.Is(err, errSpeaksTLS) || strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}

var errSpeaksTLS = errors.New("the port speaks TLS")

// rootsError says that whom to believe is not known.
type rootsError struct{ error }

// proxyRefusal is what the system's proxy answers instead of connecting.
type proxyRefusal struct {
	status  int
	schemes string // what it challenges with
}

func (p proxyRefusal) Error() string { return "the system's proxy refused with a status of its own" }

// refusalOf reads the answer of the system's proxy.
func refusalOf(res *http.Response) error {
	return proxyRefusal{res.StatusCode, strings.ToLower(strings.Join(res.Header.Values("Proxy-Authenticate"), ","))}
}

func asksWho(err error) bool {
	p, ok := errors.AsType[proxyRefusal](err)
	return ok && p.status == http.StatusProxyAuthRequired
}

// negotiates tells a proxy to which a name and a password cannot be given.
func negotiates(err error) bool {
	p, ok := errors.AsType[proxyRefusal](err)
	return ok && asksWho(err) && !strings.Contains(p.schemes, "basic") && (strings.Contains(p.schemes, "negotiate") || strings.Contains(p.schemes, "ntlm") || strings.Contains(p.schemes, "kerberos"))
}

// diagnose finds the reason of an error, and whether it is the system's proxy that cannot be reached.
func diagnose(err error) (r reason, through bool) {
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		through = through || op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")
	}
	for _, r := range reasons {
		if r.is(err) {
			return r, through
		}
	}
	return unknown, through
}

// explain is the whole sentence about what cannot be reached.
func (r reason) explain(name string, through bool) string {
	text, cure := "Scrubjay could not reach "+name, r.cure
	if through {
		text += ", because it could not reach the system's proxy (HTTPS_PROXY)"
		cure = cmp.Or(r.through, r.cure)
	}
	return text + ": " + r.cause + ". What to do: " + cure
}

// unreachable says what kind of trouble there is on the way to a provider.
func unreachable(ctx context.Context, provider string, err error) *failure {
	if ending(ctx) {
		return &failure{status: http.StatusServiceUnavailable, code: "proxy_ended", message: errEnding.Error(), retry: true}
	}
	if ctx.Err() != nil {
		return &failure{status: 499, code: "client_gone", message: "the caller went away", retry: true}
	}
	r, through := diagnose(err)
	return &failure{status: http.StatusBadGateway, code: "upstream_unreachable", retry: r.passes,
		message: r.explain(provider, through), cause: errors.New(logged(r, through))}
}

func logged(r reason, through bool) string {
	if through {
		return "the system's proxy: " + r.cause
	}
	return r.cause
}

// Reach tries the way to a provider's url, with nothing of anybody's. Whatever answers there is good.
func (p *Proxy) Reach(ctx context.Context, provider string) error {
	config, ok := p.Settings().Providers[provider]
	if !ok {
		return errors.New("no provider is called that")
	}
	u, err := url.Parse(config.URL)
	if err != nil {
		return errors.New("its url is none")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("/").String(), nil)
	if err != nil {
		return errors.New("its url is none")
	}
	res, err := p.Transport.RoundTrip(r)
	if err == nil {
		defer res.Body.Close()
		err = mistaken(r.URL, res)
	}
	if err != nil {
		found, through := diagnose(err)
		return errors.New(found.explain(provider, through))
	}
	return nil
}

// Asked are the providers that requests were sent to since the proxy was made.
func (p *Proxy) Asked() (names []string) {
	p.asked.Range(func(name, _ any) bool {
		names = append(names, name.(string))
		return true
	})
	return names
}
