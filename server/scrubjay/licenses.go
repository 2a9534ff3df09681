package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"

	"github.com/spf13/cobra"
)

// notices are the licences and notices of all that is linked, gzipped; TestNotices writes them.
//
//go:embed legal.gz
var notices []byte

func licensesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "licenses", Short: "Print the licences and notices of all that is in this program", Args: cobra.NoArgs,
		Example: "  scrubjay licenses | less",
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := gzip.NewReader(bytes.NewReader(notices))
			if err != nil {
				return err
			}
			_, err = io.Copy(c.OutOrStdout(), text)
			return err
		},
	}
}
