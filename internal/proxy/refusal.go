package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// forbid is the refusal that policy asks for: what was found and where, who says so, what to do.
func (p *Proxy) forbid(x *exchange, req *wire.Request, found []secret, files []file, d policy.Decision) *failure {
	var r refusal
	p.named(&r, req, found, policy.Forbid)
	code := "forbidden_by_policy"
	for _, f := range files {
		switch {
		case f.permission.Verdict == policy.Forbid:
			if r.named == 0 {
				code = attachmentForbidden
			}
			x.decided(f, "forbidden")
			r.name(func() string { return p.describe(req, f) })
		case !f.permission.Review:
			x.decided(f, "allowed")
		}
	}
	next := "Remove it from the conversation, or run scrubjay policy explain."
	if r.named == 0 { // nothing in it is to blame, such as for a stop
		next = "scrubjay policy explain --provider " + x.provider + " says whose rule that is."
	}
	r.because(d)
	x.record.Reasons = whyForbidden(found, files, d)
	return p.onRecord(x, code, &r, "Policy revision "+d.Revision+". "+next)
}

// named has a refusal name what was found, where it has a verdict: rule, class, place and why.
func (p *Proxy) named(r *refusal, req *wire.Request, found []secret, of policy.Verdict) {
	for _, s := range found {
		if s.ruling.Verdict == of {
			r.name(func() string {
				return fmt.Sprintf("%s (%s) at %s: %s", s.subject.Rule, s.subject.Class, p.safePath(req, req.Spans[s.span]), s.ruling.Reason)
			})
		}
	}
}

// because has a refusal that names nothing say what policy says of the whole.
func (r *refusal) because(d policy.Decision) {
	if r.named > 0 {
		return
	}
	for _, reason := range d.Reasons {
		r.name(func() string { return reason })
	}
}

// whyForbidden is what policy says of what it forbids, each reason once, for the ledger.
func whyForbidden(found []secret, files []file, d policy.Decision) (out []string) {
	add := func(reason string) {
		if reason != "" && len(out) < mostNamed && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	for _, s := range found {
		if s.ruling.Verdict == policy.Forbid {
			add(s.ruling.Reason)
		}
	}
	for _, f := range files {
		if f.permission.Verdict == policy.Forbid {
			add(f.permission.Reason)
		}
	}
	if len(out) == 0 {
		for _, reason := range d.Reasons {
			add(reason)
		}
	}
	return out
}

// mostNamed is how many findings or files a refusal names.
const mostNamed = 5

// refusal names what cannot go, the first of it: saying where something stands costs the length of the body.
type refusal struct {
	text  strings.Builder
	named int
}

func (r *refusal) name(what func() string) {
	if r.named++; r.named <= mostNamed {
		r.text.WriteString(" " + strings.TrimSuffix(what(), ".") + ".")
	}
}

func (r *refusal) String() string {
	if r.named > mostNamed {
		return fmt.Sprintf("%s And %d more.", &r.text, r.named-mostNamed)
	}
	return r.text.String()
}

// onRecord is a refusal that is written down before it is sent.
func (p *Proxy) onRecord(x *exchange, code string, r *refusal, next string) *failure {
	x.record.Verdict, x.record.Status = policy.Forbid.String(), http.StatusForbidden
	if forbidden(code) {
		if _, ok := p.instead(x, x.config.Reroute, "forbidden"); ok { // the record of where it goes says why it does
			fail := refuse(http.StatusForbidden, code, "")
			fail.recorded = func() *failure { return p.record(x, code, r, next) }
			return fail
		}
	}
	return p.record(x, code, r, next)
}

func (p *Proxy) record(x *exchange, code string, r *refusal, next string) *failure {
	if err := p.Ledger.AppendDurable(x.record); err != nil {
		return closed("ledger", err)
	}
	return refuse(http.StatusForbidden, code, fmt.Sprintf("Scrubjay did not send this to %s.%s %s", x.provider, r, next))
}

func malformed(err error) *failure {
	code := "malformed_json"
	switch {
	case errors.Is(err, wire.ErrTokens):
		code = "token_array"
	case errors.Is(err, wire.ErrMultipart):
		code = "malformed_multipart"
	}
	return refuse(http.StatusBadRequest, code, "the request cannot be scrubbed: "+err.Error())
}

// safeModel is the model's name for the ledger: a name, not a text somebody put there.
func (p *Proxy) safeModel(model string) string {
	if len(model) > 128 || strings.ContainsAny(model, " \n\r\t") || len(p.Engine().Find("", []byte(model))) > 0 {
		return "(not a name)"
	}
	return model
}

// assistant is the program that asks, as it names itself: the first word of its User-Agent, if that is a name.
func (p *Proxy) assistant(r *http.Request) string {
	name, _, _ := strings.Cut(r.UserAgent(), " ")
	if name == "" || len(name) > 64 {
		return ""
	}
	for _, b := range []byte(name) {
		if b <= ' ' || b >= 0x7f || strings.IndexByte("\"'<>=?&@:;,", b) >= 0 {
			return ""
		}
	}
	if p.safeModel(name) != name {
		return ""
	}
	return name
}

// assistant is who asks, for policy.
func (x *exchange) assistant() policy.Assistant {
	name, version, _ := strings.Cut(x.record.Assistant, "/")
	return policy.Assistant{Name: name, Version: version}
}

// safePath is where in the request a span stands. A key on the way to it may be sensitive itself.
func (p *Proxy) safePath(req *wire.Request, sp wire.Span) string {
	path := req.Path(sp)
	if sp.IsKey || len(p.Engine().Find("", []byte(path)))+len(p.Vault.Known([]byte(path))) > 0 {
		return "a place whose name is sensitive itself"
	}
	return path
}

// sensitivePath tells whether the path or query of a request holds a finding. Nobody says what its parts
// mean on a path that no table knows.
func (p *Proxy) sensitivePath(path string) bool {
	text := []byte(path)
	if plain, err := url.QueryUnescape(path); err == nil {
		text = append(append(text, '\n'), plain...)
	}
	return len(p.Vault.Known(text)) > 0 || slices.ContainsFunc(p.Engine().Find("", text), func(f detect.Finding) bool { return f.Severity > detect.Info })
}
