package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

func uninstallCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "uninstall", Short: "Take everything back: assistants' settings, and all that is kept on this machine", Args: cobra.NoArgs,
		Long: `Uninstall ends the daemon, takes back what setup wrote into assistants' settings, and removes the state directory: token,
certificates, vault and ledger, and a service. It says first what would be lost, and does nothing without --yes. Close your editors before: they
start a daemon again. Your own config.yaml, the program and the editors' extensions are yours to remove.`,
		Example: "  scrubjay uninstall\n  scrubjay uninstall --yes",
		RunE: func(c *cobra.Command, _ []string) error {
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			s, failed := ownService()
			there := false
			if failed == nil { // else there can be none
				if there, _, err = s.Installed(); err != nil {
					return err
				}
			}
			if there && yes { // first, or it would start another daemon
				if err := removeService(c.Context(), out, s); err != nil {
					return err
				}
			}
			// The vault has one reader, so its daemon ends first; another start would do no harm.
			if err := endDaemon(c, state); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), stopLimit)
			defer cancel()
			release, err := state.Hold(ctx)
			if err != nil {
				return err
			}
			released := false
			defer func() {
				if !released {
					_ = release() // nothing was removed
				}
			}()
			store := assistants.Store{Dir: filepath.Join(state.Dir, "assistants")}
			lost := 0
			if _, err := os.Stat(filepath.Join(state.Dir, "vault.log")); err == nil {
				v, err := redact.OpenVault(state.Dir)
				if err != nil {
					return err
				}
				lost = v.InFiles()
				if err := v.Close(); err != nil {
					return err
				}
			}
			if lost > 0 {
				fmt.Fprintf(out, "%s behind REDACTED_ placeholders in your files would be lost: restore what you need first, in an editor\nor with scrubjay restore.\n", count(lost, "value"))
			}
			fmt.Fprintf(out, "The ledger, the vault and the certificates in %s would be removed.\n", state.Dir)
			if there && !yes {
				fmt.Fprintf(out, "The service in %s would end.\n", s.File)
			}
			if !yes {
				fmt.Fprintln(out, "Nothing was removed: scrubjay uninstall --yes does it.")
				return nil
			}
			for _, a := range assistants.All {
				r, err := a.Undo(store)
				if err != nil {
					return fmt.Errorf("nothing but assistants' settings was touched: %w", err)
				}
				if r.Changed {
					fmt.Fprintf(out, "%s: its settings are as they were, in %s\n", a.Title, r.File)
				}
			}
			released = true // Windows removes no file that is open
			if err := release(); err != nil {
				return err
			}
			left, err := state.Remove()
			if err != nil {
				return err
			}
			if len(left) > 0 {
				fmt.Fprintf(out, "%s was left, with what is not Scrubjay's: %s\n", state.Dir, strings.Join(left, ", "))
				return nil
			}
			fmt.Fprintf(out, "%s is removed.\n", state.Dir)
			return nil
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it, and lose what is named")
	return c
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
