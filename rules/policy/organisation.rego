# What the organisation's bundle may hold below data.scrubjay.org, as data or as its own Rego in
# package scrubjay.org, each with what it is when the bundle does not hold it. A stale policy that is
# to fall back on the default is not asked.
package scrubjay

# Rego: forbid contains "why" if { ... }: the whole query.
default org_forbid := []

org_forbid := data.scrubjay.org.forbid if asked

# Rego: verdict contains {"class": "pii", "verdict": "forbid", "reason": "why"} if { ... }: findings
# for which every given field is equal. Of attachments: {"attachment": "image", "verdict": "ask"}.
default org_verdict := []

org_verdict := data.scrubjay.org.verdict if asked

# Rego: obligation contains "review" if { ... }; review, review_by_two, reroute or attest.
default org_obligation := []

org_obligation := data.scrubjay.org.obligation if asked

# Rego: valid_until := unix seconds, for what depends on the clock.
default org_valid_until := null

org_valid_until := data.scrubjay.org.valid_until if asked

# Data: {class: {kind: verdict}}
default org_verdicts := {}

org_verdicts := data.scrubjay.org.verdicts if asked

# Data: the same in the bundle's settings.yaml.
default bundle_verdicts := {}

bundle_verdicts := data.scrubjay.layers.bundle.verdicts if asked

# Data: {kind of attachment: {kind: allow, ask or forbid}}
default org_attachments := {}

org_attachments := data.scrubjay.org.attachments if asked

# Data: the same in the bundle's settings.yaml.
default bundle_attachments := {}

bundle_attachments := data.scrubjay.layers.bundle.attachments if asked

# Data: {rule: {kind: verdict}}
default org_rules := {}

org_rules := data.scrubjay.org.rules if asked

# Data: {label of a file: {kind: verdict}}
default org_labels := {}

org_labels := data.scrubjay.org.labels if asked

# Data: what is granted for a time, what is stopped, what is approved, and who belongs to which group: grants.rego.
default org_exceptions := []

org_exceptions := data.scrubjay.org.exceptions if asked

default org_kill := {}

org_kill := data.scrubjay.org.kill if asked

default org_approved := {}

org_approved := data.scrubjay.org.approved if asked

default org_groups := {}

org_groups := data.scrubjay.org.groups if asked

# Data: {fingerprint of a value that nobody may get any more: why}
default org_revoked := {}

org_revoked := data.scrubjay.org.revoked if asked

# Data: {class or rule: files or everywhere}: where no value of that kind may stand, because a pointer to it is to.
default org_references := {}

org_references := data.scrubjay.org.references if asked

# Data: {account: public key}: whose signature is a second person's.
default org_reviewers := {}

org_reviewers := data.scrubjay.org.reviewers if asked

# Data: the oldest version of Scrubjay that may send to vendors.
default org_minimum_version := ""

org_minimum_version := data.scrubjay.org.minimum_version if asked

# Data: who they are, whom to ask, what to tell whoever was refused.
default org_name := "your organisation"

org_name := data.scrubjay.org.name

default org_contact := ""

org_contact := data.scrubjay.org.contact

default org_message := ""

org_message := data.scrubjay.org.message

default asked := true

asked := false if input.stale == "open"
