package wire

import (
	"encoding/json"
	"net/http"
	"slices"
)

// Gemini, as Google AI, Vertex and Code Assist serve it; the method behind the colon says what is asked. Its JSON
// is protobuf's, so that every name may come in snake case too. A stream is server-sent events if alt=sse asks
// for them, and one array otherwise.
//
// What has a thoughtSignature must come back with it, and thinking as it was: neither is ever changed. The text
// of other signed parts is restored like any; scrubbed again, it is what was signed.
// Source: google.golang.org/genai v1.77.0.
var gemini = &Format{
	Name: "gemini",
	harmless: []string{
		"/v1beta/models", "/v1beta/models/", "/v1/models", "/v1/models/", "/v1alpha/models", "/v1alpha/models/",
		"/v1beta/openai/models", "/v1beta/openai/models/",
	},
	credentials: []string{"key", "access_token"},
	failure:     geminiFailure,
	routes: []*Route{
		openai.at(openaiChat, "/v1beta/openai/chat/completions", "/{...}/endpoints/openapi/chat/completions"),
		openai.at(openaiEmbeddings, "/v1beta/openai/embeddings"),
		{
			Path:    "/{...}/{model}:generateContent",
			system:  geminiSystem,
			request: shape(geminiRequest...),
			answer:  shape(geminiAnswer...),
		},
		{
			Path:    "/{...}/{model}:streamGenerateContent",
			system:  geminiSystem,
			request: shape(geminiRequest...),
			answer:  shape(geminiAnswer...),
			stream:  streaming{event: shape(geminiEvent...), array: true, serial: true, hollow: true},
		},
		{
			// The contents, or a whole request under a name of its own.
			Path:    "/{...}/{model}:countTokens",
			request: shape(geminiRequest...).graft("generateContentRequest", shape(geminiRequest...)),
			answer:  shape(geminiFailed),
		},
		{
			Path:    "/{...}/{model}:embedContent",
			request: shape(geminiBlobs("content.")...),
			answer:  shape(geminiFailed),
		},
		{
			Path:    "/{...}/{model}:batchEmbedContents",
			request: shape(geminiBlobs("requests[].content.")...),
			answer:  shape(geminiFailed),
		},
		anthropic.at(anthropicMessages, vertexMessages, vertexStream),
		geminiInteractions,
		geminiInteraction,
		geminiCancel,
		// Code Assist is what Gemini CLI asks for those who log in. It wraps requests and answers.
		{
			Path:    "/v1internal:generateContent",
			system:  assistSystem,
			request: codeAssistRequest,
			answer:  shape(geminiFailed).graft("response", shape(geminiAnswer...)),
		},
		{
			Path:    "/v1internal:streamGenerateContent",
			system:  assistSystem,
			request: codeAssistRequest,
			answer:  shape(geminiFailed).graft("response", shape(geminiAnswer...)),
			stream: streaming{
				event:  shape(geminiFailed, geminiBroken).graft("response", shape(geminiEvent...)),
				array:  true,
				serial: true,
				hollow: true,
			},
		},
		{
			Path:    "/v1internal:countTokens",
			request: codeAssistRequest,
			answer:  shape(geminiFailed),
		},
	},
}

var codeAssistRequest = shape(Field{Path: "model", As: model}).graft("request", shape(geminiRequest...))

var geminiRequest = append([]Field{
	{Path: "tools", As: declared},
	{Path: "contents[].parts[].thoughtSignature", As: exempt, Role: "model"},
	{Path: "contents[].parts[]", As: thought, If: []string{"thought"}, Role: "model"},
	{Path: "contents[].parts[]", As: exempt, If: []string{"thought", "thoughtSignature"}, Role: "model"},
}, slices.Concat(geminiBlobs("contents[]."), geminiBlobs("systemInstruction."))...)

// geminiBlobs are the images and files of the content at a path.
func geminiBlobs(at string) []Field {
	return []Field{
		{Path: at + "parts[].inlineData.data", As: blob},
		{Path: at + "parts[].functionResponse.parts[].inlineData.data", As: blob},
	}
}

var (
	geminiFailed = Field{Path: "error.message", As: prose}
	geminiBroken = Field{Path: "error", As: endAll}
)

var geminiAnswer = []Field{
	{Path: "candidates[].index", As: index},
	{Path: "candidates[].content.parts[].thought", As: sealed},
	{Path: "candidates[].content.parts[].text", As: prose},
	{Path: "candidates[].content.parts[].functionCall.name", As: toolName},
	{Path: "candidates[].content.parts[].functionCall.args", As: tree},
	{Path: "candidates[].content.parts[].executableCode.code", As: prose},
	{Path: "candidates[].content.parts[].codeExecutionResult.output", As: prose},
	{Path: "candidates[].finishMessage", As: prose},
	{Path: "promptFeedback.blockReasonMessage", As: prose},
	geminiFailed,
}

// In a stream a part goes on in whatever part comes next. Code, its output and messages come whole.
var geminiEvent = []Field{
	{Path: "candidates[].index", As: index},
	{Path: "candidates[].content.parts[]", As: chunk},
	{Path: "candidates[].content.parts[].thought", As: sealed},
	{Path: "candidates[].content.parts[].text", As: prose},
	{Path: "candidates[].content.parts[].functionCall.name", As: toolName},
	{Path: "candidates[].content.parts[].functionCall.args", As: tree},
	{Path: "candidates[].content.parts[].functionCall.partialArgs[].jsonPath", As: path},
	{Path: "candidates[].content.parts[].functionCall.partialArgs[].stringValue", As: argument},
	{Path: "candidates[].content.parts[].functionCall.partialArgs[].willContinue", As: goesOn},
	{Path: "candidates[].content.parts[].executableCode.code", As: prose, Whole: true},
	{Path: "candidates[].content.parts[].codeExecutionResult.output", As: prose, Whole: true},
	{Path: "candidates[].finishMessage", As: prose, Whole: true},
	{Path: "candidates[].finishReason", As: end},
	{Path: "promptFeedback.blockReasonMessage", As: prose, Whole: true},
	geminiFailed,
	geminiBroken,
}

// geminiStatus are the names of Google's errors by status.
var geminiStatus = map[int]string{
	http.StatusUnauthorized:        "UNAUTHENTICATED",
	http.StatusForbidden:           "PERMISSION_DENIED",
	http.StatusNotFound:            "NOT_FOUND",
	http.StatusTooManyRequests:     "RESOURCE_EXHAUSTED",
	http.StatusInternalServerError: "INTERNAL",
	http.StatusNotImplemented:      "UNIMPLEMENTED",
	http.StatusGatewayTimeout:      "DEADLINE_EXCEEDED",
}

func geminiFailure(status int, _, message string) []byte {
	name := geminiStatus[status]
	switch {
	case name != "":
	case status >= 500:
		name = "UNAVAILABLE"
	default:
		name = "INVALID_ARGUMENT"
	}
	type failure struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(map[string]failure{"error": {status, message, name}})
	return body
}
