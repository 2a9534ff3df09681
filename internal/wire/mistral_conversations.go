package wire

import "slices"

// Mistral's conversations, which the vendor keeps, also those with an agent. What is asked are entries, and what comes
// back are too; a stream says the same in pieces.
// Source: npm @mistralai/mistralai 2.7.0, models/components.
var mistralConversation = &Route{
	Path: "/v1/conversations",
	also: []string{"/v1/conversations/{}", "/v1/conversations/{}/restart"},
	request: shape([]Field{
		{Path: "model", As: model},
		{Path: "stream", As: streamed},
		{Path: "tools", As: declared},
		{Path: "inputs[].arguments", As: jsonText},
		{Path: "inputs[].content[].image_url", As: blob},
		{Path: "inputs[].content[].image_url.url", As: blob},
		{Path: "inputs[].content[].document_url", As: blob},
		{Path: "inputs[].content[].input_audio", As: blob},
	}...),
	answer: shape(slices.Concat(mistralEntries("outputs[]."), mistralErrors)...),
	stream: streaming{
		event: shape(slices.Concat([]Field{
			{Path: "output_index", As: index},
			{Path: "content_index", As: part},
			{Path: "content", As: prose, Type: "message.output.delta"},
			{Path: "content.text", As: prose, Lane: "content"},
			{Path: "content.thinking[]", As: chunk},
			{Path: "content.thinking[].text", As: prose, Lane: "thinking"},
			{Path: "name", As: toolName, Type: "function.call.delta"},
			{Path: "name", As: toolName, Type: "tool.execution.started"},
			{Path: "name", As: toolName, Type: "tool.execution.delta"},
			{Path: "arguments", As: arguments, Type: "function.call.delta"},
			{Path: "arguments", As: arguments, Type: "tool.execution.started"},
			{Path: "arguments", As: arguments, Type: "tool.execution.delta"},
			{Path: "type", As: end, Is: "tool.execution.done"},
			{Path: "type", As: endAll, Is: "conversation.response.done"},
			{Path: "type", As: endAll, Is: "conversation.response.error"},
		}, mistralErrors)...),
		serial: true,
	},
}

// mistralHistory is what a conversation that the vendor kept holds.
var mistralHistory = &Route{
	Path:     "/v1/conversations/{}/history",
	also:     []string{"/v1/conversations/{}/messages"},
	method:   "GET",
	Bodiless: true,
	answer:   shape(slices.Concat(mistralEntries("entries[]."), mistralEntries("messages[]."), mistralErrors)...),
}

func mistralEntries(at string) []Field {
	return []Field{
		{Path: at + "content", As: prose},
		{Path: at + "content[].text", As: prose},
		{Path: at + "content[].thinking[].text", As: prose},
		{Path: at + "result", As: prose},
		{Path: at + "name", As: toolName},
		{Path: at + "arguments", As: arguments},
	}
}
