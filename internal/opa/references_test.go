package opa

import (
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestLiteralsAreRefusedWherePolicyAsksForPointers: in files or on the wire too, by class or rule, and it is said how to go on.
func TestLiteralsAreRefusedWherePolicyAsksForPointers(t *testing.T) {
	const exception = "exceptions:\n  - {verdict: scrub, rule: aws-access-key, until: \"2099-01-01\", approver: ben, reason: until the move}\n"
	example := subject(detect.Credential)
	example.Severity = "info"
	doubtful := subject(detect.Credential)
	doubtful.Confidence, doubtful.Validated = "low", false
	aws := subject(detect.Credential)
	aws.Rule = "aws-access-key"
	for _, tt := range []struct {
		name, data string
		endpoint   string
		subject    policy.Subject
		want       policy.Verdict
	}{
		{"a file", "references: {credential: files}\n", "", aws, policy.Forbid},
		{"the wire, of which nothing is said", "references: {credential: files}\n", "known", aws, policy.Scrub},
		{"the wire", "references: {credential: everywhere}\n", "known", aws, policy.Forbid},
		{"a path that nobody knows", "references: {credential: everywhere}\n", "unknown", aws, policy.Forbid},
		{"a file, of everywhere", "references: {credential: everywhere}\n", "", aws, policy.Forbid},
		{"another class", "references: {credential: everywhere}\n", "", subject(detect.PII), policy.Scrub},
		{"a rule", "references: {aws-access-key: files}\n", "", aws, policy.Forbid},
		{"another rule", "references: {aws-access-key: files}\n", "", subject(detect.Credential), policy.Scrub},
		{"a class and a rule of it", "references: {credential: files, aws-access-key: everywhere}\n", "known", aws, policy.Forbid},
		{"an example", "references: {credential: everywhere}\n", "", example, policy.Allow},
		{"an exception", "references: {credential: everywhere}\n" + exception, "", aws, policy.Scrub},
		{"nothing", "name: Acme\n", "", aws, policy.Scrub},
	} {
		e := inForce(t, policy.Who{}, nil, func() time.Time { return today }, map[string]string{"scrubjay/org/data.yaml": tt.data})
		q := outgoing(policy.Public, tt.subject)
		q.Endpoint = tt.endpoint
		d := decide(t, e, q)
		if d.Rulings[0].Verdict != tt.want {
			t.Errorf("%s: %v, %s", tt.name, d.Rulings[0].Verdict, d.Rulings[0].Reason)
		}
		said := strings.Contains(d.Rulings[0].Reason, "op://vault/item/field")
		if said != (tt.want == policy.Forbid) {
			t.Errorf("%s: %s", tt.name, d.Rulings[0].Reason)
		}
	}
	// What is local is a file all the same.
	e := inForce(t, policy.Who{}, nil, func() time.Time { return today }, map[string]string{"scrubjay/org/data.yaml": "references: {credential: files}\n"})
	if d := decide(t, e, policy.Query{Direction: policy.Outgoing, Destination: policy.Destination{Provider: "ollama", Kind: policy.Local}, Subjects: []policy.Subject{aws}}); d.Verdict != policy.Forbid {
		t.Error("a literal may stand in a file that only a local model reads")
	}
}

func TestReferencesAreSpeltRight(t *testing.T) {
	allQuestions(t)
	for data, want := range map[string]string{
		"references: {credential: files}":       "",
		"references: {private-key: everywhere}": "",
		"references: {credentials: files}":      "data.yaml:1: data.scrubjay.org.references.credentials: no class or rule is called \"credentials\": did you mean credential?",
		"references: {credential: file}":        "did you mean files?",
		"references: {credential: {public: x}}": "no place is called",
		"references: [credential]":              "it is not an object",
		"refrences: {credential: files}":        "did you mean references?",
	} {
		err := Check(dirOf(t, map[string]string{"scrubjay/org/data.yaml": data + "\n"}))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", data, err)
		}
	}
}
