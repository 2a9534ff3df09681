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
	// Repository is that of the folder that the assistant works in, if it is known.
	Repository string
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
		said, fail := p.readDocument(d)
		if fail != nil {
			return fail
		}
		defer said.done()
		v, fail := p.examine(ctx, d, said, readers(p.Settings()), &out.Record)
		if fail != nil {
			return fail
		}
		if v.Verdict == policy.Forbid {
			out.Why = p.why(said.req, v, policy.Forbid)
			return nil
		}
		if len(v.placeholders) != len(v.hidden) {
			return closed("policy", errors.New("placeholders for no provider"))
		}
		out.Body = v.spliced(d.Body, said.req)
		return nil
	})
}

// JudgeDocument says what is sensitive in a document, where nothing can take its place. What has a milder verdict than
// least may go on.
func (p *Proxy) JudgeDocument(ctx context.Context, d Document, least policy.Verdict) (Outcome, error) {
	return p.document(d, func(out *Outcome) *failure {
		said, fail := p.readDocument(d)
		if fail != nil {
			return fail
		}
		defer said.done()
		v, fail := p.examine(ctx, d, said, nil, &out.Record)
		if fail != nil {
			return fail
		}
		out.Body = d.Body
		if v.Verdict >= least {
			out.Body, out.Why = nil, p.why(said.req, v, v.Verdict)
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
	out.Record = newRecord(d.Kind, d.From)
	out.Record.BytesIn = int64(len(d.Body))
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

func (p *Proxy) readDocument(d Document) (*reading, *failure) {
	p.Fresh()
	req, err := d.Route.Request(d.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	return p.read(req, len(d.Body)), nil
}

// examine finds what is sensitive in a document, and what policy says of it for the strictest of who may read it.
func (p *Proxy) examine(ctx context.Context, d Document, said *reading, providers []string, r *audit.Record) (verdict, *failure) {
	v, fail := p.judge(said, providers, func(v *verdict) (strictest policy.Decision, fail *failure) {
		for _, to := range judges(p.Settings()) {
			// Who sends on what cannot be read is asked about files then.
			decision, fail := p.rule(ctx, policy.Query{Direction: policy.Outgoing, Destination: to, Endpoint: "known", Repository: d.Repository}, v.found, nil)
			if fail != nil {
				return decision, fail
			}
			if decision.Verdict >= strictest.Verdict {
				strictest = decision
			}
		}
		if strictest.Revision == "" {
			return strictest, closed("policy", errors.New("the settings name no provider that a document could be for"))
		}
		return p.paused(strictest, v.found), nil
	})
	if fail != nil {
		return v, fail
	}
	r.Verdict, r.Revision = v.Verdict.String(), v.Revision
	p.account(r, nil, v.found, v.Verdict)
	return v, nil
}

func (p *Proxy) why(req *wire.Request, v verdict, of policy.Verdict) string {
	var r refusal
	p.named(&r, req, v.found, of)
	r.because(v.Decision)
	return strings.TrimSpace(fmt.Sprintf("%s Policy revision %s.", &r, v.Revision))
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
