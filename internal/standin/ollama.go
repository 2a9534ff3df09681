package standin

import (
	"encoding/json"
	"net/http"
)

var ollama = vendor{
	routes: map[string]func(*Server, []byte) answer{
		"/api/chat":       (*Server).ollamaChat,
		"/api/generate":   (*Server).ollamaGenerate,
		"/api/embed":      (*Server).ollamaEmbed,
		"/api/embeddings": (*Server).ollamaEmbed,
		"/api/show":       (*Server).ollamaShow,
	},
	list: "/api/tags",
	models: func() []byte {
		return marshal(object{"models": []object{{"name": "standin:latest", "model": "standin:latest"}}})
	},
	failure: ollamaFailure,
}

func ollamaFailure(status int, message string) answer {
	return answer{status: status, parts: [][]byte{marshal(object{"error": message})}}
}

type ollamaRequest struct {
	Model    string
	Stream   *bool
	Prompt   string
	Messages []struct{ Content string }
	Tools    []struct{ Function struct{ Name string } }
}

// The fields of an answer, in the vendor's order.
type (
	ollamaLine struct {
		Model   string         `json:"model"`
		Created string         `json:"created_at"`
		Message *ollamaMessage `json:"message,omitempty"`
		// Response is the text of what is no chat.
		Response *string `json:"response,omitempty"`
		Thinking string  `json:"thinking,omitempty"`
		Done     bool    `json:"done"`
		Reason   string  `json:"done_reason,omitempty"`
		Context  []int   `json:"context,omitempty"`
		Count    int     `json:"eval_count,omitempty"`
	}
	ollamaMessage struct {
		Role      string       `json:"role"`
		Content   string       `json:"content"`
		Thinking  string       `json:"thinking,omitempty"`
		ToolCalls []ollamaCall `json:"tool_calls,omitempty"`
	}
	ollamaCall struct {
		Function ollamaFunction `json:"function"`
	}
	ollamaFunction struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
)

// ollamaReply asks the script. It streams unless it is told not to.
func (s *Server) ollamaReply(body []byte) (q ollamaRequest, reply Reply, fail *answer) {
	failed := func(status int, message string) *answer {
		a := ollamaFailure(status, message)
		return &a
	}
	if err := json.Unmarshal(body, &q); err != nil {
		return q, reply, failed(http.StatusBadRequest, "the body is not valid JSON")
	}
	r := Request{Model: q.Model, Stream: q.Stream == nil || *q.Stream, Text: q.Prompt, Body: body}
	if n := len(q.Messages); n > 0 {
		r.Text = q.Messages[n-1].Content
	}
	for _, t := range q.Tools {
		r.Tools = append(r.Tools, t.Function.Name)
	}
	if reply = s.options.Reply(r); reply.Status != 0 {
		fail = failed(reply.Status, reply.Text)
	}
	return q, reply, fail
}

func (s *Server) ollamaChat(body []byte) answer {
	q, reply, fail := s.ollamaReply(body)
	if fail != nil {
		return *fail
	}
	var calls []ollamaCall
	for _, call := range reply.ToolCalls {
		calls = append(calls, ollamaCall{ollamaFunction{call.Name, json.RawMessage(call.Arguments)}})
	}
	message := func(text, thinking string, calls []ollamaCall) ollamaLine {
		return ollamaLine{Message: &ollamaMessage{"assistant", text, thinking, calls}}
	}
	if q.Stream != nil && !*q.Stream {
		return s.ollamaLines(q, message(reply.Text, reply.Thinking, calls))
	}
	var lines []ollamaLine
	for _, piece := range chop(reply.Thinking, s.options.Piece) {
		lines = append(lines, message("", piece, nil))
	}
	for _, piece := range chop(reply.Text, s.options.Piece) {
		lines = append(lines, message(piece, "", nil))
	}
	if calls != nil {
		lines = append(lines, message("", "", calls))
	}
	return s.ollamaLines(q, append(lines, message("", "", nil))...)
}

func (s *Server) ollamaGenerate(body []byte) answer {
	q, reply, fail := s.ollamaReply(body)
	if fail != nil {
		return *fail
	}
	if q.Stream != nil && !*q.Stream {
		return s.ollamaLines(q, ollamaLine{Response: &reply.Text, Thinking: reply.Thinking, Context: []int{1, 2, 3}})
	}
	empty := ""
	var lines []ollamaLine
	for _, piece := range chop(reply.Thinking, s.options.Piece) {
		lines = append(lines, ollamaLine{Response: &empty, Thinking: piece})
	}
	for _, piece := range chop(reply.Text, s.options.Piece) {
		lines = append(lines, ollamaLine{Response: &piece})
	}
	return s.ollamaLines(q, append(lines, ollamaLine{Response: &empty, Context: []int{1, 2, 3}})...)
}

// ollamaLines is a stream, or the one document that was asked for instead.
func (s *Server) ollamaLines(q ollamaRequest, lines ...ollamaLine) answer {
	a := answer{status: http.StatusOK}
	if q.Stream == nil || *q.Stream {
		a.kind = "application/x-ndjson"
	}
	last := &lines[len(lines)-1]
	last.Done, last.Reason, last.Count = true, "stop", len(lines)
	for _, l := range lines {
		l.Model, l.Created = q.Model, "2026-01-01T00:00:00Z"
		a.parts = append(a.parts, append(marshal(l), '\n'))
	}
	return a
}

func (s *Server) ollamaEmbed(body []byte) answer {
	if !json.Valid(body) {
		return ollamaFailure(http.StatusBadRequest, "the body is not valid JSON")
	}
	return ok(marshal(object{"embeddings": [][]float64{{0.5, -1}}, "embedding": []float64{0.5, -1}}))
}

func (s *Server) ollamaShow(body []byte) answer {
	if !json.Valid(body) {
		return ollamaFailure(http.StatusBadRequest, "the body is not valid JSON")
	}
	return ok(marshal(object{"modelfile": "FROM standin", "details": object{"format": "gguf"}}))
}
