package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
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
	URI       string          `json:"uri,omitempty"`
	Headline  Headline        `json:"headline"`
	Classes   map[string]int  `json:"classes"`
	Verdict   string          `json:"verdict"`
	Unscanned string          `json:"unscanned,omitempty"`
	Proxy     control.Proxy   `json:"proxy"`
	Policy    control.Policy  `json:"policy"`
	Paused    *control.Paused `json:"paused,omitempty"`
	Daemon    string          `json:"daemon,omitempty"`
	Exchange  *Exchange       `json:"exchange,omitempty"`
}

// Headline is the one thing to know.
type Headline struct {
	// Protected is false while something would reach a vendor as it is, or nobody can tell.
	Protected bool `json:"protected"`
	// Text says so in a few words, Why gives the reason or what to do about it.
	Text string `json:"text"`
	Why  string `json:"why,omitempty"`
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
	paused   *control.Paused
	daemon   string
	exchange *Exchange
	// used are the providers that requests went to, and assistants those that are set up; known is false until the
	// daemon has said which.
	used       map[string]bool
	assistants int
	known      bool
	here       map[string]int // of the exchange's values, how many stand in a file
	sent       map[string]string
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
	st.Proxy, st.Policy, st.Paused, st.Daemon, st.Exchange = b.proxy, b.policy, b.paused, b.daemon, b.exchange.of(b.here[st.URI])
	st.Headline = headline(st, b.known && len(b.used) == 0 && b.assistants == 0)
	return st
}

// headline says the one thing to know; what is wrong comes first.
func headline(st Status, unused bool) Headline {
	found := 0
	for _, n := range st.Classes {
		found += n
	}
	values := "1 value goes out as a placeholder"
	if found > 1 {
		values = fmt.Sprintf("%d values go out as placeholders", found)
	}
	switch {
	case st.Daemon != "":
		return Headline{false, "Not protected: the daemon is not running", st.Daemon}
	case st.Proxy.Error != "":
		return Headline{false, "Not protected: the proxy does not listen", st.Proxy.Error}
	case st.Paused != nil:
		return Headline{false, "Not protected: paused until " + st.Paused.Until.Local().Format("15:04"), "what assistants send goes out as it is; scrubjay resume ends that"}
	case st.Policy.Outdated != "":
		return Headline{true, "Stopped: Scrubjay is too old", "your organisation asks for " + st.Policy.Outdated + " or newer, until then nothing goes to AI vendors"}
	case unused:
		return Headline{false, "Not protected: no assistant uses Scrubjay yet", "run: scrubjay setup ASSISTANT, or start it by: scrubjay run -- COMMAND"}
	case st.Policy.Refused != "":
		return Headline{true, "Protected by an older policy", st.Policy.Refused}
	case st.Unscanned != "":
		return Headline{true, "Protected: this file is not shown", st.Unscanned}
	case found == 0 && st.URI != "":
		return Headline{true, "Protected: nothing sensitive here", ""}
	case found == 0:
		return Headline{true, "Protected", ""}
	case st.Verdict == policy.Forbid.String():
		return Headline{true, "Protected: requests with this file stop", "policy forbids a value in it"}
	case st.Verdict == policy.Scrub.String():
		return Headline{true, "Protected: " + values, ""}
	}
	return Headline{true, "Protected: policy lets these values go", ""}
}

// takeHello keeps what the daemon says of itself.
func (b *statusBook) takeHello(h control.Hello) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.proxy, b.policy, b.paused, b.daemon = h.Proxy, h.Policy, h.Paused, ""
	if b.known = h.Version > 0 && slices.Contains(h.Features, "used"); b.known {
		b.used, b.assistants = map[string]bool{}, len(h.Assistants)
		for _, name := range h.Used {
			b.used[name] = true
		}
	}
}

// isPaused tells whether nothing is scrubbed now.
func (b *statusBook) isPaused() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.paused != nil
}

// uses takes note that a request went to a provider, and tells whether it is the first.
func (b *statusBook) uses(provider string) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if provider == "" || b.used[provider] {
		return false
	}
	b.used = maps.Clone(b.used) // an outlook has it
	if b.used == nil {
		b.used = map[string]bool{}
	}
	b.used[provider] = true
	return true
}

// listens is where the proxy listens; empty if it does not.
func (b *statusBook) listens() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.proxy.Listen
}

func (b *statusBook) policyAndUse() (revision string, used map[string]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.policy.Revision, b.used
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
