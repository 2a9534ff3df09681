package daemon

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// nearby is how many ports behind the default are tried before any that is free: those that systems give away for a
// moment are no address to write into settings.
const nearby = 20

// Several people have daemons on one machine, and programs of other kinds take ports too. Where somebody said which
// address it is to be, by the flag --listen, $SCRUBJAY_LISTEN or the setting listen, it is that one or none. Where nobody
// did, it is the one of last time, so that what was set up stays right; else the default, else one nearby.

// addresses are where the proxy tries to listen, in order, and whether somebody said so.
func addresses(s installation.State, meant string) ([]string, bool) {
	if meant != "" {
		return []string{meant}, true
	}
	all := []string{s.LastListen(), installation.DefaultListen}
	host, port, _ := net.SplitHostPort(installation.DefaultListen)
	first, _ := strconv.Atoi(port)
	for n := 1; n <= nearby; n++ {
		all = append(all, net.JoinHostPort(host, strconv.Itoa(first+n)))
	}
	all = append(all, net.JoinHostPort(host, "0"))
	return slices.DeleteFunc(all, func(addr string) bool { return onThisMachine(addr) != nil }), false
}

// openDoor opens the proxy's door. instead says who has the address that it would have been.
func openDoor(s installation.State, meant string) (l net.Listener, instead string, err error) {
	all, only := addresses(s, meant)
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

// onThisMachine refuses addresses that others than this machine could reach.
func onThisMachine(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen %q: the proxy may only listen on this machine, like %s", addr, installation.DefaultListen)
	}
	return nil
}
