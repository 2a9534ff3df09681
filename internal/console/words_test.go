package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestEveryClassHasAName: no bare word of a class stands where a person reads.
func TestEveryClassHasAName(t *testing.T) {
	for _, c := range detect.Classes {
		if nameOf(string(c)) == string(c) {
			t.Errorf("%s has no name: add it to classes", c)
		}
	}
	if len(classes) != len(detect.Classes) {
		t.Errorf("%d classes have names, and there are %d", len(classes), len(detect.Classes))
	}
	list, text := counted(map[string]int{"pii": 2, "credential": 1, "new": 3, "old": 0})
	if text != "1 credential, 2 pieces of personal data, 3 new" || fmt.Sprint(list) != "[{Credentials 1} {Personal data 2} {new 3}]" {
		t.Errorf("%v, %s", list, text)
	}
}

// TestEveryVerdictHasWords: what policy can say, a person can read.
func TestEveryVerdictHasWords(t *testing.T) {
	for _, v := range []policy.Verdict{policy.Allow, policy.Scrub, policy.Forbid} {
		if becomes(v.String()) == becomes("") {
			t.Errorf("%s has no words", v)
		}
	}
}

// TestOutcome: what became of an exchange, in words.
func TestOutcome(t *testing.T) {
	one, two := map[string]int{"credential": 1}, map[string]int{"credential": 1, "pii": 1}
	for _, c := range []struct {
		e    control.Exchanged
		want string
		bad  bool
	}{
		{control.Exchanged{Status: 200, Verdict: "allow"}, "Went as it was: nothing sensitive", false},
		{control.Exchanged{Status: 200, Verdict: "allow", Classes: one}, "Went as it was: policy allows it", false},
		{control.Exchanged{Status: 200, Verdict: "scrub", Classes: one}, "Went with placeholders", false},
		{control.Exchanged{Status: 200, Verdict: "scrub", Classes: two}, "Went with placeholders", false},
		{control.Exchanged{Status: 403, Verdict: "forbid", Note: "forbidden_by_policy", Classes: one}, "The request stopped: policy forbids a value in it", true},
		{control.Exchanged{Status: 403, Verdict: "scrub", Note: "unreviewed", Classes: one}, "The request stopped: nobody approved it", true},
		{control.Exchanged{Status: 502, Verdict: "allow", Note: "some_new_code"}, "The request stopped: some new code", true},
		{control.Exchanged{Status: 429, Verdict: "scrub", Classes: one}, "Went with placeholders; the provider answered with error 429", true},
		{control.Exchanged{Status: 500, Verdict: "allow", Note: "went to mistral: it is overloaded"}, "Went as it was: nothing sensitive; the provider answered with error 500", true},
		{control.Exchanged{Verdict: "allow"}, "Went as it was: nothing sensitive; the answer broke off", true},
	} {
		if got, bad := outcome(c.e); got != c.want || bad != c.bad {
			t.Errorf("%+v: %q, %v", c.e, got, bad)
		}
	}
}

// TestStanding: the first thing that the page says is whether the person is protected, and what is wrong comes first.
func TestStanding(t *testing.T) {
	well := control.Hello{Proxy: control.Proxy{Listen: "127.0.0.1:7425"}, Used: []string{"openai"}}
	with := func(change func(*control.Hello)) control.Hello { h := well; change(&h); return h }
	for want, h := range map[string]control.Hello{
		"Protected": well,
		"Not protected: the proxy does not listen": with(func(h *control.Hello) { h.Proxy.Error = "taken" }),
		"Not protected: paused until ":             with(func(h *control.Hello) { h.Paused = &control.Paused{} }),
		"Not protected: no assistant":              with(func(h *control.Hello) { h.Used = nil }),
		"Stopped: Scrubjay is too old":             with(func(h *control.Hello) { h.Policy.Outdated = "0.9" }),
		"Protected, but requests are stopped":      with(func(h *control.Hello) { h.Trouble = &control.Trouble{Text: "disk full"} }),
		"Protected by an older policy":             with(func(h *control.Hello) { h.Policy.Refused = "expired" }),
	} {
		if got := standingOf(h); !strings.HasPrefix(got.Text, want) || got.Why == "" || got.Protected == strings.HasPrefix(want, "Not") {
			t.Errorf("%s: %+v", want, got)
		}
	}
	if got := standingOf(with(func(h *control.Hello) { h.Trouble = &control.Trouble{Text: "disk full", Over: true} })); got.Text != "Protected" {
		t.Errorf("what is over: %+v", got)
	}
}

func TestAssistant(t *testing.T) {
	for name, want := range map[string]string{"": "A program that does not say its name", "claude-cli/2.0.1 (external, cli)": "claude-cli 2.0.1", "curl/8": "curl 8", "x": "x"} {
		if got := assistant(name); got != want {
			t.Errorf("%q is %q", name, got)
		}
	}
}

// TestFindings: what the proxy tells of a finding names its class in words.
func TestFindings(t *testing.T) {
	got := findings([]string{"payment-card (pci) at messages[0].content: a placeholder", "email-address (pii) at a: b: goes as it is", "and 3 more"})
	want := []string{"Payment data at messages[0].content, by the rule payment-card: a placeholder", "Personal data at a: b, by the rule email-address: goes as it is", "and 3 more"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
