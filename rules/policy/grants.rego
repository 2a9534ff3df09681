# What an organisation grants for a time and what it stops. Both are data, so that a grant or a stop is one line of a push.
#
#   exceptions  a verdict for somebody, until a day, with who approved it and why
#   kill        nothing goes to a provider or a model any more, and no value into a tool
#   approved    the public providers and models that may be asked, and what their contracts have to say
#
# Each may hold within hours alone.
package scrubjay

# Asked for by object.get their type is open: what is misspelt in them is said in words, and not as an error of types.
all_exceptions := object.get({"all": org_exceptions}, "all", [])

kill := object.get({"all": org_kill}, "all", {})

approved := object.get({"all": org_approved}, "all", {})

# current are the exceptions that count now, for this destination and whoever asks.
current := [given |
	some given in all_exceptions
	input.now <= ends(given.until)
	within(given)
	every field in object.keys(given) & object.keys(asked_of) {
		like(given[field], asked_of[field])
	}
	among(given)
]

asked_of := {
	"provider": input.destination.provider,
	"model": input.destination.model,
	"kind": kind,
	"user": object.get(input, "user", ""),
	"machine": object.get(input, "machine", ""),
	"assistant": object.get(input, ["assistant", "name"], ""),
	"repository": object.get(input, "repository", ""),
}

among(given) if not given.group

among(given) if given.group in my_groups

# my_groups are the groups of whoever asks: the machine's own, and those in which the organisation lists the account.
my_groups := {g | some g in object.get(input, "groups", [])} | {g |
	some g, members in org_groups
	object.get(input, "user", "") in members
}

# granted are the votes of the exceptions that count for a finding. The mildest is the one that was meant.
granted(subject) := [v |
	some given in current
	every field in object.keys(given) & {"class", "rule", "severity", "confidence"} {
		given[field] == subject[field]
	}
	v := {
		"layer": "organisation",
		"source": sprintf("data.scrubjay.org.exceptions: until %s", [given.until]),
		"verdict": given.verdict,
		"reason": given.reason,
		"authorised": sprintf("approved by %s until %s: %s", [given.approver, given.until, given.reason]),
	}
]

mildest(all) := [v | some v in all; rank_of(v.verdict) == least][0] if {
	least := min([rank_of(v.verdict) | some v in all])
}

# stops are the votes of the kill switch and of what is not approved.
stops := [{"layer": "organisation", "source": source, "verdict": "forbid", "reason": reason} | some [source, reason] in stopped]

stopped contains ["data.scrubjay.org.kill", reason_of(kill.all)] if {
	input.direction == "outgoing"
	within(kill.all)
}

stopped contains ["data.scrubjay.org.kill.providers", reason_of(given)] if {
	input.direction == "outgoing"
	some name, given in kill.providers
	like(name, input.destination.provider)
	within(given)
}

stopped contains ["data.scrubjay.org.kill.models", reason_of(given)] if {
	input.direction == "outgoing"
	some name, given in kill.models
	like(name, input.destination.model)
	within(given)
}

stopped contains ["data.scrubjay.org.kill.tools", reason_of(given)] if {
	input.direction == "restore"
	some name, given in kill.tools
	like(name, input.tool.name)
	within(given)
}

# The program compares the versions: what is built of a commit has no number to compare.
stopped contains ["data.scrubjay.org.minimum_version", reason] if {
	input.direction == "outgoing"
	kind == "public"
	asked
	object.get(input, "outdated", "") != ""
	reason := sprintf("Scrubjay on this machine is older than %s: install a newer one, then run scrubjay stop", [input.outdated])
}

# A stop says why, or why and when.
reason_of(given) := given.reason if {
	given.reason
} else := given

stopped contains ["data.scrubjay.org.approved.providers", reason] if {
	judged
	not contract
	reason := sprintf("%s is not an approved provider", [input.destination.provider])
}

stopped contains ["data.scrubjay.org.approved.providers", reason] if {
	judged
	input.destination.model != ""
	models := contract.models
	count([name | some name in models; like(name, input.destination.model)]) == 0
	reason := sprintf("the model %s of %s is not approved", [input.destination.model, input.destination.provider])
}

stopped contains ["data.scrubjay.org.approved.providers", reason] if {
	judged
	input.now > ends(contract.until)
	reason := sprintf("the contract with %s ended on %s", [input.destination.provider, contract.until])
}

stopped contains ["data.scrubjay.org.approved.providers", reason] if {
	judged
	contract
	not within(contract)
	reason := sprintf("%s is asked on %s from %s to %s, %s", [input.destination.provider, concat(" ", contract.hours.days), contract.hours.from, contract.hours.to, contract.hours.zone])
}

stopped contains ["data.scrubjay.org.approved.require", reason] if {
	judged
	contract
	some fact, wanted in approved.require
	not holds(fact, wanted)
	reason := sprintf("the contract with %s does not say what is required of %s", [input.destination.provider, fact])
}

# judged: only vendors need a contract.
judged if {
	input.direction == "outgoing"
	kind == "public"
	approved.providers
}

contract := approved.providers[input.destination.provider]

# A number is the most that is allowed, a list what is allowed, anything else what is wanted.
holds(fact, wanted) if {
	is_number(wanted)
	contract[fact] <= wanted
}

holds(fact, wanted) if {
	is_array(wanted)
	contract[fact] in wanted
}

holds(fact, wanted) if {
	not is_number(wanted)
	not is_array(wanted)
	contract[fact] == wanted
}

like(pattern, text) if pattern == text

like(pattern, text) if {
	endswith(pattern, "*")
	startswith(text, trim_suffix(pattern, "*"))
}

# ends is the last second of a day, or a moment.
ends(until) := round(time.parse_rfc3339_ns(until) / 1000000000) if {
	contains(until, "T")
} else := round(time.parse_rfc3339_ns(sprintf("%sT23:59:59Z", [until])) / 1000000000)

# within tells whether it is one of the hours in which something holds. What has none always does.
within(given) if not given.hours

within(given) if {
	hours := given.hours
	substring(lower(time.weekday([input.now * 1000000000, hours.zone])), 0, 3) in hours.days
	seconds(hours.from) <= second_of_day(hours.zone)
	second_of_day(hours.zone) < seconds(hours.to)
}

second_of_day(zone) := ((h * 3600) + (m * 60)) + s if [h, m, s] := time.clock([input.now * 1000000000, zone])

seconds("24:00") := 86400

seconds(clock) := round(time.parse_rfc3339_ns(sprintf("1970-01-01T%s:00Z", [clock])) / 1000000000) if clock != "24:00"

all_hours contains given.hours if some given in all_exceptions

all_hours contains given.hours if some given in approved.providers

all_hours contains kill.all.hours

all_hours contains kill[what][_].hours if some what in ["providers", "models", "tools"]

# moments are the last seconds of something here: no decision is remembered beyond one.
moments contains ends(given.until) if some given in all_exceptions

moments contains ends(given.until) if some given in approved.providers

moments contains (input.now + wait) - 1 if {
	some hours in all_hours
	some edge in [hours.from, hours.to]
	wait := ((seconds(edge) - second_of_day(hours.zone)) + 86400) % 86400
}

# Clocks are put forward and back on a quarter of an hour of UTC, and until the next one none is.
moments contains (input.now - (input.now % 900)) + 899 if count(all_hours) > 0

coming contains m + 1 if {
	some m in moments
	m >= input.now
}
