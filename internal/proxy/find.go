package proxy

import (
	"cmp"
	"slices"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// secret is a finding in a request: which span of the body, where in that span's text, and what it is.
type secret struct {
	span int
	at   detect.Span
	// raw is where it stands in the span's bytes as they came, if that is known.
	raw     detect.Span
	marked  bool
	value   redact.Value
	subject policy.Subject
	ruling  policy.Ruling
	// others are found in the same place by other rules: the strictest verdict counts.
	others []secret
	// in is the attachment whose text at speaks of, if the span is one.
	in *attachment
}

// reading is a request that is looked at, again if the vault has learnt something. Its texts are decoded when they
// are needed: those of earlier turns are not, since what stands in them is remembered.
type reading struct {
	req    *wire.Request
	engine *detect.Engine
	told   []told // by span
	cut    map[int][]secret
	memory *[]byte
	free   []byte // what is left of it
}

// told is a text, and what stands in it.
type told struct {
	text    []byte
	decoded bool
	key     seenKey
	has     remembered
	// scanned says that the vault was asked, too, at the generation that has names.
	scanned bool
	// file is what a span of base64 holds.
	file *opened
}

// memories are where texts are decoded: a conversation would else be new memory with every turn.
var memories = sync.Pool{New: func() any { return new([]byte) }}

// mostMemory is what is kept of it.
const mostMemory = 8 << 20

// read begins to look at a request of a size. done is called when what was found is no longer needed.
func (p *Proxy) read(req *wire.Request, size int) *reading {
	r := &reading{req: req, engine: p.Engine(), told: make([]told, len(req.Spans)), memory: memories.Get().(*[]byte)}
	*r.memory = slices.Grow((*r.memory)[:0], size) // no text is longer than what spells it
	r.free = *r.memory
	for n, sp := range req.Spans {
		switch sp.Kind {
		case wire.Blob:
			r.told[n].file = openBlob(req, n, r.text(n))
		case wire.File:
			r.told[n].file = sent(req, n, r.text(n))
		}
	}
	r.cut = p.cut(r)
	return r
}

func (r *reading) done() {
	if cap(*r.memory) <= mostMemory {
		memories.Put(r.memory)
	}
}

// text is what a span says.
func (r *reading) text(n int) []byte {
	t := &r.told[n]
	if t.decoded {
		return t.text
	}
	rest := r.free[len(r.free):]
	t.text, t.decoded = r.req.Text(r.req.Spans[n], &rest), true
	if size := len(t.text); size > 0 && cap(rest) > 0 && &t.text[0] == &rest[:1][0] {
		r.free = r.free[:len(r.free)+size]
		t.text = t.text[:size:size]
	}
	return t.text
}

// name is the text of a span's key, or nothing.
func (r *reading) name(sp wire.Span) []byte {
	if sp.Key < 0 {
		return nil
	}
	return r.text(sp.Key)
}

// scan has the rules look at what was not seen before. It tells whether they found something.
func (p *Proxy) scan(r *reading) (found bool) {
	for n, sp := range r.req.Spans {
		t := &r.told[n]
		switch {
		case t.file != nil:
			for _, t := range t.file.texts() {
				found = p.seen.scan(r.engine, t, nil, func() []byte { return t.text }) || found
			}
		case sp.Kind != wire.Thought: // there only what is known already
			t.key = r.key(sp)
			found = p.seen.scan(r.engine, t, func() []byte { return r.name(sp) }, func() []byte { return r.text(n) }) || found
		}
	}
	return found || r.cut != nil
}

// look has the vault say what it knows in it.
func (p *Proxy) look(r *reading) {
	for n, sp := range r.req.Spans {
		t := &r.told[n]
		switch {
		case t.file != nil:
			for _, t := range t.file.texts() {
				p.seen.look(r.engine, p.Vault, t, func() []byte { return t.text }, nil)
			}
		case sp.Kind == wire.Thought:
			t.has = remembered{}
			if known := p.Vault.Known(r.text(n)); len(known) > 0 {
				t.has.contents = &contents{known: known}
			}
		default:
			p.seen.look(r.engine, p.Vault, t, func() []byte { return r.text(n) }, func(c *contents) { c.mark(r.req, sp) })
		}
	}
}

// find lists what is sensitive in a request: what the rules find in each string, by the string's key
// where that gives it away, and what the vault knows; and the files that cannot be read.
func (p *Proxy) find(r *reading) (out []secret, files []file) {
	for n, sp := range r.req.Spans {
		t := &r.told[n]
		if t.file != nil {
			out = t.file.attached(out, r, n)
			if t.file.unread != nil {
				files = append(files, *t.file.unread)
			}
			continue
		}
		if t.has.contents == nil && r.cut[n] == nil {
			continue
		}
		first := len(out)
		out = merge(out, n, t.has, r.cut[n], r.engine)
		for i := range out[first:] {
			r.put(&out[first+i], sp)
			if s := &out[first+i]; s.subject.Severity == detect.Info.String() && r.req.Typed(sp) {
				r.takeAtWord(s)
			}
		}
		if sp.IsNumber && len(out) > first {
			whole := &out[first]
			for _, s := range out[first+1:] {
				whole.also(s)
			}
			out = out[:first+1]
			whole.at, whole.value.Bytes, whole.marked = detect.Span{End: len(r.text(n))}, r.text(n), false
		}
	}
	return p.withoutAllowed(out), files
}

// put says where in the body's bytes a secret stands, and what it is.
func (r *reading) put(s *secret, sp wire.Span) {
	begin, marked := r.told[s.span].has.markAt(s.at.Start)
	end, also := r.told[s.span].has.markAt(s.at.End)
	if s.marked = marked && also; s.marked {
		s.raw = detect.Span{Start: begin.Begin, End: end.End}
		s.value.Bytes = r.req.Part(sp, begin.Begin, end.End)
		return
	}
	s.value.Bytes = r.text(s.span)[s.at.Start:s.at.End]
}

// takeAtWord has a documented example, which a person typed, be what it would be otherwise: who tries with one wants to
// see what becomes of it.
func (r *reading) takeAtWord(s *secret) {
	if rule := r.engine.Rule(s.subject.Rule); rule != nil {
		s.subject.Severity = rule.Severity.String()
	}
}

// is has the secret be what another finding in its place says.
func (s *secret) is(o secret) {
	part := o.value.Part
	s.subject, s.value = o.subject, redact.Value{Type: o.value.Type, Rule: o.value.Rule, Class: o.value.Class, Bytes: s.value.Bytes, Part: part, Doubt: o.value.Doubt}
}

// also takes in what is found in the same place.
func (s *secret) also(other secret) {
	take := func(o secret) {
		if o.subject != s.subject && !slices.ContainsFunc(s.others, func(has secret) bool { return has.subject == o.subject }) {
			o.others = nil
			s.others = append(s.others[:len(s.others):len(s.others)], o) // both parts of a cut value have the list
		}
	}
	s.value.Part, s.value.Doubt = s.value.Part && other.value.Part, s.value.Doubt && other.value.Doubt
	take(other)
	for _, o := range other.others {
		take(o)
	}
}

// merge joins findings, known values and parts of cut values of one text. Those that overlap are one, named for the one
// that begins first, and at the same place for the longer; which of them decides, policy says.
func merge(out []secret, n int, has remembered, cut []secret, engine *detect.Engine) []secret {
	findings, known := has.all()
	if len(findings)+len(known)+len(cut) == 0 {
		return out
	}
	first := len(out)
	out = append(out, cut...)
	// What the vault knows has a verdict of its own, which that of the code around it must not decide.
	var spans []detect.Span
	for _, k := range known {
		spans = append(spans, k.Span)
	}
	for _, f := range findings {
		if len(spans) == 0 {
			out = append(out, ofFinding(n, f))
			continue
		}
		for _, piece := range f.Around(spans) {
			out = append(out, ofFinding(n, piece))
		}
	}
	for _, k := range known {
		out = append(out, ofKnown(n, k, engine))
	}
	all := out[first:]
	slices.SortStableFunc(all, func(a, b secret) int {
		return cmp.Or(cmp.Compare(a.at.Start, b.at.Start), cmp.Compare(b.at.End, a.at.End))
	})
	last := 0
	for _, s := range all[1:] {
		if all[last].at.Overlaps(s.at) {
			all[last].at.End = max(all[last].at.End, s.at.End)
			all[last].also(s)
			continue
		}
		last++
		all[last] = s
	}
	return out[:first+last+1]
}

func ofFinding(n int, f detect.Finding) secret {
	return secret{span: n, at: f.Span, subject: policy.SubjectOf(f),
		value: redact.Value{Type: f.Rule.Placeholder, Rule: f.Rule.ID, Class: f.Rule.Class, Doubt: f.Confidence == detect.ConfidenceLow && !f.Validated || f.Rule.ID == detect.InternalHostname}} // without its host a command is none
}

func ofKnown(n int, k redact.Match, engine *detect.Engine) secret {
	of := func(v redact.Value) secret {
		s := secret{span: n, at: k.Span, value: v,
			subject: policy.Subject{Class: v.Class, Rule: v.Rule, Severity: detect.High.String(), Confidence: detect.ConfidenceHigh.String()}}
		if r := engine.Rule(v.Rule); r != nil {
			s.subject.Severity = r.Severity.String()
		}
		if v.Doubt {
			s.subject.Confidence = detect.ConfidenceLow.String()
		}
		return s
	}
	s := of(k.Value)
	for _, v := range k.Others {
		s.also(of(v))
	}
	return s
}
