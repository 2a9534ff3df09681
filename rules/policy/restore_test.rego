package scrubjay_test

import data.scrubjay

restore(origin, tool) := object.union(outgoing("public", []), {"direction": "restore", "origin": origin, "tool": {"name": "t", "kind": tool}})

restored(query) := d.verdict if {
	d := scrubjay.decision with input as query with data.scrubjay.layers as nobody
}

test_values_come_back_into_prose_edits_and_other_tools if {
	every kind in ["", "edit", "show", "other"] {
		restored(restore("openai", kind)) == "allow"
	}
}

test_values_do_not_come_back_into_commands_and_requests if {
	every kind in ["command", "network", "mcp", "unheard-of"] {
		restored(restore("openai", kind)) == "forbid"
	}
}

test_a_value_in_doubt_comes_back_everywhere if {
	doubt := object.union(key, {"confidence": "low"})
	every kind in ["command", "network", "mcp"] {
		ruled(restore("openai", kind), [doubt, key]) == ["allow", "forbid"]
	}
	ruled(restore("openai", "edit"), [doubt, key]) == ["allow", "allow"]
	ruled(restore("anthropic", "command"), [doubt]) == ["forbid"]
	by_org(object.union(restore("openai", "command"), {"subjects": [doubt]}), {"forbid": {"nothing comes back"}}).rulings[0].verdict == "forbid"
}

ruled(query, subjects) := [r.verdict | some r in d.rulings] if {
	d := scrubjay.decision with input as object.union(query, {"subjects": subjects}) with data.scrubjay.layers as nobody
}

test_values_come_back_only_from_the_provider_they_were_issued_to if {
	restored(restore("anthropic", "")) == "forbid"
	restored(restore("", "")) == "forbid"
}

test_each_value_is_ruled_on if {
	d := scrubjay.decision with input as object.union(restore("openai", "command"), {"subjects": [key]}) with data.scrubjay.layers as nobody
	[r.verdict | some r in d.rulings] == ["forbid"]
	contains(d.rulings[0].reason, "no value comes back into a tool of kind command")
}

test_the_organisation_can_keep_values_back if {
	d := by_org(restore("openai", "edit"), {"forbid": {"nothing comes back"}})
	d.verdict == "forbid"
}

test_answers_are_allowed if {
	d := scrubjay.decision with input as object.union(outgoing("public", [key]), {"direction": "answer"}) with data.scrubjay.layers as nobody
	d.rulings[0].verdict == "allow"
}

restored_by(tool, kind, layers) := d.verdict if {
	query := object.union(restore("openai", kind), {"tool": {"name": tool, "kind": kind}})
	d := scrubjay.decision with input as query with data.scrubjay.layers as layers
}

test_settings_name_tools if {
	files := {"mcp__files__*": "allow", "mcp__files__send": "forbid", "mcp__*": "forbid", "bash": "allow"}
	restored_by("mcp__files__write", "mcp", {"organised": false, "user": {"verdicts": {}, "tools": files}}) == "allow"
	restored_by("mcp__files__send", "mcp", {"organised": false, "user": {"verdicts": {}, "tools": files}}) == "forbid"
	restored_by("mcp__mail__send", "mcp", {"organised": false, "user": {"verdicts": {}, "tools": files}}) == "forbid"
	restored_by("bash", "command", {"organised": false, "user": {"verdicts": {}, "tools": files}}) == "allow"
	restored_by("edit", "edit", {"organised": false, "user": {"verdicts": {}, "tools": {"edit": "forbid"}}}) == "forbid"
	restored_by("edit", "edit", {"organised": false, "user": {"verdicts": {}, "tools": files}}) == "allow"
}

test_only_higher_layers_let_values_into_more_tools if {
	user := {"verdicts": {}, "tools": {"bash": "allow"}}
	restored_by("bash", "command", {"organised": true, "bundle": {"verdicts": {}, "tools": {}}, "user": user}) == "forbid"
	restored_by("bash", "command", {"organised": true, "bundle": {"verdicts": {}, "tools": {"bash": "allow"}}, "user": user}) == "allow"
	restored_by("bash", "command", {"organised": true, "bundle": {"verdicts": {}, "tools": {"bash": "allow"}}, "user": {"verdicts": {}, "tools": {"bash": "forbid"}}}) == "forbid"
	restored_by("bash", "command", {"organised": true, "managed": {"verdicts": {}, "tools": {"b*": "forbid"}}, "bundle": {"verdicts": {}, "tools": {"bash": "allow"}}}) == "forbid"
}
