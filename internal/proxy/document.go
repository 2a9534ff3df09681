package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"go.uber.org/zap"
)

// Document is JSON on its way into an assistant, or out of it, that is no request to a vendor: what a server of the
// Model Context Protocol says, or what a hook is told. Which vendor will read it nobody can say, so that the strictest
// verdict of the destinations in force counts, and placeholders are issued for every provider but this machine's.
type Document struct {
	// Kind is the kind of the ledger's record; From is who the document is from, or for.
	Kind, From string
	Route      *wire.Route
	Body       []byte
}

// Outcome is what became of a document.
type Outcome struct {
	// Body is the document with placeholders, or with values. It is nil if Why is something.
	Body []byte
	// Why says what of the document is not to go on: rule, class and place.
	Why    string
	Record audit.Record
}

// ScrubDocument finds what is sensitive in a document, and has placeholders take its place. An error means that the
// document must not go on.
func (p *Proxy) ScrubDocument(ctx context.Context, d Document) (Outcome, error) {
	return p.document(d, func(out *Outcome) *failure {
		req, found, decision, fail := p.examine(ctx, d, &out.Record)
		if fail != nil {
			return fail
		}
		if decision.Verdict == policy.Forbid {
			out.Why = p.why(req, found, policy.Forbid, decision)
			return nil
		}
		out.Body = d.Body
		found = slices.DeleteFunc(found, func(s secret) bool { return s.ruling.Verdict == policy.Allow })
		if len(found) == 0 {
			return nil
		}
		values := make([]redact.Value, len(found))
		for i, s := range found {
			values[i] = s.value
		}
		var tokens []string
		for _, provider := range readers(p.Settings()) {
			// A value has the same token for everybody.
			var err error
			if tokens, err = p.Vault.Issue(redact.Wire, provider, values); err != nil {
				return closed("vault", err)
			}
		}
		if len(tokens) != len(found) {
			return closed("policy", errors.New("placeholders for no provider"))
		}
		out.Body = splice(d.Body, req, found, tokens)
		return nil
	})
}

// JudgeDocument says what is sensitive in a document, where nothing can take its place. What has a milder verdict than
// least may go on.
func (p *Proxy) JudgeDocument(ctx context.Context, d Document, least policy.Verdict) (Outcome, error) {
	return p.document(d, func(out *Outcome) *failure {
		req, found, decision, fail := p.examine(ctx, d, &out.Record)
		if fail != nil {
			return fail
		}
		out.Body = d.Body
		if decision.Verdict >= least {
			out.Body, out.Why = nil, p.why(req, found, decision.Verdict, decision)
		}
		return nil
	})
}

// RestoreDocument brings values back into what a server of the Model Context Protocol is handed, as far as policy lets
// them into the tool. Record.Withheld counts those that it does not.
func (p *Proxy) RestoreDocument(ctx context.Context, d Document) (Outcome, error) {
	return p.document(d, func(out *Outcome) *failure {
		settings := p.Settings()
		var lookups []redact.Lookup
		for _, provider := range readers(settings) {
			lookups = append(lookups, p.Vault.FromWire(provider))
		}
		issued := func(placeholder string) ([]byte, bool) {
			for _, look := range lookups {
				if value, ok := look(placeholder); ok {
					return value, true
				}
			}
			return nil, false
		}
		withheld := func(placeholder string) ([]byte, bool) {
			if _, ok := issued(placeholder); ok {
				out.Record.Withheld++
			}
			return nil, false
		}
		var fail *failure
		restored, err := d.Route.Answer(d.Body, func(l wire.Lane) wire.Restorer {
			// As assistants name it.
			tool := policy.Tool{Name: "mcp__" + d.From + "__" + l.Tool.Name}
			tool.Kind = string(wire.KindOf(tool.Name, l.Key))
			out.Record.Endpoint = d.From + " " + p.safeModel(l.Tool.Name)
			for _, to := range judges(settings) {
				decision, f := p.decide(ctx, policy.Query{Direction: policy.Restore, Destination: to, Origin: to.Provider, Tool: tool})
				fail = cmp.Or(fail, f)
				if f != nil || decision.Verdict != policy.Allow {
					return redact.NewRestorer(withheld)
				}
			}
			return redact.NewRestorer(issued)
		})
		if err != nil {
			return unreadable(err)
		}
		out.Body = restored
		return fail
	})
}

// document does something with a document, and records what there is to record: a clean one leaves no trace, or a
// server that says much would drown the rest.
func (p *Proxy) document(d Document, do func(*Outcome) *failure) (out Outcome, err error) {
	out.Record = audit.Record{Kind: d.Kind, Endpoint: d.From, BytesIn: int64(len(d.Body))}
	fail := p.recorded(d, &out, do)
	if fail == nil {
		return out, nil
	}
	if fail.cause != nil {
		p.Log.Warn("document refused", zap.String("kind", d.Kind), zap.String("code", fail.code), zap.Error(fail.cause))
	}
	if fail.ours {
		p.Trouble(fail.code, fail.cause)
	}
	return Outcome{Record: out.Record}, errors.New(fail.message)
}

func (p *Proxy) recorded(d Document, out *Outcome, do func(*Outcome) *failure) (fail *failure) {
	defer func() {
		if caught := recover(); caught != nil {
			fail = internalFailure(caught) // the panic's value may hold text of the document
		}
	}()
	if err := p.Ledger.Err(); err != nil {
		return closed("ledger", err)
	}
	if fail := do(out); fail != nil {
		return fail
	}
	keep := p.Ledger.Append
	if out.Why != "" {
		keep = p.Ledger.AppendDurable
	} else if len(out.Record.Classes) == 0 && out.Record.Withheld == 0 && string(out.Body) == string(d.Body) {
		return nil
	}
	if err := keep(out.Record); err != nil {
		return closed("ledger", err)
	}
	return nil
}

// examine finds what is sensitive in a document, and what policy says of it for the strictest of who may read it.
func (p *Proxy) examine(ctx context.Context, d Document, r *audit.Record) (*wire.Request, []secret, policy.Decision, *failure) {
	p.Fresh()
	var strictest policy.Decision
	req, err := d.Route.Request(d.Body)
	if err != nil {
		return nil, nil, strictest, unreadable(err)
	}
	found, _ := p.find(req) // who sends on what cannot be read is asked then
	for _, to := range judges(p.Settings()) {
		decision, fail := p.rule(ctx, policy.Query{Direction: policy.Outgoing, Destination: to, Endpoint: "known"}, found, nil)
		if fail != nil {
			return nil, nil, decision, fail
		}
		if decision.Verdict >= strictest.Verdict {
			strictest = decision
		}
	}
	if strictest.Revision == "" {
		return nil, nil, strictest, closed("policy", errors.New("the settings name no provider that a document could be for"))
	}
	r.Verdict, r.Revision = strictest.Verdict.String(), strictest.Revision
	p.account(r, nil, found, strictest.Verdict)
	return req, found, strictest, nil
}

func (p *Proxy) why(req *wire.Request, found []secret, v policy.Verdict, d policy.Decision) string {
	var r refusal
	p.named(&r, req, found, v)
	r.because(d)
	return strings.TrimSpace(fmt.Sprintf("%s Policy revision %s.", &r, d.Revision))
}

func unreadable(err error) *failure {
	return refuse(http.StatusBadRequest, "malformed_json", "it cannot be scrubbed: "+err.Error())
}

// readers are the providers whose assistants may come to read a document, by name.
func readers(s policy.Settings) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.Providers)), func(name string) bool { return s.Providers[name].Kind == policy.Local })
}

// judges are the destinations in force: those that the settings name, else every reader.
func judges(s policy.Settings) []policy.Destination {
	names := s.Destinations
	if len(names) == 0 {
		names = readers(s)
	}
	all := make([]policy.Destination, len(names))
	for i, name := range names {
		all[i] = policy.Destination{Provider: name, Kind: cmp.Or(s.Providers[name].Kind, policy.Public)}
	}
	return all
}
