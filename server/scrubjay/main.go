// Command scrubjay keeps what is sensitive on this machine: a language server for editors and a proxy for
// AI assistants. One small file per command; what they do is in internal/. It is the full program: server/quick is the small one
// that answers scan and hook sooner, and starts this one for all else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

// version is set when a release is built; otherwise the build tells.
var version = ""

func programVersion() string { return command.Version(version) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.InitDefaultCompletionCmd()
	return command.Run(ctx, root, args)
}

func newRoot() *cobra.Command {
	root := command.Root()
	root.AddCommand(
		lspCommand(), serveCommand(), stopCommand(), envCommand(), runCommand(), setupCommand(), scanCommand(), redactCommand(), restoreCommand(),
		policyCommand(), auditCommand(), rulesCommand(), demoCommand(), tryCommand(), doctorCommand(), secretCommand(), reviewCommand(), pauseCommand(), resumeCommand(), consoleCommand(), incidentCommand(), mcpCommand(), hookCommand(), relayCommand(), attestCommand(), serviceCommand(), upgradeCommand(), uninstallCommand(), licensesCommand(), manCommand(), command.PrintVersion(programVersion()),
	)
	return root
}
