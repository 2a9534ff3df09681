package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/installation"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func secretCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "secret", Short: "Name values that must never leave, whatever they look like",
		Long: `Secret keeps fingerprints of values that you name, and the proxy masks them wherever they stand exactly, or in base64,
percent, hex, JSON or shell escapes. The values themselves are not kept: they cannot be shown again.`,
		Example: "  scrubjay secret add staging-db",
	}
	c.AddCommand(&cobra.Command{
		Use: "add NAME", Short: "Add a value: it is asked for, or read from standard input", Args: cobra.ExactArgs(1),
		Example: "  scrubjay secret add staging-db\n  pass show staging/db | scrubjay secret add staging-db",
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == "" {
				return errors.New("the name is empty")
			}
			value, err := askSecret(c, args[0])
			if err != nil {
				return err
			}
			names, err := changeSecrets(c.Context(), control.Secrets{Name: args[0], Value: value})
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is masked from now on (%d named)\n", args[0], len(names))
			return nil
		},
	}, &cobra.Command{
		Use: "remove NAME", Short: "Forget one", Args: cobra.ExactArgs(1),
		Example: "  scrubjay secret remove staging-db",
		RunE: func(c *cobra.Command, args []string) error {
			_, err := changeSecrets(c.Context(), control.Secrets{Name: args[0]})
			return err
		},
	}, &cobra.Command{
		Use: "list", Short: "List their names", Args: cobra.NoArgs,
		Example: "  scrubjay secret list",
		RunE: func(c *cobra.Command, _ []string) error {
			names, err := changeSecrets(c.Context(), control.Secrets{})
			for _, n := range names {
				fmt.Fprintln(c.OutOrStdout(), n)
			}
			return err
		},
	})
	c.AddCommand(&cobra.Command{
		Use: "fingerprint", Short: "Print the fingerprint by which this machine's ledger knows a value: it is asked for, or read from standard input", Args: cobra.NoArgs,
		Long: `Fingerprint tells where a value went: scrubjay audit show --fingerprint has the records with it. The value is kept nowhere, and
the fingerprint is this machine's own: another one's ledger has others.`,
		Example: "  scrubjay audit show --fingerprint $(pass show staging/db | scrubjay secret fingerprint)",
		RunE: func(c *cobra.Command, _ []string) error {
			value, err := askSecret(c, "the value")
			if err != nil {
				return err
			}
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			keys, err := redact.LoadKeys(state.Dir)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), detect.Fingerprint(detect.Installation, keys.FingerprintKey(), value))
			return nil
		},
	}, &cobra.Command{
		Use: "forget [PLACEHOLDER...]", Short: "Stop masking what was taken for a secret, by its placeholder; without one, all ordinary words", Args: cobra.ArbitraryArgs,
		Long: `Forget has the vault forget what placeholders such as SECRET_sy8cab stand for. The value is then masked only where a rule
finds it. Without a placeholder, all are forgotten whose value is an ordinary word: scrubjay doctor lists them.`,
		Example: "  scrubjay secret forget\n  scrubjay secret forget SECRET_sy8cab",
		RunE: func(c *cobra.Command, placeholders []string) error {
			d, _, err := attach(c.Context())
			if err != nil {
				return err
			}
			if len(placeholders) == 0 {
				words, err := d.Forget(c.Context(), control.Forget{})
				if err != nil {
					return err
				}
				if placeholders = words.Placeholders; len(placeholders) == 0 {
					fmt.Fprintln(c.OutOrStdout(), "no ordinary word is taken for a secret: name a placeholder to have another forgotten")
					return nil
				}
			}
			gone, err := d.Forget(c.Context(), control.Forget{Placeholders: placeholders})
			for _, p := range gone.Placeholders {
				fmt.Fprintf(c.OutOrStdout(), "%s is forgotten\n", p)
			}
			return err
		},
	})
	return c
}

// askSecret reads a value without showing it: from the terminal, or all of standard input but its line's end.
func askSecret(c *cobra.Command, name string) ([]byte, error) {
	var value []byte
	var err error
	if in, ok := command.TerminalOf(c); ok {
		fmt.Fprintf(c.ErrOrStderr(), "%s (not shown): ", name)
		value, err = in.Password()
		fmt.Fprintln(c.ErrOrStderr())
	} else {
		value, err = io.ReadAll(io.LimitReader(c.InOrStdin(), detect.KnownLongest+2))
		value = bytes.TrimRight(value, "\r\n")
	}
	if err == nil && len(value) == 0 {
		err = errors.New("nothing was entered, and nothing is done")
	}
	return value, err
}

func changeSecrets(ctx context.Context, m control.Secrets) ([]string, error) {
	d, _, err := attach(ctx)
	if err != nil {
		return nil, err
	}
	now, err := d.Secrets(ctx, m)
	return now.Names, err
}
