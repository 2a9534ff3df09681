// Package mcp stands between an assistant and a server of tools (the Model Context Protocol over standard streams), so
// that what a tool reads reaches the assistant with placeholders in the place of values.
//
//	mcp.go       the way of a message: from the server, from the client
//	lines.go     messages come one a line, of a bounded length
//	envelope.go  whose message it is, also of one that is too long to keep
//	schema.go    what a tool promises of its results, and a placeholder cannot keep
//	reply.go     what is said in the place of a message that may not go on
//
// What holds: messages keep their order in each direction, and the directions do not wait for each other. One in which
// nothing is found goes on byte for byte. Of a server nothing goes on that was not scrubbed: what cannot be has an error
// in its place, under its id, and what is no message is dropped. What a client says goes on as it is, with two exceptions:
// values come back where policy lets them into the tool, and what a model said because the server asked is scrubbed, or
// the server could have it say what it was not given. Nothing is told of a message but its length.
//
// It carries messages and answers none of them, which is why package rpc, who does, has no part in it. The daemon does
// the scrubbing, with the pipeline that requests to vendors go through.
package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// Daemon is who scrubs and restores.
type Daemon interface {
	Scrub(ctx context.Context, r control.Scrub) (control.Scrubbed, error)
	Restore(ctx context.Context, r control.Restore) (control.Restored, error)
}

// Relay carries the messages of one client and one server. All of its fields are required.
type Relay struct {
	// Server is the name under which the assistant knows the server.
	Server             string
	Daemon             Daemon
	ToClient, ToServer io.Writer
	// Note tells the person something; it is called from both directions.
	Note func(text string)

	client, server sync.Mutex // held by whoever writes there
	mu             sync.Mutex
	// calls are the ids of tools' calls that have no answer yet: a refusal of one is for the model to read.
	calls map[string]bool
	// lists are the same for lists of tools.
	lists     map[string]bool
	told      bool // of what was withheld
	toldForms bool // of promises that were not passed on
}

// mostCalls bounds what is remembered of a server that does not answer.
const mostCalls = 4096

// FromServer scrubs and passes on what a server says, until it has said its last. An error means that the client is gone.
func (r *Relay) FromServer(ctx context.Context, from io.Reader) error {
	return lines(from, func(l line) error {
		e := l.envelope
		switch {
		case l.blank():
			return r.toClient(l.text)
		case l.tooLong():
			return r.refuse(e, fmt.Sprintf("It is longer than %d MiB: ask for less at a time.", control.DocumentLimit>>20))
		case e.first == '[':
			return r.batch(ctx, l.text)
		case e.first != '{':
			r.Note(fmt.Sprintf("dropped a line of %d bytes that is no message: a server writes its logs to standard error", l.length))
			return nil
		}
		out, why := r.scrub(ctx, l.text)
		if why != "" {
			return r.refuse(e, why)
		}
		if out = r.listed(e, out); len(out) > control.DocumentLimit {
			return r.refuse(e, longer)
		}
		r.answered(e)
		return r.toClient(out)
	})
}

// longer is why a message may not go on that came within the limit: clients end a session over a line beyond it.
const longer = "With placeholders in it, it is longer than 10 MiB: ask for less at a time."

// listed is an answer without what a placeholder could not keep, if it lists tools.
func (r *Relay) listed(e envelope, message []byte) []byte {
	if e.id == nil || e.method != "" {
		return message
	}
	r.mu.Lock()
	asked := r.lists[string(e.id)]
	delete(r.lists, string(e.id))
	r.mu.Unlock()
	if !asked {
		return message
	}
	out, dropped := withoutSchemas(message)
	if dropped > 0 && !r.toldForms {
		r.toldForms = true
		r.Note(fmt.Sprintf("%d of its tools promise results of a certain form (outputSchema), which a placeholder may not have: that is not passed on, so that the client takes them", dropped))
	}
	return out
}

// scrub is a message as it may go on, or why it may not.
func (r *Relay) scrub(ctx context.Context, text []byte) (out []byte, why string) {
	message := bytes.TrimRight(text, "\n")
	got, err := r.Daemon.Scrub(ctx, control.Scrub{Server: r.Server, Document: message})
	switch {
	case err != nil && !json.Valid(message):
		return nil, "It is no JSON."
	case err != nil:
		return nil, "Nothing of it could be scrubbed: " + err.Error() + "."
	case got.Why != "":
		return nil, got.Why
	}
	return append(got.Document, text[len(message):]...), ""
}

// batch takes messages that come in one array, as older servers may send them. If one of them changes, each goes on by
// itself.
func (r *Relay) batch(ctx context.Context, text []byte) error {
	var messages []json.RawMessage
	if json.Unmarshal(text, &messages) != nil {
		r.Note(fmt.Sprintf("dropped a line of %d bytes that is no message", len(text)))
		return nil
	}
	outs, whys := make([][]byte, len(messages)), make([]string, len(messages))
	same := true
	for i, m := range messages {
		outs[i], whys[i] = r.scrub(ctx, m)
		if whys[i] == "" {
			outs[i] = r.listed(envelopeOf(m), outs[i])
		}
		same = same && whys[i] == "" && bytes.Equal(outs[i], m)
	}
	var errs []error
	for i, m := range messages {
		e := envelopeOf(m)
		if whys[i] != "" {
			errs = append(errs, r.refuse(e, whys[i]))
			continue
		}
		if len(outs[i]) >= control.DocumentLimit {
			errs = append(errs, r.refuse(e, longer))
			continue
		}
		r.answered(e)
		if !same {
			errs = append(errs, r.toClient(append(outs[i], '\n')))
		}
	}
	if same {
		errs = append(errs, r.toClient(text))
	}
	return errors.Join(errs...)
}

// FromClient passes on what a client says, until it has said its last: values come back where policy lets them, and what
// a model said is scrubbed. An error means that the server is gone.
func (r *Relay) FromClient(ctx context.Context, from io.Reader) error {
	return lines(from, func(l line) error {
		e := l.envelope
		if l.tooLong() {
			return r.failed(e, fmt.Sprintf("it is longer than %d MiB.", control.DocumentLimit>>20))
		}
		var messages []json.RawMessage
		if e.first != '[' || json.Unmarshal(l.text, &messages) != nil {
			return r.fromClient(ctx, e, l.text)
		}
		var errs []error
		for _, m := range messages { // each goes on by itself
			errs = append(errs, r.fromClient(ctx, envelopeOf(m), append(m, '\n')))
		}
		return errors.Join(errs...)
	})
}

func (r *Relay) fromClient(ctx context.Context, e envelope, text []byte) error {
	text, why := r.scrubAnswers(ctx, e, text)
	if route, _ := wire.MCP.Route("POST", e.method); why == "" && route != nil && e.id != nil {
		text, why = r.restore(ctx, e, text)
	}
	if why == "" && len(text) > control.DocumentLimit {
		why = "with values in it, it is longer than 10 MiB."
	}
	if why != "" {
		return r.failed(e, why)
	}
	if e.method == "tools/list" && e.id != nil {
		r.mu.Lock()
		if r.lists == nil || len(r.lists) >= mostCalls {
			r.lists = map[string]bool{}
		}
		r.lists[string(e.id)] = true
		r.mu.Unlock()
	}
	return r.toServer(text)
}

// scrubAnswers scrubs what a client answers to a server's questions: in a message of its own, or, as newer servers ask,
// with the request that the question was about.
func (r *Relay) scrubAnswers(ctx context.Context, e envelope, text []byte) (out []byte, why string) {
	var m struct {
		Result json.RawMessage
		Params struct{ InputResponses map[string]json.RawMessage }
	}
	err := json.Unmarshal(text, &m)
	switch {
	case e.first != '{':
		return text, "" // no message
	case e.method == "" && (err != nil || !volunteered(m.Result)):
		return r.scrub(ctx, text)
	}
	for _, answer := range m.Params.InputResponses {
		if volunteered(answer) {
			continue
		}
		const head, tail = `{"result":`, "}"
		scrubbed, why := r.scrub(ctx, slices.Concat([]byte(head), answer, []byte(tail)))
		if why != "" {
			return nil, why
		}
		text = bytes.ReplaceAll(text, answer, scrubbed[len(head):len(scrubbed)-len(tail)])
	}
	return text, ""
}

// volunteered tells whether an answer of the client's is what a person entered for the server (elicitation), or which
// folders are open. All else a model may have said, because the server asked it to (sampling).
func volunteered(result []byte) bool {
	var m struct{ Action, Roots, Model, Role json.RawMessage }
	return json.Unmarshal(result, &m) == nil && (m.Action != nil || m.Roots != nil) && m.Model == nil && m.Role == nil
}

// restore is a client's request with values in it, or why it does not go on.
func (r *Relay) restore(ctx context.Context, e envelope, text []byte) (out []byte, why string) {
	message := bytes.TrimRight(text, "\n")
	got, err := r.Daemon.Restore(ctx, control.Restore{Server: r.Server, Method: e.method, Document: message})
	if err != nil {
		return nil, err.Error() + "."
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.method == "tools/call" {
		if r.calls == nil || len(r.calls) >= mostCalls {
			r.calls = map[string]bool{}
		}
		r.calls[string(e.id)] = true
	}
	if got.Withheld > 0 && !r.told {
		r.told = true
		r.Note("placeholders were kept out of what this server is asked: to let values in, name its tools in the setting tools, like mcp__" + r.Server + "__*: allow")
	}
	return append(got.Document, text[len(message):]...), ""
}

// answered tells whether a message answers a tool's call, and forgets the call.
func (r *Relay) answered(e envelope) bool {
	if e.id == nil || e.method != "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.calls[string(e.id)]
	delete(r.calls, string(e.id))
	return was
}

func (r *Relay) toClient(text []byte) error {
	r.client.Lock()
	defer r.client.Unlock()
	_, err := r.ToClient.Write(text)
	return err
}

func (r *Relay) toServer(text []byte) error {
	r.server.Lock()
	defer r.server.Unlock()
	_, err := r.ToServer.Write(text)
	return err
}
