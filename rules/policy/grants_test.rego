package scrubjay_test

import data.scrubjay

asking(kind, provider, model, more) := object.union(
	{
		"direction": "outgoing", "destination": {"provider": provider, "model": model, "kind": kind}, "origin": "", "endpoint": "known", "stale": "", "now": 1000,
		"tool": {"name": "", "kind": ""}, "subjects": [email, key], "labels": [], "attachments": [],
		"user": "anna", "machine": "m1", "groups": ["support"], "assistant": {"name": "claude-cli", "version": "2.0"}, "repository": "github.com/acme/shop",
	},
	more,
)

granting(more) := acme({"verdicts": {"pii": {"public": "forbid"}}, "exceptions": [object.union({"verdict": "allow", "until": "1970-01-02", "approver": "ben", "reason": "the trial"}, more)]})

first(query, org) := r if {
	r := scrubjay.decision.rulings[0] with input as query with data.scrubjay.layers as {"organised": true} with data.scrubjay.org as org
}

asked := asking("public", "openai", "gpt-5", {})

test_an_exception_says_who_approved_it if {
	r := first(asked, granting({"class": "pii"}))
	r.verdict == "allow"
	r.authorisation == "approved by ben until 1970-01-02: the trial"
	contains(r.reason, "(the trial)")
}

test_an_exception_is_for_whom_it_names if {
	every fits in [
		{"user": "anna"}, {"group": "support"}, {"machine": "m1"}, {"assistant": "claude-*"}, {"provider": "openai"}, {"model": "gpt-*"}, {"kind": "public"},
		{"repository": "github.com/acme/*"}, {"repository": "github.com/acme/shop"}, {"rule": "email"}, {"severity": email.severity}, {"confidence": email.confidence}, {"user": "anna", "group": "support"},
	] {
		first(asked, granting(fits)).verdict == "allow"
	}
	every other in [
		{"user": "ben"}, {"group": "finance"}, {"machine": "m2"}, {"assistant": "codex"}, {"provider": "mistral"}, {"model": "o*"}, {"kind": "private"},
		{"repository": "github.com/acme/shop2"}, {"repository": "gitlab.com/*"}, {"rule": "iban"}, {"class": "phi"}, {"user": "anna", "group": "finance"},
	] {
		r := first(asked, granting(other))
		r.verdict == "forbid"
		r.authorisation == ""
	}
}

test_an_organisation_lists_its_groups if {
	org := object.union(granting({"group": "finance"}), {"groups": {"finance": ["anna", "carl"]}})
	first(asked, org).verdict == "allow"
	first(object.union(asked, {"user": "dora"}), org).verdict == "forbid"
}

test_an_exception_ends_by_itself if {
	org := granting({})
	d := scrubjay.decision with input as object.union(asked, {"now": 172700}) with data.scrubjay.layers as {"organised": true} with data.scrubjay.org as org
	d.rulings[0].verdict == "allow"
	d.valid_until == 172800
	first(object.union(asked, {"now": 172800}), org).verdict == "forbid"
	moment := granting({"until": "1970-01-01T00:20:00Z"})
	first(asked, moment).verdict == "allow"
	first(object.union(asked, {"now": 1201}), moment).verdict == "forbid"
}

test_an_exception_does_not_loosen_what_stands_above_or_below if {
	managed := scrubjay.decision.rulings[0] with input as asked with data.scrubjay.layers as {"organised": true, "managed": {"verdicts": {"pii": {"public": "forbid"}}}} with data.scrubjay.org as granting({})
	managed.verdict == "forbid"
	own := scrubjay.decision.rulings[0] with input as asked with data.scrubjay.layers as {"organised": true, "user": {"verdicts": {"pii": {"public": "scrub"}}}} with data.scrubjay.org as granting({})
	own.verdict == "scrub"
}

test_of_several_exceptions_the_mildest_counts if {
	org := acme({"exceptions": [
		{"verdict": "forbid", "until": "1970-01-02", "approver": "ben", "reason": "a"},
		{"verdict": "scrub", "until": "1970-01-02", "approver": "ben", "reason": "b"},
	]})
	first(asked, org).verdict == "scrub"
}

stopped(query, org) := d if {
	d := scrubjay.decision with input as query with data.scrubjay.layers as {"organised": true} with data.scrubjay.org as acme(org)
}

test_a_kill_stops_everybody_an_exception_or_not if {
	every kill in [{"all": "the leak"}, {"providers": {"openai": "the leak"}}, {"models": {"gpt-*": "the leak"}}] {
		d := stopped(asked, {"kill": kill, "exceptions": granting({}).exceptions})
		d.verdict == "forbid"
		some reason in d.reasons
		contains(reason, "(the leak)")
	}
	every kill in [{"providers": {"mistral": "the leak"}}, {"models": {"o*": "the leak"}}, {"tools": {"x": "the leak"}}] {
		stopped(asked, {"kill": kill}).verdict == "scrub"
	}
}

test_a_kill_keeps_values_out_of_a_tool if {
	restoring := object.union(asked, {"direction": "restore", "origin": "openai", "subjects": [], "tool": {"name": "mcp__db__query", "kind": "edit"}})
	stopped(restoring, {}).verdict == "allow"
	stopped(restoring, {"kill": {"tools": {"mcp__db__*": "the leak"}}}).verdict == "forbid"
}

contract := {"models": ["gpt-5*"], "until": "1970-01-31", "training": false, "retention_days": 30, "region": "eu"}

test_only_approved_vendors_and_models_are_asked if {
	approved := {"approved": {"providers": {"openai": contract}}}
	stopped(asked, approved).verdict == "scrub"
	stopped(asking("public", "openai", "gpt-4", {}), approved).verdict == "forbid"
	stopped(asking("public", "openai", "", {}), approved).verdict == "scrub"
	stopped(asked, {"approved": {"providers": {"openai": {}}}}).verdict == "scrub"
	stopped(asking("public", "mistral", "m", {}), approved).verdict == "forbid"
	stopped(asking("private", "own", "m", {}), approved).verdict == "scrub"
}

test_a_contract_ends if {
	approved := {"approved": {"providers": {"openai": contract}}}
	d := stopped(object.union(asked, {"now": 5000000}), approved)
	d.verdict == "forbid"
	some reason in d.reasons
	contains(reason, "the contract with openai ended on 1970-01-31")
}

test_a_contract_says_what_is_required if {
	every fine in [{"training": false}, {"retention_days": 30}, {"retention_days": 90}, {"region": ["us", "eu"]}, {"region": "eu", "training": false}] {
		stopped(asked, {"approved": {"providers": {"openai": contract}, "require": fine}}).verdict == "scrub"
	}
	every lacking in [{"training": true}, {"retention_days": 0}, {"region": ["us"]}, {"region": "us"}, {"agreement": true}] {
		d := stopped(asked, {"approved": {"providers": {"openai": contract}, "require": lacking}})
		d.verdict == "forbid"
		some reason in d.reasons
		contains(reason, "does not say what is required")
	}
}

# 1970-01-05 was a Monday.
monday := 4 * 86400

at(seconds) := object.union(asked, {"now": seconds})

office := {"hours": {"days": ["mon", "tue"], "from": "08:00", "to": "18:00", "zone": "UTC"}}

until_february := object.union(office, {"until": "1970-02-01"})

test_an_exception_holds_within_its_hours if {
	org := granting(until_february)
	every inside in [monday + 28800, monday + 64799, (monday + 86400) + 28800] {
		first(at(inside), org).verdict == "allow"
	}
	every outside in [monday, monday + 28799, monday + 64800, monday + 86399, (monday - 86400) + 36000, (monday + (2 * 86400)) + 36000] {
		first(at(outside), org).verdict == "forbid"
	}
}

test_a_day_may_end_at_midnight if {
	late := {"hours": {"days": ["mon"], "from": "22:00", "to": "24:00", "zone": "UTC"}, "until": "1970-02-01"}
	first(at(monday + 86399), granting(late)).verdict == "allow"
	first(at(monday + 86400), granting(late)).verdict == "forbid"
}

test_hours_are_those_of_their_zone if {
	summer := round(time.parse_rfc3339_ns("2026-07-06T06:00:00Z") / 1000000000)
	winter := round(time.parse_rfc3339_ns("2026-12-07T07:00:00Z") / 1000000000)
	org := granting({"until": "2027-01-01", "hours": object.union(office.hours, {"zone": "Europe/Berlin"})})
	every eight in [summer, winter] {
		first(at(eight - 1), org).verdict == "forbid"
		first(at(eight), org).verdict == "allow"
		first(at(eight + 35999), org).verdict == "allow"
		first(at(eight + 36000), org).verdict == "forbid"
	}
}

test_a_stop_may_hold_within_hours if {
	stop := object.union(office, {"reason": "the leak"})
	every kill in [{"all": stop}, {"providers": {"openai": stop}}, {"models": {"gpt-*": stop}}] {
		d := stopped(at(monday + 36000), {"kill": kill})
		d.verdict == "forbid"
		some reason in d.reasons
		contains(reason, "(the leak)")
		stopped(at(monday), {"kill": kill}).verdict == "scrub"
	}
	restoring := {"direction": "restore", "origin": "openai", "subjects": [], "tool": {"name": "db", "kind": "edit"}}
	stopped(object.union(at(monday + 36000), restoring), {"kill": {"tools": {"db": stop}}}).verdict == "forbid"
	stopped(object.union(at(monday), restoring), {"kill": {"tools": {"db": stop}}}).verdict == "allow"
}

test_a_vendor_is_asked_within_hours if {
	approved := {"approved": {"providers": {"openai": office}}}
	stopped(at(monday + 36000), approved).verdict == "scrub"
	d := stopped(at(monday), approved)
	d.verdict == "forbid"
	some reason in d.reasons
	contains(reason, "openai is asked on mon tue from 08:00 to 18:00, UTC")
}

test_no_decision_outlives_an_hour_at_which_something_changes if {
	every org in [
		granting(until_february), {"approved": {"providers": {"openai": office}}}, {"kill": {"all": object.union(office, {"reason": "x"})}},
		{"kill": {"tools": {"db": object.union(office, {"reason": "x"})}}},
	] {
		stopped(at(monday + 28790), org).valid_until == monday + 28800
		stopped(at(monday + 64799), org).valid_until == monday + 64800
		stopped(at(monday + 28800), org).valid_until == monday + 29700
	}
	odd := {"approved": {"providers": {"openai": {"hours": object.union(office.hours, {"from": "08:07"})}}}}
	stopped(at(monday + 28801), odd).valid_until == monday + 29220
}

revoked_key := object.union(key, {"revoked": "o:1"})

test_a_revoked_value_goes_to_nobody if {
	org := object.union(granting({}), {"revoked": {"o:1": "it stood in a log"}, "contact": "ben"})
	every kind in ["public", "private", "local"] {
		query := object.union(asking(kind, "any", "m", {}), {"subjects": [revoked_key, key]})
		d := stopped(query, org)
		d.rulings[0].verdict == "forbid"
		d.rulings[0].diagnostic == "error"
		d.rulings[0].reason == "By Acme's policy, this value is revoked and may go to nobody (it stood in a log). Ask ben what takes its place."
		d.rulings[1].verdict == "allow"
	}
	open := object.union(asking("public", "any", "m", {}), {"subjects": [revoked_key], "stale": "open"})
	stopped(open, org).verdict == "scrub"
}

test_an_old_program_asks_no_vendor if {
	old := {"outdated": "0.3.0"}
	d := stopped(object.union(asked, old), {})
	d.verdict == "forbid"
	some reason in d.reasons
	contains(reason, "is older than 0.3.0: install a newer one")
	stopped(object.union(asked, {"outdated": ""}), {}).verdict == "scrub"
	stopped(asking("private", "own", "m", old), {}).verdict == "scrub"
	stopped(object.union(asked, {"outdated": "0.3.0", "stale": "open"}), {}).verdict == "scrub"
}

test_a_stop_says_what_is_stopped if {
	expected := {
		"nothing may go to any provider (the leak)": {"all": "the leak"},
		"nothing may go to openai (the leak)": {"providers": {"openai": "the leak"}},
		"nothing may go to this model of openai (the leak)": {"models": {"gpt-*": "the leak"}},
	}
	every said, kill in expected {
		d := stopped(asked, {"kill": kill})
		every ruling in d.rulings {
			contains(ruling.reason, said)
		}
		some reason in stopped(asking("public", "openai", "gpt-5", {"subjects": []}), {"kill": kill}).reasons
		contains(reason, said)
	}
	unapproved := stopped(asking("public", "mistral", "m", {}), {"approved": {"providers": {"openai": contract}}})
	contains(unapproved.rulings[0].reason, "nothing may go to mistral (mistral is not an approved provider)")
}
