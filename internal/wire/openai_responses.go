package wire

import (
	"encoding/json"
	"slices"
)

// OpenAI's Responses. Its stream numbers its events and says every text again when it is whole: in an event
// that ends with .done, in the item, in the response. All of them are restored, so that whichever a client takes
// is the same. What the model reasons is not: it goes back to the vendor as it came, or is refused.
// Source: openai-go v3.94.0.
var openaiResponses = &Route{
	Path:    "/v1/responses",
	also:    []string{"/responses", "/openai/responses", "/openai/v1/responses"},
	system:  responsesSystem,
	request: responsesRequest,
	answer:  responsesAnswer,
	stream:  responsesStream,
}

// openaiInputTokens counts the same body: scrubbed otherwise, or not at all, it would leak or be counted wrong.
var openaiInputTokens = &Route{
	Path:    "/v1/responses/input_tokens",
	also:    []string{"/responses/input_tokens", "/openai/v1/responses/input_tokens"},
	system:  responsesSystem,
	request: responsesRequest,
	answer:  responsesAnswer,
}

var openaiCompact = &Route{
	Path:    "/v1/responses/compact",
	also:    []string{"/responses/compact", "/openai/v1/responses/compact"},
	system:  responsesSystem,
	request: responsesRequest,
	answer:  responsesAnswer,
}

// openaiResponse is one that the vendor kept, whole or from some event on.
var openaiResponse = &Route{
	Path:     "/v1/responses/{}",
	also:     []string{"/responses/{}", "/openai/responses/{}", "/openai/v1/responses/{}"},
	method:   "GET",
	Bodiless: true,
	answer:   responsesAnswer,
	stream:   responsesStream,
}

var openaiCancel = &Route{
	Path:     "/v1/responses/{}/cancel",
	also:     []string{"/responses/{}/cancel", "/openai/responses/{}/cancel", "/openai/v1/responses/{}/cancel"},
	Bodiless: true,
	answer:   responsesAnswer,
}

var openaiInputItems = &Route{
	Path:     "/v1/responses/{}/input_items",
	also:     []string{"/responses/{}/input_items", "/openai/responses/{}/input_items", "/openai/v1/responses/{}/input_items"},
	method:   "GET",
	Bodiless: true,
	answer:   shape(append(responseItem("data[].", false), Field{Path: "error.message", As: prose})...),
}

var responsesRequest = shape(
	Field{Path: "model", As: model},
	Field{Path: "stream", As: streamed},
	Field{Path: "tools", As: declared},
	Field{Path: "input[].tools", As: declared},
	// The vendor finds its cached prefix by this key: another key is a miss, at many times the price.
	Field{Path: "prompt_cache_key", As: exempt},
	// Encrypted, or bound to what is; only the vendor reads it, and it is sent back as it came.
	Field{Path: "input[]", As: exempt, Type: "reasoning"},
	Field{Path: "input[].encrypted_content", As: exempt, Type: "compaction"},
	Field{Path: "input[].encrypted_content", As: exempt, Type: "compaction_summary"},
	// The person gave these for the vendor to open another server with; a placeholder opens nothing.
	Field{Path: "tools[].authorization", As: exempt, Type: "mcp"},
	Field{Path: "tools[].headers", As: exempt, Type: "mcp"},
	Field{Path: "input[].tools[].authorization", As: exempt, Type: "mcp"},
	Field{Path: "input[].tools[].headers", As: exempt, Type: "mcp"},
	Field{Path: "input[].arguments", As: jsonText},
	Field{Path: "input[].content[].image_url", As: blob},
	Field{Path: "input[].content[].file_data", As: blob},
	Field{Path: "input[].content[].input_audio.data", As: blob},
	Field{Path: "input[].output[].image_url", As: blob},
	Field{Path: "input[].output[].file_data", As: blob},
	Field{Path: "input[].output.image_url", As: blob},
	Field{Path: "input[].result", As: blob, Type: "image_generation_call"},
)

var responsesAnswer = shape(append(responseItem("output[].", false),
	Field{Path: "instructions", As: prose},
	Field{Path: "error.message", As: prose},
)...)

var responsesStream = streaming{
	event: shape(slices.Concat(
		responsesEvent,
		responseItem("item.", true),
		responseItem("response.output[].", true),
	)...),
	name:    "response.output_text.delta",
	named:   "stream_id",
	failure: responsesFailure,
}

var responsesEvent = []Field{
	{Path: "sequence_number", As: sequence},
	{Path: "output_index", As: index},
	{Path: "content_index", As: part},
	{Path: "command_index", As: part},

	{Path: "delta", As: prose, Type: "response.output_text.delta"},
	{Path: "delta", As: prose, Type: "response.refusal.delta"},
	{Path: "delta", As: arguments, Type: "response.function_call_arguments.delta"},
	{Path: "delta", As: arguments, Type: "response.mcp_call_arguments.delta", Tool: "mcp_call"},
	{Path: "delta", As: prose, Type: "response.custom_tool_call_input.delta"},
	{Path: "delta", As: prose, Type: "response.code_interpreter_call_code.delta", Tool: "code_interpreter"},
	{Path: "delta", As: prose, Type: "response.shell_call_command.delta", Tool: "shell"},
	{Path: "delta.stdout", As: prose},
	{Path: "delta.stderr", As: prose},
	{Path: "delta", As: prose, Type: "response.audio.transcript.delta", Lane: "transcript"},

	{Path: "text", As: prose, Type: "response.output_text.done", Whole: true},
	{Path: "refusal", As: prose, Type: "response.refusal.done", Whole: true},
	{Path: "arguments", As: arguments, Type: "response.function_call_arguments.done", Whole: true},
	{Path: "arguments", As: arguments, Type: "response.mcp_call_arguments.done", Tool: "mcp_call", Whole: true},
	{Path: "input", As: prose, Type: "response.custom_tool_call_input.done", Whole: true},
	{Path: "code", As: prose, Type: "response.code_interpreter_call_code.done", Tool: "code_interpreter", Whole: true},
	{Path: "command", As: prose, Type: "response.shell_call_command.added", Tool: "shell", Whole: true},
	{Path: "command", As: prose, Type: "response.shell_call_command.done", Tool: "shell", Whole: true},
	{Path: "output[].stdout", As: prose, Whole: true},
	{Path: "output[].stderr", As: prose, Whole: true},

	{Path: "part.text", As: prose, Type: "output_text", Whole: true},
	{Path: "part.refusal", As: prose, Type: "refusal", Whole: true},
	{Path: "response.instructions", As: prose, Whole: true},
	{Path: "response.error.message", As: prose, Whole: true},
	{Path: "error.message", As: prose, Whole: true},
	{Path: "message", As: prose, Type: "error", Whole: true},

	{Path: "type", As: end, Is: "response.output_text.done"},
	{Path: "type", As: end, Is: "response.refusal.done"},
	{Path: "type", As: end, Is: "response.function_call_arguments.done"},
	{Path: "type", As: end, Is: "response.mcp_call_arguments.done"},
	{Path: "type", As: end, Is: "response.custom_tool_call_input.done"},
	{Path: "type", As: end, Is: "response.code_interpreter_call_code.done"},
	{Path: "type", As: end, Is: "response.shell_call_command.done"},
	{Path: "type", As: end, Is: "response.shell_call_output_content.done"},
	{Path: "type", As: end, Is: "response.audio.transcript.done"},
	{Path: "type", As: end, Is: "response.content_part.done"},
	{Path: "type", As: end, Is: "response.output_item.done"},
	{Path: "type", As: endAll, Is: "response.completed"},
	{Path: "type", As: endAll, Is: "response.incomplete"},
	{Path: "type", As: endAll, Is: "response.failed"},
	{Path: "type", As: endAll, Is: "error"},
}

// responseItem is an item of a response at a path. Those who run something themselves have no name but their kind.
func responseItem(at string, whole bool) []Field {
	fields := []Field{
		{Path: "name", As: toolName, Type: "function_call"},
		{Path: "name", As: toolName, Type: "custom_tool_call"},
		{Path: "name", As: toolName, Type: "mcp_call"},
		{Path: "name", As: toolName, Type: "mcp_approval_request"},
		{Path: "content[].text", As: prose, Type: "output_text"},
		{Path: "content[].text", As: prose, Type: "input_text"},
		{Path: "content[].refusal", As: prose, Type: "refusal"},
		{Path: "arguments", As: arguments, Type: "function_call"},
		{Path: "arguments", As: arguments, Type: "mcp_call", Tool: "mcp_call"},
		{Path: "arguments", As: arguments, Type: "mcp_approval_request", Tool: "mcp_call"},
		{Path: "input", As: prose, Type: "custom_tool_call"},
		{Path: "code", As: prose, Type: "code_interpreter_call", Tool: "code_interpreter"},
		{Path: "outputs[].logs", As: prose},
		{Path: "action", As: tree, Type: "local_shell_call", Tool: "local_shell"},
		{Path: "action", As: tree, Type: "shell_call", Tool: "shell"},
		{Path: "operation", As: tree, Type: "apply_patch_call", Tool: "apply_patch"},
		{Path: "output", As: prose},
		{Path: "output[].text", As: prose, Type: "input_text"},
		{Path: "output[].stdout", As: prose},
		{Path: "output[].stderr", As: prose},
		{Path: "queries[]", As: prose},
		{Path: "results[].text", As: prose},
		{Path: "revised_prompt", As: prose},
	}
	for i := range fields {
		fields[i].Path, fields[i].Whole = at+fields[i].Path, whole
	}
	return fields
}

// responsesFailure is what all SDKs take for an error, those that look at the type and those that look for "error".
func responsesFailure(number int, code, message string) []byte {
	type failure struct {
		Type    string  `json:"type"`
		Code    string  `json:"code"`
		Message string  `json:"message"`
		Param   *string `json:"param"`
	}
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(struct {
		failure
		Number int     `json:"sequence_number"`
		Error  failure `json:"error"`
	}{failure{"error", code, message, nil}, number, failure{"server_error", code, message, nil}})
	return body
}
