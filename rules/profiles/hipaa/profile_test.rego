package scrubjay.org_test

import data.scrubjay

asked(class, kind) := v if {
	v := scrubjay.decision.verdict with input as {
		"direction": "outgoing", "destination": {"provider": "openai", "model": "", "kind": kind}, "origin": "", "endpoint": "known", "stale": "", "now": 0,
		"tool": {"name": "", "kind": ""}, "labels": [], "subjects": [{"class": class, "rule": "some", "severity": "high", "confidence": "high", "validated": true}],
	}
}

test_health_data_stay_in_the_house if {
	asked("phi", "public") == "forbid"
	asked("phi", "private") == "scrub"
	asked("pii", "private") == "scrub"
}
