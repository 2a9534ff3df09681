package opa

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// entryNames are the names in package scrubjay.org that the built-in policy reads, from Rego or from data:
// rules/policy/organisation.rego.
var entryNames = []string{"forbid", "verdict", "obligation", "valid_until", "verdicts", "rules", "attachments", "labels", "exceptions", "kill", "approved", "groups", "revoked", "references", "reviewers", "minimum_version", "name", "contact", "message"}

// tables are what a bundle sets cell by cell: where what its rows are called stands in a query, and its verdicts.
var tables = []struct {
	name, rows string
	verdicts   []string
}{
	{"verdicts", "subjects.*.class", policy.VerdictNames[:]},
	{"rules", "subjects.*.rule", policy.VerdictNames[:]},
	{"labels", "labels.*", policy.VerdictNames[:]},
	{"attachments", "attachments.*", policy.AttachmentVerdicts},
}

// problem is what is wrong with what a bundle gives: the path to it below data.scrubjay.org, and the text that is wrong.
type problem struct {
	path []string
	text string
	what string
}

// tables checks what a bundle holds, in data or from its rules.
func (sp *spelling) tables(org map[string]any) (all []problem) {
	say := func(text, what string, path ...string) {
		if what != "" {
			all = append(all, problem{path, text, what})
		}
	}
	for _, t := range tables {
		given, there := org[t.name]
		rows, ok := given.(map[string]any)
		if there && !ok {
			say("", "it is not an object of objects", t.name)
		}
		for _, row := range slices.Sorted(maps.Keys(rows)) {
			if v, ok := sp.query[t.rows]; ok {
				say(row, v.Wrong(row), t.name, row)
			}
			cells, ok := rows[row].(map[string]any)
			if !ok {
				say(row, "it is not an object of kinds of provider", t.name, row)
			}
			for _, kind := range slices.Sorted(maps.Keys(cells)) {
				verdict, _ := cells[kind].(string)
				say(kind, sp.query["destination.kind"].Wrong(kind), t.name, row, kind)
				say(verdict, policy.Vocabulary{What: "verdict", Names: t.verdicts}.Wrong(verdict), t.name, row, kind)
			}
		}
	}
	all = append(all, sp.grants(org)...)
	all = append(all, sp.revoked(org)...)
	all = append(all, sp.minimumVersion(org)...)
	all = append(all, sp.references(org)...)
	all = append(all, sp.reviewers(org)...)
	for _, text := range []string{"name", "contact", "message"} {
		if given, there := org[text]; there {
			if _, ok := given.(string); !ok {
				say("", "it is not a text", text)
			}
		}
	}
	return all
}

// verdictFields are what a verdict of the organisation's Rego may name, and where the same stands in a query.
var verdictFields = map[string]string{"class": "subjects.*.class", "rule": "subjects.*.rule", "severity": "subjects.*.severity",
	"confidence": "subjects.*.confidence", "attachment": "attachments.*", "validated": "", "reason": "", "verdict": ""}

// field says what is wrong with a field of a verdict.
func (sp *spelling) field(name string, value any, attachment bool) string {
	path, ok := verdictFields[name]
	if !ok {
		return policy.Vocabulary{What: "field of a verdict", Names: slices.Sorted(maps.Keys(verdictFields))}.Wrong(name)
	}
	text, isText := value.(string)
	_, isBool := value.(bool)
	switch {
	case name == "validated" && !isBool:
		return "validated is true or false"
	case name != "validated" && !isText:
		return name + " is not a text"
	case name == "verdict" && attachment:
		return policy.Vocabulary{What: "verdict on attachments", Names: policy.AttachmentVerdicts}.Wrong(text)
	case name == "verdict":
		return policy.Vocabulary{What: "verdict", Names: policy.VerdictNames[:]}.Wrong(text)
	}
	if v, ok := sp.query[path]; ok {
		return v.Wrong(text)
	}
	return ""
}

// given checks what the organisation's part of a decision came to.
func (sp *spelling) given(org map[string]any) (all []error) {
	for _, p := range sp.tables(org) {
		all = append(all, fmt.Errorf("%sdata.scrubjay.org.%s: %s", sp.bundle.place(p.text), strings.Join(p.path, "."), p.what))
	}
	verdicts, _ := org["verdict"].([]any)
	for _, v := range verdicts {
		fields, _ := v.(map[string]any)
		_, attachment := fields["attachment"]
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if wrong := sp.field(name, fields[name], attachment); wrong != "" {
				text, _ := fields[name].(string)
				if _, ok := verdictFields[name]; !ok {
					text = name
				}
				all = append(all, fmt.Errorf("%sits rule verdict: %s", sp.bundle.place(text), wrong))
			}
		}
	}
	if until := org["valid_until"]; until != nil {
		n, ok := until.(interface{ Int64() (int64, error) })
		if ok {
			_, err := n.Int64()
			ok = err == nil
		}
		if !ok {
			all = append(all, fmt.Errorf("its valid_until is not a whole number of seconds: round it, or convert it with to_number"))
		}
	}
	return all
}
