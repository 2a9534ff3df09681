package detect

import (
	"bytes"
	"sync"
)

// check is one pass over one text: the text, what is known of its file, and what was found so far.
type check struct {
	engine *Engine
	text   []byte
	file   fileKind
	path   string
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

func (e *Engine) newCheck(path string, file fileKind, text []byte) *check {
	c := checkPool.Get().(*check)
	c.engine, c.text, c.path, c.file = e, text, path, file
	c.found, c.tried, c.depth, c.header, c.seen = c.found[:0], c.tried[:0], 0, columns{}, nil
	c.resetImported()
	return c
}

func (c *check) release() {
	c.engine, c.text, c.seen = nil, nil, nil
	checkPool.Put(c)
}

// run wakes the rules whose triggers end within the span, and runs the imported ones on the text.
func (c *check) run(span Span) {
	c.engine.automaton.scan(c.text, span, func(t *trigger, at Span) {
		for _, r := range t.rules {
			c.wake(r, at)
		}
	})
	c.runs(span, nil)
	c.rows(span, nil)
	c.names(span, nil)
	c.terms(span, nil)
	c.prints(span, nil)
	c.runImported()
}

func (c *check) wake(r *Rule, at Span) {
	c.anchor, c.back, c.reach = at.Start, r.back, r.reach
	r.run(c, r, at)
}

const (
	// contextBack and contextLines bound where a rule's context words may stand before its value.
	contextBack    = 512
	contextForward = 128
	contextLines   = 5
)

// emit takes a value that has the form its rule wants. What speaks against it is asked here, once for
// all rules, the cheapest first. whole is the match around the value, for allow-lists that look at it.
func (c *check) emit(r *Rule, value, whole Span) {
	v := c.text[value.Start:value.End]
	known := c.engine.published.has(v)
	if known || r.Class != Credential || !isDummy(v) {
		c.report(r, value, whole, known)
	}
}

// report is emit for a value that is no dummy; known says that it is a published example.
func (c *check) report(r *Rule, value, whole Span, known bool) {
	if c.file.quiet && (r.generic || r.Class == PII || r.Class == PHI || r.Class == PCI) || r.path != nil && !r.path.MatchString(c.path) {
		return
	}
	v := c.text[value.Start:value.End]
	if isToken(v) {
		return
	}
	f := Finding{Rule: r, Span: value, Severity: r.Severity, Confidence: r.Confidence}
	if r.entropy > 0 && entropy(v) < r.entropy {
		return
	}
	if r.judge != "" && !c.isSecretValue(v, nil, r.judge == "password", true) {
		return
	}
	if len(r.context) > 0 && !c.inContext(r, value) {
		return
	}
	if r.validate != nil {
		switch r.validate(v) {
		case failed:
			return
		case proved:
			f.Validated, f.Confidence = true, ConfidenceHigh
		}
	}
	if c.allowed(r.allow, value, whole) {
		return
	}
	switch {
	case known:
		f.Severity = Info
	case c.file.test && !f.Validated && f.Severity > Low:
		f.Severity--
	}
	c.found = append(c.found, candidate{f, c.anchor, c.back, c.reach, false, 0})
}

// inContext tells whether one of the rule's context words stands on the value's line or the few before it.
func (c *check) inContext(r *Rule, value Span) bool {
	from, lines := value.Start, 0
	for from > 0 && value.Start-from < contextBack && lines <= contextLines {
		from--
		if c.text[from] == '\n' {
			lines++
		}
	}
	to := value.End
	for to < len(c.text) && to-value.End < contextForward && c.text[to] != '\n' {
		to++
	}
	around := bytes.ToLower(c.text[from:to])
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

// line is the span of the line around a place, cut off at limit bytes to each side.
func (c *check) line(at Span, limit int) Span {
	from, to := at.Start, at.End
	for from > 0 && at.Start-from < limit && c.text[from-1] != '\n' {
		from--
	}
	for to < len(c.text) && to-at.End < limit && c.text[to] != '\n' {
		to++
	}
	return Span{from, to}
}

func (c *check) byteAt(i int) byte {
	if i < 0 || i >= len(c.text) {
		return 0
	}
	return c.text[i]
}

// kinds tells what a byte is by one look-up: these questions are asked of every byte near a trigger.
const (
	digitKind = 1 << iota
	upperKind
	lowerKind
	hexKind
	underKind
	blankKind
	lineKind
	signKind // + and /
)

var kinds = func() (of [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			of[c] = digitKind | hexKind
		case c >= 'A' && c <= 'Z':
			of[c] = upperKind
		case c >= 'a' && c <= 'z':
			of[c] = lowerKind
		case c == '_':
			of[c] = underKind
		case c == ' ' || c == '\t':
			of[c] = blankKind
		case c == '\n' || c == '\r':
			of[c] = lineKind
		case c == '+' || c == '/':
			of[c] = signKind
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			of[c] |= hexKind
		}
	}
	return of
}()

func isDigit(b byte) bool     { return kinds[b]&digitKind != 0 }
func isUpper(b byte) bool     { return kinds[b]&upperKind != 0 }
func isLower(b byte) bool     { return kinds[b]&lowerKind != 0 }
func isAlpha(b byte) bool     { return kinds[b]&(upperKind|lowerKind) != 0 }
func isAlnum(b byte) bool     { return kinds[b]&(digitKind|upperKind|lowerKind) != 0 }
func isWord(b byte) bool      { return kinds[b]&(digitKind|upperKind|lowerKind|underKind) != 0 }
func isHex(b byte) bool       { return kinds[b]&hexKind != 0 }
func isBlank(b byte) bool     { return kinds[b]&blankKind != 0 }
func isSpace(b byte) bool     { return kinds[b]&(blankKind|lineKind) != 0 }
func isBase64URL(b byte) bool { return isWord(b) || b == '-' }
func isBase64(b byte) bool    { return kinds[b]&(digitKind|upperKind|lowerKind|signKind) != 0 }
