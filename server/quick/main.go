// Command quick is what people who installed Scrubjay have on PATH as scrubjay. It answers scan, hook and version itself, in half of the time
// that the full program takes for its start alone, and hands everything else over to that (over.go): every other command, help,
// an organisation's policy, and a hook that no daemon of this version answers. It does so before it has read or written
// anything, so that nobody can tell which of the two answered.
package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

// version is set when a release is built; otherwise the build tells.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	c := ours(ctx, os.Args[1:])
	if c == nil {
		stop() // the full program has its own way with signals
		os.Exit(handOver())
	}
	root := command.Root()
	root.SetHelpFunc(func(*cobra.Command, []string) {
		stop()
		os.Exit(handOver())
	})
	root.AddCommand(c)
	code := command.Run(ctx, root, os.Args[1:])
	stop()
	os.Exit(code)
}

// ours is the command that a command line asks for, or nothing if it is for the full program.
func ours(ctx context.Context, args []string) *cobra.Command {
	switch {
	case len(args) == 1 && args[0] == "version":
		return command.PrintVersion(command.Version(version))
	case len(args) == 0 || args[0] != "scan" && args[0] != "hook":
		return nil
	}
	layers := ownLayers()
	switch {
	case layers == nil:
		return nil
	case args[0] == "scan":
		return command.Scan(command.Version(version), func(installation.State) (command.Settings, error) {
			if _, err := policy.EngineFor(layers.Wire()); err != nil {
				return nil, err
			}
			return layers.Editor, nil
		})
	case len(args) == 2 && slices.Contains(assistants.Events(), args[1]):
		return hook(ctx, layers)
	}
	return nil
}

// ownLayers are the settings of this machine, or nothing if an organisation has a say, whose bundle only the full program
// reads, or if something is wrong with them.
func ownLayers() *policy.Layers {
	paths, err := policy.DefaultPaths("")
	if err != nil {
		return nil
	}
	layers, err := policy.LoadSettings(paths)
	if err != nil || layers.Organisation() != nil {
		return nil
	}
	return layers
}

// hook is the command if a daemon is there that it can ask.
func hook(ctx context.Context, layers *policy.Layers) *cobra.Command {
	settings := layers.Wire()
	if len(settings.Rules.Files)+len(settings.Rules.Disable)+len(settings.InternalDomains) > 0 {
		if _, err := policy.EngineFor(settings); err != nil {
			return nil // the built-in rules, which no hook needs here, are always good
		}
	}
	state, err := installation.OpenState("")
	if err != nil {
		return nil
	}
	socket, err := state.Socket()
	if err != nil {
		return nil
	}
	daemon := control.Dial(socket)
	hello, err := daemon.Hello(ctx)
	if err != nil || len(hello.Missing()) > 0 {
		return nil
	}
	return command.Hook(command.HookOptions{
		Attach: func(context.Context) (command.Judge, control.Hello, error) { return daemon, hello, nil },
		Proxy: func(state installation.State, listen string) (assistants.Proxy, error) {
			return state.Pointed(settings, listen)
		},
	})
}
