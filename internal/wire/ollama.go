package wire

import "encoding/json"

// Ollama's own format, and those of OpenAI and Anthropic that it speaks too. It streams, unless it is told not to,
// a document a line. Nothing of it is signed, so that thinking is text like any: restored in answers, scrubbed in
// requests. The context that generate goes on from is numbers, which never change.
// Source: ollama v0.17.4, api/types.go and server/routes.go.
var ollama = &Format{
	Name:     "ollama",
	harmless: []string{"/api/version", "/api/tags", "/api/ps", "/v1/models", "/v1/models/"},
	failure:  ollamaFailure,
	routes: []*Route{
		openai.at(openaiChat, "/v1/chat/completions"),
		openai.at(openaiCompletions, "/v1/completions"),
		openai.at(openaiEmbeddings, "/v1/embeddings"),
		openai.at(openaiResponses, "/v1/responses"),
		anthropic.at(anthropicMessages, "/v1/messages"),
		{
			Path:   "/api/chat",
			system: chatSystem,
			request: shape(
				Field{Path: "model", As: model},
				Field{Path: "stream", As: streamed},
				Field{Path: "tools", As: declared},
				Field{Path: "messages[].images[]", As: blob},
			),
			answer: shape(ollamaChat...),
			stream: streaming{event: shape(ollamaChat...), serial: true},
		},
		{
			Path:   "/api/generate",
			joined: []string{"prompt", "suffix"},
			system: generateSystem,
			request: shape(
				Field{Path: "model", As: model},
				Field{Path: "stream", As: streamed},
				Field{Path: "prompt", As: noTokens},
				Field{Path: "suffix", As: noTokens},
				Field{Path: "images[]", As: blob},
			),
			answer: shape(ollamaGenerate...),
			stream: streaming{event: shape(ollamaGenerate...), serial: true},
		},
		{Path: "/api/embed", request: ollamaModel, answer: shape(ollamaFailed)},
		{Path: "/api/embeddings", request: ollamaModel, answer: shape(ollamaFailed)},
		// What a model is made of is not the person's.
		{Path: "/api/show", request: ollamaModel, answer: shape(ollamaFailed)},
	},
}

var (
	ollamaModel  = shape(Field{Path: "model", As: model})
	ollamaFailed = Field{Path: "error", As: prose}
)

var ollamaChat = []Field{
	{Path: "message.content", As: prose},
	{Path: "message.thinking", As: prose},
	{Path: "message.tool_calls[]", As: chunk},
	{Path: "message.tool_calls[].function.name", As: toolName},
	{Path: "message.tool_calls[].function.arguments", As: tree},
	{Path: "done", As: endAll, Is: "true"},
	{Path: "error", As: endAll},
	ollamaFailed,
}

var ollamaGenerate = []Field{
	{Path: "response", As: prose},
	{Path: "thinking", As: prose},
	{Path: "done", As: endAll, Is: "true"},
	{Path: "error", As: endAll},
	ollamaFailed,
}

func ollamaFailure(_ int, _, message string) []byte {
	//nolint:forbidigo // an answer of our own: there are no bytes of the vendor to keep
	body, _ := json.Marshal(map[string]string{"error": message})
	return body
}
