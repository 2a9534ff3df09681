package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand is for those who make packages. It is in the program because only the program knows its commands.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write a manual page for each command", Args: cobra.ExactArgs(1), Hidden: true,
		Example: "  scrubjay man share/man/man1",
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := c.Root()
			root.DisableAutoGenTag = true // its date would make each day's pages other ones
			return doc.GenManTree(root, &doc.GenManHeader{Title: "SCRUBJAY", Section: "1", Source: "scrubjay " + programVersion(), Manual: "Scrubjay"}, args[0])
		},
	}
}
