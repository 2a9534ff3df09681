package detect

import "github.com/scrubjay-dev/scrubjay/internal/detect/letters"

// A secret may stand in the text in another form: base64 in a Kubernetes manifest, percent escapes in a
// URL, \u0041 in JSON, a string put together from pieces. A view is what such a form says. It is scanned
// like a text, and what is found in it is reported where it stands in the source.
//
// What wakes a view is a trigger as any other (runs.go, escape.go, concat.go), and a view holds no more
// of the source than its reach, so that a rescan after an edit stays small and exact. Views of views are
// looked at three deep.
type view struct {
	text []byte
	// from and to are, for each byte of text, the source bytes that say it.
	from, to []int32
	// outer is the text in which the view stands, where its context words count for what the view says.
	outer *check
}

const (
	// viewDepth is how deep forms may be nested: base64 of percent escapes of base64.
	viewDepth = 3
	// viewLimit is how many bytes of the source a view may hold.
	viewLimit = 6 << 10
	viewReach = viewLimit + 2<<10
	// viewBack is how far before what wakes it a view may begin.
	viewBack = 2 << 10
)

// viewRules wake views. They are no rules that a person could name.
var viewRules []*Rule

func init() { // not a literal: views scan, and scanning knows views
	viewRules = []*Rule{
		{ID: "view:percent", triggers: percentTriggers(), run: viewPercent, back: viewBack + contextBack, reach: viewReach},
		{ID: "view:escape", triggers: escapeTriggers(), run: viewEscapes, back: viewBack + 128 + contextBack, reach: viewReach},
		{ID: "view:unicode", triggers: unicodeTriggers(), run: viewUnicode, back: viewBack + contextBack, reach: viewReach},
		{ID: "view:lines", triggers: lineTriggers(), run: viewLines, back: linesBack + contextBack, reach: viewReach},
		{ID: "view:packed", triggers: []string{packedHead}, run: viewPacked, back: contextBack, reach: viewReach},
		{ID: "view:colour", triggers: []string{`\u001b[`, `\x1b[`, `\033[`, `\e[`, "^[["}, run: viewColoured, back: lineViewBack, reach: lineViewReach},
		{ID: "view:typeset", triggers: []string{"&nbsp;", "&#160;", "&#xa0;", "&thinsp;", "&ndash;", "&#8209;", "&#8239;"}, run: viewTypeset, back: lineViewBack, reach: lineViewReach},
		{ID: "view:wide", triggers: wideTriggers, run: viewWide, back: lineViewBack, reach: lineViewReach},
		{ID: "view:broken", triggers: brokenTriggers(), run: viewBroken, back: brokenBack + contextBack, reach: viewReach},
		{ID: "view:quoted-printable", triggers: []string{"=\n", "=\r\n", "=3D"}, run: viewQuotedPrintable, back: softLongest + 2 + contextBack, reach: viewReach},
		{ID: "view:word-diff", triggers: []string{"[-", "{+"}, run: viewWordDiff, back: diffLine + contextBack, reach: viewReach},
		{ID: "view:concatenation", triggers: jointTriggers(), run: viewConcatenation, back: viewBack + 512 + contextBack, reach: viewReach},
		{ID: "view:insert", triggers: []string{"insert into"}, run: viewInsert, back: 16, reach: viewReach},
		{ID: "view:copy", triggers: []string{"from stdin"}, run: viewCopy, back: lineLimit, reach: viewReach},
		{ID: "view:ruled", triggers: []string{"-+-", "|-", "| -", "|:-", "| :-"}, run: viewRuled, back: 2 * lineLimit, reach: viewReach + lineLimit},
	}
}

func (v *view) reset() { v.text, v.from, v.to = v.text[:0], v.from[:0], v.to[:0] }

func (v *view) add(b byte, from, to int) {
	v.text = append(v.text, b)
	v.from = append(v.from, int32(from))
	v.to = append(v.to, int32(to))
}

// source is where a span of the view stands in the text that the view was made of.
func (v *view) source(s letters.Span) letters.Span {
	return letters.Between(int(v.from[s.Start]), int(v.to[s.End-1]))
}

// view lends the check's own view of the next depth, empty.
func (c *check) view() *view {
	if c.lent == nil {
		c.lent = new(view)
	}
	c.lent.reset()
	return c.lent
}

// lookAround is look for a value in another form: words that say what it is may stand around the form.
func (c *check) lookAround(v *view, keep func(in, at letters.Span) bool) {
	v.outer = c
	c.look(v, keep)
	v.outer = nil
}

// look scans a view and takes over what it finds, but for what keep refuses.
func (c *check) look(v *view, keep func(in, at letters.Span) bool) {
	sub := c.engine.newCheck(c.path, c.File, v.text)
	defer sub.release()
	sub.depth, sub.seen = c.depth+1, v
	sub.run(letters.Between(0, len(v.text)))
	for _, f := range sub.found {
		at := v.source(f.Span)
		// What lies within a name that the view put there stands nowhere in the source.
		if at.Len() > 0 && (keep == nil || keep(f.Span, at)) {
			f.Span, f.anchor, f.back, f.reach, f.viewed = at, c.anchor, c.back, c.reach, c.depth >= 0
			c.found = append(c.found, f)
		}
	}
}
