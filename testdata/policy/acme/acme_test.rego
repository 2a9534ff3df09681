package scrubjay.org_test

import data.scrubjay

phi := {"class": "phi", "rule": "mrn", "severity": "high", "confidence": "high", "validated": false}

decision(provider, kind) := d if {
	d := scrubjay.decision with input as {
		"direction": "outgoing", "destination": {"provider": provider, "model": "", "kind": kind}, "origin": "",
		"tool": {"name": "", "kind": ""}, "endpoint": "known", "stale": "", "now": 0, "subjects": [phi], "labels": [],
	}
}

test_health_data_go_to_our_own_model_only if {
	decision("acme", "private").verdict == "allow"
	decision("openai", "public").verdict == "forbid"
}
