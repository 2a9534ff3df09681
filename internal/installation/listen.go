package installation

import (
	"cmp"
	"context"
	"net"
	"os"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// DefaultListen is where the proxy listens unless it is told otherwise.
const DefaultListen = "127.0.0.1:7425"

// Meant is the address that somebody said it is to be, or nothing.
func Meant(setting string) string { return cmp.Or(os.Getenv("SCRUBJAY_LISTEN"), setting) }

// LastListen is where the proxy last listened; empty if it never did.
func (s State) LastListen() string {
	text, err := os.ReadFile(s.Path("listen"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// SetListen keeps where the proxy listens.
func (s State) SetListen(addr string) error {
	return os.WriteFile(s.Path("listen"), []byte(addr+"\n"), 0o600)
}

// Listen is where the proxy of this state listens, or would if a daemon was started now.
func (s State) Listen(ctx context.Context, meant string) string {
	if socket, err := s.Socket(); err == nil {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if hello, err := control.Dial(socket).Hello(ctx); err == nil && hello.Proxy.Listen != "" {
			return hello.Proxy.Listen
		}
	}
	if _, port, err := net.SplitHostPort(meant); err == nil && port != "0" {
		return meant
	}
	return cmp.Or(s.LastListen(), DefaultListen)
}

// Pointed is what assistants are pointed at: the proxy of this state, and the addresses that it has for providers. listen is
// where it listens, if the daemon was asked.
func (s State) Pointed(settings policy.Settings, listen string) (assistants.Proxy, error) {
	token, err := s.Token()
	if err != nil {
		return assistants.Proxy{}, err
	}
	if listen == "" {
		listen = s.Listen(context.Background(), Meant(settings.Listen))
	}
	p := PointedAt(settings, listen, token)
	p.Authority = s.Trusted()
	return p, nil
}

// PointedAt is the same for a proxy somewhere.
func PointedAt(settings policy.Settings, listen, token string) assistants.Proxy {
	p := assistants.Proxy{Listen: listen, Token: token, Addresses: map[string]string{}, URLs: map[string]string{}}
	for name, provider := range settings.Providers {
		p.Addresses[name], p.URLs[name] = "http://"+p.Listen+"/t/"+token+"/"+name, provider.URL
	}
	return p
}
