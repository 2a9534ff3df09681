package lsp

import (
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/uri"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// What a person reads of a finding. docs/words.md lists every text of this room, and a test holds it to that.

// rulePages is where each rule is described.
const rulePages = "https://github.com/scrubjay-dev/scrubjay/blob/main/docs/rule-list.md#"

// classNames are the classes as people say them.
var classNames = map[detect.Class]string{
	detect.Credential:  "a credential",
	detect.PII:         "personal data",
	detect.PHI:         "health data",
	detect.PCI:         "payment data",
	detect.Proprietary: "protected text",
	detect.Internal:    "internal to your organisation",
	detect.Injection:   "instructions to a model",
}

// aside is what a rule's description says in parentheses: how it differs from its kin.
var aside = text.Expression(` ?\([^)]*\)`)

// nameOf names a finding in a few words, without showing it.
func nameOf(j judged) string {
	if name := aside().ReplaceAllString(j.Rule.Description, ""); name != "" {
		return name
	}
	return j.Rule.ID
}

// message is a diagnostic's one line, of eight words or less: what it is, and what that means for the person.
func (r *report) message(j judged) string {
	if j.revoked {
		return nameOf(j) + ": revoked by your organisation"
	}
	return nameOf(j) + ": " + r.consequence(j)
}

func (r *report) consequence(j judged) string {
	switch j.verdict {
	case policy.Allow:
		return "AI may see it"
	case policy.Scrub:
		if r.outlook.paused {
			return "AI may see it while paused"
		}
		return "AI gets a placeholder"
	}
	var stopped []string
	for i, ruling := range j.rulings {
		if d := r.outlook.destinations[i]; ruling.Verdict == policy.Forbid && r.inUse(d) {
			stopped = append(stopped, d.Provider)
		}
	}
	if len(stopped) == 1 {
		return "stops requests to " + stopped[0]
	}
	return "stops AI requests"
}

// gets is what a provider is sent in a value's place.
var gets = map[policy.Verdict]string{
	policy.Allow:  "the value itself",
	policy.Scrub:  "a placeholder",
	policy.Forbid: "nothing, the request stops",
}

// explain is everything that may be said of a finding, in markdown, each thing once.
func (r *report) explain(j judged) string {
	var out strings.Builder
	fmt.Fprintf(&out, "**%s** is %s.\n\n", nameOf(j), classNames[j.Rule.Class])
	if j.revoked {
		out.WriteString("Your organisation has revoked it.\n\n")
	}
	if j.With != (detect.Span{}) {
		fmt.Fprintf(&out, "Its other half stands on line %d: together they open what either alone does not.\n\n", r.buffer.Text.LineAt(j.With.Start)+1)
	}
	r.who(&out, j)
	rule := "`" + j.Rule.ID + "`"
	if at := page(j.Rule); at != "" {
		rule = "[" + j.Rule.ID + "](" + string(at) + ")"
	}
	fmt.Fprintf(&out, "\nFound by the rule %s: severity %s, %s.\n", rule, j.Severity, sureness(j))
	return out.String()
}

// who lists what each provider in use gets, and why. What is true of several is said once.
func (r *report) who(out *strings.Builder, j judged) {
	var order []policy.Ruling
	of := map[policy.Ruling][]string{}
	inUse := slices.ContainsFunc(r.outlook.destinations, r.inUse)
	for i, ruling := range j.rulings {
		d := r.outlook.destinations[i]
		if inUse && !r.inUse(d) {
			continue
		}
		if of[ruling] == nil {
			order = append(order, ruling)
		}
		of[ruling] = append(of[ruling], d.Provider)
	}
	for _, ruling := range order {
		who := strings.Join(of[ruling], ", ")
		if !inUse && len(order) == 1 {
			who = "AI vendors"
		}
		what := gets[ruling.Verdict]
		if r.outlook.paused && ruling.Verdict == policy.Scrub {
			what = "the value itself while scrubbing is paused, and else a placeholder"
		}
		fmt.Fprintf(out, "- %s: %s. %s\n", who, what, ruling.Reason)
	}
}

// inUse tells whether the person sends anything there: the others are only there to be chosen.
func (r *report) inUse(d policy.Destination) bool { return r.outlook.named[d.Provider] }

func sureness(j judged) string {
	switch {
	case j.Validated:
		return "proved by its checksum"
	case j.Confidence == detect.ConfidenceLow:
		return "not sure: nothing but its place speaks for it"
	case j.Confidence == detect.ConfidenceHigh:
		return "sure"
	}
	return "fairly sure"
}

// page is where a rule is described, if it is one of ours.
func page(r *detect.Rule) uri.URI {
	if !r.BuiltIn() || r == knownRule {
		return ""
	}
	return uri.URI(rulePages + r.ID)
}
