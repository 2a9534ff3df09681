package opa

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// Subjects are asked about one by one and put together again: the same must come of it as of one question about all.
func TestADecisionPutTogetherIsTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	organisation := map[string]string{"policy.rego": `package scrubjay.org

verdict contains {"class": "pii", "verdict": "forbid", "reason": "not to them"} if input.destination.provider == "openai"

forbid contains "not this model" if input.destination.model == "m"

obligation contains "reroute" if input.destination.kind == "public"
`}
	b, err := Verify(signed(t, organisation, 1, today.Add(time.Hour)), acme(""))
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		layers := organised(acme([]string{"scrub", "closed", "open"}[r.IntN(3)]))
		if r.IntN(2) == 0 {
			layers.Managed = randomVerdicts(r)
		}
		e := newEngine(t, layers)
		if r.IntN(3) > 0 {
			if err := e.Swap(b); err != nil {
				t.Fatal(err)
			}
		}
		q := policy.Query{Direction: policy.Outgoing, Destination: policy.Destination{Provider: []string{"openai", "other"}[r.IntN(2)], Model: []string{"m", "n"}[r.IntN(2)], Kind: policy.Kinds[r.IntN(len(policy.Kinds))]}, Endpoint: "known"}
		for range r.IntN(12) {
			q.Subjects = append(q.Subjects, policy.Subject{Class: detect.Classes[r.IntN(len(detect.Classes))], Rule: []string{"email-address", "aws", "x"}[r.IntN(3)], Severity: "high", Confidence: "high", Validated: r.IntN(2) == 0})
		}
		if r.IntN(2) == 0 {
			q.Attachments = []policy.Attachment{policy.Video, policy.Image, policy.Video}
		}
		together := decide(t, e, q)
		f := e.current.Load()
		f.atOnce, f.memo = true, memo{}
		whole := decide(t, e, q)
		slices.Sort(together.Obligations)
		if !reflect.DeepEqual(together, whole) {
			t.Fatalf("%+v\nput together: %+v\nas a whole:   %+v", q, together, whole)
		}
	}
}

// Which of an organisation's rules see more than one subject.
func TestWhatLooksAtAllSubjects(t *testing.T) {
	for _, c := range []struct {
		rego   string
		atOnce bool
	}{
		{`forbid contains "late" if input.now > 7`, false},
		{`forbid contains "there" if input.destination.provider in data.scrubjay.org.vendors`, false},
		{`verdict contains {"class": "pii", "verdict": "forbid"} if input.destination.kind == "public"`, false},
		{`forbid contains "many" if count(input.subjects) > 3`, true},
		{`forbid contains "mixed" if { some s in input.subjects; s.class == "phi" }`, true},
		{`forbid contains "by name" if count(input["subjects"]) > 3`, true},
		{`forbid contains "any" if { some k; count(input[k]) > 3 }`, true},
		{`forbid contains "whole" if { x := input; count(x.subjects) > 3 }`, true},
		{`forbid contains "walked" if { walk(input, [_, v]); v == "phi" }`, true},
		{`forbid contains "fetched" if count(object.get(input, "subjects", [])) > 3`, true},
		{`forbid contains "files" if "image" in input.attachments`, true},
		{`forbid contains "not its own" if data.scrubjay.layers.organised`, true},
		{`forbid contains "its groups" if not "finance" in data.scrubjay.my_groups`, false},
		{`forbid contains "not only its groups" if { x := data.scrubjay; not "finance" in x.my_groups }`, true},
		{"import input.subjects as all\n\nforbid contains \"imported\" if count(all) > 3", true},
		{`forbid contains "nested" if data.scrubjay.org.limits[input.subjects[0].class] == 1`, true},
	} {
		b, err := Verify(forced(t, map[string]string{"policy.rego": "package scrubjay.org\n\n" + c.rego + "\n"}, 1), acme(""))
		if err != nil {
			t.Errorf("%s: %v", c.rego, err)
			continue
		}
		if got := (source{layers: organised(acme("")), bundle: b}).looksAtAll(); got != c.atOnce {
			t.Errorf("%s: at once is %v", c.rego, got)
		}
	}
}
