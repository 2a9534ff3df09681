// Package command is what the full program and the small one have in common: how a command line is taken and an error told
// (this file), and the commands that both have, scan (scan.go) and hook (hook.go). What they need and only the full program
// can make, each is given.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Exit ends the program with a code of its own. Its message, if it has one, is for the person.
type Exit struct {
	Code int
	Err  error
}

func (e Exit) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Root is the program without its commands.
func Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "scrubjay",
		Short: "Keeps secrets and people's data on this machine while you code with AI",
		Long: `Scrubjay shows how sensitive text is while you type it, redacts it in one click, and scrubs every
completion request on this machine before a vendor sees it. The answer comes back with the real values.`,
		Example:       "  scrubjay demo                  see it work, without any account\n  scrubjay run -- claude         run an assistant through the proxy\n  scrubjay scan .                look for secrets in a directory",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		what, _, _ := strings.Cut(err.Error(), ": strconv.") // Go's words for what is no number
		return fmt.Errorf("%s: see %s --help", what, c.CommandPath())
	})
	// Cobra's own flag would want a template, which costs what package console says.
	root.Flags().BoolP("version", "v", false, "version for scrubjay")
	return root
}

// Run runs the command that a command line names, tells what went wrong, and answers with the exit code.
func Run(ctx context.Context, root *cobra.Command, args []string) int {
	strict(root)
	if slices.Equal(args, []string{"--version"}) || slices.Equal(args, []string{"-v"}) {
		args = []string{"version"}
	}
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	var exit Exit
	if errors.As(err, &exit) {
		if exit.Err != nil {
			fmt.Fprintln(os.Stderr, "scrubjay:", exit.Err)
		}
		return exit.Code
	}
	if err != nil {
		text := err.Error()
		switch { // what cobra words
		case strings.HasPrefix(text, "if any flags in the group"):
			text = strings.Join(flagsIn(text[strings.LastIndex(text, "["):]), " and ") + " do not go together: see " + c.CommandPath() + " --help"
		case strings.HasPrefix(text, "at least one of the flags in the group"):
			text = "it takes one of " + strings.Join(flagsIn(text), ", ") + ": see " + c.CommandPath() + " --help"
		case strings.HasPrefix(text, "required flag(s)") || c == root && strings.HasPrefix(text, "unknown command"):
			text = strings.TrimSpace(text) + ": see " + c.CommandPath() + " --help"
		}
		fmt.Fprintln(os.Stderr, "scrubjay:", text)
		return 2
	}
	return 0
}

// flagsIn are the flags that a message of cobra's lists in brackets.
func flagsIn(text string) []string {
	_, list, _ := strings.Cut(text, "[")
	list, _, _ = strings.Cut(list, "]")
	flags := strings.Fields(list)
	for i, name := range flags {
		flags[i] = "--" + name
	}
	return flags
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
	if strings.TrimSuffix(c.UseLine(), " [flags]") == c.CommandPath() {
		return fmt.Errorf("%s takes no arguments: see %s --help", c.CommandPath(), c.CommandPath())
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

// Version is the one that a release was built with; otherwise the build tells.
func Version(released string) string {
	if released != "" {
		return released
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// PrintVersion is the command.
func PrintVersion(version string) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Example: "  scrubjay version",
		Run:     func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "scrubjay", version) },
	}
}
