package scrubjay.org_test

import data.scrubjay

asked(class, kind) := v if {
	v := scrubjay.decision.verdict with input as {
		"direction": "outgoing", "destination": {"provider": "openai", "model": "", "kind": kind}, "origin": "", "endpoint": "known", "stale": "", "now": 0,
		"tool": {"name": "", "kind": ""}, "labels": [], "subjects": [{"class": class, "rule": "some", "severity": "high", "confidence": "high", "validated": true}],
	}
}

test_card_data_leave_for_nobody if {
	asked("pci", "public") == "forbid"
	asked("pci", "local") == "scrub"
}
