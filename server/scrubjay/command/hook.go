package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// Git's hooks, as git calls them.
const hookPreCommit, hookCommitMessage = "pre-commit", "commit-msg"

// Judge is the daemon, as far as a hook asks it.
type Judge interface {
	Known(ctx context.Context, k control.Known) error
	Judge(ctx context.Context, j control.Judge) (control.Judged, error)
}

// HookOptions are what hook needs of its program.
type HookOptions struct {
	// Attach finds the daemon, and says what it can do.
	Attach func(ctx context.Context) (Judge, control.Hello, error)
	// Proxy is what assistants are pointed at; listen is where the daemon says that it listens.
	Proxy func(state installation.State, listen string) (assistants.Proxy, error)
	// BeforeCommit and Message answer git, which names the message's file.
	BeforeCommit func(ctx context.Context) error
	Message      func(ctx context.Context, file string) error
}

// Hook is the command.
func Hook(o HookOptions) *cobra.Command {
	return &cobra.Command{
		Use: "hook EVENT", Short: "Answer an assistant's hook, or git's: stop what must not go on", Args: cobra.RangeArgs(1, 2),
		Long: `Hook is what an assistant's settings name as a hook. It reads on standard input what the assistant tells of an event, and
stops it if policy forbids what it holds; or if it would be scrubbed, and the assistant's requests do not go through the
proxy. What a tool of Claude Code's said is not stopped: the model reads it with placeholders. It is for Claude Code,
Codex, Gemini CLI, Cursor and Copilot CLI, whose JSON tells which; docs/mcp.md has their settings.
As git's own hook, pre-commit or commit-msg FILE, it stops an assistant's change that policy wants a person to attest first;
docs/commits.md says how.`,
		Example:   "  scrubjay hook UserPromptSubmit      (an assistant does this)\n  scrubjay hook beforeReadFile\n  scrubjay hook pre-commit            (git does this)",
		ValidArgs: append(assistants.Events(), hookPreCommit, hookCommitMessage),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case args[0] == hookPreCommit && len(args) == 1:
				return o.BeforeCommit(c.Context())
			case args[0] == hookCommitMessage && len(args) == 2:
				return o.Message(c.Context(), args[1])
			case args[0] == hookCommitMessage:
				return errors.New("git names the message's file: in .git/hooks/commit-msg it is written scrubjay hook commit-msg \"$1\"")
			case len(args) == 2:
				return fmt.Errorf("an assistant's hook is written scrubjay hook %s, without more", args[0])
			}
			told, err := io.ReadAll(io.LimitReader(c.InOrStdin(), control.DocumentLimit+1))
			if err != nil {
				return err
			}
			h, err := assistants.ReadHook(args[0], told)
			why, instead := "", ""
			if err == nil {
				why, instead, err = o.judge(c.Context(), h)
			}
			if err != nil {
				why = fmt.Sprintf("Scrubjay cannot say whether this may go on: %s", strings.TrimSuffix(err.Error(), "."))
			}
			if why == "" && instead != "" {
				fmt.Fprint(c.OutOrStdout(), instead)
				return nil
			}
			out, problem, code := h.Answer(why)
			fmt.Fprint(c.OutOrStdout(), out)
			if problem != "" {
				fmt.Fprintln(c.ErrOrStderr(), problem)
			}
			if code != 0 {
				return Exit{Code: code}
			}
			return nil
		},
	}
}

// judge says why what a hook is told must not go on, if that is so; or what the assistant is to be answered so that
// it goes on with placeholders.
func (o HookOptions) judge(ctx context.Context, h assistants.Hook) (why, instead string, err error) {
	d, hello, err := o.Attach(ctx)
	if err != nil {
		return "", "", err
	}
	if missing := hello.Missing(); len(missing) > 0 {
		return "", "", fmt.Errorf("the running daemon is older and does not know %s: run scrubjay stop, and the newer program starts its own", strings.Join(missing, ", "))
	}
	machine, err := assistants.ThisMachine()
	if err != nil {
		return "", "", err
	}
	state, err := installation.OpenState("")
	if err != nil {
		return "", "", err
	}
	proxy, err := o.Proxy(state, hello.Proxy.Listen)
	if err != nil {
		return "", "", err
	}
	setUp := false
	if a, err := assistants.Named(h.Assistant()); err == nil {
		st, err := a.Check(machine, assistants.Store{Dir: state.Assistants()}, proxy, "")
		setUp = err == nil && st.SetUp && len(st.Wrong) == 0
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", "", err
	}
	from := h.Assistant() + " " + h.Event
	if err := d.Known(ctx, control.Known{From: "hook " + from + " " + folder, Folders: []string{folder}, Environment: os.Environ()}); err != nil {
		return "", "", err
	}
	scrubbed := h.Scrubbed(os.Getenv, proxy, setUp)
	for _, path := range h.Files {
		if h, err = withFile(h, folder, path); err != nil {
			return "", "", err
		}
	}
	got, err := d.Judge(ctx, control.Judge{From: from, Folder: folder, Scrubbed: scrubbed, Rewrite: h.Rewrites(), Document: h.Text})
	switch {
	case err != nil || got.Why == "" && got.Document == nil:
		return "", "", err
	case got.Why == "":
		if instead, ok := h.Rewrite(got.Document); ok {
			return "", instead, nil
		}
		got.Why = "A placeholder would not fit where a number stands."
	}
	why = "Scrubjay stopped this. " + got.Why
	if got.Verdict == "scrub" {
		why += " But requests of " + h.Assistant() + " do not go through the proxy, so nothing would be scrubbed: take it out, or put a placeholder in its place (scrubjay redact)."
	}
	return why, "", nil
}

// withFile adds what a file holds. One that is no text, that is not there or that is not ours to read shows the assistant nothing
// of which we could judge; of a long one the beginning is judged.
func withFile(h assistants.Hook, folder, path string) (assistants.Hook, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return h, nil
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return h, nil
	}
	text, err := io.ReadAll(io.LimitReader(f, control.DocumentLimit/4))
	if err != nil {
		return h, nil
	}
	text, ok := workspace.TextOf(text)
	if !ok {
		return h, nil
	}
	return h.With(bytes.ToValidUTF8(text, []byte("?")))
}
