package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/joho/godotenv"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/pointer"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func runCommand() *cobra.Command {
	var envFiles []string
	c := &cobra.Command{
		Use: "run -- COMMAND...", Short: "Run an assistant through the proxy", Args: cobra.MinimumNArgs(1),
		Long: `Run starts a program so that its requests go through the proxy. Where a variable of its environment is a pointer, such as
op://Private/shop/password, the program gets the value from the store instead, and nobody else does.`,
		Example: "  scrubjay run -- claude\n  scrubjay run -- python agent.py\n  scrubjay run --env-file .env -- npm start",
		RunE: func(c *cobra.Command, args []string) error {
			if address := os.Getenv(relayVariable); address != "" {
				return runThroughRelay(c, address, args, envFiles)
			}
			d, hello, err := attach(c.Context())
			if err != nil {
				return err
			}
			if hello.Proxy.Listen == "" {
				return fmt.Errorf("the daemon runs without its proxy, so the assistant was not started: %s", hello.Proxy.Error)
			}
			var masked tally
			leave := stayAttached(c.Context(), d, masked.count)
			defer leave()
			folder, err := os.Getwd()
			if err != nil {
				return err
			}
			child, resolved, err := childEnvironment(c.Context(), folder, envFiles)
			if err != nil {
				return fmt.Errorf("%s was not started: %w", filepath.Base(args[0]), err)
			}
			if len(resolved) > 0 && slices.Contains(hello.Missing(), "pointers") {
				return fmt.Errorf("%s was not started: the running daemon is older, and would not look for what the pointers name. scrubjay stop ends it", filepath.Base(args[0]))
			}
			// Before the assistant can send them: the secrets of its environment and of the folder it works in.
			if err := d.Known(c.Context(), control.Known{Folders: []string{folder}, Environment: child, Resolved: resolved}); err != nil {
				return err
			}
			e, err := readEnvironment("", "")
			if err != nil {
				return err
			}
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			l := launch{environment: e, state: state, folder: folder, child: child, say: c.ErrOrStderr()}
			defer l.end()
			args, env, err := l.through(args)
			if err != nil {
				return err
			}
			if len(hello.Used) == 0 && term.IsTerminal(int(os.Stderr.Fd())) { // the first time, and somebody looks
				fmt.Fprintf(c.ErrOrStderr(), "scrubjay: what %s sends is scrubbed on this machine first. See how: scrubjay try; what was sent: scrubjay console\n", filepath.Base(args[0]))
			}
			err = runChild(args, env)
			leave()
			if term.IsTerminal(int(os.Stderr.Fd())) { // a script has no use for it
				masked.say(c.ErrOrStderr())
			}
			return err
		},
	}
	c.Flags().StringArrayVar(&envFiles, "env-file", nil, "a file of NAME=value lines for the program's environment, before those that it has; several count in their order")
	return c
}

// childEnvironment is the program's: ours with what the files say, and values instead of the pointers to them, which are told
// besides.
func childEnvironment(ctx context.Context, folder string, files []string) (environment []string, resolved map[string][]byte, err error) {
	environment = os.Environ()
	for _, file := range files {
		said, err := godotenv.Read(file)
		if err != nil {
			return nil, nil, unreadableEnvironment(file, err)
		}
		for _, name := range slices.Sorted(maps.Keys(said)) {
			environment = slices.DeleteFunc(environment, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
			environment = append(environment, name+"="+said[name])
		}
	}
	return pointer.Machine{Folder: folder}.Resolved(ctx, environment)
}

// unreadableEnvironment says why a file cannot be read. What is wrong with a line may be said with the line, which may hold a secret.
func unreadableEnvironment(file string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s cannot be read: %w", file, path.Err)
	}
	return fmt.Errorf("%s has a line that is not NAME=value", file)
}

// attach finds the daemon of this state, or starts it.
func attach(ctx context.Context) (*daemon.Attached, control.Hello, error) {
	s, err := installation.OpenState("")
	if err != nil {
		return nil, control.Hello{}, err
	}
	d, err := daemon.Attach(s, "")
	if err != nil {
		return nil, control.Hello{}, err
	}
	hello, err := d.Hello(ctx)
	return d, hello, err
}

// tally is what the proxy kept back while a program ran.
type tally struct {
	values    map[string]bool // by fingerprint
	providers map[string]bool
	stopped   int
}

func (t *tally) count(e control.Event) {
	if e.Kind != "exchange" {
		return
	}
	if e.Verdict == policy.Forbid.String() {
		t.stopped++
		return
	}
	if t.values == nil {
		t.values, t.providers = map[string]bool{}, map[string]bool{}
	}
	for _, f := range e.Fingerprints {
		t.values[f], t.providers[e.Provider] = true, true
	}
}

// say is one quiet line at the end, if there is something to say.
func (t *tally) say(w io.Writer) {
	var parts []string
	switch n := len(t.values); {
	case n == 1:
		parts = append(parts, "1 value went out as a placeholder, to "+strings.Join(slices.Sorted(maps.Keys(t.providers)), ", "))
	case n > 1:
		parts = append(parts, fmt.Sprintf("%d values went out as placeholders, to %s", n, strings.Join(slices.Sorted(maps.Keys(t.providers)), ", ")))
	}
	switch {
	case t.stopped == 1:
		parts = append(parts, "1 request was not sent")
	case t.stopped > 1:
		parts = append(parts, fmt.Sprintf("%d requests were not sent", t.stopped))
	}
	if len(parts) > 0 {
		fmt.Fprintf(w, "scrubjay: meanwhile %s. See: scrubjay console\n", strings.Join(parts, "; "))
	}
}

// stayAttached keeps a daemon alive that was started for us, until leave is called; it may be called again.
func stayAttached(ctx context.Context, d *daemon.Attached, event func(control.Event)) (leave func()) {
	attached, cancel := context.WithCancel(context.WithoutCancel(ctx)) // a signal is the program's business
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = d.Events(attached, event) // it ends with the program
	}()
	return func() { cancel(); <-gone }
}

// runChild runs a program in our place: its terminal, its signals, its exit code. We live as long as it does.
func runChild(args, env []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, env
	return attend(cmd, func(s os.Signal) {
		if !fromKeyboard(s) { // the terminal has sent those to the program too
			_ = cmd.Process.Signal(s) // it may have ended just now
		}
	}, func() {})
}

// attend runs a program, hands signals on to it, and ends as it does. started is called when it runs.
func attend(cmd *exec.Cmd, hand func(os.Signal), started func()) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		code := 127
		if errors.Is(err, fs.ErrPermission) {
			code = 126 // as shells say that it is there and cannot be run
		}
		return command.Exit{Code: code, Err: fmt.Errorf("%s could not be started: %w", cmd.Args[0], err)}
	}
	started()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			hand(s)
		case err := <-ended:
			var exit *exec.ExitError
			if err == nil || !errors.As(err, &exit) {
				return err
			}
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				return command.Exit{Code: 128 + int(status.Signal())}
			}
			return command.Exit{Code: exit.ExitCode()}
		}
	}
}

// fromKeyboard tells whether a signal is one that a terminal sends to everybody in the foreground.
func fromKeyboard(s os.Signal) bool {
	terminal := term.IsTerminal(int(os.Stdin.Fd())) || term.IsTerminal(int(os.Stdout.Fd())) || term.IsTerminal(int(os.Stderr.Fd()))
	return terminal && (s == os.Interrupt || s == syscall.SIGQUIT)
}
