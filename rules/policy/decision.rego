# The decision that the program asks for: data.scrubjay.decision, of one query (input), in the shape
# that internal/policy reads. The query holds rules, classes and names, never a text.
#
#   votes.rego        who says what of a finding: the default, this machine's managed settings, the
#                     organisation's bundle, the person's own settings; which vote counts
#   attachments.rego  the same of files that nobody here can read
#   grants.rego       what the organisation grants for a time, stops, and approves
#   restore.rego      whether a value may come back
#   words.rego        the sentence that a person reads, and how an editor shows it
package scrubjay

decision := {
	"verdict": name_of[max({rank_of(v.verdict) | some v in array.concat(rulings, array.concat(forbidding, attached_forbidding))} | {0})],
	"rulings": rulings,
	"attachments": attached,
	"reasons": reasons,
	"obligations": obligations,
	"valid_until": valid_until,
	"named": named_rules,
}

# Whoever is named here is judged by name; all other rules of a class are judged alike, and asked about once.
named_rules := ({"internal-hostname"} | {name |
	some table in [org_rules, org_references]
	some name, _ in table
	is_string(name)
}) | {given.rule |
	some list in [all_exceptions, org_verdict]
	some given in list
	is_string(given.rule)
}

rulings := [ruling(subject) | some subject in input.subjects]

ruling(subject) := {
	"verdict": vote.verdict,
	"diagnostic": diagnostic(subject, vote.verdict),
	"reason": sentence(subject, vote),
	"authorisation": object.get(vote, "authorised", ""),
} if {
	vote := deciding(votes(subject))
}

# forbidding are the votes that forbid the whole query, whatever was found in it.
forbidding := [v | some v in array.concat(restore_votes, blanket); rank_of(v.verdict) == 2]

# What is asked about is no verdict on the whole.
attached_forbidding := [r | some r in attached; rank_of(r.verdict) == 2]

reasons := {r.reason | some r in array.concat(rulings, attached); r.verdict != "allow"} | {whole(v) | some v in forbidding}

obligations := {o | some o in org_obligation} | {"ask" | some r in attached; r.verdict == "ask"}

# A decision holds for an hour, or as long as the organisation says, and not beyond the end of a grant or a contract.
valid_until := min({usually} | coming)

usually := org_valid_until if {
	is_number(org_valid_until)
} else := input.now + 3600

# explanation shows every vote that a decision was made of, for scrubjay policy explain.
explanation := {
	"rulings": [{"votes": votes(subject), "deciding": deciding(votes(subject))} | some subject in input.subjects],
	"attachments": [{"votes": attached_votes(what), "deciding": deciding(attached_votes(what))} | some what in input.attachments],
	"blanket": blanket,
}

# trial is a decision and what the organisation's part of it gave, in Rego or in data, for a machine that tries a bundle
# before it takes it.
trial := {
	"decision": decision,
	"mistakes": mistakes,
	"given": {
		"verdict": org_verdict,
		"verdicts": org_verdicts,
		"rules": org_rules,
		"attachments": org_attachments,
		"labels": org_labels,
		"exceptions": org_exceptions,
		"kill": org_kill,
		"approved": org_approved,
		"groups": org_groups,
		"revoked": org_revoked,
		"references": org_references,
		"reviewers": org_reviewers,
		"minimum_version": org_minimum_version,
		"valid_until": org_valid_until,
		"name": org_name,
		"contact": org_contact,
		"message": org_message,
	},
}
