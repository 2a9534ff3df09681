package proxy

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// reviewer answers held requests and keeps them.
type reviewer struct {
	mu     sync.Mutex
	answer Answer
	held   []Held
}

func (r *reviewer) hold(_ context.Context, h Held) Approval {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = append(r.held, h)
	return Approval{Answer: r.answer, By: "jay"}
}

func (r *reviewer) says(a Answer) []Held {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.held
	r.answer, r.held = a, nil
	return held
}

// obliging is the default policy with obligations.
func (b *bench) obliging(obligations ...string) {
	b.decide = func(q policy.Query) (policy.Decision, error) {
		e, err := defaultPolicy()
		if err != nil {
			return policy.Decision{}, err
		}
		d, err := e.Decide(context.Background(), q)
		d.Obligations = obligations
		return d, err
	}
}

func typed(text string) string {
	return `{"model":"m","messages":[{"role":"user","content":"` + text + `"}]}`
}

// TestReviewed: a request waits until a person has seen it as it would go. What was approved is not asked about again, nor
// does it open the way for anything else; the record says who approved it, or why it did not go.
func TestReviewed(t *testing.T) {
	b, someone := newBench(t, standin.Options{}), &reviewer{}
	b.proxy.Hold = someone.hold
	b.obliging(policy.Review)
	key, other := awsKey(), awsKey()
	for _, step := range []struct {
		what, path, body string
		answer           Answer
		asked, status    int
	}{
		{"nobody answers", chat, typed("use " + key), Unanswered, 1, 403},
		{"refused", chat, typed("use " + key), No, 1, 403},
		{"approved", chat, typed("use " + key), Once, 1, 200},
		{"its next turn", chat, typed("use " + key + " again"), No, 0, 200},
		{"to another", "/mistral/v1/chat/completions", typed("use " + key), No, 1, 403},
		{"with another value", chat, typed("use " + key + " and " + other), No, 1, 403},
		{"without any", chat, typed("hello"), Once, 1, 200},
		{"without any, again", chat, typed("hello"), No, 1, 403},
	} {
		someone.says(step.answer)
		status, text, h := b.post(step.path, step.body)
		if status != step.status || (status == http.StatusForbidden) != (h.Get("X-Scrubjay-Error") == Unreviewed) {
			t.Errorf("%s: %d %s", step.what, status, text)
		}
		held := someone.says(step.answer)
		if len(held) != step.asked {
			t.Errorf("%s: asked %d times", step.what, len(held))
			continue
		}
		for _, h := range held {
			if strings.Contains(string(h.Body), key) || strings.Contains(step.body, key) && (!strings.Contains(string(h.Body), "AWS_KEY_ID_") || len(h.Findings) == 0 ||
				!strings.HasPrefix(h.Findings[0], "aws-access-key-id (credential) at messages[0].content: a placeholder")) {
				t.Errorf("%s: shown %s, %q", step.what, h.Body, h.Findings)
			}
		}
	}
	var authorised, reasons []string
	b.stop()
	if err := audit.Show(b.dir, func(r audit.Record) error {
		authorised, reasons = append(authorised, r.Authorisations...), append(reasons, r.Reasons...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(authorised, ",") != "review: jay,review: jay,review: jay" {
		t.Errorf("authorised by %q", authorised)
	}
	if all := strings.Join(reasons, "\n"); !strings.Contains(all, "nobody answered within 5 minutes") || !strings.Contains(all, "jay refused it") {
		t.Errorf("reasons are %s", all)
	}
}

// TestLeftWhileHeld: the ledger does not say that nobody answered in time, where whoever sent it did not wait.
func TestLeftWhileHeld(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.obliging(policy.Review)
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan struct{})
	b.proxy.Hold = func(ctx context.Context, _ Held) Approval {
		leave()
		<-ctx.Done()
		close(answered)
		return Approval{Answer: Unanswered}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+chat, strings.NewReader(typed("hello")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer k")
	req.Header.Set("Content-Type", "application/json")
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
		t.Fatalf("it was answered with %s", res.Status)
	}
	<-answered
	b.stop()
	var reasons []string
	if err := audit.Show(b.dir, func(r audit.Record) error { reasons = append(reasons, r.Reasons...); return nil }); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(reasons, "\n"); !strings.Contains(all, "left before anybody answered") || strings.Contains(all, "5 minutes") {
		t.Errorf("reasons are %q", all)
	}
}

// TestStoppedWhileHeld: an exchange that ends because the proxy does is recorded, however late it hears of it.
func TestStoppedWhileHeld(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.obliging(policy.Review)
	held := make(chan struct{})
	b.proxy.Hold = func(ctx context.Context, _ Held) Approval {
		close(held)
		<-ctx.Done()
		<-b.proxy.long.ctx.Done()
		for range 10_000 {
			runtime.Gosched() // who closes the ledger without waiting does so now
		}
		return Approval{Answer: Unanswered}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if res, err := http.Post(b.url+chat, "application/json", strings.NewReader(typed("hello"))); err == nil { // it is broken off
			res.Body.Close()
			t.Errorf("it was answered with %s", res.Status)
		}
	}()
	<-held
	b.stop()
	<-ended
	records := 0
	if err := audit.Show(b.dir, func(audit.Record) error { records++; return nil }); err != nil || records != 1 {
		t.Errorf("%d records, %v", records, err)
	}
}

// TestAttested: who has said that it may go is asked again after a day.
func TestAttested(t *testing.T) {
	var a approvals
	keys, now := approvalsFor(policy.Attest, "openai", nil), time.Now()
	a.keep(keys, "jay", now)
	if by, ok := a.of(keys, now.Add(attested-time.Second)); !ok || by != "jay" {
		t.Errorf("within a day: %q, %v", by, ok)
	}
	if _, ok := a.of(keys, now.Add(attested)); ok {
		t.Error("it holds longer than a day")
	}
	b, someone := newBench(t, standin.Options{}), &reviewer{answer: Once}
	b.proxy.Hold = someone.hold
	b.obliging(policy.Attest)
	for range 2 {
		if status, text, _ := b.post(chat, typed("hello")); status != http.StatusOK {
			t.Errorf("%d %s", status, text)
		}
	}
	if held := someone.says(No); len(held) != 1 || held[0].Obligation != policy.Attest {
		t.Errorf("asked %+v", held)
	}
}

// TestRerouteRequired: policy may send a request to the provider that was named for it; if none was, it does not go.
func TestRerouteRequired(t *testing.T) {
	b := newBench(t, standin.Options{})
	b.obliging(policy.Reroute)
	status, text, h := b.post(chat, typed("hello"))
	if status != http.StatusForbidden || h.Get("X-Scrubjay-Error") != "reroute_required" || !strings.Contains(text, "providers.openai.reroute") || len(b.vendor.Requests()) > 0 {
		t.Errorf("%d %s", status, text)
	}
	settings := b.proxy.Settings()
	settings.Providers["ours"] = policy.Provider{Format: "openai", URL: b.vendor.URL(), Kind: policy.Private, KeyEnv: "OUR_KEY"}
	b.proxy.Getenv = func(string) string { return "ours" }
	openai := settings.Providers["openai"]
	openai.Reroute = policy.Elsewhere{Provider: "ours"}
	settings.Providers["openai"] = openai
	if status, text, h := b.post(chat, typed("hello")); status != http.StatusOK || h.Get(elsewhereHeader) != "openai -> ours; policy" {
		t.Errorf("%d %s %v", status, text, h)
	}
}

// TestReviewedByTwo: it is asked about every time, and as nothing less where policy asks for both kinds of review.
func TestReviewedByTwo(t *testing.T) {
	b, someone := newBench(t, standin.Options{}), &reviewer{}
	b.proxy.Hold = someone.hold
	b.obliging(policy.Review, policy.ReviewByTwo)
	key := awsKey()
	for _, step := range []struct {
		answer Answer
		status int
	}{{Unanswered, 403}, {No, 403}, {Once, 200}, {Once, 200}, {Unanswered, 403}} {
		someone.says(step.answer)
		status, text, _ := b.post(chat, typed("use "+key))
		held := someone.says(step.answer)
		if status != step.status || len(held) != 1 || held[0].Obligation != policy.ReviewByTwo {
			t.Errorf("%d %s, asked %d times", status, text, len(held))
		}
		if step.answer == Unanswered && !strings.Contains(text, "scrubjay review export") {
			t.Errorf("it does not say how to go on: %s", text)
		}
	}
}
