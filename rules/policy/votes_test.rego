package scrubjay_test

import data.scrubjay

key := {"class": "credential", "rule": "aws-access-key", "severity": "critical", "confidence": "high", "validated": false}

email := {"class": "pii", "rule": "email", "severity": "medium", "confidence": "high", "validated": false}

example := object.union(email, {"severity": "info"})

outgoing(kind, subjects) := {
	"direction": "outgoing", "destination": {"provider": "openai", "model": "", "kind": kind}, "origin": "",
	"tool": {"name": "", "kind": ""}, "endpoint": "known", "stale": "", "now": 1000, "subjects": subjects, "labels": [],
}

ruling(query) := r if {
	r := scrubjay.decision.rulings[0] with input as query
}

nobody := {"organised": false}

# What the layers say of pii for public destinations, and what follows.
verdict(organised, layers) := v if {
	given := {layer: {"verdicts": {"pii": {"public": said}}} | some layer, said in layers}
	v := ruling(outgoing("public", [email])).verdict with data.scrubjay.layers as object.union({"organised": organised}, given)
}

test_without_findings_everything_is_allowed if {
	every kind in ["public", "private", "local", "unheard-of"] {
		d := scrubjay.decision with input as outgoing(kind, []) with data.scrubjay.layers as nobody
		d.verdict == "allow"
		d.reasons == set()
		d.valid_until == 4600
	}
}

test_the_default_table if {
	expected := {
		"public": {"credential": "scrub", "pii": "scrub", "phi": "scrub", "pci": "scrub", "proprietary": "scrub", "internal": "scrub", "injection": "allow", "unheard-of": "scrub"},
		"private": {"credential": "scrub", "pii": "allow", "phi": "allow", "pci": "allow", "proprietary": "allow", "internal": "allow", "injection": "allow", "unheard-of": "scrub"},
		"local": {"credential": "allow", "pii": "allow", "phi": "allow", "pci": "allow", "proprietary": "allow", "internal": "allow", "injection": "allow", "unheard-of": "allow"},
		"unheard-of": {"credential": "scrub", "pii": "scrub", "phi": "scrub", "pci": "scrub", "proprietary": "scrub", "internal": "scrub", "injection": "allow", "unheard-of": "scrub"},
	}
	every kind, row in expected {
		every class, verdict in row {
			r := ruling(outgoing(kind, [object.union(key, {"class": class})])) with data.scrubjay.layers as nobody
			r.verdict == verdict
		}
	}
}

test_examples_are_allowed_everywhere_and_shown if {
	every kind in ["public", "private", "local"] {
		r := ruling(outgoing(kind, [example])) with data.scrubjay.layers as nobody
		r.verdict == "allow"
		r.diagnostic == "information"
	}
}

test_an_unknown_endpoint_is_judged_by_what_is_found if {
	r := ruling(object.union(outgoing("public", [email]), {"endpoint": "unknown"})) with data.scrubjay.layers as nobody
	r.verdict == "scrub"
}

test_the_highest_layer_defines_and_lower_ones_tighten if {
	verdict(false, {}) == "scrub"
	verdict(false, {"user": "allow"}) == "allow"
	verdict(false, {"managed": "allow"}) == "allow"
	verdict(false, {"managed": "scrub", "user": "allow"}) == "scrub"
	verdict(false, {"managed": "allow", "user": "forbid"}) == "forbid"
	verdict(true, {"user": "allow"}) == "scrub"
	verdict(true, {"user": "forbid"}) == "forbid"
	verdict(true, {"bundle": "allow"}) == "allow"
	verdict(true, {"bundle": "allow", "user": "scrub"}) == "scrub"
	verdict(true, {"managed": "forbid", "bundle": "allow"}) == "forbid"
	verdict(true, {"managed": "allow", "bundle": "scrub"}) == "scrub"
}

test_a_verdict_on_a_class_leaves_examples_alone if {
	layers := {"organised": false, "user": {"verdicts": {"pii": {"public": "forbid"}}}}
	d := scrubjay.decision with input as outgoing("public", [example, email]) with data.scrubjay.layers as layers
	[r.verdict | some r in d.rulings] == ["allow", "forbid"]
	d.verdict == "forbid"
}

doubt := object.union(email, {"confidence": "low"})

test_what_is_in_doubt_is_scrubbed_for_public_providers_alone if {
	secret := object.union(key, {"confidence": "low"})
	every row in [["public", "scrub"], ["private", "allow"], ["local", "allow"]] {
		d := scrubjay.decision with input as outgoing(row[0], [secret]) with data.scrubjay.layers as nobody
		d.verdict == row[1]
	}
	proved := scrubjay.decision with input as outgoing("private", [object.union(secret, {"validated": true})]) with data.scrubjay.layers as nobody
	proved.verdict == "scrub"
}

test_settings_say_from_where_on_is_scrubbed if {
	strict := {"organised": false, "scrub_from": {"private": "low"}, "user": {"verdicts": {"pii": {"public": "forbid", "private": "forbid"}}}}
	scrubjay.decision.verdict == "forbid" with input as outgoing("private", [doubt]) with data.scrubjay.layers as strict
	calm := object.union(strict, {"scrub_from": {"public": "medium"}})
	d := scrubjay.decision with input as outgoing("public", [doubt]) with data.scrubjay.layers as calm
	d.verdict == "allow"
	x := scrubjay.explanation with input as outgoing("public", [doubt]) with data.scrubjay.layers as calm
	x.rulings[0].deciding.source == "scrub_from: medium, public"
}

test_an_organisation_can_name_what_is_in_doubt if {
	layers := {"organised": true, "scrub_from": {"public": "high"}}
	org := {"verdict": {{"class": "pii", "confidence": "low", "verdict": "forbid"}}}
	scrubjay.decision.verdict == "forbid" with input as outgoing("public", [doubt]) with data.scrubjay.layers as layers with data.scrubjay.org as org
}

test_a_verdict_that_is_none_counts_as_the_strictest if {
	scrubjay.rank_of("alow") == 2
}

test_diagnostics if {
	expected := [
		["critical", "low", "scrub", "hint"], ["high", "high", "scrub", "information"], ["medium", "medium", "scrub", "information"],
		["low", "medium", "scrub", "information"], ["low", "low", "scrub", "hint"], ["info", "high", "scrub", "information"],
		["critical", "high", "allow", "hint"], ["info", "high", "allow", "information"],
		["low", "low", "forbid", "error"], ["info", "low", "forbid", "error"],
	]
	every row in expected {
		scrubjay.diagnostic({"severity": row[0], "confidence": row[1], "validated": false}, row[2]) == row[3] with input as outgoing("public", [])
	}
	scrubjay.diagnostic(key, "allow") == "warning" with input as outgoing("public", [])
	scrubjay.diagnostic(object.union(key, {"confidence": "low", "validated": false}), "allow") == "hint" with input as outgoing("public", [])
	scrubjay.diagnostic(object.union(key, {"severity": "medium"}), "allow") == "hint" with input as outgoing("public", [])
	scrubjay.diagnostic(key, "allow") == "none" with input as outgoing("local", [])
}

test_a_stale_policy_scrubs_whatever_is_found_and_forbids_nothing_new if {
	every kind in ["public", "private", "local"] {
		d := scrubjay.decision with input as object.union(outgoing(kind, [email, example, key]), {"stale": "scrub"}) with data.scrubjay.layers as {"organised": true}
		{r.verdict | some r in d.rulings} == {"scrub"}
		d.verdict == "scrub"
	}
	nothing := scrubjay.decision with input as object.union(outgoing("public", []), {"stale": "scrub"}) with data.scrubjay.layers as {"organised": true}
	nothing.verdict == "allow"
}

test_a_stale_policy_that_is_closed_forbids_all_that_goes_out if {
	d := scrubjay.decision with input as object.union(outgoing("local", []), {"stale": "closed"}) with data.scrubjay.layers as {"organised": true}
	d.verdict == "forbid"
	d.reasons == {"By the rule for when the policy of your organisation is missing or has expired, nothing of this may go to local providers."}
	answer := scrubjay.decision with input as object.union(outgoing("local", []), {"stale": "closed", "direction": "answer"}) with data.scrubjay.layers as {"organised": true}
	answer.verdict == "allow"
}

test_a_stale_policy_that_is_open_is_the_default if {
	r := ruling(object.union(outgoing("public", [email]), {"stale": "open"})) with data.scrubjay.layers as {"organised": true} with data.scrubjay.org as {"verdicts": {"pii": {"public": "forbid"}}}
	r.verdict == "scrub"
}

test_the_explanation_lists_the_votes if {
	layers := {"organised": false, "managed": {"verdicts": {"pii": {"public": "scrub"}}}, "user": {"verdicts": {"pii": {"public": "forbid"}}}}
	x := scrubjay.explanation with input as outgoing("public", [email]) with data.scrubjay.layers as layers
	[[v.layer, v.verdict] | some v in x.rulings[0].votes] == [["managed", "scrub"], ["user", "forbid"]]
	x.rulings[0].deciding.layer == "user"
}

test_names_of_machines_leave_until_somebody_says_otherwise if {
	host := {"class": "internal", "rule": "internal-hostname", "severity": "low", "confidence": "medium", "validated": false}
	banner := object.union(host, {"rule": "internal-banner"})
	scrub := {"organised": false, "user": {"verdicts": {"internal": {"public": "scrub"}}}}
	ruling(outgoing("public", [host])).verdict == "allow" with data.scrubjay.layers as nobody
	ruling(outgoing("public", [banner])).verdict == "scrub" with data.scrubjay.layers as nobody
	ruling(outgoing("public", [host])).verdict == "scrub" with data.scrubjay.layers as scrub
}
