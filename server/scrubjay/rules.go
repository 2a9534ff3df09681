package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

func rulesCommand() *cobra.Command {
	c := &cobra.Command{Use: "rules", Short: "The detection rules", Example: "  scrubjay rules list"}
	c.AddCommand(&cobra.Command{
		Use: "list", Short: "List the rules that are built in", Args: cobra.NoArgs, Example: "  scrubjay rules list",
		RunE: func(c *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, r := range detect.Default().Rules() {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Class, r.Severity, r.Description)
			}
			return w.Flush()
		},
	})
	return c
}
