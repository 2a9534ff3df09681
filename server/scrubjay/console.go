package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"

	"github.com/spf13/cobra"
)

func consoleCommand() *cobra.Command {
	var only bool
	c := &cobra.Command{
		Use: "console", Short: "Open the local page: live exchanges, what waits, policy, ledger", Args: cobra.NoArgs,
		Long: `Console prints an address of the daemon's own page, and opens it if this machine has a browser. The address works once, and for a
minute: afterwards that browser alone can read the page, until it or the daemon ends.`,
		Example: "  scrubjay console\n  scrubjay console --print",
		RunE: func(c *cobra.Command, _ []string) error {
			d, hello, err := attach(c.Context())
			if err != nil {
				return err
			}
			if !slices.Contains(hello.Features, "console") {
				return errors.New("the running daemon is older and has no console: scrubjay stop ends it, then run this again")
			}
			url, err := d.Console(c.Context())
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), url)
			if opener := browser(runtime.GOOS, os.Getenv); !only && opener != nil {
				if err := exec.Command(opener[0], append(opener[1:], url)...).Start(); err != nil {
					fmt.Fprintln(c.ErrOrStderr(), "no browser could be started: open the address in one")
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&only, "print", false, "only print the address, and open no browser")
	return c
}

// browser is the command that opens an address in the person's browser; nil where there is none.
func browser(system string, getenv func(string) string) []string {
	switch {
	case system == "darwin":
		return []string{"open"}
	case system == "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "":
		return []string{"xdg-open"}
	}
	return nil
}
