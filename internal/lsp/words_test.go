package lsp

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestMessagesAreShort: whatever rule and verdict, a diagnostic is a name and what that means, in eight words.
func TestMessagesAreShort(t *testing.T) {
	both := []policy.Destination{{Provider: "anthropic"}, {Provider: "openai"}}
	for _, named := range []map[string]bool{nil, {"openai": true}, {"anthropic": true, "openai": true}} {
		r := &report{outlook: &outlook{destinations: both, named: named}}
		for _, rule := range detect.Default().Rules() {
			for verdict := policy.Allow; verdict <= policy.Forbid; verdict++ {
				for _, revoked := range []bool{false, true} {
					j := judged{Finding: detect.Finding{Rule: rule}, verdict: verdict, revoked: revoked, rulings: []policy.Ruling{{Verdict: verdict}, {Verdict: verdict}}}
					text := r.message(j)
					if n := len(strings.Fields(text)); n > 8 || strings.Contains(text, "anthropic") || strings.Contains(text, "openai") && len(named) != 1 {
						t.Errorf("%q: %d words, with %v in use", text, n, named)
					}
				}
			}
		}
	}
}

// TestHeadline: what is wrong comes first, and nobody is called protected who is not.
func TestHeadline(t *testing.T) {
	file := Status{URI: "file:///a", Verdict: "allow"}
	with := func(change func(*Status)) Status {
		st := file
		change(&st)
		return st
	}
	for _, row := range []struct {
		st        Status
		unused    bool
		protected bool
		text      string
	}{
		{file, false, true, "Protected: nothing sensitive here"},
		{Status{Verdict: "allow"}, false, true, "Protected"},
		{file, true, false, "Not protected: no assistant uses Scrubjay yet"},
		{with(func(st *Status) { st.Classes, st.Verdict = map[string]int{"pii": 1}, "scrub" }), false, true, "Protected: 1 value goes out as a placeholder"},
		{with(func(st *Status) { st.Classes, st.Verdict = map[string]int{"pii": 1, "pci": 2}, "scrub" }), false, true, "Protected: 3 values go out as placeholders"},
		{with(func(st *Status) { st.Classes, st.Verdict = map[string]int{"pii": 1}, "forbid" }), false, true, "Protected: requests with this file stop"},
		{with(func(st *Status) { st.Classes, st.Verdict = map[string]int{"pii": 1}, "allow" }), false, true, "Protected: policy lets these values go"},
		{with(func(st *Status) { st.Unscanned = "it is binary" }), false, true, "Protected: this file is not shown"},
		{with(func(st *Status) { st.Policy.Refused = "no signature" }), false, true, "Protected by an older policy"},
		{with(func(st *Status) { st.Policy.Outdated = "0.3.0" }), true, true, "Stopped: Scrubjay is too old"},
		{with(func(st *Status) { st.Proxy.Error, st.Classes = "the port is taken", map[string]int{"pii": 1} }), true, false, "Not protected: the proxy does not listen"},
		{with(func(st *Status) { st.Daemon, st.Proxy = "gone", control.Proxy{Error: "x"} }), false, false, "Not protected: the daemon is not running"},
	} {
		if got := headline(row.st, row.unused); got.Protected != row.protected || got.Text != row.text {
			t.Errorf("%+v, unused %v: %+v, want %v, %q", row.st, row.unused, got, row.protected, row.text)
		}
	}
}
