package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

// asPause and asResume are who asked, for the ledger.
const (
	asPause  = "scrubjay pause"
	asResume = "scrubjay resume"
)

func pauseCommand() *cobra.Command {
	var long time.Duration
	c := &cobra.Command{
		Use: "pause", Short: "Let requests go out unscrubbed for some minutes, if policy allows it", Args: cobra.NoArgs,
		Long: `Pause asks on the terminal first. Until it ends, what would have gone out as a placeholder goes as it is, to every vendor and out of
every MCP server and hook. What policy forbids still stops, what needs a review still needs it, and answers are restored as ever. The
ledger has the pause and each exchange in it. It ends by itself, with scrubjay resume, and with the daemon. Below an organisation's policy or
a managed file it is refused, unless those say delegate: [pause].`,
		Example: "  scrubjay pause\n  scrubjay pause --for 3m",
		RunE: func(c *cobra.Command, _ []string) error {
			if long <= 0 || long > control.LongestPause {
				return fmt.Errorf("--for %s: it is %s at most, such as --for 5m", long, control.LongestPause)
			}
			if by := assistants.Running(os.Getenv); by != "" {
				return fmt.Errorf("%s runs this, and only a person may pause: run scrubjay pause in a terminal of your own", by)
			}
			d, hello, err := pausable(c)
			if err != nil {
				return err
			}
			if hello.Policy.PauseRefused != "" {
				return errors.New(hello.Policy.PauseRefused)
			}
			in, ok := command.TerminalOf(c)
			if !ok {
				return errors.New("a person has to say so on a terminal, and here is none: nothing is paused")
			}
			fmt.Fprintf(c.ErrOrStderr(), "Until %s, secrets and personal data in what assistants send leave this machine as they are.\nWhat policy forbids still stops, and the ledger has each exchange. Type pause to go on: ", time.Now().Add(long).Format("15:04"))
			said, err := bufio.NewReader(in).ReadString('\n')
			if strings.TrimSpace(said) != "pause" {
				return errors.Join(err, errors.New("nothing is paused: that was another word than pause"))
			}
			of, err := d.Pause(c.Context(), control.Pause{For: long, By: asPause})
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "not protected: paused until %s. scrubjay resume ends it\n", of.Until.Local().Format("15:04"))
			return nil
		},
	}
	c.Flags().DurationVar(&long, "for", control.LongestPause, "how long, such as 3m")
	return c
}

func resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "resume", Short: "End a pause: requests are scrubbed again", Args: cobra.NoArgs,
		Example: "  scrubjay resume",
		RunE: func(c *cobra.Command, _ []string) error {
			d, _, err := pausable(c)
			if err != nil {
				return err
			}
			was, err := d.Resume(c.Context(), control.Resume{By: asResume})
			if err != nil {
				return err
			}
			said := "requests are scrubbed again"
			if !was.WasPaused {
				said = "nothing was paused: requests are scrubbed"
			}
			fmt.Fprintln(c.OutOrStdout(), said)
			return nil
		},
	}
}

// pausable is the daemon, if it knows of pauses.
func pausable(c *cobra.Command) (*daemon.Attached, control.Hello, error) {
	d, hello, err := attach(c.Context())
	if err == nil && !slices.Contains(hello.Features, "pause") {
		err = errors.New("the running daemon is older and scrubs always: scrubjay stop ends it, then run this again")
	}
	return d, hello, err
}
