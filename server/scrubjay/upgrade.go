package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

// releases is where newer versions are announced. Nothing here asks it: a program that keeps secrets phones nobody.
const releases = "https://github.com/scrubjay-dev/scrubjay/releases"

func upgradeCommand() *cobra.Command {
	check := false
	c := &cobra.Command{
		Use: "upgrade --check", Short: "Say what is installed, and how to get what is newer", Args: cobra.NoArgs,
		Long: `Upgrade says which version this is, how it came here, whether the running daemon is another one, and how to install a newer one. It asks
nobody, and changes nothing: whoever installed the program replaces it.`,
		Example: "  scrubjay upgrade --check",
		RunE: func(c *cobra.Command, _ []string) error {
			if !check {
				return errors.New("this program does not replace itself: scrubjay upgrade --check says how it is done")
			}
			out := c.OutOrStdout()
			self, err := installation.Self()
			if err != nil {
				return err
			}
			if real, err := filepath.EvalSymlinks(self); err == nil {
				self = real
			}
			by, how := installedBy(filepath.ToSlash(self))
			fmt.Fprintf(out, "scrubjay %s, %s, in %s\n", programVersion(), by, self)
			fmt.Fprintf(out, "newer versions are announced at %s: %s\n", releases, how)
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			socket, err := state.Socket()
			if err != nil {
				return err
			}
			hello, err := control.Dial(socket).Hello(c.Context())
			switch {
			case errors.Is(err, control.ErrNoDaemon):
				return nil
			case err != nil:
				return err
			case hello.Program != programVersion():
				fmt.Fprintf(out, "the running daemon is %s: scrubjay stop ends it, and the next program that needs one starts this version\n", hello.Program)
			}
			if wanted := hello.Policy.Outdated; wanted != "" {
				fmt.Fprintf(out, "your organisation's policy asks for %s at least: until then nothing goes to public vendors\n", wanted)
				return command.Exit{Code: 1}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&check, "check", false, "say it")
	return c
}

// installedBy says how a program came where it is, and how a newer one does.
func installedBy(self string) (by, how string) {
	for _, place := range []struct{ has, by, how string }{
		{"/node_modules/", "from npm", "npm install -g scrubjay@latest"},
		{"/Cellar/", "from Homebrew", "brew upgrade scrubjay"},
		{"/scoop/", "from Scoop", "scoop update scrubjay"},
		{"/WinGet/", "from winget", "winget upgrade scrubjay"},
		{"/extensions/", "from an editor's extension", "update the extension"},
	} {
		if strings.Contains(self, place.has) {
			return place.by, place.how
		}
	}
	if strings.HasPrefix(self, "/usr/bin/") || strings.HasPrefix(self, "/usr/lib/") {
		return "from a package of the system", "install the newer .deb or .rpm"
	}
	return "from an archive or built here", "run install.sh again, or put the newer program in its place, then scrubjay stop"
}
