package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

func reviewCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "review", Short: "See and answer the requests that wait for a person", Args: cobra.NoArgs,
		Long: `Where policy obliges to a review, a request is held until somebody has seen it, for five minutes at most. Review lists what
waits. An ID may be shortened.`,
		Example: "  scrubjay review\n  scrubjay review show 7QX\n  scrubjay review approve 7QX",
		RunE: func(c *cobra.Command, _ []string) error {
			_, waiting, err := reviews(c.Context())
			if err != nil {
				return err
			}
			if len(waiting) == 0 {
				fmt.Fprintln(c.OutOrStdout(), "nothing waits")
			}
			for _, r := range waiting {
				next := ""
				switch {
				case r.Approved:
					next = ", for a second person's signature: scrubjay review export " + r.ID[:min(6, len(r.ID))]
				case r.Second:
					next = ", for you and a second person's signature"
				}
				fmt.Fprintf(c.OutOrStdout(), "%s  %s  %s  %s  waits %s%s\n", r.ID[:min(6, len(r.ID))], r.Obligation, strings.TrimSpace(r.Provider+" "+r.Model), detect.Counted(len(r.Findings)), time.Since(r.Since).Round(time.Second), next)
			}
			return nil
		},
	}
	c.AddCommand(&cobra.Command{
		Use: "show ID|FILE", Short: "Show what was found, and the request as it would go", Args: cobra.ExactArgs(1), Example: "  scrubjay review show 7QX\n  scrubjay review show 7QX.review",
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err == nil {
				x, err := readExported(args[0])
				if err == nil {
					writeReview(c.OutOrStdout(), x.Review)
				}
				return err
			}
			_, waiting, err := reviews(c.Context())
			if err != nil {
				return err
			}
			r, err := oneReview(waiting, args[0])
			if err != nil {
				return err
			}
			writeReview(c.OutOrStdout(), r)
			return nil
		},
	}, answerCommand("approve", "Let a request go", control.SayOnce), answerCommand("refuse", "Refuse a request", control.SayNo),
		reviewExportCommand(), reviewSignCommand(), reviewAcceptCommand())
	return c
}

func answerCommand(use, short, say string) *cobra.Command {
	return &cobra.Command{
		Use: use + " ID", Short: short, Args: cobra.ExactArgs(1), Example: "  scrubjay review " + use + " 7QX",
		RunE: func(c *cobra.Command, args []string) error {
			d, waiting, err := reviews(c.Context())
			if err != nil {
				return err
			}
			r, err := oneReview(waiting, args[0])
			if err != nil {
				return err
			}
			return d.Answer(c.Context(), control.Answer{ID: r.ID, Say: say})
		},
	}
}

func reviews(ctx context.Context) (*daemon.Attached, []control.Review, error) {
	d, _, err := attach(ctx)
	if err != nil {
		return nil, nil, err
	}
	waiting, err := d.Reviews(ctx)
	return d, waiting, err
}

// oneReview is the request whose ID begins so.
func oneReview(waiting []control.Review, id string) (found control.Review, err error) {
	n := 0
	for _, r := range waiting {
		if strings.HasPrefix(r.ID, strings.ToUpper(id)) {
			found, n = r, n+1
		}
	}
	switch {
	case id == "" || n > 1:
		return found, fmt.Errorf("%d requests that wait begin with %q: write more of the ID, as scrubjay review lists it", n, id)
	case n == 0:
		return found, errors.New("no request with this ID waits: it has been answered, or has gone. scrubjay review lists those that do")
	}
	return found, nil
}
