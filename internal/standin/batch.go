package standin

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Anthropic's batches: done at once, and kept until they are asked for.

const batchPath = "/v1/messages/batches/"

func (s *Server) newBatch(body []byte) answer {
	var q struct {
		Requests []struct {
			CustomID string `json:"custom_id"`
			Params   json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &q); err != nil {
		return anthropicFailure(http.StatusBadRequest, "the request body is not valid JSON")
	}
	results := answer{status: http.StatusOK, kind: "application/x-jsonl"}
	for _, r := range q.Requests {
		a := s.messages(r.Params)
		result := object{"type": "succeeded", "message": json.RawMessage(a.parts[0])}
		if a.status != http.StatusOK {
			result = object{"type": "errored", "error": json.RawMessage(a.parts[0])}
		}
		results.parts = append(results.parts, append(marshal(object{"custom_id": r.CustomID, "result": result}), '\n'))
	}
	id := s.id("msgbatch_")
	s.mu.Lock()
	if s.batches == nil {
		s.batches = map[string]answer{}
	}
	s.batches[id] = results
	s.mu.Unlock()
	return ok(s.batchObject(id))
}

// batch is for a path below that of the batches.
func (s *Server) batch(path string) answer {
	id, rest, _ := strings.Cut(path, "/")
	s.mu.Lock()
	results, have := s.batches[id]
	s.mu.Unlock()
	switch {
	case have && rest == "":
		return ok(s.batchObject(id))
	case have && rest == "results":
		return results
	}
	return anthropicFailure(http.StatusNotFound, "no such batch")
}

// allBatches lists them, the oldest first.
func (s *Server) allBatches() answer {
	s.mu.Lock()
	ids := slices.Sorted(maps.Keys(s.batches))
	s.mu.Unlock()
	all := []json.RawMessage{}
	for _, id := range ids {
		all = append(all, s.batchObject(id))
	}
	return ok(marshal(object{"data": all, "has_more": false}))
}

func (s *Server) batchObject(id string) []byte {
	b := object{"id": id, "type": "message_batch", "processing_status": "ended", "request_counts": object{},
		"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z", "results_url": nil}
	if s.listener != nil {
		b["results_url"] = s.URL() + batchPath + id + "/results"
	}
	return marshal(b)
}
