package proxy

import (
	"context"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// TestPolicyIsToldTheRepository: of a request the one that all open folders are of, of a document its own.
func TestPolicyIsToldTheRepository(t *testing.T) {
	b := newBenchWith(t, standin.Options{}, func(c *Config) { c.Repository = func() string { return "github.com/acme/shop" } })
	var told []string
	b.decide = func(q policy.Query) (policy.Decision, error) {
		if q.Direction == policy.Outgoing {
			told = append(told, q.Repository)
		}
		return policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects)), Revision: "1"}, nil
	}
	if status, answer, _ := b.post(chat, `{"model":"m","messages":[{"role":"user","content":"hello"}]}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if _, err := b.proxy.JudgeDocument(context.Background(), Document{Kind: "hook", Repository: "github.com/acme/lib", Route: new(wire.Route), Body: []byte(`{"a":"` + awsKey() + `"}`)}, policy.Scrub); err != nil {
		t.Fatal(err)
	}
	if len(told) < 2 || told[0] != "github.com/acme/shop" || told[len(told)-1] != "github.com/acme/lib" {
		t.Errorf("told of %q", told)
	}
}
