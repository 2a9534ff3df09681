package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/installation"
)

// relayAt is the host and the token of a relay's address.
func relayAt(address string) (host, token string, err error) {
	u, err := url.Parse(address)
	if err == nil {
		host = u.Host
		var ok bool
		if token, ok = strings.CutPrefix(strings.TrimRight(u.Path, "/"), "/t/"); ok && u.Scheme == "http" && host != "" && token != "" && !strings.Contains(token, "/") {
			return host, token, nil
		}
	}
	if address == "" {
		return "", "", fmt.Errorf("%s is not set: set it to what scrubjay relay printed, http://HOST:PORT/t/TOKEN", relayVariable)
	}
	// The address is not shown: it holds a token.
	return "", "", fmt.Errorf("%s is no address of a relay: set it to what scrubjay relay printed, http://HOST:PORT/t/TOKEN", relayVariable)
}

// runThroughRelay runs a program whose requests go to a daemon elsewhere.
func runThroughRelay(c *cobra.Command, address string, args, envFiles []string) error {
	name := filepath.Base(args[0])
	e, err := readEnvironment(address, "")
	if err != nil {
		return err
	}
	if err := relayAnswers(c.Context(), address); err != nil {
		return fmt.Errorf("%s was not started: %w", name, err)
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	child, resolved, err := childEnvironment(c.Context(), folder, envFiles)
	if err != nil {
		return fmt.Errorf("%s was not started: %w", name, err)
	}
	if len(resolved) > 0 {
		return fmt.Errorf("%s was not started: its environment has pointers, and the daemon at the other end of the relay would not look for what they name. Run scrubjay with the daemon here: unset %s", name, relayVariable)
	}
	state, err := installation.OpenState("")
	if err != nil {
		return err
	}
	l := launch{environment: e, state: state, folder: folder, child: child, say: c.ErrOrStderr()}
	defer l.end()
	args, env, err := l.through(args)
	if err != nil {
		return err
	}
	return runChild(args, env)
}

// relayAnswers asks a relay for nothing, and sees that it lets us in.
func relayAnswers(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(address, "/")+"/", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy of the system's: the address holds a token
	res, err := client.Do(req)
	if err != nil {
		if inner, ok := err.(*url.Error); ok { //nolint:errorlint // client.Do says so, and the address in it holds the token
			err = inner.Err
		}
		return fmt.Errorf("nobody answers where %s says that the relay is (%w): start scrubjay relay where the daemon runs, and see that its socket or port leads here", relayVariable, err)
	}
	defer res.Body.Close()
	switch code := res.Header.Get("X-Scrubjay-Error"); code {
	case "no_provider": // who is let in, and asks for nothing
		return nil
	case "bad_token":
		return fmt.Errorf("the relay does not know the token in %s: it was started again since, and printed another address. Beside the daemon itself none is needed: unset %s", relayVariable, relayVariable)
	case "":
		return fmt.Errorf("what answers where %s says that the relay is, is none", relayVariable)
	default:
		var said struct{ Error struct{ Message string } }
		if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&said); err != nil {
			return fmt.Errorf("the relay cannot be used: %s", code)
		}
		return errors.New(said.Error.Message)
	}
}
