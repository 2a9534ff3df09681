package standin

import "net/http"

var mistral = vendor{
	routes: map[string]func(*Server, []byte) answer{
		"/v1/chat/completions": (*Server).mistralChat,
		"/v1/fim/completions":  (*Server).mistralChat,
		"/v1/embeddings":       (*Server).embeddings,
	},
	list:    "/v1/models",
	models:  openai.models,
	failure: mistralFailure,
}

func (s *Server) mistralChat(body []byte) answer {
	return s.chatAs(body, dialect{mistralFailure, true})
}

func mistralFailure(status int, message string) answer {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusTooManyRequests:
		kind = "rate_limited"
	case status >= 500:
		kind = "internal_server_error"
	}
	return answer{status: status, parts: [][]byte{marshal(object{"object": "error", "message": message, "type": kind, "param": nil, "code": "3000"})}}
}

func thinkingChunk(text string) []object {
	return []object{{"type": "thinking", "thinking": []object{{"type": "text", "text": text}}}}
}
