package proxy

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestPaused: while the person has scrubbing paused, what would have been a placeholder goes as it is, and is on record with whose
// word that was. What is forbidden stops, what people look at is scrubbed, placeholders of before come back as values, and
// afterwards everything is as it was.
func TestPaused(t *testing.T) {
	by := ""
	someone := &reviewer{answer: Once}
	b := newBenchWith(t, standin.Options{}, func(c *Config) {
		c.Paused = func() (string, bool) { return by, by != "" }
		c.Hold = someone.hold
	})
	key, other := awsKey(), awsKey()
	last := func() string {
		all := b.vendor.Requests()
		return string(all[len(all)-1].Body)
	}
	b.post(chat, typed("use "+key))
	at := redact.Find([]byte(last()))[0]
	placeholder := last()[at.Start:at.End]

	by = "paused by a test until noon"
	if status, answer, _ := b.post(chat, typed("use "+placeholder)); status != 200 || !strings.Contains(answer, key) {
		t.Errorf("a placeholder of before comes back: %d %s", status, answer)
	}
	for what, step := range map[string]struct {
		under  func()
		status int
		goes   bool
	}{
		"scrubbed":  {func() { b.decide = nil }, 200, true},
		"forbidden": {func() { b.under("verdicts: {credential: {public: forbid}}") }, 403, false},
		"reviewed":  {func() { b.obliging(policy.Review) }, 200, false},
		"attested":  {func() { b.obliging(policy.Attest) }, 200, false},
	} {
		step.under()
		before := len(b.vendor.Requests())
		status, text, _ := b.post(chat, typed("use "+other))
		got := len(b.vendor.Requests()) > before && strings.Contains(last(), other)
		if status != step.status || got != step.goes {
			t.Errorf("%s: %d %s, and the vendor got the value: %t", what, status, text, got)
		}
	}
	for _, held := range someone.says(Once) {
		if strings.Contains(string(held.Body), other) {
			t.Error("what people look at holds the value")
		}
	}

	b.decide = nil
	d := fromServer(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"` + other + `"}]}}`)
	if out, err := b.proxy.ScrubDocument(t.Context(), d); err != nil || string(out.Body) != string(d.Body) || out.Record.Authorisations[0] != by {
		t.Errorf("a server's answer: %v, %s, %+v", err, out.Body, out.Record)
	}
	if out, err := b.proxy.JudgeDocument(t.Context(), d, policy.Scrub); err != nil || out.Why != "" {
		t.Errorf("a hook: %v, %s", err, out.Why)
	}

	by = ""
	if b.post(chat, typed("use "+other)); strings.Contains(last(), other) {
		t.Error("after the pause the value goes")
	}
	b.stop()
	paused := 0
	if err := audit.Show(b.dir, func(r audit.Record) error {
		if len(r.Authorisations) == 1 && r.Authorisations[0] == "paused by a test until noon" {
			paused++
			if r.Verdict != "allow" || r.Classes["credential"] != 1 {
				t.Errorf("on record: %+v", r)
			}
		}
		return nil
	}); err != nil || paused != 3 {
		t.Errorf("%d on record, %v", paused, err)
	}
}
