package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/scan"
)

// attestTrailer stands in the message of a commit that a person has said yes to, with the id of its patch.
const attestTrailer = "Scrubjay-Attested"

// attestedFile is in the repository's own directory: the ids of patches that were said yes to, a line each.
const attestedFile = "scrubjay-attested"

// attestation is a change that wants a person's yes.
type attestation struct {
	repository *workspace.Repository
	settings   policy.Attestation
	patch      workspace.Patch
}

// attestable is what is about to be committed of the paths that policy names. Without any its patch has no id.
func attestable(ctx context.Context) (a attestation, err error) {
	if a.repository, err = workspace.OpenRepository(ctx, "."); err != nil {
		return a, err
	}
	if a.settings, err = attestSettings(ctx, a.repository, "HEAD"); err != nil || len(a.settings.Paths) == 0 {
		return a, err
	}
	a.patch, err = a.repository.StagedPatch(ctx, a.settings.Names)
	return a, err
}

// attestSettings are those in force, with what the repository's own said in a commit: a change does not take itself out.
func attestSettings(ctx context.Context, r *workspace.Repository, commit string) (policy.Attestation, error) {
	file, _ := scan.RepositoryFile(".")
	settings, err := commandSettings(file)
	if err != nil {
		return policy.Attestation{}, err
	}
	text := r.File(ctx, commit, ".scrubjay.yaml")
	if text == nil {
		return settings.Attest, nil
	}
	dir, err := os.MkdirTemp("", "scrubjay-attest-")
	if err != nil {
		return policy.Attestation{}, err
	}
	defer os.RemoveAll(dir)
	before := filepath.Join(dir, ".scrubjay.yaml")
	if err := os.WriteFile(before, text, 0o600); err != nil {
		return policy.Attestation{}, err
	}
	then, err := commandSettings(before)
	if err != nil {
		return settings.Attest, nil // what was wrong in it then counted for nobody
	}
	return settings.Attest.And(then.Attest), nil
}

// commandSettings are those in force where a repository's file stands.
func commandSettings(file string) (policy.Settings, error) {
	state, err := command.StateAnywhere(io.Discard)
	if err != nil {
		return policy.Settings{}, err
	}
	governance, err := commandGovernance(state)
	if err != nil {
		return policy.Settings{}, err
	}
	return governance.EditorSettings(file)
}

// statements are what a person says yes to.
func (a attestation) statements() []string {
	if len(a.settings.Checklist) > 0 {
		return a.settings.Checklist
	}
	return []string{"I have read this change, and would have written it so"}
}

// writer is the assistant that made the change, as far as anybody knows: it runs us, its answers had the lines, or the
// commit's message names it.
func (a attestation) writer(ctx context.Context, message string) (string, error) {
	if running := assistants.Running(os.Getenv); running != "" {
		return running, nil
	}
	if message != "" {
		trailers, err := a.repository.Trailers(ctx, message)
		if err != nil {
			return "", err
		}
		if author := assistants.Author(nil, trailers); author != "" {
			return author, nil
		}
	}
	d, hello, err := attach(ctx)
	if err != nil || !slices.Contains(hello.Features, "attested") {
		return "", err
	}
	by, err := d.Wrote(ctx, control.Wrote{Lines: a.patch.Added})
	return by.Assistant, err
}

// given says whether somebody has said yes to this very patch.
func (a attestation) given(ctx context.Context) (bool, error) {
	file, err := a.repository.Private(ctx, attestedFile)
	if err != nil {
		return false, err
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return slices.Contains(strings.Split(string(text), "\n"), a.patch.ID), err
}

// mostAttested bounds the file: older ones have been committed.
const mostAttested = 200

// keep records the yes, and remembers it for the commit.
func (a attestation) keep(ctx context.Context, writer string) error {
	d, hello, err := attach(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(hello.Features, "attested") {
		return errors.New("the running daemon is older and cannot record it: run scrubjay stop, and try again")
	}
	err = d.Attested(ctx, control.Attested{Folder: a.repository.Root, Assistant: writer, Patch: a.patch.ID, Files: len(a.patch.Paths), Said: a.statements()})
	if err != nil {
		return err
	}
	file, err := a.repository.Private(ctx, attestedFile)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	lines := append(strings.Fields(string(text)), a.patch.ID)
	lines = lines[max(0, len(lines)-mostAttested):]
	return rename.Durable(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// ask puts each statement to the person.
func (a attestation) ask(in io.Reader, out io.Writer) (bool, error) {
	fmt.Fprintln(out, "An assistant's change to what policy names is to be committed:")
	for _, path := range a.patch.Paths {
		fmt.Fprintln(out, "  "+plain(path))
	}
	answers := bufio.NewScanner(in)
	for _, statement := range a.statements() {
		fmt.Fprintf(out, "%s. [y/N] ", strings.TrimSuffix(statement, "."))
		if !answers.Scan() {
			return false, answers.Err()
		}
		if said := strings.ToLower(strings.TrimSpace(answers.Text())); said != "y" && said != "yes" {
			return false, nil
		}
	}
	return true, nil
}

var errNotAttested = errors.New("not attested, so nothing was recorded: change what has to change, git add it, and run scrubjay attest again")

func attestCommand() *cobra.Command {
	commit := ""
	c := &cobra.Command{
		Use: "attest", Short: "Say yes to an assistant's change before it is committed", Args: cobra.NoArgs,
		Long: `Where the setting attest names paths, an assistant's changes to them are committed only after a person has said yes to each
statement of its checklist. Attest asks for it, for what is staged, or for a commit that there is. The yes is recorded in the ledger, and the
commit's message gets a trailer: that of a commit that there is when its message is written anew, as by git commit --amend. docs/commits.md
says how git is set up.`,
		Example: "  scrubjay attest\n  scrubjay attest --commit=HEAD\n  scrubjay attest check main..HEAD",
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := attestable(c.Context())
			if err != nil {
				return err
			}
			next := "git commit may go on"
			switch {
			case len(a.settings.Paths) == 0:
				fmt.Fprintln(c.OutOrStdout(), "nothing has to be attested here: the setting attest names no paths")
				return nil
			case strings.HasPrefix(commit, "-"):
				return fmt.Errorf("%q is no commit, such as HEAD", commit)
			case commit != "":
				if a.patch, err = a.repository.CommitPatch(c.Context(), commit, a.settings.Names); err != nil {
					return err
				}
				next = "its message gets the trailer when it is written anew, as by git commit --amend --no-edit"
			}
			if a.patch.ID == "" {
				fmt.Fprintln(c.OutOrStdout(), "nothing of it has to be attested; what git commit -a would add has to be staged first, by git add")
				return nil
			}
			if by := assistants.Running(os.Getenv); by != "" {
				return fmt.Errorf("%s runs this, and a person has to say yes: run scrubjay attest in a terminal of your own", by)
			}
			in, ok := command.TerminalOf(c)
			if !ok {
				return errors.New("a person has to say yes in a terminal, and this is none")
			}
			yes, err := a.ask(in, c.OutOrStdout())
			if err != nil || !yes {
				return errors.Join(err, errNotAttested)
			}
			writer, err := a.writer(c.Context(), "")
			if err != nil {
				return err
			}
			if err := a.keep(c.Context(), writer); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "attested: "+next)
			return nil
		},
	}
	c.Flags().StringVar(&commit, "commit", "", "attest this `COMMIT`, such as HEAD, and not what is staged")
	c.AddCommand(attestCheckCommand())
	return c
}

// hookBeforeCommit is git's pre-commit: it stops an assistant's change that nobody has said yes to.
func hookBeforeCommit(ctx context.Context) error {
	a, err := attestable(ctx)
	if err != nil || a.patch.ID == "" {
		return err
	}
	_, err = a.settle(ctx, "")
	return err
}

// hookMessage is git's commit-msg: it looks at what the message says of who wrote the change, and adds the trailer.
func hookMessage(ctx context.Context, file string) error {
	a, err := attestable(ctx)
	if err != nil || len(a.settings.Paths) == 0 {
		return err
	}
	if a.patch.ID == "" {
		return a.keepTrailer(ctx, file)
	}
	message, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	given, err := a.settle(ctx, string(message))
	if err != nil || !given {
		return err
	}
	return a.repository.AddTrailer(ctx, file, attestTrailer+": "+a.patch.ID)
}

// keepTrailer is for a message that is written anew: the commit keeps its trailer, or gets it if its change was attested since.
func (a attestation) keepTrailer(ctx context.Context, file string) (err error) {
	if !a.repository.Unchanged(ctx) {
		return nil
	}
	if a.patch, err = a.repository.CommitPatch(ctx, "HEAD", a.settings.Names); err != nil || a.patch.ID == "" {
		return err
	}
	given, err := a.given(ctx)
	if err != nil || !given {
		return err
	}
	return a.repository.AddTrailer(ctx, file, attestTrailer+": "+a.patch.ID)
}

// settle says whether somebody has said yes, and fails where nobody has and an assistant wrote the change.
func (a attestation) settle(ctx context.Context, message string) (bool, error) {
	given, err := a.given(ctx)
	if given || err != nil {
		return given, err
	}
	writer, err := a.writer(ctx, message)
	if err != nil || writer == "" {
		return false, err
	}
	return false, fmt.Errorf("%s wrote a part of this change to %s, and policy wants a person's yes before it is committed: stage all of it with git add, run scrubjay attest in a terminal of your own, then commit what is staged",
		plain(writer), listed(a.patch.Paths))
}

// listed are some paths in words.
func listed(paths []string) string {
	var all []string
	for _, p := range paths[:min(3, len(paths))] {
		all = append(all, plain(p))
	}
	if len(paths) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(all, ", "), len(paths)-3)
	}
	return strings.Join(all, ", ")
}

// plain is a name as a terminal can show it, a path's or an assistant's: whoever chose it does not choose what else is seen.
func plain(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	return name
}
