package proxy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// elsewhere is a bench with a second vendor of the machine's own, and what policy says of the first.
func elsewhere(t *testing.T, o standin.Options, forbidden bool, change func(*policy.Provider)) (b *bench, local *standin.Server) {
	t.Helper()
	b = newBench(t, o)
	local = standin.New(standin.Options{})
	if err := local.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { local.Close() })
	here := policy.Provider{Format: "openai", URL: b.vendor.URL(), Kind: policy.Public}
	change(&here)
	b.proxy.Settings = func() policy.Settings {
		return policy.Settings{Providers: map[string]policy.Provider{
			"openai": here,
			"llama":  {Format: "openai", URL: local.URL(), Kind: policy.Local, KeyEnv: "SCRUBJAY_TEST_KEY"},
			"claude": {Format: "anthropic", URL: local.URL(), Kind: policy.Local},
		}}
	}
	b.decide = func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}
		if forbidden && q.Direction == policy.Outgoing && q.Destination.Provider == "openai" && len(q.Subjects) > 0 {
			d.Verdict, d.Reasons = policy.Forbid, []string{"not to them"}
			for i := range d.Rulings {
				d.Rulings[i].Verdict = policy.Forbid
			}
		}
		return d, nil
	}
	b.proxy.Getenv = func(name string) string { return map[string]string{"SCRUBJAY_TEST_KEY": "local-key"}[name] }
	return b, local
}

// TestReroute: what policy forbids a vendor goes to a model of the machine's own, if one was named: with its model and
// key, and none of the vendor's; the answer says so.
func TestReroute(t *testing.T) {
	body := fmt.Sprintf(`{"model":"gpt","messages":[{"role":"user","content":"%s"}]}`, awsKey())
	b, local := elsewhere(t, standin.Options{}, true, func(p *policy.Provider) { p.Reroute = policy.Elsewhere{Provider: "llama", Model: "qwen"} })
	status, text, h := b.post(chat, body, "Ocp-Apim-Subscription-Key", "the-vendor-key", "Openai-Beta", "kept")
	if status != http.StatusOK || h.Get(elsewhereHeader) != "openai -> llama; forbidden" {
		t.Fatalf("status %d, %q: %s", status, h.Get(elsewhereHeader), text)
	}
	got := local.Requests()
	if len(b.vendor.Requests()) != 0 || len(got) != 1 || !strings.HasPrefix(string(got[0].Body), `{"model":"qwen",`) || got[0].Header.Get("Authorization") != "Bearer local-key" {
		t.Errorf("the vendor got %d requests, the other %d", len(b.vendor.Requests()), len(got))
	}
	if h := got[0].Header; h.Get("Ocp-Apim-Subscription-Key") != "" || h.Get("Openai-Beta") != "kept" || h.Get("Content-Type") != "application/json" {
		t.Errorf("the other got the headers %v", h)
	}
	// One request is one record: where it went, and why not where it was sent to.
	if all := recorded(t, b); len(all) != 1 || all[0].Provider != "llama" || all[0].Note != "instead of openai: forbidden" || all[0].Status != http.StatusOK || len(all[0].Reasons) == 0 {
		t.Errorf("recorded are %+v", all)
	}
	// What is not forbidden stays.
	if status, _, h := b.post(chat, `{"model":"gpt","messages":[]}`); status != http.StatusOK || h.Get(elsewhereHeader) != "" || len(b.vendor.Requests()) != 1 {
		t.Errorf("status %d, elsewhere %q", status, h.Get(elsewhereHeader))
	}
	for _, to := range []string{"", "none", "claude", "openai"} {
		b, local := elsewhere(t, standin.Options{}, true, func(p *policy.Provider) { p.Reroute = policy.Elsewhere{Provider: to} })
		if status, _, _ := b.post(chat, body); status != http.StatusForbidden || len(local.Requests())+len(b.vendor.Requests()) != 0 {
			t.Errorf("to %q: status %d", to, status)
		}
		if all := recorded(t, b); len(all) != 1 || all[0].Provider != "openai" || all[0].Verdict != "forbid" || len(all[0].Reasons) == 0 {
			t.Errorf("to %q, recorded are %+v", to, all)
		}
	}
	b.proxy.Getenv = func(string) string { return "" }
	if status, text, _ := b.post(chat, body); status != http.StatusForbidden || !strings.Contains(text, "SCRUBJAY_TEST_KEY") || strings.Contains(text, "the-vendor-key") {
		t.Errorf("without a key: %d %s", status, text)
	}
	if all := recorded(t, b); len(all) != 3 || all[2].Provider != "llama" || all[2].Verdict == "forbid" && len(all[2].Reasons) == 0 {
		t.Errorf("without a key, recorded are %+v", all)
	}
}

// recorded are the exchanges that the ledger has by now.
func recorded(t *testing.T, b *bench) (all []audit.Record) {
	t.Helper()
	if err := b.proxy.Ledger.AppendDurable(audit.Record{Kind: "start"}); err != nil { // all that was appended before is on disk, too
		t.Fatal(err)
	}
	if err := audit.Show(b.dir, func(r audit.Record) error {
		if r.Kind != "start" {
			all = append(all, r)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestFallback: a vendor that cannot be reached or is overloaded is stood in for, and asked first again.
func TestFallback(t *testing.T) {
	fall := func(p *policy.Provider) { p.Fallback = policy.Elsewhere{Provider: "llama"} }
	body := `{"model":"gpt","messages":[{"role":"user","content":"hello"}]}`
	b, local := elsewhere(t, standin.Options{Reply: func(standin.Request) standin.Reply { return standin.Reply{Status: 503, Text: "busy"} }}, false, fall)
	if status, text, h := b.post(chat, body); status != http.StatusOK || h.Get(elsewhereHeader) != "openai -> llama; overloaded" || !strings.HasPrefix(string(local.Requests()[0].Body), `{"model":"gpt",`) {
		t.Errorf("overloaded: %d %s", status, text)
	}
	b.vendor.Close()
	if status, text, h := b.post(chat, body); status != http.StatusOK || h.Get(elsewhereHeader) != "openai -> llama; unreachable" {
		t.Errorf("unreachable: %d %s", status, text)
	}
	local.Close()
	if status, text, _ := b.post(chat, body); status != http.StatusBadGateway {
		t.Errorf("neither: %d %s", status, text)
	}
}

// TestLimits: what is too much in a minute has to wait and says how long; what is too much in a day, or at once, is
// refused for good.
func TestLimits(t *testing.T) {
	b, _ := elsewhere(t, standin.Options{}, false, func(p *policy.Provider) {
		p.Limits = policy.Limits{PerMinute: 3, PerDay: 4, Findings: policy.LimitsByClass{Credential: 2}}
	})
	plain := `{"model":"m","messages":[{"role":"user","content":"hello"}]}`
	secret := func(n int) string {
		var keys []string
		for range n {
			keys = append(keys, awsKey())
		}
		return fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"%s"}]}`, strings.Join(keys, " "))
	}
	if status, text, h := b.post(chat, secret(3)); status != http.StatusForbidden || !strings.Contains(text, "too_many_findings") || h.Get("X-Should-Retry") != "false" {
		t.Errorf("at once: %d %s", status, text)
	}
	for i, want := range []int{200, 429} {
		if status, text, h := b.post(chat, secret(2)); status != want || want == 429 && (h.Get("Retry-After") == "" || h.Get("X-Should-Retry") != "" || !strings.Contains(text, "credential")) {
			t.Errorf("findings, request %d: %d %s", i, status, text)
		}
	}
	for i, want := range []int{200, 200, 429} {
		if status, text, _ := b.post(chat, plain); status != want {
			t.Errorf("request %d: %d %s", i, status, text)
		}
	}
	// The clock goes on.
	l := &limits{days: map[string]Day{}, sent: func(map[string]Day) {}}
	now := time.Date(2027, 3, 1, 23, 59, 0, 0, time.UTC)
	of := policy.Limits{PerMinute: 60, PerDay: 2}
	for i, c := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {0, 0}, {0, 403}, {time.Minute, 0}, {0, 0}, {0, 403}} {
		now = now.Add(c.after)
		got := 0
		if fail := l.admit("openai", of, now); fail != nil {
			got = fail.status
		}
		if got != c.want {
			t.Errorf("request %d of the day: %d, want %d", i, got, c.want)
		}
	}
}

// TestRerouteModelInThePath: where the format has the model in the path, the other's is put there, is what policy is asked
// about, and is what the ledger says.
func TestRerouteModelInThePath(t *testing.T) {
	for _, c := range []struct{ format, path, want string }{
		{"gemini", "/v1beta/models/gemini-3:generateContent?key=the-vendor-key", "/v1beta/models/local-1:generateContent?"},
		{"openai", "/openai/deployments/gpt/chat/completions?api-version=1", "/openai/deployments/local-1/chat/completions?api-version=1"},
	} {
		b := newBench(t, standin.Options{})
		local := standin.New(standin.Options{})
		if err := local.Start(); err != nil {
			t.Fatal(err)
		}
		defer local.Close()
		b.proxy.Settings = func() policy.Settings {
			return policy.Settings{Providers: map[string]policy.Provider{
				"away": {Format: c.format, URL: b.vendor.URL(), Kind: policy.Public, Reroute: policy.Elsewhere{Provider: "here", Model: "local-1"}},
				"here": {Format: c.format, URL: local.URL(), Kind: policy.Local, KeyEnv: "K"},
			}}
		}
		b.proxy.Getenv = func(string) string { return "k" }
		var asked []string
		b.decide = func(q policy.Query) (policy.Decision, error) {
			d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects))}
			if q.Direction != policy.Outgoing {
				return d, nil
			}
			asked = append(asked, q.Destination.Provider+" "+q.Destination.Model)
			if q.Destination.Provider == "away" {
				d.Verdict, d.Rulings[0].Verdict = policy.Forbid, policy.Forbid
			}
			return d, nil
		}
		body := fmt.Sprintf(`{"messages":[{"role":"user","content":"%[1]s"}],"contents":[{"parts":[{"text":"%[1]s"}]}]}`, email())
		b.post("/away"+c.path, body)
		got := local.Requests()
		if len(got) != 1 || got[0].Path != c.want || len(b.vendor.Requests()) != 0 {
			t.Errorf("%s: the other got %d requests: %+v", c.format, len(got), got)
			continue
		}
		if asked = slices.Compact(asked); len(asked) != 2 || asked[1] != "here local-1" {
			t.Errorf("policy was asked about %q", asked)
		}
		b.stop()
		recorded := ""
		if err := audit.Show(b.dir, func(r audit.Record) error { recorded = r.Provider + " " + r.Model; return nil }); err != nil || recorded != "here local-1" {
			t.Errorf("on record: %q %v", recorded, err)
		}
	}
}

// TestKept: an exchange that has ended names the values that it kept back, once each; one that did not go out for
// another reason than policy names none.
func TestKept(t *testing.T) {
	b, _ := elsewhere(t, standin.Options{}, false, func(p *policy.Provider) { p.Limits = policy.Limits{PerDay: 1} })
	b.decide = func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Verdict: policy.Scrub, Rulings: make([]policy.Ruling, len(q.Subjects))}
		for i, s := range q.Subjects {
			if s.Class == "credential" {
				d.Rulings[i].Verdict = policy.Scrub
			}
		}
		return d, nil
	}
	ended := make(chan Ended, 1)
	b.proxy.Watch = func(e Ended) { ended <- e }
	key := awsKey()
	body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":"%s %s %s"}]}`, key, email(), key)
	for i, want := range []int{1, 0} {
		status, _, _ := b.post(chat, body)
		e := <-ended
		if (status == http.StatusOK) != (want == 1) || len(e.Kept) != want || want == 1 && e.Kept[0] != b.vault.Fingerprint([]byte(key)) || len(e.Fingerprints) != 2 {
			t.Errorf("request %d: status %d, %d kept of %d", i, status, len(e.Kept), len(e.Fingerprints))
		}
	}
}
