// Package event takes a stream apart into its events, whatever their framing: server-sent events, lines, the elements of an
// array, or documents one after the other. It knows where an event's data stands, byte for byte, and nothing of what it says.
//
//	split.go  cuts a stream behind each event
//	event.go  finds the data of one event, and the way back from a place in the data to the event's bytes
//	sniff.go  tells server-sent events by their first bytes
package event
