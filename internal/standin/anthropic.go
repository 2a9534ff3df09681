package standin

import (
	"encoding/json"
	"net/http"
	"strconv"
)

var anthropic = vendor{
	routes: map[string]func(*Server, []byte) answer{
		"/v1/messages":              (*Server).messages,
		"/v1/messages/count_tokens": (*Server).countTokens,
		"/v1/messages/batches":      (*Server).newBatch,
	},
	list: "/v1/models",
	models: func() []byte {
		return marshal(object{"data": []object{{"type": "model", "id": "standin", "display_name": "Stand-in", "created_at": "2026-01-01T00:00:00Z"}},
			"first_id": "standin", "last_id": "standin", "has_more": false})
	},
	failure: anthropicFailure,
}

func anthropicFailure(status int, message string) answer {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusUnauthorized:
		kind = "authentication_error"
	case status == http.StatusForbidden:
		kind = "permission_error"
	case status == http.StatusNotFound:
		kind = "not_found_error"
	case status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case status == 529:
		kind = "overloaded_error"
	case status >= 500:
		kind = "api_error"
	}
	return answer{status: status, parts: [][]byte{marshal(object{"type": "error", "error": object{"type": kind, "message": message}, "request_id": "req_standin"})}}
}

type messagesRequest struct {
	Model    string
	Stream   bool
	Messages []struct{ Content json.RawMessage }
	Tools    []struct{ Name string }
}

// The fields of an answer, in the vendor's order.
type (
	anthropicMessage struct {
		ID           string         `json:"id"`
		Type         string         `json:"type"`
		Role         string         `json:"role"`
		Model        string         `json:"model"`
		Content      []block        `json:"content"`
		StopReason   *string        `json:"stop_reason"`
		StopSequence *string        `json:"stop_sequence"`
		Usage        anthropicUsage `json:"usage"`
	}
	anthropicUsage struct {
		Input  int `json:"input_tokens"`
		Output int `json:"output_tokens"`
	}
	block struct {
		Type      string          `json:"type"`
		Thinking  *string         `json:"thinking,omitempty"`
		Signature *string         `json:"signature,omitempty"`
		Text      *string         `json:"text,omitempty"`
		ID        string          `json:"id,omitempty"`
		Name      string          `json:"name,omitempty"`
		Input     json.RawMessage `json:"input,omitempty"`
	}
)

// signature stands for what a vendor signs its thinking with.
const signature = "c3RhbmRpbi1zaWduYXR1cmU="

func (s *Server) messages(body []byte) answer {
	var q messagesRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return anthropicFailure(http.StatusBadRequest, "the request body is not valid JSON")
	}
	r := Request{Model: q.Model, Stream: q.Stream, Body: body}
	if n := len(q.Messages); n > 0 {
		r.Text = texts(q.Messages[n-1].Content)
	}
	for _, t := range q.Tools {
		r.Tools = append(r.Tools, t.Name)
	}
	reply := s.options.Reply(r)
	if reply.Status != 0 {
		return anthropicFailure(reply.Status, reply.Text)
	}
	m := anthropicMessage{
		ID: s.id("msg_"), Type: "message", Role: "assistant", Model: q.Model, Content: []block{},
		Usage: anthropicUsage{len(body) / 4, 1 + len(reply.Text)/4},
	}
	stop := "end_turn"
	if len(reply.ToolCalls) > 0 {
		stop = "tool_use"
	}
	if q.Stream {
		return s.messagesStream(m, reply, stop)
	}
	m.StopReason = &stop
	if reply.Thinking != "" {
		signed := signature
		m.Content = append(m.Content, block{Type: "thinking", Thinking: &reply.Thinking, Signature: &signed})
	}
	if reply.Text != "" || len(reply.ToolCalls) == 0 {
		m.Content = append(m.Content, block{Type: "text", Text: &reply.Text})
	}
	for i, call := range reply.ToolCalls {
		m.Content = append(m.Content, block{Type: "tool_use", ID: useID(i), Name: call.Name, Input: json.RawMessage(call.Arguments)})
	}
	return ok(marshal(m))
}

func (s *Server) messagesStream(m anthropicMessage, reply Reply, stop string) answer {
	a := answer{status: http.StatusOK, kind: eventStream}
	add := func(kind string, v any) { a.parts = append(a.parts, event(kind, marshal(v))) }
	output := m.Usage.Output
	m.Usage.Output = 1
	add("message_start", struct {
		Type    string           `json:"type"`
		Message anthropicMessage `json:"message"`
	}{"message_start", m})

	type start struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
		Block block  `json:"content_block"`
	}
	type change struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
		Delta object `json:"delta"`
	}
	index := 0
	send := func(b block, kind, field string, pieces []string) {
		add("content_block_start", start{"content_block_start", index, b})
		if index == 0 {
			add("ping", object{"type": "ping"})
		}
		for _, piece := range pieces {
			add("content_block_delta", change{"content_block_delta", index, object{"type": kind, field: piece}})
		}
		if b.Thinking != nil {
			add("content_block_delta", change{"content_block_delta", index, object{"type": "signature_delta", "signature": signature}})
		}
		add("content_block_stop", object{"type": "content_block_stop", "index": index})
		index++
	}
	empty := ""
	if reply.Thinking != "" {
		send(block{Type: "thinking", Thinking: &empty, Signature: &empty}, "thinking_delta", "thinking", chop(reply.Thinking, s.options.Piece))
	}
	if reply.Text != "" || len(reply.ToolCalls) == 0 {
		send(block{Type: "text", Text: &empty}, "text_delta", "text", chop(reply.Text, s.options.Piece))
	}
	for i, call := range reply.ToolCalls {
		b := block{Type: "tool_use", ID: useID(i), Name: call.Name, Input: json.RawMessage("{}")}
		send(b, "input_json_delta", "partial_json", append([]string{""}, chop(call.Arguments, s.options.Piece)...))
	}
	add("message_delta", object{"type": "message_delta", "delta": object{"stop_reason": stop, "stop_sequence": nil}, "usage": object{"output_tokens": output}})
	add("message_stop", object{"type": "message_stop"})
	return a
}

func (s *Server) countTokens(body []byte) answer {
	if !json.Valid(body) {
		return anthropicFailure(http.StatusBadRequest, "the request body is not valid JSON")
	}
	return ok(marshal(object{"input_tokens": len(body) / 4}))
}

func useID(i int) string { return "toolu_standin" + strconv.Itoa(i) }
