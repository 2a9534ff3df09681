package opa

import "testing"

// The built-in policy's own tests say what it decides: rules/policy/*_test.rego.
func TestBuiltinPolicy(t *testing.T) {
	if err := Check(""); err != nil {
		t.Errorf("policy check: %v", err)
	}
	report, err := Test("")
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) < 20 {
		t.Fatalf("only %d tests were found", len(report.Results))
	}
	for _, r := range report.Results {
		if !r.Passed {
			t.Errorf("%s:%d: %s does not pass %s", r.File, r.Line, r.Name, r.Error)
		}
	}
	if report.Coverage < 95 {
		t.Errorf("the tests cover %.1f%% of the policy; 95%% are asked for", report.Coverage)
	}
	t.Logf("%d tests, coverage %.1f%%", len(report.Results), report.Coverage)
}
