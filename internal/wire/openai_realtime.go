package wire

import "slices"

// openaiRealtime is a conversation of speech and text over a websocket. What was spoken cannot be read, and is a blob;
// what is written, the session's instructions, tools and their results included, is listed. Several answers may
// be given at once: all that belongs to one names it.
// Source: openai-go v3.95.0; the events that begin with response.text and response.audio_transcript are the beta's.
var openaiRealtime = &Route{
	Path:    "/v1/realtime",
	also:    []string{"/realtime", "/openai/realtime", "/openai/v1/realtime"},
	queried: true,
	request: realtimeRequest,
	stream: streaming{
		event:   realtimeEvent,
		named:   "response_id",
		nested:  "response",
		failure: responsesFailure,
	},
}

var realtimeRequest = shape(
	Field{Path: "session.model", As: model},
	Field{Path: "session.tools", As: declared},
	Field{Path: "response.tools", As: declared},
	Field{Path: "audio", As: blob},
	Field{Path: "item.arguments", As: jsonText},
	Field{Path: "item.content[].audio", As: blob},
	Field{Path: "item.content[].image_url", As: blob},
	Field{Path: "response.input[].arguments", As: jsonText},
	Field{Path: "response.input[].content[].audio", As: blob},
	Field{Path: "response.input[].content[].image_url", As: blob},
	// The person gave these for the vendor to open another server with; a placeholder opens nothing.
	Field{Path: "session.tools[].authorization", As: exempt, Type: "mcp"},
	Field{Path: "session.tools[].headers", As: exempt, Type: "mcp"},
	Field{Path: "response.tools[].authorization", As: exempt, Type: "mcp"},
	Field{Path: "response.tools[].headers", As: exempt, Type: "mcp"},
)

var realtimeEvent = shape(slices.Concat(
	responsesEvent,
	responseItem("item.", true),
	responseItem("response.output[].", true),
	realtimeContent("item.content[]."),
	realtimeContent("response.output[].content[]."),
	realtimeContent("part."),
	[]Field{
		{Path: "session.instructions", As: prose, Whole: true},

		{Path: "delta", As: prose, Type: "response.text.delta"},
		{Path: "delta", As: prose, Type: "response.output_audio_transcript.delta", Lane: "transcript"},
		{Path: "delta", As: prose, Type: "response.audio_transcript.delta", Lane: "transcript"},

		{Path: "text", As: prose, Type: "response.text.done", Whole: true},
		{Path: "transcript", As: prose, Type: "response.output_audio_transcript.done", Whole: true},
		{Path: "transcript", As: prose, Type: "response.audio_transcript.done", Whole: true},

		{Path: "type", As: end, Is: "response.text.done"},
		{Path: "type", As: end, Is: "response.output_audio_transcript.done"},
		{Path: "type", As: end, Is: "response.audio_transcript.done"},
		{Path: "type", As: endAll, Is: "response.done"},
	},
)...)

// realtimeContent is a part of an item, which says what was spoken beside what was written.
func realtimeContent(at string) []Field {
	return []Field{
		{Path: at + "text", As: prose, Type: "text", Whole: true},
		{Path: at + "transcript", As: prose, Type: "audio", Whole: true},
		{Path: at + "transcript", As: prose, Type: "input_audio", Whole: true},
		{Path: at + "transcript", As: prose, Type: "output_audio", Whole: true},
	}
}
