package control

// What is said of texts that do not come through the proxy: those of MCP servers and of hooks.

// DocumentLimit is the longest document that Scrub, Restore and Judge take.
const DocumentLimit = 10 << 20

// Scrub asks for placeholders in a message of an MCP server, so that it can be given to an assistant.
type Scrub struct {
	Version int `json:"version"`
	// Server is the name under which the assistant knows the server.
	Server string `json:"server"`
	// Document is the message; it travels as base64, so that every byte stays.
	Document []byte `json:"document"`
}

// Scrubbed answers Scrub.
type Scrubbed struct {
	// Document is the message that may go on; nil if none may.
	Document []byte `json:"document,omitempty"`
	// Why says what policy forbids in it: rule, class and place, never a value.
	Why string `json:"why,omitempty"`
}

// Restore asks for the values of placeholders in a client's request to an MCP server, as far as policy lets them into
// the tool.
type Restore struct {
	Version  int    `json:"version"`
	Server   string `json:"server"`
	Method   string `json:"method"`
	Document []byte `json:"document"`
}

// Restored answers Restore.
type Restored struct {
	Document []byte `json:"document"`
	// Withheld is how many placeholders stayed what they are.
	Withheld int `json:"withheld,omitempty"`
}

// Judge asks what is sensitive in what an assistant's hook is told.
type Judge struct {
	Version int `json:"version"`
	// From names assistant and event, for the ledger.
	From string `json:"from"`
	// Folder is where the assistant works.
	Folder string `json:"folder,omitempty"`
	// Scrubbed says that the proxy will scrub it: then only what policy forbids is to be kept back.
	Scrubbed bool `json:"scrubbed,omitempty"`
	// Rewrite says that placeholders can take the place of what would be scrubbed.
	Rewrite  bool   `json:"rewrite,omitempty"`
	Document []byte `json:"document"`
}

// Judged answers Judge.
type Judged struct {
	// Verdict is allow, scrub or forbid: the strictest of what was found.
	Verdict string `json:"verdict"`
	// Why says what of it is to be kept back, if anything: rule, class and place, never a value.
	Why string `json:"why,omitempty"`
	// Document is the document with placeholders, if it may go on with them.
	Document []byte `json:"document,omitempty"`
}
