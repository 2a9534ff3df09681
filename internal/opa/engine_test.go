package opa

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

func TestDecideKeepsTheOrderOfTheSubjects(t *testing.T) {
	e := newEngine(t, nil)
	info := subject(detect.PII)
	info.Severity = "info"
	q := outgoing(policy.Public, subject(detect.PII), subject(detect.Credential), info, subject(detect.PII))
	d := decide(t, e, q)
	var got []string
	for _, r := range d.Rulings {
		got = append(got, r.Verdict.String()+" "+r.Diagnostic)
	}
	if want := []string{"scrub information", "scrub information", "allow information", "scrub information"}; !slices.Equal(got, want) {
		t.Errorf("rulings are %v, not %v", got, want)
	}
	if d.Verdict != policy.Scrub || d.Revision != "built-in" || !d.ValidUntil.Equal(today.Add(time.Hour)) {
		t.Errorf("decision is %v, revision %s, valid until %s", d.Verdict, d.Revision, d.ValidUntil)
	}
	if len(d.Reasons) != 2 {
		t.Errorf("reasons are to be said once for what is not allowed: %q", d.Reasons)
	}
}

func TestDecideRemembersUntilTheDecisionEnds(t *testing.T) {
	now := today
	e, err := NewEngine(Options{Layers: organised(acme("")), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Verify(signed(t, map[string]string{"clock.rego": "package scrubjay.org\n\nforbid contains \"it is late\" if time.now_ns() >= " + fmt.Sprint(today.Add(time.Minute).UnixNano()) +
		"\n\nvalid_until := ceil(time.now_ns() / 1000000000) + 90\n"}, 1, today.Add(time.Hour)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(b); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at   time.Duration
		want policy.Verdict
	}{{0, policy.Allow}, {89 * time.Second, policy.Allow}, {90 * time.Second, policy.Forbid}} {
		now = today.Add(step.at)
		if d := decide(t, e, outgoing(policy.Public)); d.Verdict != step.want {
			t.Errorf("after %s the verdict is %s, not %s", step.at, d.Verdict, step.want)
		}
	}
}

func TestADecisionDoesNotOutliveItsBundle(t *testing.T) {
	now := today
	e, err := NewEngine(Options{Layers: organised(acme("closed")), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Verify(signed(t, nil, 1, today.Add(time.Minute)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(b); err != nil {
		t.Fatal(err)
	}
	d := decide(t, e, outgoing(policy.Public))
	if d.Verdict != policy.Allow || !d.ValidUntil.Equal(b.Expires) {
		t.Errorf("before: %s until %s", d.Verdict, d.ValidUntil)
	}
	now = b.Expires
	if d := decide(t, e, outgoing(policy.Public)); d.Verdict != policy.Forbid {
		t.Errorf("after its bundle has expired a closed policy says %s", d.Verdict)
	}
	if s := e.Status(); s.Stale != "closed" || s.Sequence != 1 {
		t.Errorf("status is %+v", s)
	}
}

func TestWithoutABundleTheOrganisationsStaleHolds(t *testing.T) {
	info := subject(detect.PII)
	info.Severity = "info"
	for stale, want := range map[string][2]policy.Verdict{"": {policy.Scrub, policy.Scrub}, "scrub": {policy.Scrub, policy.Scrub}, "closed": {policy.Forbid, policy.Forbid}, "open": {policy.Scrub, policy.Allow}} {
		d := decide(t, newEngine(t, organised(acme(stale))), outgoing(policy.Public, subject(detect.PII), info))
		if got := [2]policy.Verdict{d.Rulings[0].Verdict, d.Rulings[1].Verdict}; got != want {
			t.Errorf("stale %q: %v, not %v", stale, got, want)
		}
	}
}

func TestAFailedDecisionIsClosed(t *testing.T) {
	broken := map[string]map[string]string{
		"a builtin fails":         {"x.rego": "package scrubjay.org\n\nforbid contains \"late\" if time.parse_rfc3339_ns(input.destination.model) > 0\n"},
		"two values for one rule": {"x.rego": "package scrubjay.org\n\nvalid_until := 1 if input.now > 0\n\nvalid_until := 2 if input.now > 1\n"},
		"an unknown obligation":   {"x.rego": "package scrubjay.org\n\nobligation contains \"pray\"\n"},
		"no whole number":         {"x.rego": "package scrubjay.org\n\nvalid_until := 1.5\n"},
	}
	for name, files := range broken {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, organised(acme("")))
			b, err := Verify(forced(t, files, 1), acme(""))
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Swap(b); err != nil {
				t.Fatal(err)
			}
			d, err := e.Decide(context.Background(), outgoing(policy.Local, subject(detect.PII)))
			if err == nil || d.Verdict != policy.Forbid || len(d.Rulings) != 1 || d.Rulings[0].Verdict != policy.Forbid || d.Rulings[0].Diagnostic != "error" || d.Rulings[0].Reason == "" {
				t.Errorf("%+v, error %v", d, err)
			}
		})
	}
	t.Run("an unknown direction", func(t *testing.T) {
		d, err := newEngine(t, nil).Decide(context.Background(), policy.Query{Direction: "sideways", Subjects: []policy.Subject{subject(detect.PII)}})
		if err == nil || d.Verdict != policy.Forbid || d.Rulings[0].Verdict != policy.Forbid {
			t.Errorf("%+v, error %v", d, err)
		}
	})
	t.Run("a cancelled question", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		e := newEngine(t, nil)
		if d, err := e.Decide(ctx, outgoing(policy.Public)); err == nil || d.Verdict != policy.Forbid {
			t.Errorf("%+v, error %v", d, err)
		}
		if d := decide(t, e, outgoing(policy.Public)); d.Verdict != policy.Allow {
			t.Errorf("the failure was remembered: %s", d.Verdict)
		}
	})
}

func TestReasonsNameWhoseRuleItIs(t *testing.T) {
	o := acme("")
	e := newEngine(t, &policy.Layers{Managed: &policy.Settings{Organisation: &o, Delegate: []string{"providers", "rules.disable"}, Verdicts: map[string]map[policy.Kind]string{"pci": {policy.Public: "forbid"}}}, User: &policy.Settings{Verdicts: map[string]map[policy.Kind]string{"internal": {policy.Public: "forbid"}}}})
	b, err := Verify(signed(t, nil, 1, today.Add(time.Hour)), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(b); err != nil {
		t.Fatal(err)
	}
	for class, want := range map[detect.Class]string{
		detect.Credential: "By Scrubjay's default policy, credentials are scrubbed for public providers: a placeholder goes instead",
		detect.PII:        "By Acme's policy, personal data are forbidden for public providers: redact them, or use a private or local provider. See handbook chapter 7. Ask security@acme.example for an exception.",
		detect.PHI:        "(health data stay with us)",
		detect.PCI:        "By this machine's managed settings, payment data are forbidden",
		detect.Internal:   "By your own settings, internal names are forbidden",
	} {
		if got := decide(t, e, outgoing(policy.Public, subject(class))).Rulings[0].Reason; !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", class, got, want)
		}
	}
	if d := decide(t, e, outgoing(policy.Public, subject(detect.Proprietary))); !slices.Equal(d.Obligations, []string{"review"}) {
		t.Errorf("obligations are %q", d.Obligations)
	}
	if s := e.Settings(); s.Providers["acme"].Kind != policy.Private || !slices.Contains(s.Rules.Disable, "ipv4-address") {
		t.Errorf("the bundle's settings are not in force: %+v", s)
	}
}

func TestExplainNamesEveryVote(t *testing.T) {
	e := newEngine(t, &policy.Layers{Managed: &policy.Settings{Verdicts: map[string]map[policy.Kind]string{"pii": {policy.Public: "scrub"}}}, User: &policy.Settings{Verdicts: map[string]map[policy.Kind]string{"pii": {policy.Public: "forbid"}}}})
	x, err := e.Explain(context.Background(), outgoing(policy.Public, subject(detect.PII)))
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Votes) != 1 || len(x.Votes[0]) != 2 || x.Deciding[0].Layer != "user" || x.Decision.Verdict != policy.Forbid {
		t.Errorf("%+v", x)
	}
	for _, want := range []string{"forbid for openai (public)", "* user", "user verdicts: pii, public", "managed verdicts: pii, public"} {
		if !strings.Contains(x.String(), want) {
			t.Errorf("%q is not in\n%s", want, x)
		}
	}
}

// TestExplainSaysWhereItGoes: what is forbidden somewhere may go elsewhere, and who reads why also reads that.
func TestExplainSaysWhereItGoes(t *testing.T) {
	forbidding := map[string]map[policy.Kind]string{"pii": {policy.Public: "forbid"}}
	for name, tt := range map[string]struct {
		to   policy.Elsewhere
		kind policy.Kind
		want string
	}{
		"a private one": {policy.Elsewhere{Provider: "acme", Model: "big"}, policy.Private, "A request for an answer goes to acme, model big instead (providers.openai.reroute), and is judged for that one."},
		"a public one":  {policy.Elsewhere{Provider: "acme"}, policy.Public, ""},
		"one not known": {policy.Elsewhere{Provider: "nobody"}, policy.Private, ""},
		"nobody at all": {policy.Elsewhere{}, policy.Private, ""},
	} {
		e := newEngine(t, &policy.Layers{Managed: &policy.Settings{Verdicts: forbidding, Providers: map[string]policy.Provider{
			"openai": {Format: "openai", URL: "https://api.openai.com", Kind: policy.Public, Reroute: tt.to}, "acme": {Format: "openai", URL: "https://models.acme.example", Kind: tt.kind},
		}}})
		x, err := e.Explain(t.Context(), outgoing(policy.Public, subject(detect.PII)))
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(x.String(), "instead"); said != (tt.want != "") || !strings.Contains(x.String(), tt.want) {
			t.Errorf("%s:\n%s", name, x)
		}
		if x, err = e.Explain(t.Context(), outgoing(policy.Public, subject(detect.Credential))); err != nil || strings.Contains(x.String(), "instead (") {
			t.Errorf("%s: what is not forbidden goes elsewhere: %v\n%s", name, err, x)
		}
	}
	e := inForce(t, policy.Who{}, nil, func() time.Time { return today }, map[string]string{"a.rego": "package scrubjay.org\n\nobligation contains \"reroute\"\n"})
	if x, err := e.Explain(t.Context(), outgoing(policy.Public)); err != nil || !strings.Contains(x.String(), "It is refused, because providers.openai.reroute names no private or local provider") {
		t.Errorf("%v\n%s", err, x)
	}
}

func TestReloadKeepsTheBundleOfTheSameOrganisationOnly(t *testing.T) {
	e := newEngine(t, organised(acme("")))
	b, err := Verify(signed(t, nil, 1, today.Add(time.Hour)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(b); err != nil {
		t.Fatal(err)
	}
	e.Reload(organised(acme("closed")))
	if e.Status().Revision != b.Revision {
		t.Error("the bundle went with a change that does not concern it")
	}
	other := acme("")
	other.Keys = []string{string(otherKey().public)}
	e.Reload(organised(other))
	if s := e.Status(); s.Revision != "built-in" || s.Stale != "scrub" {
		t.Errorf("a bundle of keys that are not trusted any more is in force: %+v", s)
	}
	e.Reload(&policy.Layers{})
	if err := e.Swap(b); err == nil {
		t.Error("a bundle came into force without an organisation")
	}
}

func TestDecideWhileSwapping(t *testing.T) {
	e := newEngine(t, organised(acme("")))
	var bundles []*Bundle
	for i, files := range []map[string]string{verdicts("{pii: {public: forbid}}"), verdicts("{pii: {public: allow}}")} {
		b, err := Verify(signed(t, files, int64(i+1), today.Add(time.Hour)), acme(""))
		if err != nil {
			t.Fatal(err)
		}
		bundles = append(bundles, b)
	}
	if err := e.Swap(bundles[0]); err != nil {
		t.Fatal(err)
	}
	verdictOf := map[string]policy.Verdict{bundles[0].Revision: policy.Forbid, bundles[1].Revision: policy.Allow}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				d, err := e.Decide(context.Background(), outgoing(policy.Public, subject(detect.PII)))
				if want, ok := verdictOf[d.Revision]; err != nil || !ok || d.Verdict != want {
					t.Errorf("revision %s says %s, error %v", d.Revision, d.Verdict, err)
					return
				}
			}
		})
	}
	for i := range 20 {
		if err := e.Swap(bundles[i%2]); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

func TestTheMemoIsBounded(t *testing.T) {
	var m memo
	for i := range 3 * memoLimit {
		m.put(fmt.Append(nil, i/7), policy.Subject{Rule: fmt.Sprint(i)}, policy.Ruling{}, today.Add(time.Hour), today)
		if m.size > memoLimit {
			t.Fatalf("%d answers are remembered", m.size)
		}
	}
	m.keep([]byte("late"), policy.Decision{ValidUntil: today}, today)
	if _, ok := m.get([]byte("late"), today); ok {
		t.Error("an answer that has ended was given")
	}
}

// Names are chosen by models and users: no choice of them may make two questions one.
func FuzzCanonicalKey(f *testing.F) {
	f.Add("openai", "gpt", "tool", "edit", "label", "rule", "openai", "gp", "ttool", "edit", "label", "rule")
	f.Add("a", "\x01b", "", "", "", "", "a\x01", "b", "", "", "", "")
	f.Fuzz(func(t *testing.T, p1, m1, t1, k1, l1, r1, p2, m2, t2, k2, l2, r2 string) {
		query := func(p, m, n, k, l, r string) policy.Query {
			return policy.Query{Direction: policy.Restore, Destination: policy.Destination{Provider: p, Model: m, Kind: policy.Public}, Tool: policy.Tool{Name: n, Kind: k}, Labels: []string{l},
				Subjects: []policy.Subject{{Class: detect.PII, Rule: r}}}
		}
		a, b := canonicalise(query(p1, m1, t1, k1, l1, r1), ""), canonicalise(query(p2, m2, t2, k2, l2, r2), "")
		same := p1 == p2 && m1 == m2 && t1 == t2 && k1 == k2 && l1 == l2 && r1 == r2
		if (string(a.key) == string(b.key)) != same {
			t.Errorf("equal keys: %v, equal questions: %v", !same, same)
		}
	})
}

func TestTheOrderOfSubjectsDoesNotMatter(t *testing.T) {
	var all []policy.Subject
	for _, c := range detect.Classes {
		for _, validated := range []bool{true, false} {
			s := subject(c)
			s.Validated = validated
			all = append(all, s)
		}
	}
	want := string(canonicalise(outgoing(policy.Public, all...), "").key)
	for range 50 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := string(canonicalise(outgoing(policy.Public, append(all, all[3])...), "").key); got != want {
			t.Fatal("another order is another question")
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	var five []policy.Subject
	for _, c := range detect.Classes[:5] {
		five = append(five, subject(c))
	}
	b.Run("hit", func(b *testing.B) {
		e := newEngine(b, nil)
		q := outgoing(policy.Public, five...)
		for b.Loop() {
			decide(b, e, q)
		}
	})
	fifty := outgoing(policy.Public)
	for i := range 50 { // of five classes, and of ten rules each
		s := five[i%5]
		s.Rule += fmt.Sprint(i / 5)
		fifty.Subjects = append(fifty.Subjects, s)
	}
	// Every question is a new one: of another model, which the default policy does not look at, or which an organisation's does, or
	// with nothing remembered.
	looking := map[string]string{"policy.rego": "package scrubjay.org\n\nforbid contains \"old\" if startswith(input.destination.model, \"gpt-3\")\n"}
	for _, c := range []struct {
		name   string
		engine *Engine
		forget bool
	}{
		{"miss", newEngine(b, nil), false},
		{"looking", inForce(b, policy.Who{}, nil, func() time.Time { return today }, looking), false},
		{"forgotten", newEngine(b, nil), true},
	} {
		for _, n := range []int{0, 1, 5, 50} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				q := fifty
				q.Subjects = fifty.Subjects[:n]
				decide(b, c.engine, q)
				for i := 0; b.Loop(); i++ {
					if c.forget {
						c.engine.current.Load().memo = memo{}
					}
					q.Destination.Model = fmt.Sprint(i)
					decide(b, c.engine, q)
				}
			})
		}
	}
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			e := newEngine(b, nil)
			decide(b, e, outgoing(policy.Public))
			b.StartTimer()
			e.Warm(b.Context())
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			decide(b, newEngine(b, nil), outgoing(policy.Public))
		}
	})
}
