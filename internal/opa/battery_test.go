package opa

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// unusable are rules that compile and that no question, or only some, can be answered with.
var unusable = map[string]string{
	"two times":             "valid_until := 5 if input.stale == \"\"\n\nvalid_until := 6 if input.direction == \"outgoing\"\n",
	"no verdict":            "verdict contains {\"class\": \"pii\", \"verdict\": v} if v := concat(\"\", [\"for\", \"bidden\"])\n",
	"a time that is none":   "valid_until := 1.5\n",
	"an obligation unknown": "obligation contains \"rewiew\"\n",
	"a broken builtin":      "forbid contains \"x\" if to_number(input.destination.kind) > 1\n",
	"of one model":          "valid_until := 0.5 if input.destination.model == \"the-new-one\"\n",
	"of one tool":           "valid_until := 0.5 if startswith(input.tool.name, \"mcp__files__\")\n",
	"of one label":          "valid_until := 0.5 if \"topmost\" in input.labels\n",
	"of one rule":           "valid_until := 0.5 if {\n\tsome s in input.subjects\n\ts.rule == \"email-address\"\n}\n",
	"of one endpoint":       "valid_until := 0.5 if input.endpoint == \"unknown\"\n",
	"of one attachment":     "valid_until := 0.5 if \"video\" in input.attachments\n",
	"of many subjects":      "valid_until := 0.5 if count(input.subjects) > 9\n",
	"of two subjects":       "valid_until := 0.5 if count(input.subjects) == 2\n",
	"of one alone":          "valid_until := 0.5 if {\n\tcount(input.subjects) == 1\n\tinput.subjects[0].class == \"phi\"\n}\n",
	"of a tool's kind":      "valid_until := 0.5 if input.tool.kind == \"mcp\"\n",
	"of an answer":          "valid_until := 0.5 if {\n\tinput.direction == \"answer\"\n\tinput.destination.kind == \"local\"\n}\n",
	"of another origin":     "valid_until := 0.5 if input.origin != input.destination.provider\n",
	"while it is stale":     "valid_until := 0.5 if input.stale == \"closed\"\n",
}

func TestWhatCannotAnswerIsNotTaken(t *testing.T) {
	allQuestions(t)
	for name, rego := range unusable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := dirOf(t, map[string]string{"x.rego": "package scrubjay.org\n\n" + rego})
			if err := Check(dir); err == nil || strings.Contains(err.Error(), "not formatted") {
				t.Errorf("check says %v", err)
			}
			if err := Build(dir, &bytes.Buffer{}, 1, today, "acme"); err == nil {
				t.Error("it is built")
			}
			s, state := newSite(t), t.TempDir()
			m := newMachine(t, s, state)
			s.put(t, signed(t, verdicts("{pii: {public: forbid}}"), 1, today.Add(hour)))
			if err := m.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.put(t, forced(t, map[string]string{"x.rego": "package scrubjay.org\n\n" + rego}, 2))
			if err := m.Poll(t.Context()); refusal(t, err) != Unusable {
				t.Errorf("it is taken: %v", err)
			}
			if m.pii(t) != policy.Forbid || len(m.swapped) != 1 {
				t.Error("the good one does not stay")
			}
			if again := newMachine(t, s, state); again.Load() != nil || again.pii(t) != policy.Forbid {
				t.Error("the good one does not stay on the disk")
			}
		})
	}
}

// A loop that only some questions run into ends with the deadline, and counts as no answer.
func TestALoopIsNotTaken(t *testing.T) {
	raw := forced(t, map[string]string{"x.rego": "package scrubjay.org\n\nforbid contains \"x\" if {\n\tinput.tool.kind == \"mcp\"\n\tsome i in numbers.range(1, 100000000)\n\ti < 0\n}\n"}, 1)
	b, err := Verify(raw, acme(""))
	if err != nil {
		t.Fatal(err)
	}
	// Time enough for the questions before it, not for the loop.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := b.with(&policy.Layers{}).answers(ctx, today); err == nil || !strings.Contains(err.Error(), "tool kind mcp") {
		t.Errorf("it says %v", err)
	}
}

func TestGoodPolicyAnswers(t *testing.T) {
	b, _, err := readDir(acmeDir)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.with(organised(acme(""))).answers(t.Context(), today); err != nil {
		t.Error(err)
	}
}
