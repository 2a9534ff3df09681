package scrubjay

# A value comes back into prose and into a tool that edits or shows. It does not come back into a
# command or a request, where whoever steers the model could send it anywhere, nor into the answer of
# a provider that its placeholder was not issued to.
restore_votes := [] if {
	input.direction != "restore"
} else := [{"layer": "default", "source": "restore: origin", "verdict": "forbid", "reason": "it comes back only in answers of the provider it was issued to"}] if {
	not own_placeholder
} else := [{"layer": "default", "source": sprintf("restore: %s", [tool_kind]), "verdict": "allow"}] if {
	tool_kind in {"", "edit", "other"}
} else := [{"layer": "default", "source": sprintf("restore: %s", [tool_kind]), "verdict": "forbid", "reason": sprintf("no value comes back into a tool of kind %s; let the tool read it from a file or the environment", [tool_kind])}]

own_placeholder if {
	input.origin != ""
	input.origin == input.destination.provider
}

default tool_kind := ""

tool_kind := input.tool.kind
