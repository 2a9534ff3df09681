package wire

// MCP is the Model Context Protocol: JSON-RPC between an assistant and a server of tools. It is no vendor's format, and
// [ByName] does not know it. A route's path is the method of a request that a client sends to a server, and its answer's
// table says where in that request placeholders stand. All that a server says, or a model to a server, has one table,
// that of every route's requests: answers do not name their method.
// Source: the protocol's schema of 2026-07-28, which holds what those before it do, and go-sdk v1.8.0, mcp/protocol.go.
var MCP = &Format{
	Name: "mcp",
	routes: []*Route{
		{Path: "tools/call", request: mcpMessage, answer: mcpCall},
		{Path: "prompts/get", request: mcpMessage, answer: mcpCall},
		{Path: "resources/read", request: mcpMessage, answer: mcpURI},
		{Path: "resources/subscribe", request: mcpMessage, answer: mcpURI},
		{Path: "resources/unsubscribe", request: mcpMessage, answer: mcpURI},
	},
}

// MCPMessage is what a server says, or a model to a server, whatever it is.
var MCPMessage = &Route{Format: MCP, request: mcpMessage}

var mcpMessage = shape(append([]Field{
	// By these a client knows what it is told of. Nobody else reads them, and with others it would wait for ever.
	{Path: "jsonrpc", As: exempt},
	{Path: "id", As: exempt},
	{Path: "method", As: exempt},
	{Path: "params.requestId", As: exempt},
	{Path: "params.progressToken", As: exempt},
	{Path: "params._meta.progressToken", As: exempt},
	{Path: "params.protocolVersion", As: exempt},
	{Path: "result.protocolVersion", As: exempt},
	{Path: "params.elicitationId", As: exempt},
	{Path: "params.taskId", As: exempt},
	{Path: "result.taskId", As: exempt},
	{Path: "result.task.taskId", As: exempt},
	{Path: "result.tasks[].taskId", As: exempt},
	// The server's own, sent back to it as they came.
	{Path: "params.cursor", As: exempt},
	{Path: "result.nextCursor", As: exempt},
	{Path: "result.requestState", As: exempt},
	{Path: "result.contents[].blob", As: blob},
	{Path: "result.serverInfo.icons[].src", As: blob},
	{Path: "result.tools[].icons[].src", As: blob},
	{Path: "result.prompts[].icons[].src", As: blob},
	{Path: "result.resources[].icons[].src", As: blob},
	{Path: "result.resourceTemplates[].icons[].src", As: blob},
}, mcpBlobs(
	"result.content[]", // of a tool
	"result.content[].content[]",
	"result.content",            // of a model
	"result.messages[].content", // of a prompt
	"params.messages[].content", // that a model is to go on from
	"params.messages[].content[]",
	"params.messages[].content[].content[]",
)...)...)

// mcpBlobs are the images, sounds and files of blocks of content.
func mcpBlobs(blocks ...string) (fields []Field) {
	for _, b := range blocks {
		fields = append(fields,
			Field{Path: b + ".data", As: blob},
			Field{Path: b + ".resource.blob", As: blob},
			Field{Path: b + ".icons[].src", As: blob})
	}
	return fields
}

var mcpCall = shape(
	Field{Path: "params.name", As: toolName},
	Field{Path: "params.arguments", As: tree},
)

// Reading a resource is no tool's, but it is given an address all the same.
var mcpURI = shape(Field{Path: "params.uri", As: argument, Tool: "resources/read"})
