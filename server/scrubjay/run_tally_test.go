package main

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

// TestTally: after a program one line says what was kept back meanwhile, each value once; nothing if there was nothing.
func TestTally(t *testing.T) {
	sent := func(provider string, prints ...string) control.Event {
		return control.Event{Kind: "exchange", Provider: provider, Verdict: "scrub", Fingerprints: prints}
	}
	stopped := control.Event{Kind: "exchange", Provider: "openai", Verdict: "forbid", Fingerprints: []string{"i:9"}}
	for want, events := range map[string][]control.Event{
		"": {sent("openai"), {Kind: "policy", Fingerprints: []string{"i:1"}}},
		"scrubjay: meanwhile 1 value went out as a placeholder, to openai. See: scrubjay console\n":                                    {sent("openai", "i:1"), sent("openai", "i:1")},
		"scrubjay: meanwhile 2 values went out as placeholders, to anthropic, openai; 1 request was not sent. See: scrubjay console\n": {sent("openai", "i:1"), sent("anthropic", "i:2"), stopped},
		"scrubjay: meanwhile 2 requests were not sent. See: scrubjay console\n":                                                        {stopped, stopped},
	} {
		var masked tally
		for _, e := range events {
			masked.count(e)
		}
		var out strings.Builder
		masked.say(&out)
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}
