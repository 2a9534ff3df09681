package scrubjay.org_test

import data.scrubjay

# A stop or a grant of the day makes no test fail, so that it can be pushed at once.
asked(class, kind) := v if {
	v := scrubjay.decision.verdict with input as {
		"direction": "outgoing", "destination": {"provider": "openai", "model": "", "kind": kind}, "origin": "", "endpoint": "known", "stale": "", "now": 0,
		"tool": {"name": "", "kind": ""}, "labels": [], "subjects": [{"class": class, "rule": "some", "severity": "high", "confidence": "high", "validated": true}],
	}
		with data.scrubjay.org.kill as {}
		with data.scrubjay.org.exceptions as []
		with data.scrubjay.org.approved as {}
}

test_health_data_stay_in_the_house if {
	asked("phi", "public") == "forbid"
	asked("phi", "private") == "scrub"
	asked("pii", "private") == "scrub"
}
