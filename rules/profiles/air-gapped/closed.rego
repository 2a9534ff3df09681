# No request leaves the house.
package scrubjay.org

forbid contains "nothing leaves the house: use one of its own models" if {
	input.direction == "outgoing"
	input.destination.kind == "public"
}
