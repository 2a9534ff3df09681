package standin

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

var gemini = vendor{
	list: "/v1beta/models",
	models: func() []byte {
		return marshal(object{"models": []object{{"name": "models/standin", "displayName": "Stand-in"}}})
	},
	failure: geminiFailure,
}

func geminiFailure(status int, message string) answer {
	name := "INVALID_ARGUMENT"
	switch {
	case status == http.StatusUnauthorized:
		name = "UNAUTHENTICATED"
	case status == http.StatusNotFound:
		name = "NOT_FOUND"
	case status == http.StatusTooManyRequests:
		name = "RESOURCE_EXHAUSTED"
	case status >= 500:
		name = "UNAVAILABLE"
	}
	return answer{status: status, parts: [][]byte{marshal(object{"error": object{"code": status, "message": message, "status": name}})}}
}

type geminiRequest struct {
	Contents         []struct{ Parts []geminiPart }
	GenerationConfig struct{ CandidateCount int }
	Tools            []struct {
		FunctionDeclarations []struct{ Name string }
	}
}

// The fields of an answer, in the vendor's order.
type (
	geminiResponse struct {
		Candidates []candidate `json:"candidates"`
		Usage      object      `json:"usageMetadata"`
		Model      string      `json:"modelVersion"`
	}
	candidate struct {
		Content geminiContent `json:"content"`
		Finish  string        `json:"finishReason,omitempty"`
		Index   int           `json:"index"`
	}
	geminiContent struct {
		Parts []geminiPart `json:"parts"`
		Role  string       `json:"role"`
	}
	geminiPart struct {
		Text      *string       `json:"text,omitempty"`
		Thought   bool          `json:"thought,omitempty"`
		Call      *functionCall `json:"functionCall,omitempty"`
		Signature string        `json:"thoughtSignature,omitempty"`
		Response  *struct {
			Response json.RawMessage
		} `json:"functionResponse,omitempty"`
	}
	functionCall struct {
		Name string          `json:"name"`
		Args json.RawMessage `json:"args"`
	}
)

// gemini serves whatever method stands behind the colon. Code Assist's requests and answers are wrapped.
func (s *Server) gemini(u *url.URL, body []byte) answer {
	name, method, _ := strings.Cut(u.Path[strings.LastIndexByte(u.Path, '/')+1:], ":")
	wrapped := name == "v1internal"
	if wrapped {
		var q struct {
			Model   string
			Request json.RawMessage
		}
		if err := json.Unmarshal(body, &q); err != nil {
			return geminiFailure(http.StatusBadRequest, "the request body is not valid JSON")
		}
		name, body = q.Model, q.Request
	}
	var q geminiRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return geminiFailure(http.StatusBadRequest, "the request body is not valid JSON")
	}
	switch method {
	case "generateContent", "streamGenerateContent":
	case "countTokens":
		return ok(marshal(object{"totalTokens": len(body) / 4}))
	case "embedContent":
		return ok(marshal(object{"embedding": object{"values": []float64{0.5, -1}}}))
	case "batchEmbedContents":
		return ok(marshal(object{"embeddings": []object{{"values": []float64{0.5, -1}}}}))
	default:
		return geminiFailure(http.StatusNotFound, "there is no method "+method)
	}
	r := Request{Model: name, Stream: method == "streamGenerateContent", Text: q.text(), Body: body}
	for _, t := range q.Tools {
		for _, f := range t.FunctionDeclarations {
			r.Tools = append(r.Tools, f.Name)
		}
	}
	piece := 1 << 30
	if r.Stream {
		piece = s.options.Piece
	}
	var choices [][]candidate
	for r.Choice = range max(q.GenerationConfig.CandidateCount, 1) {
		reply := s.options.Reply(r)
		if reply.Status != 0 {
			return geminiFailure(reply.Status, reply.Text)
		}
		choices = append(choices, candidates(r.Choice, reply, piece))
	}
	response := geminiResponse{Usage: object{"promptTokenCount": len(body) / 4, "totalTokenCount": len(body) / 2}, Model: name}
	if !r.Stream {
		for _, parts := range choices {
			response.Candidates = append(response.Candidates, whole(parts))
		}
		return ok(response.marshal(wrapped))
	}
	var events [][]byte
	for _, c := range interleave(choices...) {
		response.Candidates = []candidate{c}
		events = append(events, response.marshal(wrapped))
	}
	return geminiStream(events, u.Query().Get("alt") == "sse")
}

// text is that of the last content.
func (q *geminiRequest) text() string {
	if len(q.Contents) == 0 {
		return ""
	}
	var all []string
	for _, p := range q.Contents[len(q.Contents)-1].Parts {
		if p.Text != nil {
			all = append(all, *p.Text)
		}
		if p.Response != nil {
			all = append(all, string(p.Response.Response))
		}
	}
	return strings.Join(all, "\n")
}

// candidates are a reply in the pieces of a stream, all calls in one. The last part is signed, or the first call.
func candidates(index int, reply Reply, piece int) []candidate {
	var all []candidate
	add := func(parts ...geminiPart) {
		all = append(all, candidate{Content: geminiContent{parts, "model"}, Index: index})
	}
	for _, text := range chop(reply.Thinking, piece) {
		add(geminiPart{Text: &text, Thought: true})
	}
	for _, text := range chop(reply.Text, piece) {
		add(geminiPart{Text: &text})
	}
	var calls []geminiPart
	for _, call := range reply.ToolCalls {
		calls = append(calls, geminiPart{Call: &functionCall{call.Name, json.RawMessage(call.Arguments)}})
	}
	if len(calls) > 0 {
		calls[0].Signature = signature
		add(calls...)
	} else {
		empty := ""
		add(geminiPart{Text: &empty, Signature: signature})
	}
	all[len(all)-1].Finish = "STOP"
	return all
}

// whole is a candidate of all its pieces' parts.
func whole(pieces []candidate) candidate {
	all := pieces[len(pieces)-1]
	all.Content.Parts = nil
	for _, p := range pieces {
		all.Content.Parts = append(all.Content.Parts, p.Content.Parts...)
	}
	return all
}

func (r *geminiResponse) marshal(wrapped bool) []byte {
	if wrapped {
		return marshal(object{"response": r, "traceId": "standin"})
	}
	return marshal(r)
}

// geminiStream sends events if they were asked for, with the line ends that this vendor has, or else an array.
func geminiStream(events [][]byte, asked bool) answer {
	if asked {
		a := answer{status: http.StatusOK, kind: "text/event-stream"}
		for _, e := range events {
			a.parts = append(a.parts, []byte("data: "+string(e)+"\r\n\r\n"))
		}
		return a
	}
	a := answer{status: http.StatusOK, kind: "application/json; charset=UTF-8"}
	before := "["
	for _, e := range events {
		a.parts = append(a.parts, []byte(before+string(e)))
		before = "\n,\r\n"
	}
	a.parts = append(a.parts, []byte("\n]\n"))
	return a
}
