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
			s, err := daemon.OpenState("")
			if err != nil {
				return err
			}
			d, err := daemon.Attach(s, "")
			if err != nil {
				return err
			}
			hello, err := d.Hello(c.Context())
			if err != nil {
				return err
			}
			if hello.Proxy.Listen == "" {
				return fmt.Errorf("the daemon runs without its proxy, so the assistant was not started: %s", hello.Proxy.Error)
			}
			// Being attached keeps a daemon alive that was started for this.
			attached, leave := context.WithCancel(context.WithoutCancel(c.Context())) // a signal is the assistant's business
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_ = d.Events(attached, func(control.Event) {}) // only held open; it ends with the assistant
			}()
			defer func() { leave(); <-gone }()
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
			args, env, err := e.through(args)
			if err != nil {
				return err
			}
			return runChild(args, env)
		},
	}
}

// runChild runs a program in our place: its terminal, its signals, its exit code. We live as long as it does.
func runChild(args, env []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, env
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		code := 127
		if errors.Is(err, fs.ErrPermission) {
			code = 126 // as shells say that it is there and cannot be run
		}
		return exitError{code: code, err: fmt.Errorf("%s could not be started: %w", args[0], err)}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if fromKeyboard(s) {
				continue // the terminal has sent it to the program too
			}
			_ = cmd.Process.Signal(s) // it may have ended just now
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
