package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

func serveCommand() *cobra.Command {
	var config, state, listen string
	var forEditor bool
	c := &cobra.Command{
		Use: "serve", Short: "Run the daemon in the foreground: proxy, vault and ledger", Args: cobra.NoArgs,
		Example: "  scrubjay serve\n  scrubjay serve --listen 127.0.0.1:7500 --config team.yaml",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := daemon.OpenState(state)
			if err != nil {
				return err
			}
			err = daemon.Run(c.Context(), daemon.Options{
				State: s, Config: config, Listen: listen, ForEditor: forEditor, Version: programVersion(), Log: newLog(),
				Ready: func(h control.Hello) {
					if h.Proxy.Listen != "" {
						fmt.Fprintf(c.OutOrStdout(), "scrubjay listens on %s, policy %s. Assistants: scrubjay env. Stop: Ctrl+C.\n", h.Proxy.Listen, h.Policy.Revision)
					}
				},
			})
			if errors.Is(err, daemon.ErrRunning) {
				return fmt.Errorf("%w (%s): scrubjay doctor shows it", err, s.Dir)
			}
			return err
		},
	}
	c.Flags().StringVar(&config, "config", "", "the configuration file instead of the usual one")
	c.Flags().StringVar(&state, "state", "", "the state directory instead of the usual one")
	c.Flags().StringVar(&listen, "listen", "", "address of the proxy (default "+daemon.DefaultListen+")")
	c.Flags().BoolVar(&forEditor, "for-editor", false, "live only while an editor is attached")
	_ = c.Flags().MarkHidden("for-editor") // it exists
	return c
}

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
