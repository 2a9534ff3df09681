package wire

import "slices"

// Gemini's Interactions: steps of a conversation that the vendor keeps. A thought that is signed goes back as it came.
// Source: npm @google/genai 2.32.0; outputs and content.delta are those of its first version.
var geminiInteractions = &Route{
	Path:   "/{...}/interactions",
	system: interactSystem,
	request: shape(slices.Concat([]Field{
		{Path: "model", As: model},
		{Path: "stream", As: streamed},
		{Path: "tools", As: declared},
		{Path: "input[]", As: exempt, Type: "thought", If: []string{"signature"}},
		{Path: "input[].signature", As: exempt, Type: "function_call"},
		// The person gave these for the vendor to open another server with; a placeholder opens nothing.
		{Path: "tools[].headers", As: exempt, Type: "mcp_server"},
	}, blobs("input.data", "input[].data", "input[].content[].data", "input[].result[].data"))...),
	answer: interactionAnswer,
	stream: interactionStream,
}

var geminiInteraction = &Route{
	Path:     "/{...}/interactions/{}",
	method:   "GET",
	Bodiless: true,
	answer:   interactionAnswer,
	stream:   interactionStream,
}

var geminiCancel = &Route{
	Path:     "/{...}/interactions/{}/cancel",
	Bodiless: true,
	answer:   interactionAnswer,
}

var interactionAnswer = shape(slices.Concat(interactionSteps("", false), []Field{geminiFailed})...)

var interactionStream = streaming{
	event: shape(slices.Concat([]Field{
		{Path: "index", As: index},
		{Path: "delta.text", As: prose, Type: "text"},
		{Path: "delta.arguments", As: arguments, Type: "arguments_delta"},
		{Path: "step.name", As: toolName, Type: "function_call"},
		{Path: "step.arguments", As: tree, Type: "function_call"},
		{Path: "step.content[].text", As: prose, Type: "text", Whole: true},
		{Path: "error.message", As: prose, Whole: true},
		{Path: "event_type", As: end, Is: "step.stop"},
		{Path: "event_type", As: end, Is: "content.stop"},
		{Path: "event_type", As: endAll, Is: "interaction.completed"},
		{Path: "event_type", As: endAll, Is: "interaction.complete"},
		{Path: "event_type", As: endAll, Is: "error"},
	}, interactionSteps("interaction.", true))...),
	done: "[DONE]",
}

// interactionSteps are the steps of an interaction at a path.
func interactionSteps(at string, whole bool) []Field {
	fields := []Field{
		{Path: "system_instruction", As: prose},
		{Path: "steps[].content[].text", As: prose, Type: "text"},
		{Path: "steps[].name", As: toolName, Type: "function_call"},
		{Path: "steps[].arguments", As: tree, Type: "function_call"},
		{Path: "outputs[].text", As: prose, Type: "text"},
		{Path: "outputs[].name", As: toolName, Type: "function_call"},
		{Path: "outputs[].arguments", As: tree, Type: "function_call"},
	}
	for i := range fields {
		fields[i].Path, fields[i].Whole = at+fields[i].Path, whole
	}
	return fields
}

func blobs(paths ...string) (fields []Field) {
	for _, p := range paths {
		fields = append(fields, Field{Path: p, As: blob})
	}
	return fields
}
