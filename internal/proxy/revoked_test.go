package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestARevokedValueIsRefused: policy is told which of the values in a request is revoked, also of one that an allow entry
// would leave out.
func TestARevokedValueIsRefused(t *testing.T) {
	revoked, other := fmt.Sprintf("%s@%s", "swallow", "acme.io"), fmt.Sprintf("%s@%s", "heron", "acme.io")
	salt := []byte("a salt of the tests")
	print := detect.Fingerprint(detect.Organisation, salt, []byte(revoked))
	b := newBenchWith(t, standin.Options{}, func(c *Config) {
		settings := c.Settings()
		settings.Revocations = policy.Revocations{Salt: salt, Prints: map[string]bool{print: true}}
		settings.Allow = []policy.AllowEntry{{Rule: "email-address", Reason: "our own"}}
		c.Settings = func() policy.Settings { return settings }
	})
	b.decide = func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}
		for i, s := range q.Subjects {
			if s.Revoked != "" {
				d.Verdict, d.Rulings[i] = policy.Forbid, policy.Ruling{Verdict: policy.Forbid, Reason: "revoked " + s.Revoked}
			}
		}
		return d, nil
	}
	for text, want := range map[string]int{other: http.StatusOK, revoked: http.StatusForbidden, other + " and " + revoked: http.StatusForbidden} {
		status, answer, _ := b.post(chat, `{"model":"m","messages":[{"role":"user","content":"ask `+text+`"}]}`)
		if status != want || want == http.StatusForbidden && !strings.Contains(answer, "revoked "+print) {
			t.Errorf("%s: %d, not %d: %s", text, status, want, answer)
		}
	}
	if strings.Contains(b.upstream(), revoked) {
		t.Error("the vendor was sent what is revoked")
	}
}
