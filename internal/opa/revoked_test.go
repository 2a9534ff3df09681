package opa

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

const salted = "organisation_salt: a salt of the tests\n"

// revoking are the files of a bundle that revokes a value, and allows whatever is found.
func revoking(t *testing.T, value string) map[string]string {
	t.Helper()
	print, err := OrganisationFingerprint(dirOf(t, map[string]string{"settings.yaml": salted}), []byte(value))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"settings.yaml": salted, "scrubjay/org/data.yaml": "revoked: {\"" + print + "\": it leaked}\n" +
		"exceptions: [{verdict: allow, until: \"2027-12-31\", approver: ben, reason: x}]\n"}
}

// TestARevokedValueIsForbidden: of two values that a rule takes for the same, the one that is revoked goes nowhere, and a
// query says nothing of the other.
func TestARevokedValueIsForbidden(t *testing.T) {
	e := inForce(t, policy.Who{}, nil, func() time.Time { return today }, revoking(t, "swallow-nest-41"))
	revocations := e.Settings().Revocations
	if print := revocations.Of([]byte("another-nest-42")); print != "" {
		t.Errorf("a value that is not revoked has the fingerprint %s", print)
	}
	one, other := subject(detect.Credential), subject(detect.Credential)
	one.Revoked = revocations.Of([]byte("swallow-nest-41"))
	d := decide(t, e, outgoing(policy.Public, one, other))
	if d.Rulings[0].Verdict != policy.Forbid || !strings.Contains(d.Rulings[0].Reason, "this value is revoked and may go to nobody (it leaked)") || d.Rulings[1].Verdict != policy.Allow {
		t.Errorf("%+v", d)
	}
	// What is asked first is remembered, and is no answer to the other.
	if d := decide(t, e, outgoing(policy.Public, other)); d.Verdict != policy.Allow {
		t.Errorf("%+v", d)
	}
}

// TestMisspeltRevocationsAreRefused: a slip in the table would revoke nothing.
func TestMisspeltRevocationsAreRefused(t *testing.T) {
	allQuestions(t)
	const print = `"o:4b0a3d5e8f6c1b2a9d7e4c3f5a6b8d90"`
	for _, c := range []struct{ settings, data, rego, want string }{
		{salted, "revoked: {" + print + ": leaked}", "", ""},
		{"", "revoked: {" + print + ": leaked}", "", `data.yaml:1: data.scrubjay.org.revoked: settings.yaml has no organisation_salt`},
		{salted, "\nrevoked:\n  " + print + ": leaked\n  \"i:4b0a3d5e8f6c1b2a9d7e4c3f5a6b8d90\": leaked", "", `data.yaml:4: .*no fingerprint of an organisation`},
		{salted, "revoked: {swallow: leaked}", "", `no fingerprint of an organisation`},
		{salted, "revoked: {" + print + ": \"\"}", "", `it does not say why`},
		{salted, "revoked: [" + print + "]", "", `it is not an object of fingerprints`},
		{salted, "revoke: {" + print + ": leaked}", "", `did you mean revoked`},
		{salted, "name: x", "package scrubjay.org\n\nrevoked[" + print + "] := \"leaked\"\n", `they have to stand in data`},
		{"organisation_salt: short\n", "name: x", "", `settings.yaml:1: organisation_salt has 16 characters or more`},
	} {
		files := map[string]string{"scrubjay/org/data.yaml": c.data + "\n"}
		for name, text := range map[string]string{"settings.yaml": c.settings, "x.rego": c.rego} {
			if text != "" {
				files[name] = text
			}
		}
		switch err := Check(dirOf(t, files)); {
		case c.want == "" && err != nil:
			t.Error(err)
		case c.want != "" && (err == nil || !regexp.MustCompile(c.want).MatchString(err.Error())):
			t.Errorf("%s\n%v\nnot %s", c.data, err, c.want)
		}
	}
}
