package opa

import (
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// TestAnOldProgramSendsNothingToVendors: which is too old, says the bundle; what is built of a commit passes.
func TestAnOldProgramSendsNothingToVendors(t *testing.T) {
	for program, old := range map[string]bool{
		"v0.2.9": true, "0.2.9": true, "v0.3.0-rc.1": true, "v0.3.0": false, "0.3.0": false, "v0.10.0": false, "v1.0.0": false,
		"v0.2.0-14-gabc1234": false, "v0.2.0-14-gabc1234-dirty": false, "v0.2.0-dirty": false, "abc1234": false, "dev": false, "(devel)": false,
		"v0.0.0-20260102150405-abcdefabcdef": false, "v0.2.0+dirty": false, "": false,
	} {
		e := inForce(t, policy.Who{Program: program}, nil, func() time.Time { return today }, map[string]string{"scrubjay/org/data.yaml": "minimum_version: 0.3.0\n"})
		want := ""
		if old {
			want = "0.3.0"
		}
		if is := e.Status().Outdated; is != want {
			t.Errorf("%s: outdated is %q", program, is)
		}
		d := decide(t, e, outgoing(policy.Public, subject(detect.PII)))
		if (d.Verdict == policy.Forbid) != old || old && !strings.Contains(strings.Join(d.Reasons, " "), "Scrubjay on this machine is older than 0.3.0") {
			t.Errorf("%s: %+v", program, d)
		}
		if d := decide(t, e, outgoing(policy.Private, subject(detect.PII))); d.Verdict == policy.Forbid {
			t.Errorf("%s: private providers are closed, too", program)
		}
	}
}

// TestAMinimumVersionIsOne: a slip in it would ask for nothing.
func TestAMinimumVersionIsOne(t *testing.T) {
	allQuestions(t)
	for data, want := range map[string]string{
		"minimum_version: 0.3.0":              "",
		"minimum_version: v1.2.3":             "",
		"minimum_version: 0.3":                "data.yaml:1: data.scrubjay.org.minimum_version: it is no version of a release",
		"minimum_version: \"0.3\"":            "it is no version of a release",
		"minimum_version: new":                "it is no version of a release",
		"minimum_version: v0.3.0-14-gabc1234": "it is no version of a release",
		"minimum_versoin: 0.3.0":              "did you mean minimum_version",
	} {
		err := Check(dirOf(t, map[string]string{"scrubjay/org/data.yaml": data + "\n"}))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", data, err)
		}
	}
}
