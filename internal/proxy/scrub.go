package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// secret is a finding in a request: which span of the body, where in that span's text, and what it is.
type secret struct {
	span    int
	at      detect.Span
	value   redact.Value
	subject policy.Subject
	ruling  policy.Ruling
	// others are found in the same place by other rules: the strictest verdict counts.
	others []secret
	// in is the attachment whose text at speaks of, if the span is one.
	in *attachment
}

// scrub finds what is sensitive in a body, asks policy, and splices placeholders in.
func (p *Proxy) scrub(ctx context.Context, x *exchange, body []byte) ([]byte, *failure) {
	p.Fresh()
	q := policy.Query{
		Direction:   policy.Outgoing,
		Destination: policy.Destination{Provider: x.provider, Kind: x.config.Kind},
		Endpoint:    "known",
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
	var found []secret
	var files []file
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
		found, files = p.find(req)
	} else if x.match == wire.Completion && !x.route.Bodiless {
		return nil, refuse(http.StatusBadRequest, "no_body", "the request has no body")
	}
	d, fail := p.rule(ctx, q, found, files)
	if fail != nil {
		return nil, fail
	}
	x.record.Verdict, x.record.Revision = d.Verdict.String(), d.Revision
	x.kept = p.account(&x.record, x.kept, found, d.Verdict)
	if d.Verdict == policy.Forbid {
		return nil, p.forbid(x, req, found, files, d)
	}
	if fail := p.limited(x, &x.record); fail != nil {
		return nil, fail
	}
	if fail := p.review(ctx, x, req, files); fail != nil {
		return nil, fail
	}
	found = slices.DeleteFunc(found, func(s secret) bool { return s.ruling.Verdict == policy.Allow })
	if x.scrubbed = len(found) > 0; !x.scrubbed {
		return body, nil
	}
	values := make([]redact.Value, len(found))
	for i, s := range found {
		values[i] = s.value
	}
	tokens, err := p.Vault.Issue(redact.Wire, x.provider, values)
	if err != nil {
		return nil, closed("vault", err)
	}
	return splice(body, req, found, tokens), nil
}

// rule asks policy about what was found. Of several answers a finding keeps the strictest.
func (p *Proxy) rule(ctx context.Context, q policy.Query, found []secret, files []file) (policy.Decision, *failure) {
	index := map[policy.Subject]int{}
	ask := func(s secret) {
		if _, ok := index[s.subject]; !ok {
			index[s.subject] = len(q.Subjects)
			q.Subjects = append(q.Subjects, s.subject)
		}
	}
	for _, s := range found {
		ask(s)
		for _, o := range s.others {
			ask(o)
		}
	}
	for _, f := range files {
		if !slices.Contains(q.Attachments, f.kind) {
			q.Attachments = append(q.Attachments, f.kind)
		}
	}
	d, fail := p.decide(ctx, q)
	if fail != nil {
		return d, fail
	}
	if len(d.Rulings) != len(q.Subjects) || len(d.Attachments) != len(q.Attachments) {
		return d, closed("policy", errors.New("a decision without a ruling for each subject and attachment"))
	}
	for i := range files {
		files[i].permission = d.Attachments[slices.Index(q.Attachments, files[i].kind)]
	}
	for i := range found {
		s := &found[i]
		if r := d.Rulings[index[s.subject]]; r.Verdict >= s.ruling.Verdict {
			s.ruling = r
		}
		for k, o := range s.others {
			if r := d.Rulings[index[o.subject]]; r.Verdict > s.ruling.Verdict {
				s.others[k] = secret{subject: s.subject, value: s.value} // which another destination may judge more strictly
				s.is(o)
				s.ruling = r
			}
		}
	}
	return d, nil
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

// splice puts the placeholders where the values stand. found is in the order of the body.
func splice(body []byte, req *wire.Request, found []secret, tokens []string) []byte {
	edits := make([]wire.Edit, 0, len(found))
	for i := 0; i < len(found); {
		first := len(edits)
		sp := req.Spans[found[i].span]
		in := found[i].in
		for n := found[i].span; i < len(found) && found[i].span == n && found[i].in == in; i++ {
			edits = append(edits, wire.Edit{Start: found[i].at.Start, End: found[i].at.End, Text: []byte(tokens[i])})
		}
		if in != nil {
			whole := in.with(edits[first:])
			edits = append(edits[:first], wire.Edit{Start: in.head, End: len(req.Text(sp, nil)), Text: whole})
		}
		req.Place(sp, edits[first:])
	}
	return wire.Splice(body, edits)
}

// scratches are where texts are decoded, one at a time: a conversation's longest would else be new memory with
// every turn.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// find lists what is sensitive in a request: what the rules find in each string, by the string's key
// where that gives it away, and what the vault knows; and the files that cannot be read.
func (p *Proxy) find(req *wire.Request) (out []secret, files []file) {
	engine := p.Engine()
	cut := p.cut(req, engine)
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	var keyScratch []byte
	for n, sp := range req.Spans {
		text := req.Text(sp, scratch)
		if sp.Kind == wire.Blob || sp.Kind == wire.File {
			secrets, unread := p.attached(req, n, text, engine)
			if out = append(out, secrets...); unread != nil {
				files = append(files, *unread)
			}
			continue
		}
		var findings []detect.Finding
		var known []redact.Match
		switch {
		case sp.Kind == wire.Thought: // only what is known already
			known = p.Vault.Known(text)
		case sp.Key >= 0:
			findings, known = p.seen.find(engine, p.Vault, req.Text(req.Spans[sp.Key], &keyScratch), text)
		default:
			findings, known = p.seen.find(engine, p.Vault, nil, text)
		}
		found := merge(n, text, findings, known, cut[n], engine)
		if sp.IsNumber && len(found) > 0 {
			for _, s := range found[1:] {
				found[0].also(s)
			}
			found = found[:1]
			found[0].at, found[0].value.Bytes = detect.Span{End: len(text)}, slices.Clone(text)
		}
		out = append(out, found...)
	}
	if settings := p.Settings(); len(settings.Allow) > 0 {
		// Entries that cannot be read allow nothing; the settings were checked when they were loaded.
		list, _ := policy.NewAllowList(settings.Allow)
		kept := out[:0]
		for _, s := range out {
			if s.without(func(s secret) bool { return p.allowed(list, settings.Salt, s) }) {
				kept = append(kept, s)
			}
		}
		out = kept
	}
	return out, files
}

// is has the secret be what another finding in its place says.
func (s *secret) is(o secret) {
	s.subject, s.value.Type, s.value.Rule, s.value.Class = o.subject, o.value.Type, o.value.Rule, o.value.Class
}

// also takes in what is found in the same place.
func (s *secret) also(other secret) {
	for _, o := range append([]secret{other}, other.others...) {
		if o.subject != s.subject && !slices.ContainsFunc(s.others, func(has secret) bool { return has.subject == o.subject }) {
			o.others = nil
			s.others = append(s.others, o)
		}
	}
}

// without leaves out of what is found in a place what is allowed. It is false if that is all.
func (s *secret) without(allowed func(secret) bool) bool {
	s.others = slices.DeleteFunc(s.others, allowed)
	if !allowed(*s) {
		return true
	}
	if len(s.others) == 0 {
		return false
	}
	s.is(s.others[0])
	s.others = s.others[1:]
	return true
}

// allowed tells whether an allow entry that counts on the wire (policy.Layers decides which do) speaks of
// a finding. None opens the wire for a credential that its checksum proved.
func (p *Proxy) allowed(list policy.AllowList, salt string, s secret) bool {
	if s.subject.Class == detect.Credential && s.subject.Validated {
		return false
	}
	_, ok := list.Allows(s.subject.Rule, "", func(scope detect.Scope) string {
		switch {
		case scope == detect.Installation:
			return p.Vault.Fingerprint(s.value.Bytes)
		case scope == detect.Repository && salt != "":
			return detect.Fingerprint(scope, []byte(salt), s.value.Bytes)
		}
		return ""
	}, time.Now())
	return ok
}

// merge joins findings, known values and parts of cut values of one text. Those that overlap are one, named for the one
// that begins first, and at the same place for the longer; which of them decides, policy says.
func merge(n int, text []byte, findings []detect.Finding, known []redact.Match, cut []secret, engine *detect.Engine) []secret {
	all := cut
	// What the vault knows has a verdict of its own, which that of the code around it must not decide.
	if len(known) > 0 {
		var spans []detect.Span
		for _, k := range known {
			spans = append(spans, k.Span)
		}
		var apart []detect.Finding
		for _, f := range findings {
			apart = append(apart, f.Around(spans)...)
		}
		findings = apart
	}
	for _, f := range findings {
		all = append(all, ofFinding(n, f))
	}
	for _, k := range known {
		all = append(all, ofKnown(n, k, engine))
	}
	for i := range all {
		all[i].value.Bytes = slices.Clone(text[all[i].at.Start:all[i].at.End])
		all[i].others = slices.Clone(all[i].others) // both parts of a cut value have the list
		for j := range all[i].others {
			all[i].others[j].value.Bytes = all[i].value.Bytes
		}
	}
	slices.SortStableFunc(all, func(a, b secret) int {
		return cmp.Or(cmp.Compare(a.at.Start, b.at.Start), cmp.Compare(b.at.End, a.at.End))
	})
	out := all[:0]
	for _, s := range all {
		if len(out) > 0 && out[len(out)-1].at.Overlaps(s.at) {
			last := &out[len(out)-1]
			last.at.End = max(last.at.End, s.at.End)
			last.also(s)
			continue
		}
		out = append(out, s)
	}
	for i := range out {
		if at := out[i].at; at.Len() != len(out[i].value.Bytes) {
			out[i].value.Bytes = slices.Clone(text[at.Start:at.End])
		}
	}
	return out
}

func ofFinding(n int, f detect.Finding) secret {
	return secret{span: n, at: f.Span, subject: policy.SubjectOf(f),
		value: redact.Value{Type: f.Rule.Placeholder, Rule: f.Rule.ID, Class: f.Rule.Class}}
}

func ofKnown(n int, k redact.Match, engine *detect.Engine) secret {
	of := func(v redact.Value) secret {
		s := secret{span: n, at: k.Span, value: v,
			subject: policy.Subject{Class: v.Class, Rule: v.Rule, Severity: detect.High.String(), Confidence: detect.ConfidenceHigh.String()}}
		if r := engine.Rule(v.Rule); r != nil {
			s.subject.Severity = r.Severity.String()
		}
		return s
	}
	s := of(k.Value)
	for _, v := range k.Others {
		s.also(of(v))
	}
	return s
}

// account writes into the record what was found: classes, rules and fingerprints; and which of it does not go out.
func (p *Proxy) account(r *audit.Record, kept []string, found []secret, verdict policy.Verdict) []string {
	if len(found) == 0 {
		return kept
	}
	r.Classes, r.Rules = map[string]int{}, map[string]int{}
	for _, s := range found {
		r.Classes[string(s.subject.Class)]++
		r.Rules[s.subject.Rule]++
		if len(r.Fingerprints) == audit.FingerprintLimit {
			continue
		}
		f := p.Vault.Fingerprint(s.value.Bytes)
		if !slices.Contains(r.Fingerprints, f) {
			r.Fingerprints = append(r.Fingerprints, f)
		}
		if verdict != policy.Allow && s.ruling.Verdict == verdict && !slices.Contains(kept, f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// safeModel is the model's name for the ledger: a name, not a text somebody put there.
func (p *Proxy) safeModel(model string) string {
	if len(model) > 128 || strings.ContainsAny(model, " \n\r\t") || len(p.Engine().Find("", []byte(model))) > 0 {
		return "(not a name)"
	}
	return model
}

// safePath is where in the request a span stands. A key on the way to it may be sensitive itself.
func (p *Proxy) safePath(req *wire.Request, sp wire.Span) string {
	path := req.Path(sp)
	if sp.IsKey || len(p.Engine().Find("", []byte(path)))+len(p.Vault.Known([]byte(path))) > 0 {
		return "a place whose name is sensitive itself"
	}
	return path
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
	r.because(d)
	return p.onRecord(x, code, &r, "Policy revision "+d.Revision+". Remove it from the conversation, or run scrubjay policy explain.")
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
