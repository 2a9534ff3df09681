package mcp

import (
	"encoding/json"
	"fmt"
)

// refusal is the code of our errors, of those that the protocol leaves to its users.
const refusal = -32050

// refuse says, in the place of a server's message, why it does not go on: to the client that waits for it, in the form
// that assistants show, or to the server itself if it was a request.
func (r *Relay) refuse(e envelope, why string) error {
	why = "Scrubjay kept back what " + r.Server + " said. " + why
	switch {
	case e.id == nil:
		r.Note(why)
		return nil
	case e.method != "":
		_ = r.toServer(failure(e.id, why)) // a server that is gone waits for nothing
		return nil
	case r.answered(e):
		// Assistants show this to the model, and end a turn over an error.
		return r.toClient(reply(e.id, "result", map[string]any{
			"content": []any{map[string]any{"type": "text", "text": why}},
			"isError": true,
		}))
	}
	return r.toClient(failure(e.id, why))
}

// failed says of a client's message that it does not go on: to the client that asked, or to the server that did.
func (r *Relay) failed(e envelope, why string) error {
	why = "Scrubjay did not send this to " + r.Server + ": " + why
	switch {
	case e.id == nil:
		r.Note(why)
		return nil
	case e.method == "":
		r.Note(why)
		return r.toServer(failure(e.id, why))
	}
	_ = r.toClient(failure(e.id, why)) // a client that is gone waits for nothing
	return nil
}

func failure(id []byte, why string) []byte {
	return reply(id, "error", map[string]any{"code": refusal, "message": why})
}

func reply(id []byte, member string, value any) []byte {
	text, _ := json.Marshal(value) // of strings and numbers
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,%q:%s}`+"\n", id, member, text)
}
