package scrubjay

# A value comes back into prose and into a tool that edits or shows. It does not come back into a
# command, a request or a tool of an MCP server, where whoever steers the model could send it anywhere, nor into the answer of
# a provider that its placeholder was not issued to.
restore_votes := restore_with(default_tool)

# A value in doubt is more often none than a secret, and an agent whose command lacks it is stopped for nothing.
default_of(subject) := [{"layer": "default", "source": "restore: in doubt", "verdict": "allow"}] if {
	subject.confidence == "low"
	not subject.validated
} else := default_tool

restore_with(by_default) := [] if {
	input.direction != "restore"
} else := [{"layer": "default", "source": "restore: origin", "verdict": "forbid", "reason": "it comes back only in answers of the provider it was issued to"}] if {
	not own_placeholder
} else := settled_tool if {
	settled_tool
} else := array.concat(by_default, tool_votes)

# As with findings: the highest authority that names the tool defines what holds, and lower ones tighten it. Under an
# organisation that is silent the default stands.
settled_tool := tool_votes if {
	count(tool_votes) > 0
	not only_the_person
}

only_the_person if {
	data.scrubjay.layers.organised
	every v in tool_votes {
		v.layer == "user"
	}
}

tool_votes := [v |
	some layer in ["managed", "bundle", "user"]
	verdict := named(data.scrubjay.layers[layer].tools)
	v := {"layer": layer, "source": sprintf("%s tools: %s", [layer, input.tool.name]), "verdict": verdict, "reason": sprintf("the %s settings let no value into this tool", [layer])}
]

# named is what a table says of the tool: by its name, else by the longest beginning that it names.
named(table) := verdict if {
	verdict := table[input.tool.name]
} else := table[longest] if {
	fitting := {name | some name, _ in table; endswith(name, "*"); startswith(input.tool.name, trim_suffix(name, "*"))}
	some longest in fitting
	count(longest) == max({count(name) | some name in fitting})
}

default_tool := [{"layer": "default", "source": sprintf("restore: %s", [tool_kind]), "verdict": "allow"}] if {
	tool_kind in {"", "edit", "show", "other"}
} else := [{"layer": "default", "source": sprintf("restore: %s", [tool_kind]), "verdict": "forbid", "reason": withheld}]

withheld := "an MCP server may be anywhere: name this tool in the setting tools to let values into it" if {
	tool_kind == "mcp"
} else := sprintf("no value comes back into a tool of kind %s; let the tool read it from a file or the environment", [tool_kind])

own_placeholder if {
	input.origin != ""
	input.origin == input.destination.provider
}

default tool_kind := ""

tool_kind := input.tool.kind
