package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/screen"
)

func setupCommand() *cobra.Command {
	var undo bool
	var gateway string
	c := &cobra.Command{
		Use: "setup [ASSISTANT]", Short: "Point an assistant's own settings at the proxy, and take them back", Args: cobra.MaximumNArgs(1),
		Long: `Setup writes into an assistant's own settings where the proxy is, and nothing else: every other byte of the file
stays. --undo takes that back. Where settings are code, or kept in a store of the editor's, it prints what to put
there. Without a name it lists the assistants.

An assistant that has an address already, such as a company's gateway, goes on to reach that: it becomes a provider in
config.yaml, and --gateway says whose it is.`,
		Example: "  scrubjay setup                      list the assistants, and which are set up\n  scrubjay setup claude-code\n  scrubjay setup claude-code --undo\n  scrubjay setup codex --gateway private     keep the organisation's own gateway",
		RunE: func(c *cobra.Command, args []string) error {
			s, err := newSettler()
			if err != nil {
				return err
			}
			out := screen.New(c.OutOrStdout())
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
			return s.setup(out, a, gateway)
		},
	}
	for _, a := range assistants.All {
		c.ValidArgs = append(c.ValidArgs, cobra.CompletionWithDesc(a.Name, a.Title))
	}
	c.Flags().BoolVar(&undo, "undo", false, "take the settings back")
	c.Flags().StringVar(&gateway, "gateway", "", "whose the address is that stands there already: private (the organisation's own) or public (a vendor's)")
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
	state, err := installation.OpenState("")
	if err != nil {
		return s, err
	}
	s.store.Dir = state.Assistants()
	e, err := readEnvironment("", "")
	s.proxy = e.proxy()
	return s, err
}

func (s settler) list(out screen.Screen) error {
	for _, a := range assistants.All {
		st, err := a.Check(s.machine, s.store, s.proxy, "")
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
		fmt.Fprintf(out, "%-18s %-34s %s\n", a.Name, a.Title, says)
	}
	return nil
}

func (s settler) setup(out screen.Screen, a *assistants.Assistant, kind string) error {
	if kind != "" && kind != string(policy.Private) && kind != string(policy.Public) {
		return fmt.Errorf("--gateway is private (the organisation's own) or public (a vendor's), not %q", kind)
	}
	r, err := a.Setup(s.machine, s.store, s.proxy)
	for n := 0; err != nil; n++ {
		g, ok := errors.AsType[*assistants.Gateway](err)
		if !ok || g.URL == "" || n == 8 {
			return err
		}
		whose := kind
		if g.Local {
			whose = string(policy.Local)
		}
		if whose == "" {
			return fmt.Errorf("%w. Say whose it is, and it is kept: scrubjay setup %s --gateway private (the organisation's own) or --gateway public (a vendor's)", err, a.Name)
		}
		if err := s.keep(out, g, whose); err != nil {
			return err
		}
		e, err2 := readEnvironment("", "")
		if err2 != nil {
			return err2
		}
		s.proxy = e.proxy()
		r, err = a.Setup(s.machine, s.store, s.proxy)
	}
	switch {
	case r.Steps != "":
		fmt.Fprint(out, r.Steps)
		out.Note("Nothing was written: this is yours to do. Not covered: " + a.Uncovered)
		return nil
	case r.Changed:
		out.Good(a.Title + " sends its requests to the proxy: " + r.File)
	default:
		out.Good(a.Title + " was set up already: " + r.File)
	}
	for _, note := range r.Notes {
		out.Note("  " + note)
	}
	out.Note("  it reaches its vendor only while the proxy runs: scrubjay serve, or an editor with Scrubjay in it")
	out.Note("  scrubjay doctor proves it; scrubjay setup " + a.Name + " --undo takes it back")
	return nil
}

// keep makes a gateway a provider of its own, in the person's settings.
func (s settler) keep(out screen.Screen, g *assistants.Gateway, kind string) error {
	paths, err := policy.DefaultPaths("")
	if err != nil {
		return err
	}
	name := g.Provider()
	for n := 2; s.proxy.Addresses[name] != ""; n++ {
		name = fmt.Sprintf("%s-%d", g.Provider(), n)
	}
	undo, err := assistants.AddProvider(paths.User, name, g.Format, g.URL, kind)
	if err != nil {
		return fmt.Errorf("%w. Write it there yourself, and then do this again: providers: {%s: {format: %s, url: %q, kind: %s}}", err, name, g.Format, g.URL, kind)
	}
	if _, err := policy.LoadSettings(paths); err != nil {
		return errors.Join(err, undo())
	}
	out.Good(fmt.Sprintf("%s is kept as the provider %s (%s), in %s", g.URL, name, kind, paths.User))
	return nil
}

func (s settler) undo(out screen.Screen, a *assistants.Assistant) error {
	r, err := a.Undo(s.store)
	switch {
	case err != nil:
		return err
	case r.File == "":
		out.Note(a.Title + " was not set up: there is nothing to take back")
	case r.Changed:
		out.Good(a.Title + " is as it was: " + r.File)
	default:
		out.Good("nothing of ours was left in " + r.File)
	}
	return nil
}
