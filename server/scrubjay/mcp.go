package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/mcp"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

func mcpCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "mcp [--name NAME] -- SERVER...", Short: "Run an MCP server whose answers reach the assistant scrubbed", Args: cobra.MinimumNArgs(1),
		Long: `Mcp is what an assistant starts in the place of a server of tools (Model Context Protocol, over standard input and
output). It starts the server, and what that says comes to the assistant with placeholders in the place of values. Values
come back into what a tool is given only if the setting tools names it, as assistants do: mcp__NAME__TOOL.`,
		Example: "  scrubjay mcp -- mcp-server-git\n  scrubjay mcp --name files -- npx -y @modelcontextprotocol/server-filesystem .",
		RunE: func(c *cobra.Command, args []string) error {
			name, err := serverName(name, args)
			if err != nil {
				return err
			}
			return runServer(c.Context(), name, args)
		},
	}
	c.Flags().StringVar(&name, "name", "", "what the assistant calls the server (default the program's name)")
	return c
}

var (
	serverNames = text.Expression(`^[A-Za-z0-9_-]{1,64}$`)
	notInNames  = text.Expression(`[^A-Za-z0-9_-]+`)
	// launchers run servers of any name: theirs would stand for all of them.
	launchers = []string{"npx", "npm", "pnpm", "yarn", "bun", "bunx", "node", "deno", "tsx", "uv", "uvx", "pipx", "python", "python3", "py", "ruby", "java", "dotnet",
		"go", "cargo", "docker", "podman", "sh", "bash", "zsh", "cmd", "powershell", "pwsh", "env", "sudo", "wsl"}
)

// runs are what launchers are told before what they are to run.
var runs = []string{"run", "exec", "dlx", "x", "start", "tool"}

// serverName is what settings call the tools of a server by: what was said, else the program's name, or that of what a
// launcher is told to run.
func serverName(name string, args []string) (string, error) {
	if name != "" {
		if !serverNames().MatchString(name) {
			return "", errors.New("a server's name is letters, digits, _ and -, at most 64: say it as the assistant spells it, scrubjay mcp --name NAME")
		}
		return name, nil
	}
	base := func(path string) string {
		path = filepath.Base(path)
		return strings.Trim(notInNames().ReplaceAllString(strings.TrimSuffix(path, filepath.Ext(path)), "-"), "-")
	}
	name = base(args[0])
	if slices.Contains(launchers, strings.ToLower(name)) {
		told := func(a string) bool { return !strings.HasPrefix(a, "-") && base(a) != "" && !slices.Contains(runs, a) }
		if i := slices.IndexFunc(args[1:], told); i >= 0 {
			name = base(args[1+i])
		}
	}
	if name == "" {
		name = "server"
	}
	return name[:min(len(name), 64)], nil
}

// runServer runs a server with us between it and its client.
func runServer(ctx context.Context, name string, args []string) error {
	d, hello, err := attach(ctx)
	if err != nil {
		return err
	}
	if missing := hello.Missing(); len(missing) > 0 {
		return fmt.Errorf("the running daemon is older and does not know %s, so the server was not started: run scrubjay stop, and the newer program starts its own", strings.Join(missing, ", "))
	}
	ctx = context.WithoutCancel(ctx) // a signal is the server's business
	keeper := &keeper{Attached: d, ctx: ctx}
	keeper.stay()
	defer keeper.end()
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	keeper.known = control.Known{From: "mcp " + name + " " + folder, Folders: []string{folder}, Environment: os.Environ()}
	if err := d.Known(ctx, keeper.known); err != nil {
		return err
	}
	serverIn, toServer, err := os.Pipe()
	if err != nil {
		return err
	}
	fromServer, serverOut, err := os.Pipe()
	if err != nil {
		return err
	}
	// A client that is gone is told by the write that fails, not by a signal: the server must not stay behind.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	r := &mcp.Relay{Server: name, Daemon: keeper, ToClient: os.Stdout, ToServer: toServer, Note: func(text string) {
		fmt.Fprintf(os.Stderr, "scrubjay mcp %s: %s\n", name, text)
	}}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = serverIn, serverOut, os.Stderr
	ownGroup(cmd)
	said, left, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	leave := sync.OnceFunc(func() { close(left) })
	swept := make(chan struct{})
	err = attend(cmd, func(s os.Signal) {
		if s, ok := s.(syscall.Signal); ok {
			signalGroup(cmd, s)
		}
	}, func() {
		_ = errors.Join(serverIn.Close(), serverOut.Close()) // they are the server's now
		go func() {
			// It ends with the client, or with this process.
			_ = r.FromClient(ctx, os.Stdin)
			_ = toServer.Close()
			leave()
		}()
		go func() {
			defer close(swept)
			sweep(cmd, left, ended)
		}()
		go func() {
			defer close(said)
			if r.FromServer(ctx, fromServer) != nil {
				// As a server without us would find it: nobody reads, and nobody writes any more.
				_ = errors.Join(fromServer.Close(), toServer.Close())
				leave()
			}
		}()
	})
	if cmd.Process == nil {
		return err
	}
	close(ended)
	select {
	case <-said:
	case <-time.After(lastWords): // a program that the server started, and left behind, still holds its output
	}
	select {
	case <-left:
		<-swept
	default:
	}
	return err
}

// patience is how long a server, and what it has started, may take to end after its client has gone, and again after it
// was asked to.
const patience = 2 * time.Second

// sweep ends a server whose client has left, and all that it has started: as the protocol has clients do it, they are
// waited for, asked to end, and killed.
func sweep(cmd *exec.Cmd, left, ended <-chan struct{}) {
	<-left
	select {
	case <-ended:
	case <-time.After(patience):
	}
	endGroup(cmd, ended, patience)
}

// lastWords is how long what a server has said may take to reach the client after the server has ended.
const lastWords = 5 * time.Second

// keeper is the daemon for as long as a server runs. One that has gone in the meantime is started anew.
type keeper struct {
	*daemon.Attached
	ctx   context.Context
	known control.Known

	mu    sync.Mutex
	leave func()
}

func (k *keeper) stay() { k.leave = stayAttached(k.ctx, k.Attached, func(control.Event) {}) }

func (k *keeper) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.leave()
}

// Scrub has the daemon scrub.
func (k *keeper) Scrub(ctx context.Context, r control.Scrub) (control.Scrubbed, error) {
	return again(k, func() (control.Scrubbed, error) { return k.Attached.Scrub(ctx, r) })
}

// Restore has the daemon restore.
func (k *keeper) Restore(ctx context.Context, r control.Restore) (control.Restored, error) {
	return again(k, func() (control.Restored, error) { return k.Attached.Restore(ctx, r) })
}

func again[Out any](k *keeper, ask func() (Out, error)) (Out, error) {
	out, err := ask()
	if !errors.Is(err, control.ErrNoDaemon) {
		return out, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.Hello(k.ctx); err != nil {
		return out, err
	}
	// What a new daemon does not know of this machine's secrets it could not scrub.
	if err := k.Known(k.ctx, k.known); err != nil {
		return out, err
	}
	k.leave()
	k.stay()
	return ask()
}
