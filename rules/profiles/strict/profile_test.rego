package scrubjay.org_test

import data.scrubjay

asked(class, kind) := v if {
	v := scrubjay.decision.verdict with input as {
		"direction": "outgoing", "destination": {"provider": "openai", "model": "", "kind": kind}, "origin": "", "endpoint": "known", "stale": "", "now": 0,
		"tool": {"name": "", "kind": ""}, "labels": [], "subjects": [{"class": class, "rule": "some", "severity": "high", "confidence": "high", "validated": true}],
	}
}

test_whatever_is_found_stops_a_request if {
	every class in ["credential", "pii", "phi", "pci", "proprietary", "internal"] {
		asked(class, "public") == "forbid"
	}
	asked("credential", "local") == "scrub"
}
