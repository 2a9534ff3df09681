// Package service has the system start the daemon when the person logs in, and again when it fails, so that assistants that are set
// up find the proxy after a restart. It writes one file, in the form of the system at hand, and tells the system of it with the
// system's own program:
//
//	systemd.go  Linux: a unit of the person's own
//	launchd.go  macOS: an agent of the person's own
//	task.go     Windows: a task at logon, since a service would run as another account
//
// It runs as the person, with the person's own rights; nothing here needs an administrator.
package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// Machine is what a service depends on.
type Machine struct {
	System string // as runtime.GOOS
	Home   string
	// Program is what is started, by its whole path.
	Program string
	// Account is the person's id, or on Windows the name with its domain.
	Account string
	Getenv  func(string) string
}

// Service is how a system starts the daemon.
type Service struct {
	// File is where the definition stands.
	File string
	text []byte
	// within are the directories, the innermost first, that are there for definitions alone: with the last of them they go.
	within []string
	// start, stop and state are what the system is told and asked, one command after the other. Those of stop may fail: what they
	// end may not be there.
	start, stop, state [][]string
	// probe fails where the system's program is there, and starts nothing for this person.
	probe []string
	// absent says what is missing where the system's program is, and what to do instead.
	absent string
}

// ErrAbsent is wrapped by what fails because the system's program is not there or does not run.
var ErrAbsent = errors.New("the system starts nothing for you here")

// On is the service of a machine.
func On(m Machine) (Service, error) {
	switch m.System {
	case "linux":
		return systemd(m), nil
	case "darwin":
		return launchd(m), nil
	case "windows":
		return task(m), nil
	}
	return Service{}, fmt.Errorf("%w: on %s nobody has written how. Have scrubjay serve started when you log in", ErrAbsent, m.System)
}

// carried are the variables that a shell may have and a service would lack: where state and settings are, and the way out.
var carried = []string{
	"SCRUBJAY_STATE", "SCRUBJAY_CONFIG", "SCRUBJAY_LISTEN", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY",
	"https_proxy", "http_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
}

// environment are those that are set, by their names in order.
func (m Machine) environment() (pairs [][2]string) {
	names := slices.Clone(carried)
	slices.Sort(names)
	for _, name := range names {
		if value := m.Getenv(name); value != "" && !strings.ContainsAny(value, "\n\r\x00") {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	return pairs
}

// Installed says whether there is one, and whether it is the one that would be written now.
func (s Service) Installed() (there, current bool, err error) {
	text, err := os.ReadFile(s.File)
	if errors.Is(err, os.ErrNotExist) {
		return false, false, nil
	}
	return err == nil, string(text) == string(s.text), err
}

// Install writes the definition and has it started, now and at every login. What was there before is started anew.
func (s Service) Install(ctx context.Context) error {
	if err := s.Available(ctx); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.File), 0o700); err != nil {
		return err
	}
	// A way out may hold a password, so nobody else reads it.
	if err := rename.Durable(s.File, s.text, 0o600); err != nil {
		return err
	}
	for _, command := range s.stop {
		_, _ = run(ctx, command) // there may be nothing to end
	}
	for _, command := range s.start {
		if said, err := run(ctx, command); err != nil {
			return fmt.Errorf("%s was written, but %s failed: %s", s.File, strings.Join(command[:min(3, len(command))], " "), said)
		}
	}
	return nil
}

// Remove ends it and takes the definition away. It says whether there was one.
func (s Service) Remove(ctx context.Context) (bool, error) {
	there, _, err := s.Installed()
	if err != nil || !there {
		return false, err
	}
	for _, command := range s.stop {
		_, _ = run(ctx, command) // it may not run, or the system be gone
	}
	if err := os.Remove(s.File); err != nil {
		return true, err
	}
	for _, dir := range s.within {
		if os.Remove(dir) != nil {
			break // it holds what is not ours
		}
	}
	return true, nil
}

// State is what the system says of it, in its own words.
func (s Service) State(ctx context.Context) (string, error) {
	if err := s.Available(ctx); err != nil {
		return "", err
	}
	said := ""
	for _, command := range s.state {
		said, _ = run(ctx, command) // what is ended is told by an exit code, too
	}
	return said, nil
}

// Available says why the system starts nothing here, if it does not, before anything is touched.
func (s Service) Available(ctx context.Context) error {
	if _, err := exec.LookPath(s.start[0][0]); err != nil {
		return fmt.Errorf("%w: %s", ErrAbsent, s.absent)
	}
	if s.probe != nil {
		if said, err := run(ctx, s.probe); err != nil {
			return fmt.Errorf("%w: %s (%s)", ErrAbsent, s.absent, said)
		}
	}
	return nil
}

func run(ctx context.Context, command []string) (said string, err error) {
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
