package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Anthropic's Messages. What the vendor signed or encrypted comes back to it in the next request and must be
// what it was, to the byte: it is neither scrubbed on the way out nor restored on the way in.
// Source: anthropic-sdk-go v1.84.0.
var anthropic = &Format{
	Name:     "anthropic",
	harmless: []string{"/v1/models", "/v1/models/"},
	failure:  anthropicFailure,
	routes: []*Route{
		anthropicMessages,
		{
			// The same body is counted: scrubbed otherwise, or not at all, it would leak or be counted wrong.
			Path:    "/v1/messages/count_tokens",
			also:    []string{"/anthropic/v1/messages/count_tokens"},
			system:  anthropicSystem,
			request: shape(anthropicRequest...),
			answer:  shape(anthropicAnswer...),
		},
		{
			// Many messages to be answered later. What comes back at once holds none of their text, but the address of
			// their answers: the vendor's clients ask that, and not the path below.
			Path:    "/v1/messages/batches",
			request: shape().graft("requests[].params", shape(anthropicRequest...)),
			answer:  shape(anthropicFailed),
			links:   shape(Field{Path: "results_url", As: link}),
		},
		{
			Path:     "/v1/messages/batches",
			method:   "GET",
			Bodiless: true,
			answer:   shape(anthropicFailed),
			links:    shape(Field{Path: "data[].results_url", As: link}),
		},
		{
			Path:     "/v1/messages/batches/{}",
			method:   "GET",
			Bodiless: true,
			answer:   shape(anthropicFailed),
			links:    shape(Field{Path: "results_url", As: link}),
		},
		{
			// Their answers, or the errors they met, each whole on a line.
			Path:     "/v1/messages/batches/{}/results",
			method:   "GET",
			Bodiless: true,
			answer:   shape(anthropicFailed),
			stream: streaming{event: shape(
				Field{Path: "custom_id", As: endAll},
				Field{Path: "result.error.error.message", As: prose},
				anthropicFailed,
			).graft("result.message", shape(anthropicAnswer...))},
		},
	},
}

// anthropicMessages are also served by Azure's Foundry, and by Vertex under the name of a model: there the body names none.
var anthropicMessages = &Route{
	Path:    "/v1/messages",
	also:    []string{foundryMessages, vertexMessages, vertexStream},
	system:  anthropicSystem,
	request: shape(anthropicRequest...),
	answer:  shape(anthropicAnswer...),
	stream:  anthropicStream,
}

const (
	foundryMessages = "/anthropic/v1/messages"
	vertexMessages  = "/{...}/publishers/anthropic/models/{model}:rawPredict"
	vertexStream    = "/{...}/publishers/anthropic/models/{model}:streamRawPredict"
)

var anthropicFailed = Field{Path: "error.message", As: prose}

var anthropicStream = streaming{
	event: shape(anthropicEvent...),
	name:  "content_block_delta",
	text:  anthropicText,
}

var anthropicRequest = []Field{
	{Path: "model", As: model},
	{Path: "stream", As: streamed},
	{Path: "tools", As: declared},
	// A changed thinking block is refused; so is a summary whose signature no longer fits.
	{Path: "messages[].content[]", As: exempt, Type: "thinking", Role: "assistant"},
	{Path: "messages[].content[]", As: exempt, Type: "redacted_thinking", Role: "assistant"},
	{Path: "messages[].content[]", As: exempt, Type: "compaction", Role: "assistant"},
	// Ciphertext, which only the vendor reads, sent back as it came.
	{Path: "messages[].content[].content[].encrypted_content", As: exempt, Type: "web_search_result", Role: "assistant"},
	{Path: "messages[].content[].content.encrypted_content", As: exempt, Type: "advisor_redacted_result", Role: "assistant"},
	{Path: "messages[].content[].content.encrypted_stdout", As: exempt, Type: "encrypted_code_execution_result", Role: "assistant"},
	{Path: "messages[].content[].citations[].encrypted_index", As: exempt, Type: "web_search_result_location", Role: "assistant"},
	// Images and files, in a message, in a tool's result, and in a document within one.
	{Path: "messages[].content[].source.data", As: blob, Type: "base64"},
	{Path: "messages[].content[].source.content[].source.data", As: blob, Type: "base64"},
	{Path: "messages[].content[].content[].source.data", As: blob, Type: "base64"},
	{Path: "messages[].content[].content[].source.content[].source.data", As: blob, Type: "base64"},
	{Path: "messages[].content[].content.content.source.data", As: blob, Type: "base64"}, // that was fetched
	// The person's key to a server that the vendor calls, which is of no use to it as a placeholder.
	{Path: "mcp_servers[].authorization_token", As: exempt},
}

var anthropicAnswer = []Field{
	{Path: "content[].text", As: prose},
	{Path: "content[].name", As: toolName},
	{Path: "content[].input", As: tree},
	{Path: "content[].citations[].cited_text", As: prose},
	{Path: "content[].citations[].document_title", As: prose},
	anthropicFailed,
}

var anthropicEvent = []Field{
	{Path: "index", As: index},
	{Path: "content_block.name", As: toolName},
	{Path: "content_block.text", As: prose},
	{Path: "content_block.input", As: tree},
	{Path: "content_block.citations[].cited_text", As: prose, Whole: true},
	{Path: "delta.text", As: prose},
	{Path: "delta.citation.cited_text", As: prose, Whole: true},
	{Path: "delta.citation.document_title", As: prose, Whole: true},
	{Path: "delta.partial_json", As: arguments},
	anthropicFailed,
	{Path: "type", As: end, Is: "content_block_stop"},
	{Path: "type", As: endAll, Is: "message_stop"},
	{Path: "type", As: endAll, Is: "error"},
}

// anthropicText is one more delta of a block.
func anthropicText(dst, _ []byte, l Lane, text []byte) []byte {
	kind := "text_delta"
	if l.Field != "text" {
		kind = "input_json_delta"
	}
	dst = strconv.AppendInt(append(dst, `{"type":"content_block_delta","index":`...), int64(l.Choice), 10)
	dst = append(append(append(dst, `,"delta":{"type":"`...), kind...), `","`...)
	dst = append(append(append(dst, l.Field...), `":"`...), text...)
	return append(dst, `"}}`...)
}

// anthropicKinds are the vendor's error types by status.
var anthropicKinds = map[int]string{
	http.StatusBadRequest:            "invalid_request_error",
	http.StatusUnauthorized:          "authentication_error",
	http.StatusForbidden:             "permission_error",
	http.StatusNotFound:              "not_found_error",
	http.StatusRequestEntityTooLarge: "request_too_large",
	http.StatusTooManyRequests:       "rate_limit_error",
	http.StatusGatewayTimeout:        "timeout_error",
	529:                              "overloaded_error",
}

func anthropicFailure(status int, _, message string) []byte {
	kind := anthropicKinds[status]
	switch {
	case kind != "":
	case status >= 500:
		kind = "api_error"
	default:
		kind = "invalid_request_error"
	}
	type failure struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(struct {
		Type  string  `json:"type"`
		Error failure `json:"error"`
	}{"error", failure{kind, message}})
	return body
}
