package detect

import (
	"bytes"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// check is one pass over one text: the text, what is known of its file, and what was found so far.
type check struct {
	look.Text
	engine *Engine
	path   string
	// rule is the one that a finder is asked for.
	rule *Rule
	// anchor is where the trigger stands whose rules are being asked, back and reach how far before and after it
	// they look.
	anchor, back, reach int
	// header is that of a text that is a table.
	header columns
	// depth counts the views that this text was made through.
	depth int
	// seen is the view that this text is, if it is one; lent is the check's own for the next depth.
	seen, lent *view
	found      []candidate
	tried      []tried
	// hits and gates are keywords of imported rules that stand in the text, feeds its line feeds, if they were needed.
	hits  []slotHit
	gates []bool
	feeds []int
}

// candidate is a finding before overlaps are settled, the place of the trigger that led to it, and how far
// before and after that the text was looked at.
type candidate struct {
	Finding
	anchor, back, reach int
	// viewed is what was found in another form of the text.
	viewed bool
	// print is the hash of a fingerprint, which is no finding by itself.
	print uint64
}

var checkPool = sync.Pool{New: func() any { return new(check) }}

func (e *Engine) newCheck(path string, file look.File, text []byte) *check {
	c := checkPool.Get().(*check)
	c.engine, c.path, c.Text = e, path, look.TextOf(text, file, c)
	c.found, c.tried, c.depth, c.header, c.seen = c.found[:0], c.tried[:0], 0, columns{}, nil
	c.resetImported()
	return c
}

func (c *check) release() {
	c.engine, c.rule, c.seen, c.Text = nil, nil, nil, look.Text{}
	checkPool.Put(c)
}

// run wakes the rules whose triggers end within the span, and runs the imported ones on the text.
func (c *check) run(span letters.Span) {
	woken := c.engine.woken
	c.engine.automaton.Scan(c.Bytes, span, func(t *automaton.Trigger, at letters.Span) {
		for _, n := range t.Wakes {
			c.wake(woken[n], at)
		}
	})
	c.runs(span, nil)
	c.rows(span, nil)
	c.names(span, nil)
	c.hidden(span, nil)
	c.colours(span, nil)
	c.beyond(span, nil)
	c.terms(span, nil)
	c.prints(span, nil)
	c.runImported()
}

func (c *check) wake(r *Rule, at letters.Span) {
	c.anchor, c.back, c.reach = at.Start, r.back, r.reach
	r.run(c, r, at)
}

// askFinder is the run of rules that have a finder.
func askFinder(c *check, r *Rule, at letters.Span) {
	c.rule = r
	r.find(&c.Text, at)
}

// Emit is emit for the rule that a finder is asked for.
func (c *check) Emit(value, whole letters.Span) bool {
	before := len(c.found)
	c.emit(c.rule, value, whole)
	return len(c.found) > before
}

// EmitSaid is report for the rule that a finder is asked for.
func (c *check) EmitSaid(value, whole letters.Span, said []byte) {
	c.report(c.rule, value, whole, c.engine.published.Has(said))
}

// Doubt is EmitSaid with no more confidence than low.
func (c *check) Doubt(value, whole letters.Span, said []byte) {
	c.reportUpTo(c.rule, value, whole, c.engine.published.Has(said), ConfidenceLow)
}

// Inform makes information of what was found last.
func (c *check) Inform() { c.found[len(c.found)-1].Severity = Info }

// names looks for persons' names that nothing introduces.
func (c *check) names(span letters.Span, hold func(start int) bool) {
	r := c.engine.finds["person"]
	if r == nil {
		return
	}
	c.rule = r
	find.Names(&c.Text, span, func(start int) bool {
		if hold != nil && hold(start) {
			return false
		}
		c.anchor, c.back, c.reach = start, r.back, r.reach
		return true
	})
}

// hidden looks for text that nobody sees.
func (c *check) hidden(span letters.Span, hold func(start int) bool) {
	take := func(name string) func(at letters.Span) {
		r := c.engine.finds[name]
		return func(at letters.Span) {
			if r == nil || hold != nil && hold(at.Start) {
				return
			}
			c.rule, c.anchor, c.back, c.reach = r, at.Start, r.back, r.reach
			c.Emit(at, at)
		}
	}
	find.Hidden(c.Bytes, span, take("hidden"), take("reordering"))
}

const (
	// contextBack and contextLines bound where a rule's context words may stand before its value.
	contextBack    = 512
	contextForward = 128
	contextLines   = 5
)

// emit takes a value that has the form its rule wants. What speaks against it is asked here, once for
// all rules, the cheapest first. whole is the match around the value, for allow-lists that look at it.
func (c *check) emit(r *Rule, value, whole letters.Span) {
	v := c.Bytes[value.Start:value.End]
	known := c.engine.published.Has(v)
	dummy := !known && r.Class == Credential && guess.IsDummy(v)
	if !dummy || !r.generic && guess.IsExample(v) {
		c.report(r, value, whole, known || dummy)
	}
}

// report is emit for a value that is no dummy; known says that it is a published example.
func (c *check) report(r *Rule, value, whole letters.Span, known bool) {
	c.reportUpTo(r, value, whole, known, ConfidenceHigh)
}

// reportUpTo is report with no more confidence than this.
func (c *check) reportUpTo(r *Rule, value, whole letters.Span, known bool, most Confidence) {
	if c.File.Quiet && (r.generic || r.Class == PII || r.Class == PHI || r.Class == PCI) || r.path != nil && !r.path.MatchString(c.path) {
		return
	}
	v := c.Bytes[value.Start:value.End]
	if isToken(v) {
		return
	}
	f := Finding{Rule: r, Span: value, Severity: r.Severity, Confidence: min(most, r.Confidence)}
	if r.entropy > 0 && guess.Entropy(v) < r.entropy {
		return
	}
	if r.judge != "" && !guess.IsSecret(v, nil, r.judge == "password") {
		return
	}
	if len(r.context) > 0 && !c.inContext(r, value) {
		if !r.alone {
			return
		}
		most, f.Confidence = ConfidenceLow, ConfidenceLow
	}
	if r.validate != nil {
		switch r.validate(v) {
		case proof.Failed:
			if r.pattern == nil && !r.alone || r.Class != Credential || !guess.IsKey(v) {
				return
			}
			f.Confidence = ConfidenceLow // a token that was typed, or is of a new kind
		case proof.Proved:
			f.Validated, f.Confidence = most > ConfidenceLow, most // what stands in doubt is not proved by a digit
		}
	}
	if c.allowed(r.allow, value, whole) {
		return
	}
	switch {
	case known:
		f.Severity = Info
	case c.File.Test && !f.Validated && f.Severity > Low:
		f.Severity--
	}
	c.found = append(c.found, candidate{f, c.anchor, c.back, c.reach, false, 0})
}

// inContext tells whether one of the rule's context words stands on the value's line or the few before it.
func (c *check) inContext(r *Rule, value letters.Span) bool {
	from, lines := value.Start, 0
	for from > 0 && value.Start-from < contextBack && lines <= contextLines {
		from--
		if c.Bytes[from] == '\n' {
			lines++
		}
	}
	to := value.End
	for to < len(c.Bytes) && to-value.End < contextForward && c.Bytes[to] != '\n' {
		to++
	}
	around := bytes.ToLower(c.Bytes[from:to])
	for _, word := range r.context {
		if bytes.Contains(around, []byte(word)) {
			return true
		}
	}
	if c.seen != nil && c.seen.outer != nil {
		return c.seen.outer.inContext(r, c.seen.source(value))
	}
	return false
}
