package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/service"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func serviceCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "service", Short: "Have the system start the daemon when you log in",
		Example: "  scrubjay service install\n  scrubjay service status",
		Long: `Assistants that are set up find no proxy after a restart until an editor or scrubjay run starts the daemon. As a service it is
there when you log in, and again when it fails. It runs as you: a unit of systemd's for you on Linux, an agent of launchd's on macOS, a task at
logon on Windows.`,
	}
	c.AddCommand(&cobra.Command{
		Use: "install", Short: "Start the daemon now and at every login", Args: cobra.NoArgs, Example: "  scrubjay service install",
		Long: `Install writes the service and starts it. Run it again after the program was moved, or when variables such as HTTPS_PROXY or
SCRUBJAY_STATE have changed: the service has those of the shell in which it was installed.`,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := ownService()
			if err != nil {
				return err
			}
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			if err := s.Available(c.Context()); err != nil {
				return err
			}
			// One that an editor started gives its place up, so that what runs is the program that is installed.
			if err := endDaemon(c, state); err != nil {
				return err
			}
			if err := s.Install(c.Context()); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is written, and the daemon starts when you log in\n", s.File)
			d, err := daemon.Attach(state, "")
			if err != nil {
				return err
			}
			hello, err := d.Hello(c.Context())
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "the proxy listens on %s (process %d)\n", hello.Proxy.Listen, hello.PID)
			}
			return err
		},
	}, &cobra.Command{
		Use: "status", Short: "Say whether there is a service, and what runs", Args: cobra.NoArgs, Example: "  scrubjay service status",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := ownService()
			if err != nil {
				return err
			}
			return serviceStatus(c.Context(), c.OutOrStdout(), s)
		},
	}, &cobra.Command{
		Use: "remove", Short: "End the service; the daemon starts when somebody needs it", Args: cobra.NoArgs, Example: "  scrubjay service remove",
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := ownService()
			if err != nil {
				return err
			}
			return removeService(c.Context(), c.OutOrStdout(), s)
		},
	})
	return c
}

func removeService(ctx context.Context, out io.Writer, s service.Service) error {
	was, err := s.Remove(ctx)
	switch {
	case err != nil:
		return err
	case !was:
		fmt.Fprintln(out, "no service is installed")
	default:
		fmt.Fprintf(out, "the service has ended, and %s is removed\n", s.File)
	}
	return nil
}

func serviceStatus(ctx context.Context, out io.Writer, s service.Service) error {
	there, current, err := s.Installed()
	switch {
	case err != nil:
		return err
	case !there:
		fmt.Fprintln(out, "no service is installed: scrubjay service install")
	case !current:
		fmt.Fprintf(out, "%s is of another place of the program or another environment: scrubjay service install writes it anew\n", s.File)
	default:
		fmt.Fprintf(out, "%s is installed\n", s.File)
	}
	if there {
		said, err := s.State(ctx)
		if err != nil {
			said = err.Error()
		}
		for line := range strings.Lines(said) {
			fmt.Fprintf(out, "  %s\n", strings.TrimSpace(line))
		}
	}
	state, err := installation.OpenState("")
	if err != nil {
		return err
	}
	socket, err := state.Socket()
	if err != nil {
		return err
	}
	hello, err := control.Dial(socket).Hello(ctx)
	switch {
	case errors.Is(err, control.ErrNoDaemon):
		fmt.Fprintln(out, "no daemon is running")
		err = nil
	case err == nil:
		fmt.Fprintf(out, "a daemon runs: %s, process %d, the proxy on %s\n", hello.Program, hello.PID, hello.Proxy.Listen)
	}
	if err == nil && !there {
		return command.Exit{Code: 1}
	}
	return err
}

// ownService is that of this machine and this program.
func ownService() (service.Service, error) {
	m := service.Machine{System: runtime.GOOS, Getenv: os.Getenv}
	var err error
	if m.Home, err = os.UserHomeDir(); err != nil {
		return service.Service{}, fmt.Errorf("a service belongs to somebody's home directory: %w", err)
	}
	if m.Program, err = installation.Self(); err != nil {
		return service.Service{}, err
	}
	if strings.Contains(filepath.ToSlash(m.Program), "/_npx/") {
		return service.Service{}, errors.New("npx keeps this program for a while only: install it first, with npm install -g scrubjay")
	}
	if m.Account = fmt.Sprint(os.Getuid()); runtime.GOOS == "windows" {
		who, err := user.Current()
		if err != nil {
			return service.Service{}, err
		}
		m.Account = who.Username
	}
	return service.On(m)
}
