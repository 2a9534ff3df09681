package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/demo"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "See the main job done, on an embedded stand-in vendor", Args: cobra.NoArgs,
		Long: `Demo makes a sample workspace with values made up on the spot, opens it through the real language server,
sends a streamed chat and a tool-calling turn through the real proxy to a stand-in vendor on this machine, and
shows what was typed, what the editor shows, what the vendor saw and what came back. Nothing of your own is
touched. It exits with 1 if anything that Scrubjay promises did not hold.`,
		Example: "  scrubjay demo",
		RunE: func(c *cobra.Command, _ []string) error {
			err := demo.Run(c.Context(), c.OutOrStdout())
			var broken demo.Broken
			if errors.As(err, &broken) {
				return command.Exit{Code: 1, Err: broken}
			}
			return err
		},
	}
}
