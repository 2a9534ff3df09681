package scrubjay

# A verdict that is none of these counts as the strictest; the program refuses the decision besides.
rank_of(verdict) := {"allow": 0, "scrub": 1, "ask": 1, "forbid": 2}[verdict]

rank_of(verdict) := 2 if not verdict in {"allow", "scrub", "ask", "forbid"}

name_of := ["allow", "scrub", "forbid"]

# A destination of an unknown kind is somebody else's.
default kind := "public"

kind := input.destination.kind if input.destination.kind in {"private", "local"}

# votes lists who says what of a finding, the highest authority first. The highest that says anything
# defines the verdict; every lower one, and every vote on the whole query, can only tighten it.
votes(subject) := array.concat(array.concat(array.concat(revoking(subject), settled(subject)), array.concat(referring(subject), blanket)), floor) if input.direction == "outgoing"

votes(_) := array.concat([{"layer": "default", "source": "answers", "verdict": "allow"}], blanket) if input.direction == "answer"

votes(subject) := array.concat(restore_with(default_of(subject)), blanket) if input.direction == "restore"

# A value that is revoked goes to nobody, whatever else is said of it.
revoking(subject) := [{"layer": "organisation", "source": revoked_source, "verdict": "forbid", "reason": reason} |
	reason := org_revoked[object.get(subject, "revoked", "")]
]

# Where pointers are asked for, a value itself is refused, unless somebody has an exception.
referring(subject) := [{"layer": "organisation", "source": references_source, "verdict": "forbid"}] if {
	subject.severity != "info"
	not doubtful(subject)
	some name in [subject.class, subject.rule]
	literals_refused[org_references[name]]
	count(granted(subject)) == 0
} else := []

references_source := "data.scrubjay.org.references"

literals_refused := {"everywhere": true, "files": in_file}

# Editors ask about files, and have no endpoint.
default in_file := false

in_file if object.get(input, "endpoint", "") == ""

revoked_source := "data.scrubjay.org.revoked"

# Where votes are equally strict, the highest authority is the one that is named.
deciding(all) := [v | some v in all; rank_of(v.verdict) == strictest][0] if {
	strictest := max([rank_of(v.verdict) | some v in all])
}

settled(subject) := all if {
	all := array.concat(upper(subject), user_votes(subject))
	count(all) > 0
} else := [default_vote(subject)]

# Under an organisation the default stands where it is silent, so that the person's own settings only
# tighten it. Without one the person may loosen the default.
upper(subject) := all if {
	all := array.concat(managed_votes(subject), org_votes(subject))
	count(all) > 0
} else := [default_vote(subject)] if {
	data.scrubjay.layers.organised
} else := []

default_vote(subject) := {"layer": "default", "source": default_source(subject), "verdict": default_verdict(subject)}

# What is no leak to a vendor is none to anybody; the organisation's own provider may see what is the
# organisation's, but nobody needs a credential to answer a question. Names of machines tell little, and answers about them
# need them: who does not want them told says so. Instructions to a model are nobody's secret, and who writes about them has
# to be able to; they are shown and counted.
default_verdict(subject) := "allow" if {
	subject.severity == "info"
} else := "allow" if {
	doubtful(subject)
} else := "allow" if {
	subject.rule == "internal-hostname"
} else := "allow" if {
	subject.class == "injection"
} else := "allow" if {
	kind == "local"
} else := "allow" if {
	kind == "private"
	subject.class in {"pii", "phi", "pci", "proprietary", "internal"}
} else := "scrub"

default_source(subject) := "severity info" if {
	subject.severity == "info"
} else := sprintf("scrub_from: %s, %s", [scrub_from, kind]) if {
	doubtful(subject)
} else := sprintf("%s, %s", [subject.class, kind])

managed_votes(subject) := class_votes(subject, "managed", managed_verdicts, "managed verdicts")

user_votes(subject) := class_votes(subject, "user", user_verdicts, "user verdicts")

# A layer that is not there says nothing.
default managed_verdicts := {}

managed_verdicts := data.scrubjay.layers.managed.verdicts

default user_verdicts := {}

user_verdicts := data.scrubjay.layers.user.verdicts

# A finding in doubt: nothing proved it, and nobody here wants to hear of what is as uncertain as it is.
doubtful(subject) if {
	not subject.validated
	certainty[subject.confidence] < certainty[scrub_from]
}

certainty := {"low": 0, "medium": 1, "high": 2}

scrub_from := data.scrubjay.layers.scrub_from[kind] if {
	data.scrubjay.layers.scrub_from[kind]
} else := "low" if {
	kind == "public"
} else := "medium"

# A verdict on a class leaves documented examples and test values alone, and what is in doubt: they are no leak.
class_votes(subject, layer, table, source) := [v |
	subject.severity != "info"
	not doubtful(subject)
	verdict := table[subject.class][kind]
	v := {"layer": layer, "source": sprintf("%s: %s, %s", [source, subject.class, kind]), "verdict": verdict}
]

# Of what the organisation says the most specific counts: an exception, its own Rego, then a verdict on the rule,
# then one on the class.
org_votes(subject) := [mildest(said)] if {
	said := granted(subject)
	count(said) > 0
} else := [deciding(said)] if {
	said := [v |
		some given in org_verdict
		matches(given, subject)
		v := object.union({"layer": "organisation", "source": "data.scrubjay.org.verdict"}, object.filter(given, {"verdict", "reason"}))
	]
	count(said) > 0
} else := [v] if {
	verdict := org_rules[subject.rule][kind]
	v := {"layer": "organisation", "source": sprintf("data.scrubjay.org.rules: %s, %s", [subject.rule, kind]), "verdict": verdict}
} else := [deciding(said)] if {
	said := array.concat(
		class_votes(subject, "organisation", org_verdicts, "data.scrubjay.org.verdicts"),
		class_votes(subject, "organisation", bundle_verdicts, "bundle settings.yaml verdicts"),
	)
	count(said) > 0
} else := []

matches(given, subject) if {
	is_object(given)
	every field in object.keys(given) - {"verdict", "reason"} {
		given[field] == subject[field]
	}
}

# blanket are the votes on the whole query.
blanket := array.concat(array.concat(array.concat(org_forbids, stops), label_votes), closed_votes)

org_forbids := [{"layer": "organisation", "source": "data.scrubjay.org.forbid", "verdict": "forbid", "reason": r} | some r in org_forbid_reasons]

# Asked for by object.get its type is open: a rule that is true or false would not compile here.
org_forbid_reasons contains r if some r in object.get({"forbid": org_forbid}, "forbid", [])

org_forbid_reasons contains m if some m in mistakes

# Comparing with true does not compile where the type is known to be another.
org_forbid_reasons contains "it does not say why" if json.marshal(org_forbid) == "true"

# What the organisation's Rego says in a way that is not understood must not pass for silence.
mistakes contains "its rule forbid is neither a set of reasons nor true or false" if {
	not is_set(org_forbid)
	not is_array(org_forbid)
	not is_boolean(org_forbid)
}

mistakes contains "its rule verdict gives something that is not understood" if {
	some given in org_verdict
	not understood(given)
}

mistakes contains "its rule verdict is not a set" if {
	not is_set(org_verdict)
	not is_array(org_verdict)
}

mistakes contains "its rule obligation is not a set" if {
	not is_set(org_obligation)
	not is_array(org_obligation)
}

understood(given) if {
	is_object(given)
	given.verdict in {"allow", "scrub", "forbid"}
	object.keys(given) - {"verdict", "reason", "class", "rule", "severity", "confidence", "validated"} == set()
}

understood(given) if {
	is_object(given)
	given.verdict in {"allow", "ask", "forbid"}
	object.get(given, "attachment", "") in {"image", "document", "audio", "video", "other"}
	object.keys(given) - {"verdict", "reason", "attachment"} == set()
}

label_votes := [v |
	input.direction == "outgoing"
	some label in input.labels
	verdict := org_labels[label][kind]
	rank_of(verdict) > 0
	v := {"layer": "organisation", "source": sprintf("data.scrubjay.org.labels: %s, %s", [label, kind]), "verdict": verdict, "reason": sprintf("the file is labelled %s", [label])}
]

# A stale policy: closed forbids all that goes out, scrub scrubs whatever was found, open is the default.
closed_votes := [{"layer": "stale", "source": "organisation.stale: closed", "verdict": "forbid"} |
	input.direction == "outgoing"
	input.stale == "closed"
]

floor := [{"layer": "stale", "source": "organisation.stale: scrub", "verdict": "scrub"} | input.stale == "scrub"]
