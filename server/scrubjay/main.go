// Command scrubjay keeps what is sensitive on this machine: a language server for editors and a proxy for
// AI assistants. One small file per command; what they do is in internal/.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set when a release is built; otherwise the build tells.
var version = ""

// exitError ends the program with a code of its own. Its message, if it has one, is for the person.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.InitDefaultCompletionCmd()
	strict(root)
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	var exit exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			fmt.Fprintln(os.Stderr, "scrubjay:", exit.err)
		}
		return exit.code
	}
	if err != nil {
		text := err.Error()
		if strings.HasPrefix(text, "required flag(s)") || c == root && strings.HasPrefix(text, "unknown command") { // which cobra words
			text = strings.TrimSpace(text) + ": see " + c.CommandPath() + " --help"
		}
		fmt.Fprintln(os.Stderr, "scrubjay:", text)
		return 2
	}
	return 0
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "scrubjay",
		Short: "Keeps secrets and people's data on this machine while you code with AI",
		Long: `Scrubjay shows how sensitive text is while you type it, redacts it in one click, and scrubs every
completion request on this machine before a vendor sees it. The answer comes back with the real values.`,
		Version:       programVersion(),
		Example:       "  scrubjay demo                  see it work, without any account\n  scrubjay run -- claude         run an assistant through the proxy\n  scrubjay scan .                look for secrets in a directory",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		what, _, _ := strings.Cut(err.Error(), ": strconv.") // Go's words for what is no number
		return fmt.Errorf("%s: see %s --help", what, c.CommandPath())
	})
	root.AddCommand(
		lspCommand(), serveCommand(), stopCommand(), envCommand(), runCommand(), setupCommand(), scanCommand(), redactCommand(), restoreCommand(),
		policyCommand(), auditCommand(), rulesCommand(), demoCommand(), tryCommand(), doctorCommand(), secretCommand(), reviewCommand(), pauseCommand(), resumeCommand(), consoleCommand(), incidentCommand(), mcpCommand(), hookCommand(), relayCommand(), attestCommand(), serviceCommand(), upgradeCommand(), uninstallCommand(), licensesCommand(), manCommand(), versionCommand(),
	)
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	return root
}

// strict has a command that only holds others refuse a word that is none of them: cobra shows help then, and a script
// would take that for success.
func strict(c *cobra.Command) {
	for _, sub := range c.Commands() {
		strict(sub)
	}
	if takes := c.Args; takes != nil && c.Runnable() {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := takes(c, args); err != nil {
				return wrongArguments(c, args)
			}
			return nil
		}
	}
	if c.Runnable() || !c.HasSubCommands() || !c.HasParent() {
		return
	}
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return unknownWord(c, args[0])
	}
}

// wrongArguments says how a command is written.
func wrongArguments(c *cobra.Command, args []string) error {
	if c.HasSubCommands() && len(args) > 0 {
		return unknownWord(c, args[0])
	}
	example, _, _ := strings.Cut(strings.TrimSpace(c.Example), "\n")
	example, _, _ = strings.Cut(example, "   ") // behind which it says what it does
	return fmt.Errorf("it is written %s, such as %s: see %s --help", strings.TrimSuffix(c.UseLine(), " [flags]"), example, c.CommandPath())
}

func unknownWord(c *cobra.Command, word string) error {
	hint := ""
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(word); len(near) > 0 {
		hint = "did you mean " + near[0] + "? "
	}
	return fmt.Errorf("unknown command %q for %s: %ssee %s --help", word, c.CommandPath(), hint, c.CommandPath())
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Example: "  scrubjay version",
		Run:     func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "scrubjay", programVersion()) },
	}
}

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
