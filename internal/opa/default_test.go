package opa

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

var update = flag.Bool("update", false, "write testdata/policy/default.txt")

// TestDefaultPolicy: testdata/policy/default.txt says all that the policy decides where nobody has set anything. Whoever changes
// one of its lines changes what leaves every machine.
func TestDefaultPolicy(t *testing.T) {
	const file = "../../testdata/policy/default.txt"
	e := newEngine(t, nil)
	var out strings.Builder
	table := func(title, head string, rows func(row func(cells ...string))) {
		fmt.Fprintf(&out, "%s\n\n", title)
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, head)
		rows(func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) })
		_ = w.Flush() // a strings.Builder takes all
		fmt.Fprintln(&out)
	}
	of := func(ask func(policy.Kind) policy.Query, say func(policy.Decision) string) (cells []string) {
		for _, kind := range []policy.Kind{policy.Public, policy.Private, policy.Local} {
			cells = append(cells, say(decide(t, e, ask(kind))))
		}
		return cells
	}
	verdict := func(d policy.Decision) string { return d.Verdict.String() }
	const columns = "public\tprivate\tlocal"
	table("What a finding comes to on its way out", "class\tseverity\tconfidence\tproved\t"+columns, func(row func(...string)) {
		for _, class := range detect.Classes {
			for _, severity := range []string{"critical", "low", "info"} {
				for _, confidence := range []string{"high", "medium", "low"} {
					for _, proved := range []bool{false, true} {
						s := policy.Subject{Class: class, Rule: "some-rule", Severity: severity, Confidence: confidence, Validated: proved}
						row(slices.Concat([]string{string(class), severity, confidence, fmt.Sprint(proved)},
							of(func(k policy.Kind) policy.Query { return outgoing(k, s) }, verdict))...)
					}
				}
			}
		}
	})
	table("Rules with a default of their own", "rule\tclass\t"+columns, func(row func(...string)) {
		for _, r := range detect.Default().Rules() {
			same := policy.Subject{Class: r.Class, Rule: "some-rule", Severity: r.Severity.String(), Confidence: r.Confidence.String()}
			own := same
			own.Rule = r.ID
			if decide(t, e, outgoing(policy.Public, own)).Verdict != decide(t, e, outgoing(policy.Public, same)).Verdict {
				row(slices.Concat([]string{r.ID, string(r.Class)}, of(func(k policy.Kind) policy.Query { return outgoing(k, own) }, verdict))...)
			}
		}
	})
	table("Requests without a finding, to an endpoint that is", "endpoint\t"+columns, func(row func(...string)) {
		for _, endpoint := range []string{"known", "unknown", ""} {
			row(slices.Concat([]string{fmt.Sprintf("%q", endpoint)}, of(func(k policy.Kind) policy.Query {
				q := outgoing(k)
				q.Endpoint = endpoint
				return q
			}, verdict))...)
		}
	})
	table("Attachments that nobody here can read", "attachment\t"+columns, func(row func(...string)) {
		for _, a := range policy.Attachments {
			row(slices.Concat([]string{string(a)}, of(func(k policy.Kind) policy.Query {
				q := outgoing(k)
				q.Attachments = []policy.Attachment{a}
				return q
			}, func(d policy.Decision) string {
				if p := d.Attachments[0]; !p.Review {
					return p.Verdict.String()
				}
				return "ask"
			}))...)
		}
	})
	table("Values that come back into what a tool is given", "tool\tfrom\t"+columns, func(row func(...string)) {
		for _, tool := range policy.ToolKinds {
			for _, origin := range []string{"openai", "another"} {
				row(slices.Concat([]string{fmt.Sprintf("%q", tool), origin}, of(func(k policy.Kind) policy.Query {
					q := outgoing(k, subject(detect.Credential))
					q.Direction, q.Origin, q.Tool = policy.Restore, origin, policy.Tool{Name: "some-tool", Kind: tool}
					return q
				}, verdict))...)
			}
		}
	})
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != string(want) {
		lines := strings.Split(string(want), "\n")
		for i, line := range strings.Split(got, "\n") {
			if i >= len(lines) || line != lines[i] {
				t.Errorf("%s:%d: the default policy says now\n%s", file, i+1, line)
			}
		}
		t.Error("if it is meant, go test ./internal/opa -run TestDefaultPolicy -update, and say it in CHANGELOG.md")
	}
}
