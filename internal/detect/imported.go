package detect

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// A rule with an expression that somebody adds means what it means in gitleaks: if one of its keywords stands
// anywhere in the text, its expression is searched in all of it, from the left, no match within another; then
// entropy and allow-lists are asked. Nothing of what spares our own rules' findings is: no dummy, no
// published example, no kind of file.
//
// Where every match has a keyword in it and a longest length, the search is only done around keywords, with
// as much room that no match can touch a border: that gives the very same matches.
type imported struct {
	re       func() *regexp.Regexp // nil for a rule that only has a path
	keywords []string              // in lower case
	// window is how far around a keyword a match may reach; 0 if all of the text must be searched.
	window     int
	required   []requirement
	skipReport bool
	// generic: the name has the word in it, and gitleaks lets other rules go before such a one.
	generic bool
}

// requirement is another rule of which a finding must stand near.
type requirement struct {
	id             string
	rule           *Rule
	lines, columns *int
}

// maxWindow bounds windows: beyond it a search of the whole text is hardly slower.
const maxWindow = 4 << 10

// importAs makes a rule of an added file of its entry.
func (r *Rule) importAs(t *ruleTOML) error {
	im := &imported{skipReport: t.SkipReport, generic: strings.Contains(strings.ToLower(t.ID), "generic")}
	for _, k := range t.Keywords {
		if k == "" {
			return errors.New("keywords: one is empty: remove it")
		}
		im.keywords = append(im.keywords, strings.ToLower(k))
	}
	for _, q := range t.Required {
		im.required = append(im.required, requirement{id: q.ID, lines: q.WithinLines, columns: q.WithinColumns})
	}
	r.imported, r.run = im, noteHit
	longest := 0
	for _, k := range im.keywords {
		if isASCII(k) { // others are looked for when they are needed: the automaton does not fold them
			r.triggers = append(r.triggers, k)
			longest = max(longest, len(k))
		}
	}
	if t.Regex == "" {
		return nil
	}
	tree, err := r.parse(t.Regex)
	if err != nil {
		return err
	}
	if n, ok := bound(tree); ok && n <= maxWindow && len(r.triggers) == len(im.keywords) && holds(tree, r.triggers) {
		im.window = n + utf8.UTFMax
		r.back, r.reach = im.window, im.window+longest
	}
	im.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(t.Regex) })
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// bound is the most bytes that a match can have; ok is false if there is no such number.
func bound(re *syntax.Regexp) (n int, ok bool) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			widest := utf8.RuneLen(c)
			for other := unicode.SimpleFold(c); re.Flags&syntax.FoldCase != 0 && other != c; other = unicode.SimpleFold(other) {
				widest = max(widest, utf8.RuneLen(other)) // K's other case is the Kelvin sign, of three bytes
			}
			n += widest
		}
		return n, true
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		if re.Op == syntax.OpCharClass && len(re.Rune) > 0 && re.Rune[len(re.Rune)-1] < utf8.RuneSelf {
			return 1, true
		}
		return utf8.UTFMax, true
	case syntax.OpStar, syntax.OpPlus:
		n, ok = bound(re.Sub[0])
		return 0, ok && n == 0
	case syntax.OpRepeat:
		n, ok = bound(re.Sub[0])
		return n * re.Max, ok && (n == 0 || re.Max >= 0) && n*re.Max <= maxWindow
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			m, bounded := bound(sub)
			if !bounded {
				return 0, false
			}
			n = max(n, m)
		}
		return n, true
	}
	for _, sub := range re.Sub {
		m, bounded := bound(sub)
		if !bounded {
			return 0, false
		}
		n += m
	}
	return n, true
}

// importing is what an engine knows of its imported rules.
type importing struct {
	rules []*Rule
	slots map[*Rule]int
	// held is a rule for whose sake a text is read as a whole, and why; nil if parts do.
	held *Rule
	why  string
}

func importingOf(all []*Rule) (in importing) {
	in.slots = map[*Rule]int{}
	for _, r := range all {
		im := r.imported
		if im == nil {
			continue
		}
		in.slots[r] = len(in.rules)
		in.rules = append(in.rules, r)
		why := ""
		switch {
		case len(im.keywords) == 0:
			why = "has no keywords: give the rule keywords"
		case im.window == 0:
			why = "has matches without a keyword or a greatest length: bound its regex, with a keyword in it"
		case len(im.required) > 0:
			why = "requires another rule's finding, and must see all: take the requirement out"
		case im.generic:
			why = "is called generic, so that all of a line's findings must be seen: give it another id"
		case slices.ContainsFunc(r.allow, func(a allowlist) bool { return a.target == "line" }):
			why = "has an allow-list for whole lines, and must see them: use regexTarget match"
		}
		if in.held == nil && why != "" {
			in.held, in.why = r, why
		}
	}
	return in
}

// slotHit is a keyword of an imported rule and where it stands.
type slotHit struct {
	slot int
	letters.Span
}

// noteHit is the check of an imported rule: it is run when all of the text has been looked at.
func noteHit(c *check, r *Rule, at letters.Span) {
	slot := c.engine.importing.slots[r]
	if r.imported.window == 0 {
		c.gates[slot] = true
		return
	}
	c.hits = append(c.hits, slotHit{slot, at})
}

func (c *check) resetImported() {
	n := len(c.engine.importing.rules)
	c.hits, c.feeds = c.hits[:0], c.feeds[:0]
	c.gates = slices.Grow(c.gates[:0], n)[:n]
	clear(c.gates)
}

// runImported runs the imported rules on a text whose keywords have all been noted. Another form of a text is
// searched by those only that need no more than their keywords' surroundings.
func (c *check) runImported() {
	in := &c.engine.importing
	if len(in.rules) == 0 {
		return
	}
	c.sortHits()
	var all []match
	for slot, r := range in.rules {
		im := r.imported
		if im.skipReport || c.depth > 0 && (im.window == 0 || len(im.required) > 0) {
			continue
		}
		if im.window > 0 || c.gated(r, slot) {
			all = append(all, c.required(r, c.matches(r))...)
		}
	}
	c.take(specific(c, all))
}

// rerunImported notes the keywords of all of the text and runs the imported rules.
func (c *check) rerunImported() {
	if len(c.engine.importing.rules) == 0 {
		return
	}
	c.engine.automaton.Scan(c.Bytes, letters.Between(0, len(c.Bytes)), func(t *automaton.Trigger, at letters.Span) {
		for _, n := range t.Wakes {
			r := c.engine.woken[n]
			if r.imported != nil {
				noteHit(c, r, at)
			}
		}
	})
	c.runImported()
}

func (c *check) sortHits() {
	slices.SortFunc(c.hits, func(a, b slotHit) int { return cmp.Or(a.slot-b.slot, a.Start-b.Start, a.End-b.End) })
}

// gated tells whether a keyword of the rule stands in the text, or it has none.
func (c *check) gated(r *Rule, slot int) bool {
	if len(r.imported.keywords) == 0 || c.gates[slot] {
		return true
	}
	for _, k := range r.imported.keywords {
		if !isASCII(k) && bytes.Contains(bytes.ToLower(c.Bytes), []byte(k)) {
			return true
		}
	}
	return false
}

// match is a match of an imported rule that its entropy and allow-lists leave.
type match struct {
	rule *Rule
	// whole begins where the match does; it is as long as the match without line feeds around it.
	whole, value letters.Span
}

// matches are those of a rule in the text; a rule that the engine has not has no keywords noted.
func (c *check) matches(r *Rule) []match {
	if !c.onPath(r) || c.allowedPath(r) {
		return nil
	}
	im := r.imported
	if im.re == nil {
		return c.firstLine(r)
	}
	slot, known := c.engine.importing.slots[r]
	if im.window == 0 || !known {
		return c.search(r, letters.Between(0, len(c.Bytes)), nil)
	}
	from, _ := slices.BinarySearchFunc(c.hits, slot, func(h slotHit, slot int) int { return h.slot - slot })
	var found []match
	for i := from; i < len(c.hits) && c.hits[i].slot == slot; {
		var w letters.Span
		w, i = c.window(r, i)
		found = c.search(r, w, found)
	}
	return found
}

// window is what is searched around the i-th hit and those after it whose surroundings overlap; next is the
// first hit behind it.
func (c *check) window(r *Rule, i int) (w letters.Span, next int) {
	slot, around := c.hits[i].slot, r.imported.window
	w = letters.Between(c.hits[i].Start-around, c.hits[i].End+around)
	for i++; i < len(c.hits) && c.hits[i].slot == slot && c.hits[i].Start-around <= w.End; i++ {
		w.End = max(w.End, c.hits[i].End+around)
	}
	return letters.Between(max(0, w.Start), min(w.End, len(c.Bytes))), i
}

// search appends the matches of a rule in a part of the text.
func (c *check) search(r *Rule, in letters.Span, found []match) []match {
	re := r.imported.re()
	for _, m := range re.FindAllIndex(c.Bytes[in.Start:in.End], -1) {
		raw := c.Bytes[in.Start+m[0] : in.Start+m[1]]
		trimmed := bytes.Trim(raw, "\n")
		if len(trimmed) == 0 {
			continue // there is nothing to say where it stands
		}
		start := in.Start + m[0]
		lead := len(raw) - len(bytes.TrimLeft(raw, "\n"))
		value := letters.Between(0, len(trimmed))
		// The value is looked for in the match alone, as gitleaks does.
		if groups := re.FindSubmatchIndex(trimmed); len(groups) > 2 {
			if g := 2 * r.group; g > 0 {
				value = letters.Between(groups[g], groups[g+1])
			} else {
				for i := 2; i < len(groups); i += 2 {
					if groups[i] < groups[i+1] {
						value = letters.Between(groups[i], groups[i+1])
						break
					}
				}
			}
		}
		secret := []byte(nil)
		if value.Len() > 0 {
			secret = trimmed[value.Start:value.End]
		} else {
			value = letters.Between(0, len(trimmed)) // a group that took no part: there is only the match to point at
		}
		x := match{r, letters.Between(start, start+len(trimmed)), value.Moved(start + lead)}
		if r.entropy != 0 && runeEntropy(secret) <= r.entropy || c.sparedBy(r, x, secret, trimmed) {
			continue
		}
		found = append(found, x)
	}
	return found
}

// runeEntropy is gitleaks': what it counts are characters, what it divides by is bytes.
func runeEntropy(v []byte) float64 {
	if isASCII(string(v)) {
		return guess.Entropy(v)
	}
	counts := map[rune]int{}
	for _, c := range string(v) {
		counts[c]++
	}
	var sum float64
	for _, n := range counts {
		p := float64(n) / float64(len(v))
		sum -= p * math.Log2(p)
	}
	return sum
}

// take makes candidates of matches.
func (c *check) take(all []match) {
	for _, m := range all {
		r := m.rule
		v := c.Bytes[m.value.Start:m.value.End]
		f := Finding{Rule: r, Span: m.value, Severity: r.Severity, Confidence: r.Confidence}
		if isToken(v) || len(r.context) > 0 && !c.inContext(r, m.value) {
			continue
		}
		if r.validate != nil {
			switch r.validate(v) {
			case proof.Failed:
				continue
			case proof.Proved:
				f.Validated, f.Confidence = true, ConfidenceHigh
			}
		}
		if c.File.Test && !f.Validated && f.Severity > Low {
			f.Severity--
		}
		c.found = append(c.found, candidate{Finding: f, anchor: m.whole.Start, back: r.back, reach: r.reach})
	}
}

// runComplete runs the imported rules on what of a text no keyword behind to can change. It answers with the
// place before which nothing is left to search.
func (c *check) runComplete(to int) (pending int) {
	pending = to
	c.sortHits()
	var all []match
	var kept []slotHit
	for i := 0; i < len(c.hits); {
		r := c.engine.importing.rules[c.hits[i].slot]
		w, next := c.window(r, i)
		if w.End > to-r.imported.window && w.Start > to-maxChain {
			kept = append(kept, c.hits[i:next]...)
			pending = min(pending, w.Start)
		} else if !r.imported.skipReport && c.onPath(r) && !c.allowedPath(r) {
			all = c.search(r, w, all)
		}
		i = next
	}
	c.hits = append(c.hits[:0], kept...)
	c.take(all)
	return pending
}
