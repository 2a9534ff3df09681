package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

const (
	// DefaultListen is where the proxy listens unless it is told otherwise.
	DefaultListen = "127.0.0.1:7425"
	// nearby is how many ports behind the default are tried before any that is free: those that systems give away for a
	// moment are no address to write into settings.
	nearby = 20
)

// Several people have daemons on one machine, and programs of other kinds take ports too. Where somebody said which
// address it is to be, by the flag --listen, $SCRUBJAY_LISTEN or the setting listen, it is that one or none. Where nobody
// did, it is the one of last time, so that what was set up stays right; else the default, else one nearby.

// Meant is the address that somebody said it is to be, or nothing.
func Meant(setting string) string { return cmp.Or(os.Getenv("SCRUBJAY_LISTEN"), setting) }

// addresses are where the proxy tries to listen, in order, and whether somebody said so.
func (s State) addresses(meant string) ([]string, bool) {
	if meant != "" {
		return []string{meant}, true
	}
	all := []string{s.last(), DefaultListen}
	host, port, _ := net.SplitHostPort(DefaultListen)
	first, _ := strconv.Atoi(port)
	for n := 1; n <= nearby; n++ {
		all = append(all, net.JoinHostPort(host, strconv.Itoa(first+n)))
	}
	all = append(all, net.JoinHostPort(host, "0"))
	return slices.DeleteFunc(all, func(addr string) bool { return onThisMachine(addr) != nil }), false
}

// onThisMachine refuses addresses that others than this machine could reach.
func onThisMachine(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen %q: the proxy may only listen on this machine, like %s", addr, DefaultListen)
	}
	return nil
}

// last is where the proxy last listened; empty if it never did.
func (s State) last() string {
	text, err := os.ReadFile(s.path("listen"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (s State) setListen(addr string) error {
	return os.WriteFile(s.path("listen"), []byte(addr+"\n"), 0o600)
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
	return cmp.Or(s.last(), DefaultListen)
}

// open opens the proxy's door. instead says who has the address that it would have been.
func (s State) open(meant string) (l net.Listener, instead string, err error) {
	all, only := s.addresses(meant)
	for _, addr := range all {
		if err := onThisMachine(addr); err != nil {
			return nil, "", err
		}
		if l, err = net.Listen("tcp", addr); err == nil {
			return l, instead, nil
		}
		if only {
			return nil, "", fmt.Errorf("the proxy cannot listen on %s: %s; stop that, or choose another address with --listen, SCRUBJAY_LISTEN or the setting listen", addr, holder(addr))
		}
		if instead == "" {
			instead = addr + ", because " + holder(addr)
		}
	}
	return nil, "", errors.Join(errors.New("the proxy cannot listen at any port of this machine"), err)
}
