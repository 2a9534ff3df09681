package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

func serveCommand() *cobra.Command {
	var config, state, listen string
	var forEditor, asService bool
	c := &cobra.Command{
		Use: "serve", Short: "Run the daemon in the foreground: proxy, vault and ledger", Args: cobra.NoArgs,
		Example: "  scrubjay serve\n  scrubjay serve --listen 127.0.0.1:7500 --config team.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := installation.OpenState(state)
			if err != nil {
				return err
			}
			run := func() error {
				return daemon.Run(c.Context(), daemon.Options{
					State: s, Config: config, Listen: cmp.Or(listen, installation.Meant("")), ForEditor: forEditor, Version: programVersion(), Log: newLog(),
					Ready: func(h control.Hello) {
						if h.Proxy.Listen != "" {
							fmt.Fprintf(c.OutOrStdout(), "scrubjay listens on %s, policy %s. Assistants: scrubjay env. Stop: Ctrl+C.\n", h.Proxy.Listen, h.Policy.Revision)
							if term.IsTerminal(int(os.Stdout.Fd())) { // somebody looks
								fmt.Fprintln(c.OutOrStdout(), "See what a vendor would get of anything you type: scrubjay try. What goes where: scrubjay console.")
							}
						}
						if h.Proxy.Instead != "" {
							fmt.Fprintf(c.OutOrStdout(), "This is not %s. What names that address has to be set up again: scrubjay doctor says what.\n", h.Proxy.Instead)
						}
					},
				})
			}
			if err = run(); asService {
				err = outlive(c.Context(), s, run, err)
			}
			if errors.Is(err, installation.ErrRunning) {
				return fmt.Errorf("%w (%s): scrubjay doctor shows it, scrubjay stop ends it", err, s.Dir)
			}
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "", "the configuration file instead of the usual one")
	c.Flags().StringVar(&state, "state", "", "the state directory instead of the usual one")
	c.Flags().StringVar(&listen, "listen", "", "address of the proxy (default $SCRUBJAY_LISTEN, else the setting listen, else "+installation.DefaultListen+" or where there is room)")
	c.Flags().BoolVar(&forEditor, "for-editor", false, "live only while an editor is attached")
	c.Flags().BoolVar(&asService, "service", false, "take the place of one that an editor started, when that ends")
	_ = c.Flags().MarkHidden("for-editor") // it exists
	_ = c.Flags().MarkHidden("service")    // so does this
	return c
}

// outlive waits for the daemon that is there, keeps it alive meanwhile, and takes its place when it has gone: at a login an editor may be
// faster than the service.
func outlive(ctx context.Context, s installation.State, run func() error, err error) error {
	socket, failed := s.Socket()
	if failed != nil {
		return failed
	}
	for errors.Is(err, installation.ErrRunning) {
		_ = control.Dial(socket).Events(ctx, func(control.Event) {}) // it ends with the other, or with us
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond): // it may not answer yet, or not have let its place go
		}
		err = run()
	}
	return err
}

func stopCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "End the daemon; the next program that needs one starts it", Args: cobra.NoArgs,
		Long: `Stop ends the daemon of this state directory. Answers that are under way get two seconds. Editors and assistants that are
still there start another when they need it; one that scrubjay serve ran stays ended.`,
		Example: "  scrubjay stop",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := installation.OpenState("")
			if err != nil {
				return err
			}
			return endDaemon(c, s)
		},
	}
}

// endDaemon ends the daemon of a state directory and waits until it is gone.
func endDaemon(c *cobra.Command, s installation.State) error {
	socket, err := s.Socket()
	if err != nil {
		return err
	}
	client := control.Dial(socket)
	hello, err := client.Hello(c.Context())
	if errors.Is(err, control.ErrNoDaemon) {
		fmt.Fprintln(c.OutOrStdout(), "no daemon is running")
		return nil
	}
	if err != nil {
		return err
	}
	if slices.Contains(hello.Features, "stop") {
		err = client.Stop(c.Context())
	} else { // an older one cannot be told
		err = endProcess(hello.PID)
	}
	if err != nil {
		return fmt.Errorf("process %d cannot be ended: %w", hello.PID, err)
	}
	ctx, cancel := context.WithTimeout(c.Context(), stopLimit)
	defer cancel()
	for {
		now, err := client.Hello(ctx)
		if errors.Is(err, control.ErrNoDaemon) && letGo(ctx, s) || err == nil && now.PID != hello.PID {
			fmt.Fprintf(c.OutOrStdout(), "the daemon has ended (process %d)\n", hello.PID)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("process %d was told to end and has not: end it yourself", hello.PID)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// letGo tells whether no daemon has a state directory any more. One that answers nobody may still write down what was under way.
func letGo(ctx context.Context, s installation.State) bool {
	soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	release, err := s.Hold(soon)
	return err == nil && release() == nil
}

// stopLimit is how long a daemon may take to end.
const stopLimit = 15 * time.Second

// newLog logs to standard error: standard output belongs to the protocol or to the person.
func newLog() *zap.Logger {
	config := zap.NewProductionConfig()
	config.Encoding = "console"
	config.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	config.Sampling = nil
	config.DisableStacktrace = true // a stack of ours can hold values in its arguments
	log, err := config.Build()
	if err != nil {
		return zap.NewNop()
	}
	return log
}
