package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
)

func setupCommand() *cobra.Command {
	var undo bool
	c := &cobra.Command{
		Use: "setup [ASSISTANT]", Short: "Point an assistant's own settings at the proxy, and take them back", Args: cobra.MaximumNArgs(1),
		Long: `Setup writes into an assistant's own settings where the proxy is, and nothing else: every other byte of the file
stays. --undo takes that back. Where settings are code, or kept in a store of the editor's, it prints what to put
there. Without a name it lists the assistants.`,
		Example: "  scrubjay setup                      list the assistants, and which are set up\n  scrubjay setup claude-code\n  scrubjay setup claude-code --undo",
		RunE: func(c *cobra.Command, args []string) error {
			s, err := newSettler()
			if err != nil {
				return err
			}
			out := newScreen(c.OutOrStdout())
			if len(args) == 0 {
				if undo {
					return errors.New("say which assistant's settings to take back: scrubjay setup lists them")
				}
				return s.list(out)
			}
			a, err := assistants.Named(args[0])
			if err != nil {
				return err
			}
			if undo {
				return s.undo(out, a)
			}
			return s.setup(out, a)
		},
	}
	for _, a := range assistants.All {
		c.ValidArgs = append(c.ValidArgs, cobra.CompletionWithDesc(a.Name, a.Title))
	}
	c.Flags().BoolVar(&undo, "undo", false, "take the settings back")
	return c
}

// settler is what setup and doctor need of this installation.
type settler struct {
	machine assistants.Machine
	store   assistants.Store
	proxy   assistants.Proxy
}

func newSettler() (s settler, err error) {
	if s.machine, err = assistants.ThisMachine(); err != nil {
		return s, err
	}
	state, err := daemon.OpenState("")
	if err != nil {
		return s, err
	}
	s.store.Dir = filepath.Join(state.Dir, "assistants")
	e, err := readEnvironment()
	s.proxy = e.proxy()
	return s, err
}

func (s settler) list(out screen) error {
	for _, a := range assistants.All {
		st, err := a.Check(s.machine, s.store, s.proxy)
		says := "not set up"
		switch {
		case err != nil:
			says = err.Error()
		case st.Unreachable:
			says = "cannot be scrubbed"
		case st.Steps:
			says = "by hand: scrubjay setup " + a.Name + " says how"
		case len(st.Wrong) > 0:
			says = "set up, and wrong: " + strings.Join(st.Wrong, "; ")
		case st.SetUp:
			says = "set up in " + st.File
		}
		fmt.Fprintf(out.out, "%-18s %-34s %s\n", a.Name, a.Title, says)
	}
	return nil
}

func (s settler) setup(out screen, a *assistants.Assistant) error {
	r, err := a.Setup(s.machine, s.store, s.proxy)
	if err != nil {
		return err
	}
	switch {
	case r.Steps != "":
		fmt.Fprint(out.out, r.Steps)
		out.note("Nothing was written: this is yours to do. Not covered: " + a.Uncovered)
		return nil
	case r.Changed:
		out.good(a.Title + " sends its requests to the proxy: " + r.File)
	default:
		out.good(a.Title + " was set up already: " + r.File)
	}
	for _, note := range r.Notes {
		out.note("  " + note)
	}
	out.note("  it reaches its vendor only while the proxy runs: scrubjay serve, or an editor with Scrubjay in it")
	out.note("  scrubjay doctor proves it; scrubjay setup " + a.Name + " --undo takes it back")
	return nil
}

func (s settler) undo(out screen, a *assistants.Assistant) error {
	r, err := a.Undo(s.store)
	switch {
	case err != nil:
		return err
	case r.File == "":
		out.note(a.Title + " was not set up: there is nothing to take back")
	case r.Changed:
		out.good(a.Title + " is as it was: " + r.File)
	default:
		out.good("nothing of ours was left in " + r.File)
	}
	return nil
}
