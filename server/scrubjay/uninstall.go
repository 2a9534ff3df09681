package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/service"
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
			s, failed := ownService()
			there := false
			if failed == nil { // else there can be none
				if there, _, err = s.Installed(); err != nil {
					return err
				}
			}
			if !yes {
				return wouldUninstall(c, state, s, there)
			}
			if there { // first, or it would start another daemon
				if err := removeService(c.Context(), c.OutOrStdout(), s); err != nil {
					return err
				}
			}
			return uninstall(c, state)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it, and lose what is named")
	return c
}

// wouldUninstall says what would be lost, and touches nothing.
func wouldUninstall(c *cobra.Command, state installation.State, s service.Service, there bool) error {
	out := c.OutOrStdout()
	lost, err := inFiles(c.Context(), state)
	if err != nil {
		return err
	}
	if lost > 0 {
		fmt.Fprintf(out, "%s behind REDACTED_ placeholders in your files would be lost: restore what you need first, in an editor\nor with scrubjay restore.\n", count(lost, "value"))
	}
	for _, a := range assistants.All {
		if _, err := os.Stat(filepath.Join(state.Assistants(), a.Name+".json")); err == nil {
			fmt.Fprintf(out, "%s: its settings would be taken back.\n", a.Title)
		}
	}
	if there {
		fmt.Fprintf(out, "The service in %s would end.\n", s.File)
	}
	fmt.Fprintf(out, "The ledger, the vault and the certificates in %s would be removed.\n", state.Dir)
	if err := ownStay(out); err != nil {
		return err
	}
	fmt.Fprintln(out, "Nothing was removed: scrubjay uninstall --yes does it.")
	return nil
}

// inFiles is how many values would be lost: the daemon knows if one runs, and else the vault is read.
func inFiles(ctx context.Context, state installation.State) (int, error) {
	socket, err := state.Socket()
	if err != nil {
		return 0, err
	}
	hello, err := control.Dial(socket).Hello(ctx)
	if !errors.Is(err, control.ErrNoDaemon) {
		return hello.InFiles, err
	}
	if _, err := os.Stat(filepath.Join(state.Dir, "vault.log")); err != nil {
		return 0, nil
	}
	v, err := redact.OpenVault(state.Dir)
	if err != nil {
		return 0, err
	}
	return v.InFiles(), v.Close()
}

// uninstall takes everything back. The daemon ends first, and none may start meanwhile.
func uninstall(c *cobra.Command, state installation.State) error {
	out := c.OutOrStdout()
	if err := endDaemon(c, state); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), stopLimit)
	defer cancel()
	release, err := state.Hold(ctx)
	if err != nil {
		return err
	}
	store := assistants.Store{Dir: state.Assistants()}
	for _, a := range assistants.All {
		r, err := a.Undo(store)
		if err != nil {
			return errors.Join(fmt.Errorf("nothing but assistants' settings was touched: %w", err), release())
		}
		if r.Changed {
			fmt.Fprintf(out, "%s: its settings are as they were, in %s\n", a.Title, r.File)
		}
	}
	if err := release(); err != nil { // before: Windows removes no file that is open
		return err
	}
	left, err := state.Remove()
	if err != nil {
		return err
	}
	if len(left) > 0 {
		fmt.Fprintf(out, "%s was left, with what is not Scrubjay's: %s\n", state.Dir, strings.Join(left, ", "))
	} else {
		fmt.Fprintf(out, "%s is removed.\n", state.Dir)
	}
	return ownStay(out)
}

// ownStay names the person's own settings, if there are any.
func ownStay(out io.Writer) error {
	paths, err := policy.DefaultPaths("")
	if err != nil {
		return err
	}
	if _, err := os.Stat(paths.User); err == nil {
		fmt.Fprintf(out, "%s stays: it is yours.\n", paths.User)
	}
	return nil
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
