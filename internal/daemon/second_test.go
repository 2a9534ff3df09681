package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// TestTwoPeople: a request that two have to approve goes when both have, in either order; a signature on another request opens
// nothing, and one that has come counts until it ends.
func TestTwoPeople(t *testing.T) {
	held := proxy.Held{Obligation: policy.ReviewByTwo, Provider: "openai", Model: "m", Findings: []string{"a"}, Body: []byte("body")}
	ben := func(digest string, until time.Time) policy.Approval {
		return policy.Approval{By: "ben", Key: strings.Repeat("ab", 16), Digest: digest, Until: until}
	}
	later := time.Now().Add(time.Hour)
	for name, do := range map[string]func(q *questions, r control.Review, answer func(string), leave func()) (want proxy.Answer){
		"first, then second": func(q *questions, r control.Review, answer func(string), _ func()) proxy.Answer {
			answer(control.SayOnce)
			if w, _ := q.reviews(control.Reviews{}); len(w.Reviews) != 1 || !w.Reviews[0].Approved || !w.Reviews[0].Second {
				t.Errorf("what waits for the second is listed as %+v", w)
			}
			if _, err := q.take(control.Answer{ID: r.ID, Say: control.SayOnce}); err == nil {
				t.Error("one person approves twice")
			}
			if !q.accept(ben(r.Digest(), later)) {
				t.Error("it does not wait")
			}
			return proxy.Once
		},
		"second, then first": func(q *questions, r control.Review, answer func(string), _ func()) proxy.Answer {
			q.accept(ben(r.Digest(), later))
			answer(control.SayOnce)
			return proxy.Once
		},
		"the first refuses": func(q *questions, r control.Review, answer func(string), _ func()) proxy.Answer {
			q.accept(ben(r.Digest(), later))
			answer(control.SayNo)
			return proxy.No
		},
		"nobody signs": func(_ *questions, _ control.Review, answer func(string), leave func()) proxy.Answer {
			answer(control.SayOnce)
			leave()
			return proxy.Unanswered
		},
		"another request is signed": func(q *questions, r control.Review, answer func(string), leave func()) proxy.Answer {
			answer(control.SayOnce)
			other := r
			other.Body = []byte("another")
			if q.accept(ben(other.Digest(), later)) {
				t.Error("another request waits")
			}
			leave()
			return proxy.Unanswered
		},
		"it has ended": func(q *questions, r control.Review, answer func(string), leave func()) proxy.Answer {
			q.accept(ben(r.Digest(), time.Now().Add(-time.Second)))
			answer(control.SayOnce)
			leave()
			return proxy.Unanswered
		},
	} {
		h := newHub(func(int) {})
		q := &questions{hub: h}
		editor, _ := h.join(true)
		ctx, leave := context.WithCancel(t.Context())
		got := make(chan proxy.Approval)
		go func() { got <- q.hold(ctx, held) }()
		id := (<-editor).ID
		waiting, err := q.reviews(control.Reviews{})
		if err != nil || len(waiting.Reviews) != 1 {
			t.Fatal(waiting, err)
		}
		want := do(q, waiting.Reviews[0], func(say string) {
			if _, err := q.take(control.Answer{ID: id, Say: say}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}, leave)
		a := <-got
		if a.Answer != want || want == proxy.Once && a.By != audit.Account()+" and ben (key abababab, until "+later.Format(time.RFC3339)+")" {
			t.Errorf("%s: %+v", name, a)
		}
		if want == proxy.Once { // the very same again needs the first one alone
			go func() { got <- q.hold(ctx, held) }()
			if _, err := q.take(control.Answer{ID: (<-editor).ID, Say: control.SayOnce}); err != nil {
				t.Error(err)
			}
			if a := <-got; a.Answer != proxy.Once {
				t.Errorf("%s: again it is %+v", name, a)
			}
		}
		leave()
	}
}

// TestDigest: whatever is changed of what a second person is shown is another request.
func TestDigest(t *testing.T) {
	r := control.Review{ID: "1", Provider: "openai", Model: "m", User: "jay", Machine: "roost", Findings: []string{"a", "b"}, Body: []byte("body")}
	same := r
	same.ID, same.Since, same.Approved = "2", time.Now(), true
	if same.Digest() != r.Digest() {
		t.Error("the same request has another digest")
	}
	for i, change := range []func(*control.Review){
		func(r *control.Review) { r.Provider = "mistral" }, func(r *control.Review) { r.Model = "" }, func(r *control.Review) { r.User = "ben" }, func(r *control.Review) { r.Machine = "" },
		func(r *control.Review) { r.Findings = []string{"a"} }, func(r *control.Review) { r.Findings = []string{"a\", \"b"} }, func(r *control.Review) { r.Body = []byte("bodY") },
		func(r *control.Review) { r.Provider, r.Model = "openaim", "" },
	} {
		other := r
		if change(&other); other.Digest() == r.Digest() {
			t.Errorf("change %d has the same digest", i)
		}
	}
}

// TestTwoPeopleOverTheSocket: the whole way, with an organisation's bundle that names who signs. The ledger says who both were.
func TestTwoPeopleOverTheSocket(t *testing.T) {
	acme, ben, mallory := newSigner(t), newSigner(t), newSigner(t)
	key := func(s signer) string {
		return "|\n    " + strings.ReplaceAll(strings.TrimSpace(string(s.public)), "\n", "\n    ") + "\n"
	}
	self := newSigner(t)
	bundle := acme.bundleOf(t, 1, map[string]string{
		"acme.rego":              "package scrubjay.org\n\nobligation contains \"review_by_two\"\n",
		"scrubjay/org/data.yaml": "reviewers:\n  ben: " + key(ben) + "  " + audit.Account() + ": " + key(self),
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bundle) }))
	defer server.Close()
	vendor := standin.New(standin.Options{})
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	defer vendor.Close()
	r := start(t, fmt.Sprintf("providers: {openai: {url: %q}}\norganisation:\n  url: %s\n  scope: acme\n  keys:\n  - %s", vendor.URL(), server.URL, key(acme)))
	events := make(chan control.Event, 64)
	go func() { _ = r.client.Attend(t.Context(), func(e control.Event) { events <- e }) }()
	until := func(kind string) {
		t.Helper()
		for e := range events {
			if e.Kind == kind {
				return
			}
		}
	}
	until(control.Attached)
	if hello, err := r.client.Hello(t.Context()); err != nil {
		t.Fatal(err)
	} else if hello.Policy.Sequence != 1 {
		until("policy")
	}
	done := make(chan int, 1)
	go func() {
		status, _ := r.ask(`{"model":"m","messages":[{"role":"user","content":"hello"}]}`)
		done <- status
	}()
	until("review")
	waiting, err := r.client.Reviews(t.Context())
	if err != nil || len(waiting) != 1 || !waiting[0].Second {
		t.Fatalf("%+v, %v", waiting, err)
	}
	sign := func(by signer) control.Accept {
		t.Helper()
		now := time.Now()
		token, err := policy.SignApproval(waiting[0].Digest(), by.private, now.Add(time.Hour), now)
		if err != nil {
			t.Fatal(err)
		}
		return control.Accept{Token: token}
	}
	for name, by := range map[string]signer{"nobody's": mallory, "my own": self} {
		if _, err := r.client.Accept(t.Context(), sign(by)); err == nil {
			t.Errorf("%s signature counts", name)
		}
	}
	if a, err := r.client.Accept(t.Context(), sign(ben)); err != nil || a.By != "ben" || !a.Waits {
		t.Errorf("%+v, %v", a, err)
	}
	if err := r.client.Answer(t.Context(), control.Answer{ID: waiting[0].ID, Say: control.SayOnce}); err != nil {
		t.Error(err)
	}
	if status := <-done; status != http.StatusOK {
		t.Errorf("approved by both, it is %d", status)
	}
	r.stop()
	var authorised []string
	if err := audit.Show(r.state.Dir, func(r audit.Record) error {
		authorised = append(authorised, r.Authorisations...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(authorised) != 1 || !strings.HasPrefix(authorised[0], "review_by_two: "+audit.Account()+" and ben (key ") {
		t.Errorf("authorised by %q", authorised)
	}
}
