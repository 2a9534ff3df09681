package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
)

// relayVariable holds a relay's address, with its token.
const relayVariable = "SCRUBJAY_RELAY"

func relayCommand() *cobra.Command {
	var r relay
	c := &cobra.Command{
		Use: "relay {--socket PATH | --listen ADDRESS | --to RELAY} [-- COMMAND...]", Short: "Let assistants in a container or on another machine use this machine's proxy", Args: cobra.ArbitraryArgs,
		Long: `Relay is a second door to this machine's proxy, for assistants that run in a container, in WSL or on another machine. It
listens on a socket, to be mounted or forwarded by ssh, or on an address that you name. Its token is its own, made anew each time, and
ends with it. It prints SCRUBJAY_RELAY=ADDRESS: with this variable set, scrubjay run and scrubjay env use the relay, and no daemon where
they run. With a COMMAND the variable is set for that, and the relay ends with it.

Where assistants run, --to passes on what is sent to a port there, for programs that cannot use a socket. It needs no daemon and no token.`,
		Example: "  scrubjay relay --socket ~/.scrubjay/relay.sock -- code .\n  scrubjay relay --listen 172.17.0.1:7426 --name shop\n  scrubjay relay --to /run/scrubjay/relay.sock -- scrubjay run -- claude",
		RunE: func(c *cobra.Command, args []string) error {
			if c.ArgsLenAtDash() != 0 && len(args) > 0 {
				return fmt.Errorf("a command stands behind --, such as scrubjay relay --socket PATH -- %s", strings.Join(args, " "))
			}
			r.say = func(form string, a ...any) { fmt.Fprintf(c.ErrOrStderr(), "scrubjay: "+form+"\n", a...) }
			r.print = func(address string) { fmt.Fprintf(c.OutOrStdout(), "%s=%s\n", relayVariable, address) }
			if r.to != "" {
				return r.passOn(c.Context(), args)
			}
			return r.open(c.Context(), args)
		},
	}
	c.Flags().StringVar(&r.socket, "socket", "", "the socket to listen on; it is made, for you alone")
	c.Flags().StringVar(&r.listen, "listen", "", "the address to listen on; with --to it is "+installation.DefaultListen+" unless you say another")
	c.Flags().StringVar(&r.name, "name", "relay", "what the ledger calls this relay")
	c.Flags().StringVar(&r.to, "to", "", "pass on to the relay at this socket or address")
	c.MarkFlagsMutuallyExclusive("socket", "to")
	c.MarkFlagsMutuallyExclusive("name", "to")
	c.MarkFlagsMutuallyExclusive("socket", "listen")
	c.MarkFlagsOneRequired("socket", "listen", "to")
	return c
}

type relay struct {
	socket, listen, name, to string
	say                      func(form string, a ...any)
	print                    func(address string)
}

// open is the end on the daemon's side.
func (r *relay) open(ctx context.Context, command []string) error {
	if !serverNames().MatchString(r.name) {
		return errors.New("a relay's name is letters, digits, _ and -, at most 64, such as --name shop")
	}
	s, err := installation.OpenState("")
	if err != nil {
		return err
	}
	own, err := s.Token()
	if err != nil {
		return err
	}
	g, err := commandGovernance(s)
	if err != nil {
		return err
	}
	d, err := daemon.Attach(s, "")
	if err != nil {
		return err
	}
	k := &kept{Attached: d, leave: func() {}}
	defer func() { k.leave() }()
	if _, err := k.address(ctx); err != nil {
		return err
	}
	l, err := r.listener()
	if err != nil {
		return err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	token := hex.EncodeToString(raw)
	at := installation.DefaultListen // where --to listens unless it is told otherwise
	if r.socket == "" {
		at = l.Addr().String()
	}
	out := proxy.Relay{Name: r.name, Token: token, Own: own, HostNames: g.Settings().HostNames, Dial: func(ctx context.Context) (net.Conn, error) {
		address, err := k.address(ctx)
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}}
	r.say("the relay %s listens on %s. It ends with %s, and its token with it.", r.name, cmp.Or(r.socket, at), ending(command))
	return during(ctx, l, command, "http://"+at+"/t/"+token, r.print, out.Serve)
}

// passOn is the end on the assistants' side.
func (r *relay) passOn(ctx context.Context, command []string) error {
	address := os.Getenv(relayVariable)
	if strings.Contains(r.to, "://") { // what the other end printed, with its token
		host, _, err := relayAt(r.to)
		if err != nil {
			return errors.New("--to is a socket or an address such as 172.17.0.1:7426: this is neither")
		}
		address, r.to = cmp.Or(address, r.to), host
	}
	if len(command) > 0 {
		if _, _, err := relayAt(address); err != nil {
			return err
		}
	}
	if r.listen == "" {
		r.listen = installation.DefaultListen
		if len(command) > 0 { // which is told where
			r.listen = "127.0.0.1:0"
		}
	}
	l, err := r.listener()
	if err != nil {
		return err
	}
	network := "unix"
	if _, _, err := net.SplitHostPort(r.to); err == nil && !strings.ContainsAny(r.to, `/\`) {
		network = "tcp"
	}
	dial := func(ctx context.Context) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, r.to)
		if err != nil {
			var op *net.OpError
			if errors.As(err, &op) {
				err = op.Err // without addresses of its own
			}
			return nil, fmt.Errorf("nobody answers at the relay %s (%w): see that scrubjay relay runs on the machine with the daemon, and that its socket or port leads here", r.to, err)
		}
		return conn, nil
	}
	if host, token, err := relayAt(address); err == nil {
		address = strings.Replace(address, host+"/t/"+token, l.Addr().String()+"/t/"+token, 1)
	}
	r.say("what is sent to %s here goes to the relay %s. It ends with %s.", l.Addr(), r.to, ending(command))
	return during(ctx, l, command, address, func(string) {}, func(ctx context.Context, l net.Listener) error { return proxy.PassOn(ctx, l, dial) })
}

func ending(command []string) string {
	if len(command) > 0 {
		return filepath.Base(command[0])
	}
	return "Ctrl+C"
}

// during serves until ctx ends or, if there is a command, until that does.
func during(ctx context.Context, l net.Listener, command []string, address string, print func(string), serve func(context.Context, net.Listener) error) error {
	if len(command) == 0 {
		print(address)
		return serve(ctx, l)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // a signal is the command's business
	served := make(chan error, 1)
	go func() { served <- serve(ctx, l) }()
	err := runChild(command, append(os.Environ(), relayVariable+"="+address))
	cancel()
	return errors.Join(err, <-served)
}

// listener opens what was asked for.
func (r *relay) listener() (net.Listener, error) {
	if r.socket != "" {
		return listenSocket(r.socket)
	}
	host, _, err := net.SplitHostPort(r.listen)
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, failed := netip.ParseAddr(host)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--listen %s: an address and a port are meant, such as 172.17.0.1:7426", r.listen)
	case failed != nil || ip.IsUnspecified():
		return nil, fmt.Errorf("--listen %s: name the one address that is meant, and a port, such as 172.17.0.1:7426; without one every network of this machine could reach the relay", r.listen)
	case ip.IsLoopback():
	case ip.IsPrivate() || ip.IsLinkLocalUnicast():
		r.say("%s can be reached by others than this machine: whoever reaches it and has the relay's token gets in, and what is sent there is not encrypted. Use it for a container's or a virtual machine's network only.", ip)
	default:
		return nil, fmt.Errorf("--listen %s: this is a public address, and what is sent there is not encrypted: use --socket and ssh -R (docs/remote.md)", r.listen)
	}
	l, err := net.Listen("tcp", r.listen)
	if err != nil {
		return nil, fmt.Errorf("the relay cannot listen there: %w. Choose another with --listen", err)
	}
	return l, nil
}

// listenSocket makes a socket for this person alone. One that an ended relay has left is replaced.
func listenSocket(path string) (net.Listener, error) {
	if st, err := os.Lstat(path); err == nil {
		if st.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("--socket %s is there already, and no socket: name one that is not there", path)
		}
		if conn, err := net.Dial("unix", path); err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("--socket %s: another relay listens there: end it, or name another socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("--socket %s: %w. Sockets have short names, of some 100 letters", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// kept is a daemon that lives while the relay does. One that has gone is started anew.
type kept struct {
	*daemon.Attached
	mu    sync.Mutex
	pid   int
	leave func()
}

// address is where the daemon's proxy listens now.
func (k *kept) address(ctx context.Context) (string, error) {
	hello, err := k.Hello(ctx)
	switch {
	case err != nil:
		return "", err
	case slices.Contains(hello.Missing(), "relay"):
		return "", errors.New("the running daemon is older and knows no relays: scrubjay stop ends it, and the newer program starts its own")
	case hello.Proxy.Listen == "":
		return "", fmt.Errorf("the daemon runs without its proxy: %s", hello.Proxy.Error)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pid != hello.PID {
		k.leave()
		k.pid, k.leave = hello.PID, stayAttached(ctx, k.Attached, func(control.Event) {})
	}
	return hello.Proxy.Listen, nil
}
