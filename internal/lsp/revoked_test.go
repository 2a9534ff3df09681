package lsp_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/lsptest"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// revoking is a policy that allows everything but what is revoked.
type revoking struct{}

func (revoking) Decide(_ context.Context, q policy.Query) (policy.Decision, error) {
	d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}
	for i, s := range q.Subjects {
		d.Rulings[i].Diagnostic = "none"
		if s.Revoked != "" {
			d.Rulings[i] = policy.Ruling{Verdict: policy.Forbid, Diagnostic: "error", Reason: "this value is revoked"}
		}
	}
	return d, nil
}

// What the organisation revokes is shown, though a comment calls it harmless, and only that.
func TestRevoked(t *testing.T) {
	lsptest.Prepare(t)
	synctest.Test(t, func(t *testing.T) {
		revoked, salt := key(t, "email", 1), []byte("a salt of the tests")
		cfg := config()
		cfg.Decider = revoking{}
		cfg.Settings = func() policy.Settings {
			print := detect.Fingerprint(detect.Organisation, salt, []byte(revoked))
			return policy.Settings{Revocations: policy.Revocations{Salt: salt, Prints: map[string]bool{print: true}}}
		}
		e := lsptest.Start(t, cfg, lsptest.Options{})
		e.Open(file, "env", "A="+key(t, "email", 2)+"\nB="+revoked+" # scrubjay:allow\n")
		synctest.Wait()
		shown := e.Diagnostics(file)
		if len(shown) != 1 || shown[0].Range.Start.Line != 1 || !strings.Contains(fmt.Sprint(shown[0].Message), "Email address: revoked by your organisation") {
			t.Errorf("shown: %+v", shown)
		}
		e.HangUp()
	})
}
