package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/compliance"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
)

func incidentCommand() *cobra.Command {
	var since, out string
	c := &cobra.Command{
		Use: "incident", Short: "Collect the evidence of an incident in one signed file", Args: cobra.NoArgs,
		Long: `Incident writes an archive of the ledger's records since a moment, what verifying the ledger says, a checkpoint, the policy
in force and the versions, with a manifest that the ledger's key signs. No value, prompt or credential is in it.`,
		Example: "  scrubjay incident --since 72h -o incident.tar.gz\n  scrubjay incident verify incident.tar.gz",
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("say where it goes: -o incident.tar.gz")
			}
			from, err := moment("--since", since)
			if err != nil {
				return err
			}
			state, err := installation.OpenState("")
			if err != nil {
				return err
			}
			files, err := evidence(c.Context(), state, from)
			if err != nil {
				return err
			}
			signer, public, err := audit.Signer(state.Dir)
			if err != nil {
				return err
			}
			archive, err := compliance.Seal(files, signer, time.Now())
			if err != nil {
				return err
			}
			if err := writeNew(out, archive); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %d files, signed with the key %s\n", out, len(files), public)
			if files["checkpoint.note"] == nil {
				fmt.Fprintf(c.ErrOrStderr(), "scrubjay: it has no checkpoint, because the ledger does not verify: %s", files["ledger-verify.txt"])
			}
			return nil
		},
	}
	c.Flags().StringVar(&since, "since", "", "records from this day or moment on, in UTC, or so long ago: 72h; without it, all")
	c.Flags().StringVarP(&out, "output", "o", "", "write it to this `FILE`")
	c.AddCommand(incidentVerifyCommand())
	return c
}

// writeNew writes evidence where nothing is: what was collected before is evidence, too.
func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and evidence is not written over: name another file", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

func incidentVerifyCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use: "verify FILE", Short: "Check that an archive of evidence is as it was signed", Args: cobra.ExactArgs(1),
		Example: "  scrubjay incident verify incident.tar.gz --key scrubjay-ledger+12345678+AbC...",
		RunE: func(c *cobra.Command, args []string) error {
			archive, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			if key == "" {
				state, err := installation.OpenState("")
				if err != nil {
					return err
				}
				if _, key, err = audit.Signer(state.Dir); err != nil {
					return err
				}
			}
			sealed, err := compliance.Open(archive, key)
			if errors.Is(err, compliance.ErrKey) {
				return err
			}
			if err != nil {
				return command.Exit{Code: 1, Err: fmt.Errorf("%s: %w", args[0], err)}
			}
			fmt.Fprintf(c.OutOrStdout(), "as it was signed on %s: %d files\n", sealed.Time.Format(time.RFC3339), sealed.Files)
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "the public `KEY` of the machine that it is from; without it this one's")
	return c
}

// evidence are the files of an incident.
func evidence(ctx context.Context, state installation.State, from time.Time) (map[string][]byte, error) {
	files := map[string][]byte{}
	keep := func(name string, said any) error {
		text, err := json.MarshalIndent(said, "", "  ")
		files[name] = append(text, '\n')
		return err
	}
	var records bytes.Buffer
	filter := audit.Filter{Since: from}
	if err := ledgerRecords(state)(func(r audit.Record) error {
		if !filter.Match(r) {
			return nil
		}
		return json.NewEncoder(&records).Encode(r)
	}); err != nil {
		fmt.Fprintln(&records, "the ledger cannot be read to its end:", err) // which is evidence, too
	}
	files["ledger.jsonl"] = records.Bytes()
	good, err := audit.Verify(state.Dir)
	verdict := fmt.Sprintf("%d records, all good\n", good)
	if err != nil {
		verdict = fmt.Sprintf("%d records are good, then: %v\n", good, err)
	}
	files["ledger-verify.txt"] = []byte(verdict)
	signer, _, err := audit.Signer(state.Dir)
	if err != nil {
		return nil, err
	}
	if point, err := audit.Sign(state.Dir, signer, time.Now()); err == nil { // what does not verify has none
		files["checkpoint.note"] = point
	}
	g, err := commandGovernance(state)
	if err != nil {
		return nil, err
	}
	if err := keep("policy-status.json", standing(ctx, state, g)); err != nil {
		return nil, err
	}
	if err := keep("policy-organised.json", g.Policy().Organised()); err != nil {
		return nil, err
	}
	bundle, err := os.ReadFile(filepath.Join(state.Dir, "policy", "bundle.tar.gz"))
	if err == nil {
		files["policy-bundle.tar.gz"] = bundle
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return files, keep("version.json", map[string]string{
		"scrubjay": version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH, "machine": audit.Host(), "user": audit.Account(),
	})
}
