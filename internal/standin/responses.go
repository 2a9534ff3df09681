package standin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

type responsesRequest struct {
	Model  string
	Stream bool
	Input  json.RawMessage
	Tools  []struct{ Type, Name string }
}

// keptResponse is what the vendor knows of a response after it was given.
type keptResponse struct {
	whole, input, stream answer
}

const keptPath = "/v1/responses/"

func (s *Server) responses(body []byte) answer {
	var q responsesRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	r := Request{Model: q.Model, Stream: q.Stream, Body: body}
	items := inputItems(q.Input)
	if n := len(items); n > 0 {
		var last struct{ Content, Output json.RawMessage }
		_ = json.Unmarshal(items[n-1], &last) // an item of another shape says nothing
		r.Text = texts(slices.Concat(last.Content, last.Output))
	}
	custom := map[string]bool{}
	for _, t := range q.Tools {
		r.Tools = append(r.Tools, t.Name)
		custom[t.Name] = t.Type == "custom"
	}
	reply := s.options.Reply(r)
	if reply.Status != 0 {
		return openaiFailure(reply.Status, reply.Text)
	}
	id := s.id("resp_")
	whole := response{ID: id, Object: "response", Created: 1, Status: "completed", Model: q.Model, Output: s.outputItems(reply, custom)}
	whole.Usage = object{"input_tokens": len(body) / 4, "output_tokens": 1, "total_tokens": 1 + len(body)/4}
	k := keptResponse{whole: ok(marshal(whole)), stream: s.responsesStream(whole),
		input: ok(marshal(object{"object": "list", "data": items, "has_more": false}))}
	s.mu.Lock()
	if s.kept == nil {
		s.kept = map[string]keptResponse{}
	}
	s.kept[id] = k
	s.mu.Unlock()
	if q.Stream {
		return k.stream
	}
	return k.whole
}

// keptAnswer is for a path below that of the responses.
func (s *Server) keptAnswer(path string, stream bool) answer {
	id, what, _ := strings.Cut(path, "/")
	s.mu.Lock()
	k, have := s.kept[id]
	s.mu.Unlock()
	switch {
	case !have:
		return openaiFailure(http.StatusNotFound, "no response has this id")
	case what == "input_items":
		return k.input
	case stream:
		return k.stream
	}
	return k.whole
}

// compact keeps the items as they are.
func (s *Server) compact(body []byte) answer {
	var q responsesRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	return ok(marshal(object{"id": s.id("resp_"), "object": "response.compaction", "created_at": 1, "output": inputItems(q.Input)}))
}

func (s *Server) inputTokens(body []byte) answer {
	if !json.Valid(body) {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	return ok(marshal(object{"object": "response.input_tokens", "input_tokens": len(body) / 4}))
}

// inputItems are those of an input, which may be a mere string.
func inputItems(input json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(input, &items) == nil {
		return items
	}
	var text string
	_ = json.Unmarshal(input, &text) // neither of the two is no text
	return []json.RawMessage{marshal(object{"type": "message", "role": "user", "content": []object{{"type": "input_text", "text": text}}})}
}

// The fields of a response, in the vendor's order.
type (
	response struct {
		ID      string       `json:"id"`
		Object  string       `json:"object"`
		Created int          `json:"created_at"`
		Status  string       `json:"status"`
		Error   *string      `json:"error"`
		Model   string       `json:"model"`
		Output  []outputItem `json:"output"`
		Usage   object       `json:"usage"`
	}
	outputItem struct {
		ID        string    `json:"id"`
		Type      string    `json:"type"`
		Status    string    `json:"status,omitempty"`
		Role      string    `json:"role,omitempty"`
		Content   *[]object `json:"content,omitempty"`
		Summary   *[]object `json:"summary,omitempty"`
		Encrypted string    `json:"encrypted_content,omitempty"`
		Arguments *string   `json:"arguments,omitempty"`
		Input     *string   `json:"input,omitempty"`
		CallID    string    `json:"call_id,omitempty"`
		Name      string    `json:"name,omitempty"`
	}
)

func outputText(text string) object {
	return object{"type": "output_text", "text": text, "annotations": []string{}, "logprobs": []string{}}
}

func (s *Server) outputItems(reply Reply, custom map[string]bool) []outputItem {
	items := []outputItem{}
	if reply.Thinking != "" {
		items = append(items, outputItem{ID: s.id("rs_"), Type: "reasoning", Summary: &[]object{{"type": "summary_text", "text": reply.Thinking}}, Encrypted: signature})
	}
	if reply.Text != "" || len(reply.ToolCalls) == 0 {
		items = append(items, outputItem{ID: s.id("msg_"), Type: "message", Status: "completed", Role: "assistant", Content: &[]object{outputText(reply.Text)}})
	}
	for i, call := range reply.ToolCalls {
		item := outputItem{ID: s.id("fc_"), Type: "function_call", Status: "completed", Arguments: &call.Arguments, CallID: callID(0, i), Name: call.Name}
		if custom[call.Name] {
			item.Type, item.Arguments, item.Input = "custom_tool_call", nil, &call.Arguments
		}
		items = append(items, item)
	}
	return items
}

// responsesStream says each text in deltas, when it is whole, in its part, in its item and in the response.
func (s *Server) responsesStream(whole response) answer {
	a := answer{status: http.StatusOK, kind: eventStream}
	add := func(kind string, v object) {
		v["type"], v["sequence_number"] = kind, len(a.parts)
		a.parts = append(a.parts, event(kind, marshal(v)))
	}
	begun := whole
	begun.Status, begun.Output, begun.Usage = "in_progress", []outputItem{}, nil
	add("response.created", object{"response": begun})
	add("response.in_progress", object{"response": begun})
	for i, item := range whole.Output {
		at := func(v object) object {
			v["output_index"], v["item_id"] = i, item.ID
			return v
		}
		say := func(kind, field, text string, where object) {
			for _, piece := range chop(text, s.options.Piece) {
				v := at(object{"delta": piece, "obfuscation": "abc"})
				for name, value := range where {
					v[name] = value
				}
				add(kind+".delta", v)
			}
			v := at(object{field: text})
			for name, value := range where {
				v[name] = value
			}
			add(kind+".done", v)
		}
		open, empty := item, ""
		open.Status = "in_progress"
		switch item.Type {
		case "message":
			text := (*item.Content)[0]["text"].(string)
			open.Content = &[]object{}
			add("response.output_item.added", object{"output_index": i, "item": open})
			add("response.content_part.added", at(object{"content_index": 0, "part": outputText("")}))
			say("response.output_text", "text", text, object{"content_index": 0, "logprobs": []string{}})
			add("response.content_part.done", at(object{"content_index": 0, "part": outputText(text)}))
		case "reasoning":
			open.Summary = &[]object{}
			part := (*item.Summary)[0]
			add("response.output_item.added", object{"output_index": i, "item": open})
			add("response.reasoning_summary_part.added", at(object{"summary_index": 0, "part": object{"type": "summary_text", "text": ""}}))
			say("response.reasoning_summary_text", "text", part["text"].(string), object{"summary_index": 0})
			add("response.reasoning_summary_part.done", at(object{"summary_index": 0, "part": part}))
		case "custom_tool_call":
			open.Input = &empty
			add("response.output_item.added", object{"output_index": i, "item": open})
			say("response.custom_tool_call_input", "input", *item.Input, nil)
		default:
			open.Arguments = &empty
			add("response.output_item.added", object{"output_index": i, "item": open})
			say("response.function_call_arguments", "arguments", *item.Arguments, nil)
		}
		add("response.output_item.done", object{"output_index": i, "item": item})
	}
	add("response.completed", object{"response": whole})
	return a
}
