package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

func runCommand() *cobra.Command {
	return &cobra.Command{
		Use: "run -- COMMAND...", Short: "Run an assistant through the proxy", Args: cobra.MinimumNArgs(1),
		Example: "  scrubjay run -- claude\n  scrubjay run -- python agent.py",
		RunE: func(c *cobra.Command, args []string) error {
			d, hello, err := attach(c.Context())
			if err != nil {
				return err
			}
			if hello.Proxy.Listen == "" {
				return fmt.Errorf("the daemon runs without its proxy, so the assistant was not started: %s", hello.Proxy.Error)
			}
			defer stayAttached(c.Context(), d)()
			// Before the assistant can send them: the secrets of its environment and of the folder it works in.
			folder, err := os.Getwd()
			if err != nil {
				return err
			}
			if err := d.Known(c.Context(), control.Known{Folders: []string{folder}, Environment: os.Environ()}); err != nil {
				return err
			}
			e, err := readEnvironment()
			if err != nil {
				return err
			}
			state, err := daemon.OpenState("")
			if err != nil {
				return err
			}
			l := launch{environment: e, state: state, folder: folder, say: c.ErrOrStderr()}
			defer l.end()
			args, env, err := l.through(args)
			if err != nil {
				return err
			}
			return runChild(args, env)
		},
	}
}

// attach finds the daemon of this state, or starts it.
func attach(ctx context.Context) (*daemon.Attached, control.Hello, error) {
	s, err := daemon.OpenState("")
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

// stayAttached keeps a daemon alive that was started for us, until leave is called.
func stayAttached(ctx context.Context, d *daemon.Attached) (leave func()) {
	attached, cancel := context.WithCancel(context.WithoutCancel(ctx)) // a signal is the program's business
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = d.Events(attached, func(control.Event) {}) // only held open; it ends with the program
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
		return exitError{code: code, err: fmt.Errorf("%s could not be started: %w", cmd.Args[0], err)}
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
				return exitError{code: 128 + int(status.Signal())}
			}
			return exitError{code: exit.ExitCode()}
		}
	}
}

// fromKeyboard tells whether a signal is one that a terminal sends to everybody in the foreground.
func fromKeyboard(s os.Signal) bool {
	terminal := term.IsTerminal(int(os.Stdin.Fd())) || term.IsTerminal(int(os.Stdout.Fd())) || term.IsTerminal(int(os.Stderr.Fd()))
	return terminal && (s == os.Interrupt || s == syscall.SIGQUIT)
}
