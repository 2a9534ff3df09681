# Health data leaves only from the clinic's own provider, and tools that run never see a value.
package scrubjay.org

verdict contains {"class": "phi", "verdict": "allow", "reason": "the clinic's own model"} if {
	input.destination.provider == "acme"
}

verdict contains {"class": "phi", "verdict": "forbid", "reason": "health data stay with us"} if {
	input.destination.provider != "acme"
}

obligation contains "review" if {
	some subject in input.subjects
	subject.class == "proprietary"
	input.destination.kind == "public"
}
