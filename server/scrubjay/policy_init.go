package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func policyInitCommand() *cobra.Command {
	var profile string
	c := &cobra.Command{
		Use: "init DIR", Short: "Begin a directory of policy with a ready profile", Args: cobra.ExactArgs(1),
		Long: `Init writes a directory of policy that check and build take: data, tests, and where it needs them rules. The profiles are a
beginning, to be read and changed.

` + profiles(),
		Example: "  scrubjay policy init org/ --profile enterprise",
		RunE: func(c *cobra.Command, args []string) error {
			files, err := policy.Profile(profile)
			if err != nil {
				return err
			}
			if there, err := os.ReadDir(args[0]); err == nil && len(there) > 0 {
				return fmt.Errorf("%s is not empty: name a new directory", args[0])
			}
			if err := os.CopyFS(args[0], files); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: the profile %s. Next: put your name and whom to ask into scrubjay/org/data.yaml, then scrubjay policy check %s\n", args[0], profile, args[0])
			return nil
		},
	}
	c.Flags().StringVar(&profile, "profile", "enterprise", strings.Join(policy.Profiles, ", "))
	_ = c.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions(policy.Profiles, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return c
}

// profiles says what each is for.
func profiles() string {
	var b strings.Builder
	for _, name := range policy.Profiles {
		fmt.Fprintf(&b, "  %-12s %s\n", name, policy.ProfileSummary(name))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func policyFmtCommand() *cobra.Command {
	return &cobra.Command{
		Use: "fmt DIR", Short: "Format the Rego of a directory of policy", Args: cobra.ExactArgs(1),
		Example: "  scrubjay policy fmt org/",
		RunE: func(c *cobra.Command, args []string) error {
			written, err := opa.Format(args[0])
			for _, file := range written {
				fmt.Fprintln(c.OutOrStdout(), file)
			}
			return err
		},
	}
}
