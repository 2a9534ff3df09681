package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/opa"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rename"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "policy", Short: "Check, explain, build, sign and push policy",
		Example: "  scrubjay policy explain --class credential --provider openai\n  scrubjay policy build org/ --scope acme --seq 8 -o acme.tar.gz\n  scrubjay policy sign acme.tar.gz --key acme.key\n  scrubjay policy push acme.tar.gz /var/www/policy",
	}
	c.AddCommand(policyInitCommand(), policyFmtCommand(), policyCheckCommand(), policyTestCommand(), policyExplainCommand(), policyBuildCommand(), policySignCommand(), policyPushCommand(), policyServeCommand(), policyFingerprintCommand(), policyFleetCommand(), policyStatusCommand())
	return c
}

// directory is the optional argument of check and test; empty means the built-in policy.
func directory(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// isDirectory tells a wrong argument from a policy that is not good.
func isDirectory(args []string) error {
	if len(args) == 0 {
		return nil
	}
	if st, err := os.Stat(args[0]); err != nil || !st.IsDir() {
		return fmt.Errorf("%s is no directory: name one of policy, such as scrubjay policy init org/ makes", args[0])
	}
	return nil
}

func policyCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [DIR]", Short: "Check that a directory of policy compiles, is spelt right and answers whatever it may be asked", Args: cobra.MaximumNArgs(1),
		Long:    "Check looks at a directory of policy; without one, at the policy that is built in.",
		Example: "  scrubjay policy check org/",
		RunE: func(c *cobra.Command, args []string) error {
			if err := isDirectory(args); err != nil {
				return err
			}
			if err := opa.Check(directory(args)); err != nil {
				return command.Exit{Code: 1, Err: err}
			}
			fmt.Fprintln(c.OutOrStdout(), "good")
			return nil
		},
	}
}

func policyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test [DIR]", Short: "Run a directory's policy tests (*_test.rego)", Args: cobra.MaximumNArgs(1),
		Long:    "Test runs the tests of a directory of policy; without one, those of the policy that is built in.",
		Example: "  scrubjay policy test org/",
		RunE: func(c *cobra.Command, args []string) error {
			if err := isDirectory(args); err != nil {
				return err
			}
			report, err := opa.Test(directory(args))
			if err != nil {
				return command.Exit{Code: 1, Err: err}
			}
			for _, t := range report.Results {
				verdict := "ok  "
				if !t.Passed && !t.Skipped {
					verdict = "FAIL"
				}
				fmt.Fprintf(c.OutOrStdout(), "%s %s (%s:%d) %s\n", verdict, t.Name, t.File, t.Line, t.Error)
			}
			fmt.Fprintf(c.OutOrStdout(), "%d tests, %.0f%% of the policy's lines\n", len(report.Results), report.Coverage)
			if err := report.Err(); err != nil {
				return command.Exit{Code: 1, Err: err}
			}
			return nil
		},
	}
}

// commandGovernance is what is in force for a command: the settings and the last good bundle.
// ownGovernance is the state of this machine with the policy and settings in force.
func ownGovernance() (installation.State, *daemon.Governance, error) {
	state, err := installation.OpenState("")
	if err != nil {
		return state, nil, err
	}
	g, err := commandGovernance(state)
	return state, g, err
}

func commandGovernance(state installation.State) (*daemon.Governance, error) {
	return daemon.NewGovernance(state, "", programVersion(), zap.New(spoken{LevelEnabler: zap.WarnLevel, out: os.Stderr}))
}

func policyBuildCommand() *cobra.Command {
	var out, scope string
	var seq int64
	var days int
	c := &cobra.Command{
		Use: "build DIR", Short: "Build a bundle of a directory of policy", Args: cobra.ExactArgs(1),
		Example: "  scrubjay policy build org/ --scope acme --seq 8 --days 90 -o acme.tar.gz",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if scope == "" || seq < 1 {
				return errors.New("say --scope (the word in organisation.scope) and --seq (larger than every one before)")
			}
			if days < 1 {
				return errors.New("say --days of at least 1: a bundle that has expired is taken by no machine")
			}
			f, err := os.CreateTemp(".", ".bundle-*")
			if err != nil {
				return err
			}
			err = opa.Build(args[0], f, seq, time.Now().AddDate(0, 0, days), scope)
			if err = errors.Join(err, f.Close()); err == nil {
				err = rename.File(f.Name(), out)
			}
			if err != nil {
				return errors.Join(err, os.Remove(f.Name()))
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: scope %s, sequence %d, valid for %d days. Next: scrubjay policy sign %s --key KEY\n", out, scope, seq, days, out)
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "policy.tar.gz", "the file to write")
	c.Flags().StringVar(&scope, "scope", "", "the organisation's scope")
	c.Flags().Int64Var(&seq, "seq", 0, "the sequence number, larger than every one before")
	c.Flags().IntVar(&days, "days", 90, "for how many days it is valid")
	return c
}

func policySignCommand() *cobra.Command {
	var key string
	var fresh, add bool
	c := &cobra.Command{
		Use: "sign BUNDLE --key FILE", Short: "Sign a bundle with an ES256 or RS256 key", Args: cobra.MaximumNArgs(1),
		Example: "  scrubjay policy sign --new-key --key acme.key     make a key pair: acme.key and acme.key.pub\n  scrubjay policy sign acme.tar.gz --key acme.key\n  scrubjay policy sign acme.tar.gz --key second.key --add",
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case key == "":
				return errors.New("say --key FILE; scrubjay policy sign --new-key --key FILE makes one")
			case fresh && len(args) == 0:
				return newKey(c, key)
			case len(args) == 0:
				return errors.New("which bundle? scrubjay policy sign acme.tar.gz --key " + key)
			}
			secret, err := os.ReadFile(key)
			if err != nil {
				return fmt.Errorf("the key: %w", err)
			}
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			sign := opa.Sign
			if add {
				sign = opa.AddSignature
			}
			signed, err := sign(raw, secret)
			if err != nil {
				return err
			}
			tmp := args[0] + ".signing"
			if err := os.WriteFile(tmp, signed, 0o644); err != nil {
				return err
			}
			if err := rename.File(tmp, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is signed. Next: scrubjay policy push %s PLACE\n", args[0], args[0])
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "the private key, PEM")
	c.Flags().BoolVar(&add, "add", false, "keep the signatures that the bundle has, for an organisation.threshold")
	c.Flags().BoolVar(&fresh, "new-key", false, "make a key pair instead of signing")
	return c
}

func newKey(c *cobra.Command, name string) error {
	private, public, err := policy.GenerateKey()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the key is not written over another file: %w", err)
	}
	_, err = f.Write(private)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(name+".pub", public, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s is the private key: keep it where only you sign. %s.pub goes into organisation.keys.\n", name, name)
	return nil
}

func policyPushCommand() *cobra.Command {
	var tokenEnv string
	c := &cobra.Command{
		Use: "push BUNDLE PLACE", Short: "Put a signed bundle where machines fetch it: a served directory, an https:// address or a registry", Args: cobra.ExactArgs(2),
		Example: "  scrubjay policy push acme.tar.gz /var/www/policy\n  scrubjay policy push acme.tar.gz https://files.acme.example/policy/acme.tar.gz --token-env ACME_TOKEN\n  scrubjay policy push acme.tar.gz oci://registry.acme.example/policy:current",
		RunE: func(c *cobra.Command, args []string) error {
			token := os.Getenv(tokenEnv)
			if tokenEnv != "" && token == "" {
				return fmt.Errorf("the variable %s is empty: set it to the token, or leave --token-env out", tokenEnv)
			}
			state, g, err := ownGovernance()
			if err != nil {
				return err
			}
			pushed, err := opa.Push(c.Context(), args[0], opa.Target{Place: args[1], Token: token, Client: g.Client()}, g.Policy().Layers(), state.Dir, time.Now())
			if _, nowhere := errors.AsType[opa.PlaceError](err); nowhere || errors.Is(err, fs.ErrNotExist) {
				return err
			}
			if err != nil {
				return command.Exit{Code: 1, Err: err}
			}
			fmt.Fprintln(c.OutOrStdout(), pushed)
			return nil
		},
	}
	c.Flags().StringVar(&tokenEnv, "token-env", "", "the environment's variable with a token for an https:// address")
	return c
}

func policyFingerprintCommand() *cobra.Command {
	return &cobra.Command{
		Use: "fingerprint DIR", Short: "Make the fingerprint by which a value is revoked: it is asked for, or read from standard input", Args: cobra.ExactArgs(1),
		Long: `Fingerprint hashes a value under the organisation_salt of a directory of policy. The fingerprint goes into revoked in
scrubjay/org/data.yaml, with why: then nobody's assistant sends the value any more. The value itself is kept nowhere.`,
		Example: "  scrubjay policy fingerprint org/\n  pass show staging/db | scrubjay policy fingerprint org/",
		RunE: func(c *cobra.Command, args []string) error {
			value, err := askSecret(c, "the value")
			if err != nil {
				return err
			}
			print, err := opa.OrganisationFingerprint(args[0], value)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), print)
			return nil
		},
	}
}

func policyStatusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Say which policy this machine obeys, since when, and why it does not obey a newer one", Args: cobra.NoArgs,
		Example: "  scrubjay policy status\n  scrubjay policy status --json",
		RunE: func(c *cobra.Command, _ []string) error {
			state, g, err := ownGovernance()
			if err != nil {
				return err
			}
			p := standing(c.Context(), state, g)
			if asJSON {
				out := json.NewEncoder(c.OutOrStdout())
				out.SetIndent("", "  ")
				return out.Encode(p)
			}
			showPolicy(c.OutOrStdout(), p)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

// showPolicy says for a person what is in force.
func showPolicy(out io.Writer, p control.Policy) {
	fmt.Fprintf(out, "revision   %s\n", p.Revision)
	if !p.Organised {
		fmt.Fprintln(out, "no organisation is configured: the built-in policy and your own settings hold")
		return
	}
	if p.Sequence > 0 {
		fmt.Fprintf(out, "since      %s\nsequence   %d\nexpires    %s\nsigned by  %s\n", p.Since.Local().Format(time.DateTime), p.Sequence,
			p.Expires.Local().Format(time.DateTime), strings.Join(p.Keys, ", "))
	}
	if p.Stale != "" {
		fmt.Fprintf(out, "stale      the organisation's policy is missing or has expired: %s\n", p.Stale)
	}
	if p.Outdated != "" {
		fmt.Fprintf(out, "outdated   %s\n", outdated(p))
	}
	if p.Waits != "" {
		fmt.Fprintf(out, "waits      %s\n", p.Waits)
	}
	if p.Refused != "" {
		fmt.Fprintf(out, "refused    %s%s\n", from(p.RefusedSince), p.Refused)
	}
	if p.Unreachable != "" {
		fmt.Fprintf(out, "no answer  %s%s\n", from(p.UnreachableSince), p.Unreachable)
	}
}

// from says since when, before a reason that may be long.
func from(t *time.Time) string {
	if t == nil {
		return ""
	}
	return strings.TrimSpace(since(t)) + ": "
}

// outdated says that this program is too old for the organisation's policy.
func outdated(p control.Policy) string {
	return "Scrubjay here is older than " + p.Outdated + ", which the organisation's policy asks for: nothing goes to public providers"
}

// standing is what the daemon says of the policy; without one, what the organisation's server says when it is asked now.
func standing(ctx context.Context, state installation.State, g *daemon.Governance) control.Policy {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if socket, err := state.Socket(); err == nil {
		if hello, err := control.Dial(socket).Hello(ctx); err == nil {
			return hello.Policy
		}
	}
	g.Poll(ctx)
	return g.Standing()
}
