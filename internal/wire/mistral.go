package wire

import (
	"encoding/json"
	"net/http"
)

// Mistral's chat, which is OpenAI's but for contents that are lists of chunks, and fill-in-the-middle, which is
// answered like a chat. What it thinks is text like any other: where it is signed, it goes back scrubbed as it came. The
// signature is sent back as it was.
// Source: the vendor's API reference; chunks as its own SDK streams them.
var mistral = &Format{
	Name:     "mistral",
	harmless: []string{"/v1/models", "/v1/models/"},
	failure:  mistralFailure,
	routes: []*Route{
		{
			Path:    "/v1/chat/completions",
			also:    []string{"/v1/agents/completions"},
			system:  chatSystem,
			request: shape(mistralRequest...),
			answer:  shape(mistralAnswer...),
			stream:  mistralStream,
		},
		{
			Path:    "/v1/fim/completions",
			joined:  []string{"prompt", "suffix"},
			request: shape(mistralRequest...),
			answer:  shape(mistralAnswer...),
			stream:  mistralStream,
		},
		mistralConversation,
		mistralHistory,
		{
			Path:    "/v1/embeddings",
			request: embeddingsRequest,
			answer:  shape(mistralErrors...),
		},
	},
}

var mistralRequest = []Field{
	{Path: "model", As: model},
	{Path: "stream", As: streamed},
	{Path: "tools", As: declared},
	{Path: "prompt", As: noTokens},
	{Path: "suffix", As: noTokens},
	{Path: "messages[].tool_calls[].function.arguments", As: jsonText},
	{Path: "messages[].content[].signature", As: exempt, Role: "assistant"},
	{Path: "messages[].content[].image_url", As: blob},
	{Path: "messages[].content[].image_url.url", As: blob},
	{Path: "messages[].content[].document_url", As: blob},
	{Path: "messages[].content[].input_audio", As: blob},
	{Path: "messages[].content[].input_audio.data", As: blob},
	{Path: "messages[].content[].file.file_data", As: blob},
}

var mistralErrors = []Field{
	{Path: "message", As: prose},
	{Path: "detail", As: prose},
	{Path: "detail[].msg", As: prose},
}

var mistralAnswer = append([]Field{
	{Path: "choices[].message.content", As: prose},
	{Path: "choices[].message.content[]", As: chunk},
	{Path: "choices[].message.content[].text", As: prose},
	{Path: "choices[].message.content[].thinking[]", As: chunk},
	{Path: "choices[].message.content[].thinking[].text", As: prose},
	{Path: "choices[].message.tool_calls[].function.name", As: toolName},
	{Path: "choices[].message.tool_calls[].function.arguments", As: arguments},
}, mistralErrors...)

// mistralStream sends the chunks of a content one after the other, in lists that begin anew in each event.
var mistralStream = streaming{
	event: shape(append([]Field{
		{Path: "choices[].index", As: index},
		{Path: "choices[].delta.content", As: prose},
		{Path: "choices[].delta.content[]", As: chunk},
		{Path: "choices[].delta.content[].text", As: prose, Lane: "content"},
		{Path: "choices[].delta.content[].thinking[]", As: chunk},
		{Path: "choices[].delta.content[].thinking[].text", As: prose, Lane: "thinking"},
		{Path: "choices[].delta.tool_calls[].index", As: index},
		{Path: "choices[].delta.tool_calls[].function.name", As: toolName},
		{Path: "choices[].delta.tool_calls[].function.arguments", As: arguments},
		{Path: "choices[].finish_reason", As: end},
		{Path: "object", As: endAll, Is: "error"},
	}, mistralErrors...)...),
	done:   "[DONE]",
	serial: true,
}

func mistralFailure(status int, code, message string) []byte {
	kind := "invalid_request_error"
	if status >= http.StatusInternalServerError {
		kind = "internal_server_error"
	}
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(struct {
		Object  string  `json:"object"`
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	}{"error", message, kind, nil, code})
	return body
}
