package proxy

import (
	"cmp"
	"context"
	"net/http"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// scrub finds what is sensitive in a body, asks policy, and splices placeholders in.
func (p *Proxy) scrub(ctx context.Context, x *exchange, body []byte) ([]byte, *failure) {
	p.Fresh()
	q := policy.Query{
		Direction:   policy.Outgoing,
		Destination: policy.Destination{Provider: x.provider, Kind: x.config.Kind},
		Endpoint:    "known",
		Assistant:   x.assistant(),
		Repository:  p.Repository(),
	}
	if x.relay != "" {
		q.Repository = "" // it is worked on elsewhere, whatever is open here
	}
	if x.match == wire.Unknown {
		q.Endpoint = "unknown"
	}
	if x.match == wire.Unknown || x.route != nil && !x.route.Exact(x.path) {
		if p.sensitivePath(x.format.WithoutCredential(x.path)) {
			return nil, refuse(http.StatusForbidden, "sensitive_path", "the request's path or query holds something sensitive, which cannot be scrubbed there: send it in the body")
		}
	}
	var req *wire.Request
	var said *reading
	if len(body) > 0 {
		if x.route == nil || x.route.Bodiless {
			return nil, refuse(http.StatusBadRequest, "unexpected_body", "this path takes no body")
		}
		var err error
		req, err = x.read(body)
		if ok, fail := p.readable(ctx, q, err); fail != nil {
			return nil, fail
		} else if !ok {
			return nil, malformed(err)
		}
		x.tools, x.streams = req.Tools, req.Stream
		x.model = cmp.Or(x.toModel, x.route.Model(x.path), req.Model)
		q.Destination.Model, x.record.Model = x.model, p.safeModel(x.model)
		said = p.read(req, len(body))
		defer said.done()
	} else if x.match == wire.Completion && !x.route.Bodiless {
		return nil, refuse(http.StatusBadRequest, "no_body", "the request has no body")
	}
	v, fail := p.judge(said, []string{x.provider}, func(v *verdict) (policy.Decision, *failure) {
		d, fail := p.rule(ctx, q, v.found, v.files)
		return p.paused(d, v.found), fail
	})
	if fail != nil {
		return nil, fail
	}
	x.record.Verdict, x.record.Revision = v.Verdict.String(), v.Revision
	x.kept = p.account(&x.record, x.kept, v.found, v.Verdict)
	if v.Verdict == policy.Forbid {
		return nil, p.forbid(x, req, v.found, v.files, v.Decision)
	}
	if req != nil && x.rerouted(v.Decision) {
		return nil, mustReroute()
	}
	if fail := p.limited(x, &x.record); fail != nil {
		return nil, fail
	}
	if fail := p.review(ctx, x, req, v.files); fail != nil {
		return nil, fail
	}
	x.scrubbed = len(v.hidden) > 0
	out := p.explained(x, v.spliced(body, req))
	if req != nil {
		fail = p.hold(ctx, x, req, &v, out)
	}
	return out, fail
}

// note tells a model what it has before it. It is the same in every request, so that the vendor's cache of prompts goes on
// working: it says nothing of what is in one, and stands there whether or not there are placeholders.
const note = "Some values in this conversation may have been replaced by placeholders before it reached you: a word in capital letters, " +
	"an underscore, and six small letters or digits. Each stands for one real value, such as a key, a name or an address, which is put " +
	"back into your answer and into what you write to files. Where you would use the value, use the placeholder exactly as it stands: " +
	"do not change, split, shorten, translate or decode it, do not make one up, and do not ask for the value."

// explained is a body with the note, if the settings ask for it and the request has a system's text.
func (p *Proxy) explained(x *exchange, body []byte) []byte {
	if len(body) == 0 || x.match != wire.Completion || x.boundary != "" || !p.Settings().ExplainPlaceholders {
		return body
	}
	return x.route.WithNote(body, note)
}

// verdict is what policy says of a request, with what was found in it, and placeholders for what must not go out.
type verdict struct {
	policy.Decision
	found []secret
	files []file
	// hidden are those of found that placeholders take the place of.
	hidden       []secret
	placeholders []string
}

// mostLooks is how often a request is looked at for what the vault knows. Once is enough, unless something overlaps so
// that more than was found goes as one.
const mostLooks = 3

// judge finds what is sensitive in a request, asks policy, and has placeholders issued to providers. What the rules find
// is in the vault before the whole is looked at for what that knows: no value goes out in one place and is hidden in
// another, where no name gives it away.
func (p *Proxy) judge(said *reading, providers []string, rule func(*verdict) (policy.Decision, *failure)) (v verdict, fail *failure) {
	if said != nil && p.scan(said) && len(providers) > 0 {
		v.found, v.files = p.find(said)
		if v.Decision, fail = rule(&v); fail != nil || v.Verdict == policy.Forbid {
			return v, fail
		}
		if _, fail = p.issue(&v, providers); fail != nil {
			return v, fail
		}
	}
	for range mostLooks {
		if said != nil {
			p.look(said)
			v.found, v.files = p.find(said)
		}
		if v.Decision, fail = rule(&v); fail != nil || v.Verdict == policy.Forbid {
			return v, fail
		}
		if learnt, fail := p.issue(&v, providers); fail != nil || !learnt {
			return v, fail
		}
	}
	return v, nil
}

// issue has placeholders issued for what must not go out as it is. learnt says that the vault did not know all of it.
func (p *Proxy) issue(v *verdict, providers []string) (learnt bool, fail *failure) {
	v.hidden, v.placeholders = v.hidden[:0], nil
	var values []redact.Value
	for _, s := range v.found {
		if s.ruling.Verdict != policy.Allow {
			v.hidden, values = append(v.hidden, s), append(values, s.value)
		}
	}
	if len(values) == 0 {
		return false, nil
	}
	for _, provider := range providers { // a value has the same token for everybody
		placeholders, more, err := p.Vault.IssueNew(redact.Wire, provider, values)
		if err != nil {
			return false, closed("vault", err)
		}
		v.placeholders, learnt = placeholders, learnt || more
	}
	return learnt, nil
}

// spliced is the body with the placeholders in it.
func (v *verdict) spliced(body []byte, req *wire.Request) []byte {
	if len(v.hidden) == 0 {
		return body
	}
	return splice(body, req, v.hidden, v.placeholders)
}

// splice puts the placeholders where the values stand. found is in the order of the body.
func splice(body []byte, req *wire.Request, found []secret, tokens []string) []byte {
	edits := make([]wire.Edit, 0, len(found))
	for i := 0; i < len(found); {
		first, begin := len(edits), i
		sp := req.Spans[found[i].span]
		in, marked := found[i].in, true
		for n := found[i].span; i < len(found) && found[i].span == n && found[i].in == in; i++ {
			edits = append(edits, wire.Edit{Start: found[i].at.Start, End: found[i].at.End, Text: []byte(tokens[i])})
			marked = marked && found[i].marked
		}
		if marked {
			for k, s := range found[begin:i] {
				e := &edits[first+k]
				e.Start, e.End, e.Text = sp.Start+s.raw.Start, sp.Start+s.raw.End, sp.Encode(e.Text)
			}
			continue
		}
		if in != nil {
			whole := in.with(edits[first:])
			edits = append(edits[:first], wire.Edit{Start: in.head, End: len(req.Text(sp, nil)), Text: whole})
		}
		req.Place(sp, edits[first:])
	}
	return wire.Splice(body, edits)
}
