package scrubjay_test

import data.scrubjay

carrying(kind, attachments) := object.union(outgoing(kind, []), {"attachments": attachments})

permission(query, layers, org) := p if {
	p := scrubjay.decision.attachments[0] with input as query with data.scrubjay.layers as layers with data.scrubjay.org as org
}

# What the layers say of images for public destinations, and what follows.
image_verdict(organised, layers) := v if {
	given := {layer: {"attachments": {"image": {"public": said}}} | some layer, said in layers}
	v := permission(carrying("public", ["image"]), object.union({"organised": organised}, given), {}).verdict
}

test_attachments_without_settings if {
	expected := {"public": "ask", "private": "allow", "local": "allow", "unheard-of": "ask"}
	every kind, verdict in expected {
		every what in ["image", "document", "audio", "video", "other"] {
			d := scrubjay.decision with input as carrying(kind, [what]) with data.scrubjay.layers as nobody
			d.attachments[0].verdict == verdict
			d.verdict == "allow"
			d.obligations == {o | o := "ask"; verdict == "ask"}
		}
	}
}

test_attachments_layers_define_and_tighten if {
	image_verdict(false, {"user": "allow"}) == "allow"
	image_verdict(false, {"user": "forbid"}) == "forbid"
	image_verdict(false, {"managed": "allow"}) == "allow"
	image_verdict(false, {"managed": "allow", "user": "ask"}) == "ask"
	image_verdict(false, {"managed": "ask", "user": "allow"}) == "ask"
	image_verdict(false, {"managed": "forbid", "user": "allow"}) == "forbid"
	image_verdict(true, {"user": "allow"}) == "ask"
	image_verdict(true, {"user": "forbid"}) == "forbid"
	image_verdict(true, {"bundle": "allow"}) == "allow"
	image_verdict(true, {"bundle": "allow", "user": "ask"}) == "ask"
	image_verdict(true, {"bundle": "forbid", "user": "allow"}) == "forbid"
	image_verdict(true, {"managed": "allow", "bundle": "ask"}) == "ask"
	image_verdict(true, {"managed": "ask", "bundle": "allow"}) == "ask"
}

test_attachments_one_forbidden_forbids_the_whole if {
	layers := {"organised": false, "user": {"attachments": {"video": {"public": "forbid"}}}}
	d := scrubjay.decision with input as carrying("public", ["image", "video"]) with data.scrubjay.layers as layers
	[p.verdict | some p in d.attachments] == ["ask", "forbid"]
	d.verdict == "forbid"
	"By your own settings, videos are forbidden for public providers: leave them out, or use a private or local provider." in d.reasons
}

test_attachments_organisation if {
	organised := {"organised": true}
	table := permission(carrying("public", ["image"]), organised, acme({"attachments": {"image": {"public": "forbid"}}}))
	table.verdict == "forbid"
	table.reason == "By Acme's policy, images are forbidden for public providers: leave them out, or use a private or local provider. See the handbook. Ask security@acme.example for an exception."
	rego := permission(carrying("public", ["image"]), organised, acme({"attachments": {"image": {"public": "forbid"}}, "verdict": {{"attachment": "image", "verdict": "allow"}, {"class": "pii", "verdict": "forbid"}}}))
	rego.verdict == "allow"
	strictest := permission(carrying("public", ["image"]), organised, acme({"verdict": {{"attachment": "image", "verdict": "allow"}, {"attachment": "image", "verdict": "ask", "reason": "screens"}}}))
	strictest.verdict == "ask"
	contains(strictest.reason, "(screens)")
	whole := by_org(carrying("local", ["image"]), acme({"forbid": {"not this week"}}))
	whole.verdict == "forbid"
	reviewed := permission(carrying("local", ["image"]), organised, acme({"obligation": {"review"}}))
	reviewed.verdict == "ask"
	finding := scrubjay.decision with input as outgoing("public", [email]) with data.scrubjay.layers as organised with data.scrubjay.org as acme({"verdict": {{"attachment": "image", "verdict": "forbid"}}})
	finding.rulings[0].verdict == "scrub"
}

test_attachments_what_is_not_understood_forbids if {
	every given in [{"attachment": "image", "verdict": "scrub"}, {"attachment": "images", "verdict": "ask"}, {"attachment": "image", "class": "pii", "verdict": "forbid"}, {"class": "pii", "verdict": "ask"}] {
		d := by_org(outgoing("public", []), {"verdict": {given}})
		d.verdict == "forbid"
	}
	permission(carrying("public", ["image"]), {"organised": true}, {"attachments": {"image": {"public": "alow"}}}).verdict == "alow"
	d := by_org(carrying("public", ["image"]), {"attachments": {"image": {"public": "alow"}}})
	d.verdict == "forbid"
}

test_attachments_while_the_policy_is_stale if {
	forbids := acme({"attachments": {"image": {"local": "forbid"}}})
	scrubbed := by_org(object.union(carrying("local", ["image"]), {"stale": "scrub"}), acme({}))
	scrubbed.attachments[0].verdict == "ask"
	closed := by_org(object.union(carrying("local", ["image"]), {"stale": "closed"}), acme({}))
	closed.verdict == "forbid"
	open := by_org(object.union(carrying("local", ["image"]), {"stale": "open"}), forbids)
	open.attachments[0].verdict == "allow"
}

test_attachments_say_how_to_be_sent_only_where_that_holds if {
	line := "attachments: {image: {public: allow}}"
	contains(permission(carrying("public", ["image"]), nobody, {}).reason, line)
	not contains(permission(carrying("public", ["image"]), {"organised": true}, {}).reason, line)
	not contains(permission(carrying("public", ["image"]), {"organised": false, "managed": {"attachments": {"image": {"public": "ask"}}}}, {}).reason, line)
}

test_attachments_explained if {
	layers := {"organised": false, "managed": {"attachments": {"image": {"public": "ask"}}}, "user": {"attachments": {"image": {"public": "forbid"}}}}
	x := scrubjay.explanation with input as carrying("public", ["image"]) with data.scrubjay.layers as layers
	[[v.layer, v.verdict] | some v in x.attachments[0].votes] == [["managed", "ask"], ["user", "forbid"]]
	x.attachments[0].deciding.layer == "user"
}
