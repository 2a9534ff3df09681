package scrubjay

# attached rules on the kinds of attachments that nobody here can read: image, document, audio, video, other. Their
# verdict is allow, forbid or ask, which is the obligation review. Who has a say, and which vote counts, is as with
# findings.
attached := [attached_ruling(what) | some what in input.attachments]

attached_ruling(what) := {"verdict": vote.verdict, "reason": attached_sentence(what, vote)} if {
	vote := deciding(attached_votes(what))
}

attached_votes(what) := array.concat(attached_settled(what), attached_floor)

attached_settled(what) := all if {
	all := array.concat(attached_upper(what), cell_votes(what, "user", user_attachments, "user attachments"))
	count(all) > 0
} else := [attached_default(what)]

attached_upper(what) := all if {
	all := array.concat(cell_votes(what, "managed", managed_attachments, "managed attachments"), attached_org(what))
	count(all) > 0
} else := [attached_default(what)] if {
	data.scrubjay.layers.organised
} else := []

attached_default(what) := {"layer": "default", "source": sprintf("%s, %s", [what, kind]), "verdict": {"public": "ask", "private": "allow", "local": "allow"}[kind]}

default managed_attachments := {}

managed_attachments := data.scrubjay.layers.managed.attachments

default user_attachments := {}

user_attachments := data.scrubjay.layers.user.attachments

cell_votes(what, layer, table, source) := [v |
	verdict := table[what][kind]
	v := {"layer": layer, "source": sprintf("%s: %s, %s", [source, what, kind]), "verdict": verdict}
]

# The organisation's own Rego goes before its tables.
attached_org(what) := [deciding(said)] if {
	said := [v |
		some given in org_verdict
		matches(given, {"attachment": what})
		"attachment" in object.keys(given)
		v := object.union({"layer": "organisation", "source": "data.scrubjay.org.verdict"}, object.filter(given, {"verdict", "reason"}))
	]
	count(said) > 0
} else := [deciding(said)] if {
	said := array.concat(
		cell_votes(what, "organisation", org_attachments, "data.scrubjay.org.attachments"),
		cell_votes(what, "organisation", bundle_attachments, "bundle settings.yaml attachments"),
	)
	count(said) > 0
} else := []

# What an organisation wants reviewed is asked about, and so is what goes out while its policy is missing.
attached_floor := array.concat(
	[{"layer": "organisation", "source": "data.scrubjay.org.obligation: review", "verdict": "ask"} | some o in org_obligation; o in {"review", "review_by_two"}],
	[{"layer": "stale", "source": "organisation.stale: scrub", "verdict": "ask"} | input.stale == "scrub"],
)

attached_sentence(what, vote) := sprintf("By %s, %s%s.%s%s", [author[vote.layer], attached_said(what, vote.verdict), why(vote), ask(vote), loosened(what, vote)])

attached_said(what, "allow") := sprintf("%s go to %s unread", [attached_noun(what), provider])

attached_said(what, "ask") := sprintf("%s go to %s only when you have approved them, because Scrubjay cannot read them", [attached_noun(what), provider])

attached_said(what, verdict) := sprintf("%s are forbidden for %s: %s", [attached_noun(what), provider, attached_works[kind]]) if {
	not verdict in {"allow", "ask"}
}

attached_noun(what) := object.get({"image": "images", "document": "documents", "audio": "audio files", "video": "videos"}, what, "files that are no text")

attached_works := {
	"public": "leave them out, or use a private or local provider",
	"private": "leave them out, or use a local provider",
	"local": "leave them out",
}

# Only what nobody stands above is the person's to loosen.
loosened(what, vote) := sprintf(" The line attachments: {%s: {%s: allow}} in your config.yaml sends them without asking.", [what, kind]) if {
	vote.verdict == "ask"
	vote.layer in {"default", "user"}
	not data.scrubjay.layers.organised
} else := ""
