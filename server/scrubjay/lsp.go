package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/scrubjay-dev/scrubjay/internal/policy"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/completion"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/lsp"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func lspCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "lsp", Short: "The language server, on standard input and output", Args: cobra.NoArgs,
		Long: `Lsp is what an editor starts. It attaches to the daemon, and starts it if there is none; without it
everything but redacting goes on.`,
		Example: "  scrubjay lsp        (an editor does this: see the clients)",
		RunE: func(c *cobra.Command, _ []string) error {
			return serveEditor(c.Context(), c.InOrStdin(), c.OutOrStdout())
		},
	}
	c.Flags().Bool("stdio", true, "")
	_ = c.Flags().MarkHidden("stdio") // some clients pass it; there is no other way
	return c
}

func serveEditor(ctx context.Context, in io.Reader, out io.Writer) error {
	log := newLog()
	state, governance, attached, err := office(log)
	if err != nil {
		fmt.Fprintln(os.Stderr, "scrubjay:", err) // at once: whoever has no editor waits for nothing
		lsp.Refuse(ctx, stdio{in, out}, err, log.Named("lsp"))
		return command.Exit{Code: 2}
	}
	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	s := lsp.New(lsp.Config{
		Engine: governance.Engine, Decider: governance.Policy(), Settings: governance.Settings, Daemon: attached,
		Rules: func(files []string) (*detect.Engine, error) {
			settings := governance.Settings()
			settings.Rules.Files = append(slices.Clone(files), settings.Rules.Files...)
			return policy.EngineFor(settings)
		},
		Complete: completer(state),
		Reload:   governance.Reload, Fingerprint: fingerprints(state), Log: log.Named("lsp"), Program: "scrubjay", Version: programVersion(),
	})
	governance.Watch = func(c daemon.Change) {
		if c.Refused == "" {
			s.Refresh()
		}
	}
	beside.Go(func() { governance.Run(ctx) })
	code, err := s.Serve(ctx, stdio{in, out})
	if code != 0 {
		return command.Exit{Code: code, Err: err}
	}
	return err
}

// office is all that a server for editors works with.
func office(log *zap.Logger) (installation.State, *daemon.Governance, *daemon.Attached, error) {
	state, err := installation.OpenState("")
	if err != nil {
		return state, nil, nil, err
	}
	governance, err := daemon.NewGovernance(state, "", programVersion(), log)
	if err != nil {
		return state, nil, nil, err
	}
	attached, err := daemon.Attach(state, "")
	return state, governance, attached, err
}

// completer asks models through the proxy, and nobody while that does not listen.
func completer(state installation.State) func(context.Context, string, completion.Query) (string, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute}} // no proxy of the system's
	return func(ctx context.Context, listen string, q completion.Query) (string, error) {
		if listen == "" {
			return "", errors.New("the proxy does not listen, and nothing goes to a model without it: scrubjay doctor says why")
		}
		token, err := state.Token()
		if err != nil {
			return "", err
		}
		q.Base, q.Token = "http://"+listen+"/"+q.Provider, token
		return completion.Ask(ctx, client, q)
	}
}

// fingerprints are this installation's. The key is read when the first is asked for: by then the daemon has made it.
func fingerprints(state installation.State) func(value []byte) string {
	keys := sync.OnceValues(func() (redact.Keys, error) { return redact.LoadKeys(state.Dir) })
	return func(value []byte) string {
		k, err := keys()
		if err != nil {
			return "" // which no event names
		}
		return detect.Fingerprint(detect.Installation, k.FingerprintKey(), value)
	}
}

// stdio is standard input and output as one connection.
type stdio struct {
	io.Reader
	io.Writer
}

func (s stdio) Close() error {
	var errs []error
	for _, f := range []any{s.Reader, s.Writer} {
		if f, ok := f.(*os.File); ok {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
