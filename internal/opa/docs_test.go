package opa

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestPolicyPageHasTheDefault: each cell of the page's table is asked of the engine without any settings.
func TestPolicyPageHasTheDefault(t *testing.T) {
	page, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "\n## The default\n")
	text, _, _ = strings.Cut(text, "\n## ")
	said := map[string][]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if cells := strings.Split(strings.Trim(line, "| "), " | "); strings.HasPrefix(line, "| ") && len(cells) == 4 {
			name, kinds, _ := strings.Cut(cells[0], ":")
			said[name] = cells[1:]
			if name == "files that cannot be read" && strings.TrimSpace(kinds) != strings.Join(policy.Names(policy.Attachments), ", ") {
				t.Errorf("docs/policy.md, The default, lists the attachments%s: write %s", kinds, strings.Join(policy.Names(policy.Attachments), ", "))
			}
		}
	}
	e := newEngine(t, nil)
	cell := func(row, what string, kind policy.Kind, is string) {
		t.Helper()
		cells := said[row]
		if len(cells) != len(policy.Kinds) {
			t.Fatalf("docs/policy.md, The default, has no row %q", row)
		}
		if says := cells[slices.Index(policy.Kinds, kind)]; says != is {
			t.Errorf("docs/policy.md, The default: %s to a %s destination is %s, the page says %s", what, kind, is, says)
		}
	}
	for _, kind := range policy.Kinds {
		for _, class := range detect.Classes {
			row := "every other class"
			if said[string(class)] != nil {
				row = string(class)
			}
			cell(row, string(class), kind, decide(t, e, outgoing(kind, subject(class))).Verdict.String())
			harmless := subject(class)
			harmless.Severity = detect.Info.String()
			cell("severity `info`", string(class)+" of severity info", kind, decide(t, e, outgoing(kind, harmless)).Verdict.String())
		}
		for _, a := range policy.Attachments {
			q := outgoing(kind)
			q.Attachments = []policy.Attachment{a}
			says := decide(t, e, q).Attachments[0]
			is := says.Verdict.String()
			if says.Review {
				is = policy.AskAttachment
			}
			cell("files that cannot be read", string(a), kind, is)
		}
	}
}
