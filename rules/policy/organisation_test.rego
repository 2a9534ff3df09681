package scrubjay_test

import data.scrubjay

by_org(query, org) := decision if {
	decision := scrubjay.decision with input as query with data.scrubjay.layers as {"organised": true} with data.scrubjay.org as org
}

acme(more) := object.union({"name": "Acme", "contact": "security@acme.example", "message": "See the handbook."}, more)

test_a_class_can_be_forbidden_and_says_whom_to_ask if {
	d := by_org(outgoing("public", [email, key]), acme({"verdicts": {"pii": {"public": "forbid"}}}))
	[r.verdict | some r in d.rulings] == ["forbid", "scrub"]
	d.rulings[0].reason == "By Acme's policy, personal data are forbidden for public providers: redact them, or use a private or local provider. See the handbook. Ask security@acme.example for an exception."
	d.rulings[1].reason == "By Scrubjay's default policy, credentials are scrubbed for public providers: a placeholder goes instead, and the answer comes back with the value."
}

test_a_rule_goes_before_its_class if {
	d := by_org(outgoing("public", [email]), acme({"verdicts": {"pii": {"public": "forbid"}}, "rules": {"email": {"public": "allow"}}}))
	d.rulings[0].verdict == "allow"
}

test_rego_goes_before_data_and_the_stricter_wins if {
	org := {"verdicts": {"pii": {"public": "forbid"}}, "verdict": {{"class": "pii", "verdict": "allow"}, {"rule": "email", "verdict": "scrub", "reason": "addresses of customers"}}}
	d := by_org(outgoing("public", [email, key]), acme(org))
	d.rulings[0].verdict == "scrub"
	contains(d.rulings[0].reason, "(addresses of customers)")
	contains(d.rulings[1].reason, "default policy")
}

test_a_rule_may_judge_examples_too if {
	d := by_org(outgoing("public", [example]), acme({"rules": {"email": {"public": "forbid"}}}))
	d.rulings[0].verdict == "forbid"
}

test_the_whole_query_can_be_forbidden if {
	d := by_org(outgoing("public", []), acme({"forbid": {"this week nothing goes out"}}))
	d.verdict == "forbid"
	d.reasons == {"By Acme's policy, nothing of this may go to public providers (this week nothing goes out). See the handbook. Ask security@acme.example for an exception."}
	with_finding := by_org(outgoing("public", [email]), acme({"forbid": true}))
	with_finding.rulings[0].verdict == "forbid"
	allowed := by_org(outgoing("public", []), acme({"forbid": false}))
	allowed.verdict == "allow"
}

test_what_is_not_understood_is_forbidden if {
	every org in [
		{"forbid": "pii"}, {"verdict": {"pii"}}, {"verdict": "forbid"}, {"verdict": {{"class": "pii", "verdict": "block"}}},
		{"verdict": {{"clas": "pii", "verdict": "forbid"}}}, {"verdict": {{"class": "pii"}}}, {"obligation": "review"},
	] {
		d := by_org(outgoing("public", []), org)
		d.verdict == "forbid"
	}
}

test_labels_tighten if {
	labelled := object.union(outgoing("public", [email]), {"labels": ["secret"]})
	scrubbed := by_org(labelled, acme({"labels": {"secret": {"public": "scrub"}}, "verdicts": {"pii": {"public": "allow"}}}))
	scrubbed.rulings[0].verdict == "scrub"
	scrubbed.verdict == "scrub"
	forbidden := by_org(object.union(labelled, {"subjects": []}), acme({"labels": {"secret": {"public": "forbid"}}}))
	forbidden.verdict == "forbid"
	unlabelled := by_org(outgoing("public", [email]), acme({"labels": {"secret": {"public": "forbid"}}}))
	unlabelled.verdict == "scrub"
}

test_obligations_and_validity if {
	d := by_org(outgoing("public", [email]), {"obligation": {"review", "attest"}, "valid_until": 1010})
	d.obligations == {"review", "attest"}
	d.valid_until == 1010
}

test_private_and_local_are_named_as_what_works if {
	d := by_org(outgoing("private", [email]), {"verdicts": {"pii": {"private": "forbid"}}})
	startswith(d.rulings[0].reason, "By your organisation's policy, personal data are forbidden for private providers: redact them, or use a local provider.")
}
