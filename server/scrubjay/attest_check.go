package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

// assistedCommit is what attest check writes of a commit that an assistant had a part in.
type assistedCommit struct {
	Commit    string   `json:"commit"`
	Committed string   `json:"committed"`
	Assistant string   `json:"assistant"`
	Committer string   `json:"committer"`
	Paths     []string `json:"paths,omitempty"` // those that have to be attested
	Patch     string   `json:"patch,omitempty"`
	Attested  bool     `json:"attested"`
}

func attestCheckCommand() *cobra.Command {
	file := ""
	c := &cobra.Command{
		Use: "check RANGE", Short: "Find an assistant's commits that nobody has attested", Args: cobra.ExactArgs(1),
		Long: `Check reads the commits of a range, such as main..HEAD, and says which of them an assistant had a part in, by their authors and
trailers. Those that change what the setting attest names have to have the trailer of this very change.
Exit code 0: all have. 1: some have not. 2: an error.`,
		Example: "  scrubjay attest check main..HEAD\n  scrubjay attest check --evidence attest.json origin/main..HEAD",
		RunE: func(c *cobra.Command, args []string) error {
			all, named, err := assisted(c.Context(), args[0])
			if err != nil {
				return err
			}
			if file != "" {
				text, err := json.MarshalIndent(map[string]any{"scrubjay_attest": 1, "range": args[0], "commits": all}, "", "  ")
				if err != nil {
					return err
				}
				if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
					return err
				}
			}
			missing := 0
			for _, e := range all {
				state := "nothing to attest"
				switch {
				case e.Attested:
					state = "attested"
				case e.Patch != "":
					state = "not attested: " + listed(e.Paths)
					missing++
				}
				fmt.Fprintf(c.OutOrStdout(), "%s  %s  %s\n", e.Commit[:12], plain(e.Assistant), state)
			}
			if len(all) == 0 {
				fmt.Fprintln(c.OutOrStdout(), "no commit says that an assistant had a part in it")
			}
			if !named {
				fmt.Fprintln(c.OutOrStdout(), "nothing has to be attested here: the setting attest names no paths")
			}
			if missing > 0 {
				return command.Exit{Code: 1}
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "evidence", "", "write what was found to this `FILE`, as JSON")
	return c
}

// assisted are an assistant's commits. named says that there are paths whose changes have to be attested.
func assisted(ctx context.Context, span string) (all []assistedCommit, named bool, err error) {
	all = []assistedCommit{}
	r, err := workspace.OpenRepository(ctx, ".")
	if err != nil {
		return nil, false, err
	}
	commits, err := r.Commits(ctx, span)
	if err != nil {
		return nil, false, err
	}
	if len(commits) == 0 {
		return all, true, nil
	}
	// As they were before the range, and are now: a change does not take itself out.
	settings, err := attestSettings(ctx, r, commits[0].ID+"^")
	if err != nil {
		return nil, false, err
	}
	at, err := attestSettings(ctx, r, commits[len(commits)-1].ID)
	if err != nil {
		return nil, false, err
	}
	settings = settings.And(at)
	for _, commit := range commits {
		trailers, err := r.Trailers(ctx, commit.Message)
		if err != nil {
			return nil, false, err
		}
		by := assistants.Author([]string{commit.Author + " <" + commit.AuthorEmail + ">", commit.Committer}, trailers)
		attested := slices.ContainsFunc(trailers, func(t string) bool { return strings.HasPrefix(t, attestTrailer+":") })
		if by == "" && !attested {
			continue
		}
		patch, err := r.CommitPatch(ctx, commit.ID, settings.Names)
		if err != nil {
			return nil, false, err
		}
		if by == "" {
			by = "an assistant" // whose commit does not say which
		}
		if commit.Merge && patch.ID == "" {
			continue // it has nothing of its own
		}
		all = append(all, assistedCommit{
			Commit: commit.ID, Committed: commit.Committed, Assistant: by, Committer: commit.Committer, Paths: patch.Paths, Patch: patch.ID,
			Attested: patch.ID != "" && slices.Contains(trailers, attestTrailer+": "+patch.ID),
		})
	}
	return all, len(settings.Paths) > 0, nil
}
