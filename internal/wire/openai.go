package wire

import (
	"encoding/json"
	"strconv"
)

// OpenAI's own endpoints, and the many who speak them too. A path comes without a version for servers whose url
// holds it already; under a deployment's name from Azure; under an engine's from Copilot.
// Source: openai-go v3.94.0; error and stream shapes as its SDK reads them.
var openai = &Format{
	Name:     "openai",
	harmless: []string{"/v1/models", "/v1/models/", "/models", "/models/", "/openai/models", "/openai/v1/models"},
	failure:  openaiFailure,
	routes: []*Route{
		openaiChat,
		openaiCompletions,
		llamaCompletion,
		llamaInfill,
		openaiEmbeddings,
		openaiResponses,
		openaiInputTokens,
		openaiCompact,
		openaiResponse,
		openaiCancel,
		openaiInputItems,
		anthropic.at(anthropicMessages, "/v1/messages", "/messages", foundryMessages), // Copilot and many servers of models speak it too
	},
	sockets: []*Route{openaiResponses, openaiRealtime},
}

// openaiChat are the Chat Completions. The reasoning fields are others' extensions.
var openaiChat = &Route{
	Path:    "/v1/chat/completions",
	also:    []string{"/chat/completions", "/models/chat/completions", "/openai/v1/chat/completions", "/openai/deployments/{model}/chat/completions"},
	system:  chatSystem,
	request: shape(openaiRequest...),
	answer:  shape(openaiAnswer...),
	stream: streaming{
		event: shape(openaiEvent...),
		done:  "[DONE]",
		text:  openaiText,
	},
}

var openaiRequest = []Field{
	{Path: "model", As: model},
	{Path: "stream", As: streamed},
	{Path: "tools", As: declared},
	{Path: "functions", As: declared},
	// The vendor finds its cached prefix by this key: another key is a miss, at many times the price.
	{Path: "prompt_cache_key", As: exempt},
	{Path: "messages[].tool_calls[].function.arguments", As: jsonText},
	{Path: "messages[].function_call.arguments", As: jsonText},
	{Path: "messages[].content[].image_url.url", As: blob},
	{Path: "messages[].content[].input_audio.data", As: blob},
	{Path: "messages[].content[].file.file_data", As: blob},
}

var openaiAnswer = []Field{
	{Path: "choices[].message.content", As: prose},
	{Path: "choices[].message.content[]", As: chunk},
	{Path: "choices[].message.content[].text", As: prose},
	{Path: "choices[].message.refusal", As: prose},
	{Path: "choices[].message.reasoning_content", As: prose},
	{Path: "choices[].message.reasoning", As: prose},
	{Path: "choices[].message.audio.transcript", As: prose},
	{Path: "choices[].message.tool_calls[].function.name", As: toolName},
	{Path: "choices[].message.tool_calls[].function.arguments", As: arguments},
	{Path: "choices[].message.tool_calls[].custom.name", As: toolName},
	{Path: "choices[].message.tool_calls[].custom.input", As: prose},
	{Path: "choices[].message.function_call.name", As: toolName},
	{Path: "choices[].message.function_call.arguments", As: arguments},
	{Path: "error.message", As: prose},
}

var openaiEvent = []Field{
	{Path: "choices[].index", As: index},
	{Path: "choices[].delta.content", As: prose},
	{Path: "choices[].delta.refusal", As: prose},
	{Path: "choices[].delta.reasoning_content", As: prose},
	{Path: "choices[].delta.reasoning", As: prose},
	{Path: "choices[].delta.tool_calls[].index", As: index},
	{Path: "choices[].delta.tool_calls[].function.name", As: toolName},
	{Path: "choices[].delta.tool_calls[].function.arguments", As: arguments},
	{Path: "choices[].delta.tool_calls[].custom.name", As: toolName},
	{Path: "choices[].delta.tool_calls[].custom.input", As: prose},
	{Path: "choices[].delta.function_call.name", As: toolName},
	{Path: "choices[].delta.function_call.arguments", As: arguments},
	{Path: "choices[].finish_reason", As: end},
	{Path: "error.message", As: prose},
	{Path: "error", As: endAll},
}

// openaiText is a chunk with a last piece of one lane, in the envelope of the chunk before.
func openaiText(dst, last []byte, l Lane, text []byte) []byte {
	dst = append(dst, '{')
	members(last, func(name, value []byte) {
		switch string(name) {
		case "choices", "usage", "obfuscation": // theirs is the chunk before
		default:
			dst = append(append(append(dst, '"'), name...), `":`...)
			dst = append(append(dst, value...), ',')
		}
	})
	dst = strconv.AppendInt(append(dst, `"choices":[{"index":`...), int64(l.Choice), 10)
	dst = append(dst, `,"delta":{`...)
	closing := `"}`
	switch {
	case l.Call < 0 && l.Field == "arguments":
		dst = append(dst, `"function_call":{"arguments":"`...)
		closing = `"}}`
	case l.Call >= 0:
		dst = strconv.AppendInt(append(dst, `"tool_calls":[{"index":`...), int64(l.Call), 10)
		if l.Field == "input" {
			dst = append(dst, `,"custom":{"input":"`...)
		} else {
			dst = append(dst, `,"function":{"arguments":"`...)
		}
		closing = `"}}]}`
	default:
		dst = append(append(append(dst, '"'), l.Field...), `":"`...)
	}
	dst = append(append(dst, text...), closing...)
	return append(dst, `,"finish_reason":null}]}`...)
}

func openaiFailure(status int, code, message string) []byte {
	kind := "invalid_request_error"
	if status >= 500 {
		kind = "server_error"
	}
	type failure struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	}
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(map[string]failure{"error": {message, kind, nil, code}})
	return body
}
