package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
)

// exported is a request that waits, in a file for a second person: as it would go, without a value.
type exported struct {
	Format int `json:"scrubjay_review"`
	control.Review
	Digest   string `json:"digest"`
	Approval string `json:"approval,omitempty"`
}

const exportedFormat = 1

// readExported reads such a file. What its digest is not of was changed since.
func readExported(name string) (x exported, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return x, err
	}
	if json.Unmarshal(text, &x) != nil || x.Format != exportedFormat {
		return x, fmt.Errorf("%s is no request that scrubjay review export wrote, or of another version", name)
	}
	if x.Review.Digest() != x.Digest {
		return x, fmt.Errorf("%s was changed since it was exported: export it again", name)
	}
	return x, nil
}

func reviewExportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export ID", Short: "Print a request for a second person, who signs it on another machine", Args: cobra.ExactArgs(1),
		Long: `Where policy asks for two people, the second one signs. Export prints what was found and the request as it would go, with
placeholders: no value is in it. Send the file to whoever policy names as a reviewer.`,
		Example: "  scrubjay review export 7QX > 7QX.review",
		RunE: func(c *cobra.Command, args []string) error {
			_, waiting, err := reviews(c.Context())
			if err != nil {
				return err
			}
			r, err := oneReview(waiting, args[0])
			if err != nil {
				return err
			}
			text, err := json.MarshalIndent(exported{Format: exportedFormat, Review: r, Digest: r.Digest()}, "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
			return err
		},
	}
}

func reviewSignCommand() *cobra.Command {
	var key string
	var hold time.Duration
	c := &cobra.Command{
		Use: "sign FILE", Short: "Approve of an exported request, as a second person", Args: cobra.ExactArgs(1),
		Long: `Sign shows the request, and puts your signature into the file. Your public key has to stand among the reviewers of the policy
on the machine that the request is from. The signature is for this very request, and ends by itself.`,
		Example: "  scrubjay policy sign --new-key --key ben.pem\n  scrubjay review show 7QX.review\n  scrubjay review sign 7QX.review --key ben.pem --for 8h",
		RunE: func(c *cobra.Command, args []string) error {
			if key == "" {
				return errors.New("say which key: --key ben.pem")
			}
			secret, err := os.ReadFile(key)
			if err != nil {
				return fmt.Errorf("the key: %w", err)
			}
			x, err := readExported(args[0])
			if err != nil {
				return err
			}
			writeReview(c.OutOrStdout(), x.Review)
			now := time.Now()
			if x.Approval, err = policy.SignApproval(x.Digest, secret, now.Add(hold), now); err != nil {
				return err
			}
			text, err := json.MarshalIndent(x, "", "  ")
			if err != nil {
				return err
			}
			if err := rename.Durable(args[0], append(text, '\n'), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "\n%s is signed until %s. Next, where it is from: scrubjay review accept %s\n", args[0], now.Add(hold).Format(time.DateTime), args[0])
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "your private key, PEM, as scrubjay policy sign --new-key makes it")
	c.Flags().DurationVar(&hold, "for", 24*time.Hour, "how long the approval holds, a week at most")
	return c
}

func reviewAcceptCommand() *cobra.Command {
	return &cobra.Command{
		Use: "accept FILE", Short: "Take a second person's approval", Args: cobra.ExactArgs(1), Example: "  scrubjay review accept 7QX.review",
		RunE: func(c *cobra.Command, args []string) error {
			x, err := readExported(args[0])
			if err != nil {
				return err
			}
			if x.Approval == "" {
				return fmt.Errorf("%s is not signed: whom policy names as a reviewer runs scrubjay review sign on it", args[0])
			}
			d, _, err := attach(c.Context())
			if err != nil {
				return err
			}
			taken, err := d.Accept(c.Context(), control.Accept{Token: x.Approval})
			if err != nil {
				return err
			}
			next := "It goes when it is sent again, once you have approved it."
			if taken.Waits {
				next = "It goes now, if you have approved it: scrubjay review."
			}
			fmt.Fprintf(c.OutOrStdout(), "%s approved of this request until %s. %s\n", taken.By, taken.Until.Local().Format(time.DateTime), next)
			return nil
		},
	}
}

// writeReview shows a request to whoever is to approve of it.
func writeReview(w io.Writer, r control.Review) {
	if r.User != "" {
		fmt.Fprintf(w, "%s on %s, to %s %s\n", r.User, r.Machine, r.Provider, r.Model)
	}
	for _, f := range r.Findings {
		fmt.Fprintln(w, f)
	}
	fmt.Fprintf(w, "\n%s\n", bytes.TrimRight(r.Body, "\n"))
}
