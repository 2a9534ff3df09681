package scrubjay_test

import data.scrubjay

restore(origin, tool) := object.union(outgoing("public", []), {"direction": "restore", "origin": origin, "tool": {"name": "t", "kind": tool}})

restored(query) := d.verdict if {
	d := scrubjay.decision with input as query with data.scrubjay.layers as nobody
}

test_values_come_back_into_prose_edits_and_other_tools if {
	every kind in ["", "edit", "other"] {
		restored(restore("openai", kind)) == "allow"
	}
}

test_values_do_not_come_back_into_commands_and_requests if {
	every kind in ["command", "network", "unheard-of"] {
		restored(restore("openai", kind)) == "forbid"
	}
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
