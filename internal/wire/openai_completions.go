package wire

// What completes a text instead of a conversation: OpenAI's legacy Completions, which Copilot's suggestions and
// DeepSeek's too are, and llama.cpp's own. The cursor may stand within a value, so what stands before and behind
// it is scanned as one. Tokens in the place of text cannot be scanned.
// Source: openai-go v3.94.0; llama.cpp's server README.
var openaiCompletions = &Route{
	Path: "/v1/completions",
	also: []string{"/completions", "/beta/completions", "/openai/v1/completions", "/openai/deployments/{model}/completions",
		"/v1/engines/{model}/completions", "/engines/{model}/completions"},
	joined: []string{"prompt", "suffix"},
	request: shape(
		Field{Path: "model", As: model},
		Field{Path: "stream", As: streamed},
		Field{Path: "prompt", As: noTokens},
		Field{Path: "suffix", As: noTokens},
	),
	answer: shape(
		Field{Path: "choices[].text", As: prose},
		Field{Path: "error.message", As: prose},
	),
	stream: streaming{
		event: shape(
			Field{Path: "choices[].index", As: index},
			Field{Path: "choices[].text", As: prose},
			Field{Path: "choices[].finish_reason", As: end},
			Field{Path: "error.message", As: prose},
			Field{Path: "error", As: endAll},
		),
		done: "[DONE]",
	},
}

var llamaCompletion = &Route{
	Path:    "/completion",
	request: llamaRequest,
	answer:  llamaAnswer,
	stream:  llamaStream,
}

// llamaInfill is told what stands before and behind the cursor, and in prompt what has been typed there.
var llamaInfill = &Route{
	Path:    "/infill",
	joined:  []string{"input_prefix", "prompt", "input_suffix"},
	request: llamaRequest,
	answer:  llamaAnswer,
	stream:  llamaStream,
}

var llamaRequest = shape(
	Field{Path: "model", As: model},
	Field{Path: "stream", As: streamed},
	Field{Path: "prompt", As: noTokens},
	Field{Path: "input_prefix", As: noTokens},
	Field{Path: "input_suffix", As: noTokens},
)

var llamaAnswer = shape(
	Field{Path: "content", As: prose},
	Field{Path: "prompt", As: prose},
	Field{Path: "error.message", As: prose},
)

var llamaStream = streaming{
	event: shape(
		Field{Path: "index", As: index},
		Field{Path: "content", As: prose},
		Field{Path: "prompt", As: prose, Whole: true},
		Field{Path: "stop", As: end, Is: "true"},
		Field{Path: "error.message", As: prose},
		Field{Path: "error", As: endAll},
	),
	done: "[DONE]",
}

// openaiEmbeddings answer with numbers. The same value has the same placeholder, so what was found by its
// numbers before is found again.
var openaiEmbeddings = &Route{
	Path:    "/v1/embeddings",
	also:    []string{"/embeddings", "/openai/v1/embeddings", "/openai/deployments/{model}/embeddings"},
	request: embeddingsRequest,
	answer:  shape(Field{Path: "error.message", As: prose}),
}

var embeddingsRequest = shape(
	Field{Path: "model", As: model},
	Field{Path: "input", As: noTokens},
)
