package standin

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

var openai = vendor{
	routes: map[string]func(*Server, []byte) answer{
		"/v1/chat/completions":       (*Server).chat,
		"/v1/completions":            (*Server).completions,
		"/completion":                (*Server).completion,
		"/infill":                    (*Server).completion,
		"/v1/embeddings":             (*Server).embeddings,
		"/v1/responses":              (*Server).responses,
		"/v1/responses/compact":      (*Server).compact,
		"/v1/responses/input_tokens": (*Server).inputTokens,
	},
	list: "/v1/models",
	models: func() []byte {
		return marshal(object{"object": "list", "data": []object{{"id": "standin", "object": "model", "created": 1, "owned_by": "scrubjay"}}})
	},
	failure: openaiFailure,
}

type object = map[string]any

// openaiPath is the vendor's own path for one of Azure's or Copilot's, or for one without a version.
func openaiPath(path string) string {
	if rest, ok := strings.CutPrefix(path, "/openai/deployments/"); ok {
		_, path, _ = strings.Cut(rest, "/")
	} else if rest, ok := strings.CutPrefix(path, "/v1/engines/"); ok {
		_, path, _ = strings.Cut(rest, "/")
	} else {
		path = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(path, "/openai"), "/v1"), "/")
	}
	switch path {
	case "completion", "infill":
		return "/" + path
	}
	return "/v1/" + path
}

func openaiFailure(status int, message string) answer {
	kind, code := "invalid_request_error", any(nil)
	switch {
	case status == http.StatusUnauthorized:
		code = "invalid_api_key"
	case status == http.StatusTooManyRequests:
		kind, code = "requests", "rate_limit_exceeded"
	case status >= 500:
		kind = "server_error"
	}
	return answer{status: status, parts: [][]byte{marshal(object{"error": object{"message": message, "type": kind, "param": nil, "code": code}})}}
}

// chatRequest is what the vendor needs to know of a body.
type chatRequest struct {
	Model         string
	Stream        bool
	N             int
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Messages []struct{ Content json.RawMessage }
	Prompt   string // instead of messages, to be continued
	Tools    []struct {
		Function struct{ Name string }
		Custom   struct{ Name string }
	}
}

// The fields of an answer, in the vendor's order.
type (
	completion struct {
		ID          string   `json:"id"`
		Object      string   `json:"object"`
		Created     int      `json:"created"`
		Model       string   `json:"model"`
		Fingerprint string   `json:"system_fingerprint"`
		Choices     []choice `json:"choices"`
		Usage       *usage   `json:"usage,omitempty"`
	}
	choice struct {
		Index   int      `json:"index"`
		Message *message `json:"message,omitempty"`
		Delta   *delta   `json:"delta,omitempty"`
		Finish  *string  `json:"finish_reason"`
	}
	message struct {
		Role      string     `json:"role"`
		Content   any        `json:"content"`
		Refusal   *string    `json:"refusal"`
		Reasoning string     `json:"reasoning_content,omitempty"`
		ToolCalls []toolCall `json:"tool_calls,omitempty"`
	}
	delta struct {
		Role      string     `json:"role,omitempty"`
		Content   any        `json:"content,omitempty"`
		Reasoning string     `json:"reasoning_content,omitempty"`
		ToolCalls []toolCall `json:"tool_calls,omitempty"`
	}
	toolCall struct {
		Index    *int     `json:"index,omitempty"`
		ID       string   `json:"id,omitempty"`
		Type     string   `json:"type,omitempty"`
		Function function `json:"function"`
	}
	function struct {
		Name      string `json:"name,omitempty"`
		Arguments string `json:"arguments"`
	}
	usage struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	}
)

// dialect is where those who speak chat differ.
type dialect struct {
	failure func(status int, message string) answer
	// chunks says that thinking is a part of the content, which then is a list.
	chunks bool
}

func (s *Server) chat(body []byte) answer { return s.chatAs(body, dialect{failure: openaiFailure}) }

func (s *Server) chatAs(body []byte, d dialect) answer {
	var q chatRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return d.failure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	r := Request{Model: q.Model, Stream: q.Stream, Body: body, Text: q.Prompt}
	if n := len(q.Messages); n > 0 {
		r.Text = texts(q.Messages[n-1].Content)
	}
	for _, t := range q.Tools {
		r.Tools = append(r.Tools, t.Function.Name+t.Custom.Name)
	}
	var replies []Reply
	for r.Choice = range max(q.N, 1) {
		reply := s.options.Reply(r)
		if reply.Status != 0 {
			return d.failure(reply.Status, reply.Text)
		}
		replies = append(replies, reply)
	}
	c := completion{
		ID: s.id("chatcmpl-"), Object: "chat.completion", Created: 1, Model: q.Model, Fingerprint: "fp_standin",
		Usage: &usage{Prompt: len(body) / 4},
	}
	for _, reply := range replies {
		c.Usage.Completion += 1 + len(reply.Text)/4
	}
	c.Usage.Total = c.Usage.Prompt + c.Usage.Completion
	if q.Stream {
		return s.chatStream(c, replies, q.StreamOptions.IncludeUsage, d.chunks)
	}
	for i, reply := range replies {
		m := &message{Role: "assistant"}
		if reply.Text != "" || len(reply.ToolCalls) == 0 {
			m.Content = reply.Text
		}
		if d.chunks && reply.Thinking != "" {
			m.Content = append(thinkingChunk(reply.Thinking), object{"type": "text", "text": reply.Text})
		} else {
			m.Reasoning = reply.Thinking
		}
		for k, call := range reply.ToolCalls {
			m.ToolCalls = append(m.ToolCalls, toolCall{ID: callID(i, k), Type: "function", Function: function(call)})
		}
		c.Choices = append(c.Choices, choice{Index: i, Message: m, Finish: finish(reply)})
	}
	return ok(marshal(c))
}

// chatStream sends choices, and the tool calls of each, in turns.
func (s *Server) chatStream(c completion, replies []Reply, withUsage, chunks bool) answer {
	total := c.Usage
	c.Object, c.Usage = "chat.completion.chunk", nil
	var choices [][]choice
	for i, reply := range replies {
		var all []choice
		add := func(d delta) { all = append(all, choice{Index: i, Delta: &d}) }
		add(delta{Role: "assistant", Content: ""})
		for _, piece := range chop(reply.Thinking, s.options.Piece) {
			if chunks {
				add(delta{Content: thinkingChunk(piece)})
			} else {
				add(delta{Reasoning: piece})
			}
		}
		for _, piece := range chop(reply.Text, s.options.Piece) {
			add(delta{Content: piece})
		}
		var calls [][]toolCall
		for k, call := range reply.ToolCalls {
			one := []toolCall{{Index: &k, ID: callID(i, k), Type: "function", Function: function{Name: call.Name}}}
			if chunks { // this vendor sends a call whole
				one[0].Function.Arguments = call.Arguments
				calls = append(calls, one)
				continue
			}
			for _, piece := range chop(call.Arguments, s.options.Piece) {
				one = append(one, toolCall{Index: &k, Function: function{Arguments: piece}})
			}
			calls = append(calls, one)
		}
		for _, call := range interleave(calls...) {
			add(delta{ToolCalls: []toolCall{call}})
		}
		choices = append(choices, append(all, choice{Index: i, Delta: &delta{}, Finish: finish(reply)}))
	}
	a := answer{status: http.StatusOK, kind: eventStream}
	for _, one := range interleave(choices...) {
		c.Choices = []choice{one}
		a.parts = append(a.parts, event("", marshal(c)))
	}
	if withUsage {
		c.Choices, c.Usage = []choice{}, total
		a.parts = append(a.parts, event("", marshal(c)))
	}
	a.parts = append(a.parts, event("", []byte("[DONE]")))
	return a
}

func callID(choice, call int) string {
	return "call_" + strconv.Itoa(choice) + "_" + strconv.Itoa(call)
}

func finish(r Reply) *string {
	reason := "stop"
	if len(r.ToolCalls) > 0 {
		reason = "tool_calls"
	}
	return &reason
}
