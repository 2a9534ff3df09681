package scrubjay

# Every sentence says whose rule it is, what follows, and what works instead. It never has a value to
# tell.
sentence(subject, vote) := sprintf("By %s, this value is revoked and may go to nobody%s.%s", [author[vote.layer], why(vote), prefixed(" Ask ", org_contact, " what takes its place.")]) if {
	input.direction == "outgoing"
	vote.source == revoked_source
} else := sprintf("By %s, %s stand in a store of secrets, and only a pointer to them %s. %s%s", [author[vote.layer], noun(subject), place, go_on, ask(vote)]) if {
	input.direction == "outgoing"
	vote.source == references_source
	place := {true: "in files", false: "goes out"}[in_file]
	go_on := {
		true: "Use a reference, which your editor offers here, keeps the value there and puts a pointer such as op://vault/item/field in its place; scrubjay run resolves it.",
		false: "Take the value out, keep it there, and name it by its pointer, such as op://vault/item/field; scrubjay run resolves it.",
	}[in_file]
} else := sprintf("By %s, %s%s.%s", [author[vote.layer], stopping[vote.source], why(vote), ask(vote)]) if {
	input.direction == "outgoing"
} else := sprintf("By %s, %s%s.%s", [author[vote.layer], what, why(vote), ask(vote)]) if {
	input.direction == "outgoing"
	instead := works[vote.verdict][kind]
	what := sprintf("%s %s for %s: %s", [noun(subject), done[vote.verdict], provider, instead])
}

sentence(_, vote) := whole(vote) if input.direction != "outgoing"

whole(vote) := sprintf("By %s, %s%s.%s", [author[vote.layer], stopping[vote.source], why(vote), ask(vote)]) if {
	input.direction == "outgoing"
} else := sprintf("By %s, %s%s.%s", [author[vote.layer], consequence[input.direction][vote.verdict], why(vote), ask(vote)])

# stopping is what a stop or a missing approval says, whatever was found: to take something out does not help.
stopping := {
	"data.scrubjay.org.kill": "nothing may go to any provider",
	"data.scrubjay.org.kill.providers": sprintf("nothing may go to %s", [input.destination.provider]),
	"data.scrubjay.org.kill.models": sprintf("nothing may go to this model of %s", [input.destination.provider]),
	"data.scrubjay.org.minimum_version": "nothing may go to public providers",
	"data.scrubjay.org.approved.providers": sprintf("nothing may go to %s", [input.destination.provider]),
	"data.scrubjay.org.approved.require": sprintf("nothing may go to %s", [input.destination.provider]),
}

consequence := {
	"outgoing": {
		"forbid": sprintf("nothing of this may go to %s", [provider]),
		"scrub": sprintf("whatever is found is scrubbed for %s", [provider]),
	},
	"answer": {
		"allow": sprintf("an answer of %s is shown as it came", [provider]),
		"forbid": sprintf("this answer of %s is not shown", [provider]),
	},
	"restore": {
		"allow": "the value comes back here",
		"forbid": "the placeholder stays here",
	},
}

provider := sprintf("%s providers", [kind])

author := {
	"default": "Scrubjay's default policy",
	"managed": "this machine's managed settings",
	"organisation": sprintf("%s's policy", [org_name]),
	"user": "your own settings",
	"stale": sprintf("the rule for when the policy of %s is missing or has expired", [org_name]),
}

done := {"allow": "are allowed", "scrub": "are scrubbed", "forbid": "are forbidden"}

works := {
	"allow": {kind: "they go as they are"},
	"scrub": {kind: "a placeholder goes instead, and the answer comes back with the value"},
	"forbid": {
		"public": "redact them, or use a private or local provider",
		"private": "redact them, or use a local provider",
		"local": "redact them",
	},
}

noun(subject) := "examples and test values" if {
	subject.severity == "info"
} else := object.get(nouns, subject.class, "findings of this class")

nouns := {
	"credential": "credentials",
	"pii": "personal data",
	"phi": "health data",
	"pci": "payment data",
	"proprietary": "proprietary texts",
	"internal": "internal names",
	"injection": "instructions to the model",
}

why(vote) := sprintf(" (%s)", [vote.reason]) if {
	vote.reason != ""
} else := ""

# Whom to ask is said of what was forbidden, not of what works.
ask(vote) := concat("", [line | some line in [message, contact]; line != ""]) if {
	vote.verdict == "forbid"
	vote.layer in {"organisation", "stale"}
	message := prefixed(" ", org_message, "")
	contact := prefixed(" Ask ", org_contact, " for an exception.")
} else := ""

prefixed(before, text, after) := "" if {
	text == ""
} else := concat("", [before, text, after])

# A warning is for what would leave: what goes as a placeholder is protected, and said quietly.
diagnostic(subject, verdict) := "error" if {
	verdict == "forbid"
} else := "information" if {
	subject.severity == "info"
} else := "warning" if {
	verdict == "allow"
	kind == "public"
	subject.class == "credential"
	subject.severity in {"critical", "high"}
	sure(subject)
} else := "hint" if {
	verdict == "allow"
	kind == "public"
} else := "none" if {
	verdict == "allow"
} else := "hint" if {
	not sure(subject)
} else := "information"

sure(subject) if subject.validated

sure(subject) if subject.confidence != "low"
