package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"

	"go.lsp.dev/protocol"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/rpc"
)

// rawJSON is what the protocol calls any value.
type rawJSON = protocol.LSPAny

const statusMethod = "scrubjay/status"

// Status is what editors show in their status line; the package comment documents it.
type Status struct {
	URI       string         `json:"uri,omitempty"`
	Classes   map[string]int `json:"classes"`
	Verdict   string         `json:"verdict"`
	Unscanned string         `json:"unscanned,omitempty"`
	Proxy     control.Proxy  `json:"proxy"`
	Policy    control.Policy `json:"policy"`
	Daemon    string         `json:"daemon,omitempty"`
	Exchange  *Exchange      `json:"exchange,omitempty"`
}

// Exchange is what the proxy did with its latest request, without any of its text.
type Exchange struct {
	Text     string         `json:"text"`
	Provider string         `json:"provider,omitempty"`
	Verdict  string         `json:"verdict,omitempty"`
	Classes  map[string]int `json:"classes,omitempty"`
}

// statusBook is what is known beside the files, and what was last sent of each file.
type statusBook struct {
	wanted   atomic.Bool // the editor asked for it: others show what they do not know as an error
	sending  sync.Mutex  // so that an older status never follows a newer one
	mu       sync.Mutex
	proxy    control.Proxy
	policy   control.Policy
	daemon   string
	exchange *Exchange
	here     map[string]int // of the exchange's values, how many stand in a file
	sent     map[string]string
}

func (b *statusBook) setDaemon(wrong string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.daemon = wrong
}

// with fills in what is known beside the files.
func (b *statusBook) with(st Status) Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	st.Proxy, st.Policy, st.Daemon, st.Exchange = b.proxy, b.policy, b.daemon, b.exchange.of(b.here[st.URI])
	return st
}

// news tells whether a status differs from the one last sent of its file.
func (b *statusBook) news(uri string, encoded []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sent[uri] == string(encoded) {
		return false
	}
	b.sent[uri] = string(encoded)
	return true
}

func (b *statusBook) forget(uri string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sent, uri)
	delete(b.here, uri)
}

// statusOf speaks of a file; with no report, of none.
func (s *Server) statusOf(r *report) Status {
	st := Status{Classes: map[string]int{}, Verdict: policy.Allow.String()}
	if r != nil {
		st.URI, st.Unscanned = s.spelling(r.buffer.URI), r.buffer.Unscanned
		worst := policy.Allow
		for _, j := range r.findings {
			if j.shown() {
				st.Classes[string(j.Rule.Class)]++
				worst = max(worst, j.verdict)
			}
		}
		st.Verdict = worst.String()
	}
	return s.status.with(st)
}

// sendStatus tells the editor if there is something new to tell.
func (s *Server) sendStatus(ctx context.Context, r *report) {
	if !s.status.wanted.Load() {
		return
	}
	s.status.sending.Lock()
	defer s.status.sending.Unlock()
	st := s.statusOf(r)
	encoded, err := json.Marshal(st)
	if err != nil || !s.status.news(st.URI, encoded) {
		return
	}
	_ = s.conn.Notify(ctx, statusMethod, rawJSON(encoded)) // without a connection nobody waits for it
}

// statusChanged tells of what is beside the files: to each open file's status, or to none if none is open.
func (s *Server) statusChanged(ctx context.Context) {
	open := s.buffers.All()
	for _, b := range open {
		s.sendStatus(ctx, s.judge(ctx, b))
	}
	if len(open) == 0 {
		s.sendStatus(ctx, nil)
	}
}

func (s *Server) statusRequest(ctx context.Context, params any) (any, error) {
	var p struct {
		URI string `json:"uri"`
	}
	if raw, ok := params.(rawJSON); ok && len(raw) > 0 {
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, errors.New(statusMethod + " wants {uri}")
		}
	}
	s.status.wanted.Store(true)
	b, open := s.buffers.At(canonical(p.URI))
	rpc.Release(ctx)
	if !open {
		return s.statusOf(nil), nil
	}
	return s.statusOf(s.judge(ctx, b)), nil
}
