package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

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
			attached, leave := context.WithCancel(c.Context())
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
			env, err := e.forProgram(args[0])
			if err != nil {
				return err
			}
			return runChild(c.Context(), args, env)
		},
	}
}

// runChild runs a program in our place: its terminal, its signals, its exit code.
func runChild(ctx context.Context, args, env []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitError{code: max(exit.ExitCode(), 1)}
	case err != nil:
		return exitError{code: 127, err: fmt.Errorf("%s could not be started: %w", args[0], err)}
	}
	return nil
}
