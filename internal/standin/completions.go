package standin

import (
	"encoding/json"
	"net/http"
	"strings"
)

type completionsRequest struct {
	Model  string
	Stream bool
	N      int
	Prompt json.RawMessage // a string, or several
	Prefix string          `json:"input_prefix"`
	Input  json.RawMessage
}

func prompts(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	var several []string
	_ = json.Unmarshal(raw, &several) // tokens are no text to us
	return several
}

// completions continue each prompt, and one of them a choice at a time in a stream.
func (s *Server) completions(body []byte) answer {
	var q completionsRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	r := Request{Model: q.Model, Stream: q.Stream, Body: body}
	var texts []string
	for _, r.Text = range prompts(q.Prompt) {
		for range max(q.N, 1) {
			reply := s.options.Reply(r)
			if reply.Status != 0 {
				return openaiFailure(reply.Status, reply.Text)
			}
			texts = append(texts, reply.Text)
			r.Choice++
		}
	}
	type choice struct {
		Text     string  `json:"text"`
		Index    int     `json:"index"`
		Logprobs *string `json:"logprobs"`
		Finish   *string `json:"finish_reason"`
	}
	whole := func(choices ...choice) []byte {
		return marshal(struct {
			ID      string   `json:"id"`
			Object  string   `json:"object"`
			Created int      `json:"created"`
			Model   string   `json:"model"`
			Choices []choice `json:"choices"`
		}{"cmpl-standin", "text_completion", 1, q.Model, choices})
	}
	stop := "stop"
	var all []choice
	var pieces [][]choice
	for i, text := range texts {
		all = append(all, choice{Text: text, Index: i, Finish: &stop})
		var one []choice
		for _, piece := range chop(text, s.options.Piece) {
			one = append(one, choice{Text: piece, Index: i})
		}
		pieces = append(pieces, append(one, choice{Index: i, Finish: &stop}))
	}
	if !q.Stream {
		return ok(whole(all...))
	}
	a := answer{status: http.StatusOK, kind: eventStream}
	for _, piece := range interleave(pieces...) {
		a.parts = append(a.parts, event("", whole(piece)))
	}
	a.parts = append(a.parts, event("", []byte("[DONE]")))
	return a
}

// completion is llama.cpp's own, and its infill.
func (s *Server) completion(body []byte) answer {
	var q completionsRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	reply := s.options.Reply(Request{Model: q.Model, Stream: q.Stream, Body: body, Text: q.Prefix + strings.Join(prompts(q.Prompt), "\n")})
	if reply.Status != 0 {
		return openaiFailure(reply.Status, reply.Text)
	}
	if !q.Stream {
		return ok(marshal(object{"index": 0, "content": reply.Text, "stop": true, "stop_type": "eos"}))
	}
	a := answer{status: http.StatusOK, kind: eventStream}
	for _, piece := range chop(reply.Text, s.options.Piece) {
		a.parts = append(a.parts, event("", marshal(object{"index": 0, "content": piece, "stop": false})))
	}
	a.parts = append(a.parts, event("", marshal(object{"index": 0, "content": "", "stop": true, "stop_type": "eos"})))
	return a
}

// embeddings are the same for all texts.
func (s *Server) embeddings(body []byte) answer {
	var q completionsRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return openaiFailure(http.StatusBadRequest, "the body could not be parsed as JSON")
	}
	data := []object{}
	for i := range prompts(q.Input) {
		data = append(data, object{"object": "embedding", "index": i, "embedding": []float64{0.5, -0.25, 0.125}})
	}
	return ok(marshal(object{"object": "list", "data": data, "model": q.Model, "usage": object{"prompt_tokens": len(body) / 4, "total_tokens": len(body) / 4}}))
}
