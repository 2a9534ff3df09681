package detect

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A regular expression costs microseconds even where it fails at once; the automaton has already
// found where it can begin or what it must hold. So it is run in one of two ways:
//
//	anchored   every match begins with a keyword: one attempt, where the keyword stands
//	window     a keyword stands in the match or near it: a search around it
//
// imported.go runs those that somebody adds.
type pattern struct {
	anchored bool
	// boundary is a \b that stood at the beginning of an anchored expression; it looks at the byte before the
	// keyword, which the expression would not see.
	boundary bool
	back     int
	forward  int

	expr     string
	keywords []string
	group    int
	// Most of the rules are never woken: what follows from the expression is worked out when one is.
	once sync.Once
	plan plan
}

// plan is what follows from a pattern's expression.
type plan struct {
	// shapes decide the expression instead, where they can.
	shapes []placed
	// starts are where a match in a window can begin, if that can be told: only there is it tried.
	starts starts
	// inner is a literal that every match holds behind its beginning; empty if there is none to look for.
	inner []byte
	// marks are what its matches begin with, in these very letters, where no shape decides.
	marks []string
	// run is the longest run of bytes of one class that every match holds; none if there is none of eight and more.
	run run
	// re is compiled when it is first needed: literals mostly tell enough.
	re func() *regexp.Regexp
}

// starts are the words, in lower case, that a match begins with; none if that cannot be told.
type starts struct {
	words []string
	// boundary is a \b before them, which is looked at as an anchored expression's.
	boundary bool
	// beside: a keyword may stand beside the match.
	beside bool
}

const (
	// unbounded is what + and * count for where the length of a match is estimated.
	unbounded = 256
	// maxReach bounds every rule, so that a rescan after an edit stays small.
	maxReach = 16 << 10
	// searchBack is how far before its keyword a match of a window pattern may begin, and how far behind it
	// where the keyword is no part of the match.
	searchBack = 288
)

// parse reads an expression, and says why a rule cannot have it.
func (r *Rule) parse(expr string) (*syntax.Regexp, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	switch {
	case err != nil:
		return nil, fmt.Errorf("regex: %w", err)
	case r.group > tree.MaxCap():
		return nil, fmt.Errorf("secretGroup %d: the regex has %d groups", r.group, tree.MaxCap())
	case shortest(tree) == 0:
		return nil, errors.New("regex: it matches the empty text: make a part of it obligatory")
	}
	return tree, nil
}

func (r *Rule) compile(expr string, keywords []string) error {
	tree, err := r.parse(expr)
	if err != nil {
		return err
	}
	for _, k := range keywords {
		if k == "" {
			return errors.New("keywords: one is empty: remove it")
		}
	}
	forward := min(longest(tree)+1, maxReach)
	p := &pattern{forward: forward, back: min(forward, searchBack)}
	if starts := prefixes(tree); len(keywords) > 0 && allBegin(starts, keywords) {
		p.anchored, p.back = true, 1
		_, p.boundary = withoutBoundary(tree)
	} else if !holds(tree, keywords) { // a keyword stands beside the match, on either side
		p.forward = min(p.forward+searchBack, maxReach)
	}
	return r.follow(p, expr, keywords)
}

// follow makes the rule run its expression as the pattern says.
func (r *Rule) follow(p *pattern, expr string, keywords []string) error {
	p.expr, p.keywords, p.group = expr, keywords, r.group
	r.pattern, r.triggers = p, keywords
	r.back, r.reach = p.back, p.back+p.forward
	if len(r.context) > 0 || len(r.allow) > 0 {
		r.back, r.reach = r.back+lineLimit, r.reach+lineLimit
	}
	if p.anchored && r.Class == Credential {
		r.reach = max(r.reach, longestMarked+64)
	}
	r.run = runPattern
	return nil
}

// woken is the pattern's plan.
func (p *pattern) woken() *plan {
	p.once.Do(p.prepare)
	return &p.plan
}

func (p *pattern) prepare() {
	tree, err := syntax.Parse(p.expr, syntax.Perl)
	if err != nil {
		panic(err) // it was parsed when the rule was made
	}
	bare, boundary := withoutBoundary(tree)
	if p.boundary {
		tree = bare
	}
	m := &p.plan
	expr := p.expr
	switch words := prefixes(tree); {
	case p.anchored:
		expr = `\A(?:` + tree.String() + `)`
	case len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return len(w) < 2 }):
		m.starts = starts{words, boundary, !holds(tree, p.keywords)}
		expr = `\A(?:` + bare.String() + `)`
	}
	m.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	m.inner = []byte(innerLiteral(tree))
	m.run = innerRun(tree)
	switch {
	case p.group > 1:
	case p.anchored:
		if m.shapes = placeAtStart(compileShapes(tree)); m.shapes == nil {
			m.marks, _ = heads(tree)
		}
	default:
		m.shapes = place(tree, p.keywords)
	}
}

// shortest is a lower bound of a match's length in bytes: 0 if the empty text matches.
func shortest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpStar, syntax.OpQuest:
		return 0
	case syntax.OpPlus, syntax.OpCapture:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * shortest(re.Sub[0])
	case syntax.OpAlternate:
		n = shortest(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, shortest(sub))
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n += shortest(sub)
		}
	}
	return n
}

// longest is an upper bound of a match's length in bytes, where what has no bound counts as unbounded.
func longest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(string(re.Rune))
		if re.Flags&syntax.FoldCase != 0 {
			n = 4 * len(re.Rune) // a letter's other case may be longer, K's is the Kelvin sign
		}
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
		if re.Op != syntax.OpCharClass || re.Rune[len(re.Rune)-1] > 0x7f {
			n = 4
		}
	case syntax.OpStar, syntax.OpPlus:
		n = unbounded * min(longest(re.Sub[0]), 4)
	case syntax.OpRepeat:
		times := re.Max
		if times < 0 {
			times = re.Min + unbounded
		}
		n = times * longest(re.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range re.Sub {
			n += longest(sub)
		}
	}
	return min(n, maxReach)
}

// prefixes lists what every match begins with: one of these. nil means that it cannot be told.
// Letters are folded, since keywords are.
func prefixes(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture:
		return prefixes(re.Sub[0])
	case syntax.OpPlus:
		return prefixes(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return prefixes(re.Sub[0])
		}
	case syntax.OpCharClass:
		var out []string
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 16 || len(out) > 32 {
				return nil
			}
			for c := re.Rune[i]; c <= re.Rune[i+1]; c++ {
				out = append(out, strings.ToLower(string(c)))
			}
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			p := prefixes(sub)
			if p == nil {
				return nil
			}
			out = append(out, p...)
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			if sub.Op == syntax.OpWordBoundary {
				continue
			}
			p := prefixes(sub)
			if p == nil || len(out)*len(p) > 256 {
				break
			}
			var longer []string
			for _, a := range out {
				for _, b := range p {
					longer = append(longer, a+b)
				}
			}
			out = longer
			if !exact(sub) {
				break
			}
		}
		if len(out) == 1 && out[0] == "" {
			return nil
		}
		return out
	}
	return nil
}

// heads are the literals, in these very letters, with one of which every match begins; whole tells that they are all of it.
func heads(re *syntax.Regexp) (out []string, whole bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}, true
		}
	case syntax.OpCapture:
		return heads(re.Sub[0])
	case syntax.OpAlternate:
		whole = true
		for _, sub := range re.Sub {
			first, all := heads(sub)
			if first == nil {
				return nil, false
			}
			out, whole = append(out, first...), whole && all
		}
		return out, whole
	case syntax.OpConcat:
		for i, sub := range re.Sub {
			next, all := heads(sub)
			if i == 0 {
				out = next
			} else if len(out) == 1 { // of several the rest need not be known
				var longer []string
				for _, n := range next {
					longer = append(longer, out[0]+n)
				}
				if longer != nil {
					out = longer
				}
			}
			if !all || out == nil {
				return out, false
			}
		}
		return out, true
	}
	return nil, false
}

// exact tells whether prefixes gave the whole of what the expression matches.
func exact(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass:
		return true
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpConcat, syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !exact(sub) {
				return false
			}
		}
		return true
	}
	return false
}

// holds tells whether a keyword stands in every match, as far as that can be told.
func holds(re *syntax.Regexp, keywords []string) bool {
	has := func(s string) bool {
		return slices.ContainsFunc(keywords, func(k string) bool { return strings.Contains(s, strings.ToLower(k)) })
	}
	switch re.Op {
	case syntax.OpLiteral:
		return has(strings.ToLower(string(re.Rune)))
	case syntax.OpCapture, syntax.OpPlus:
		return holds(re.Sub[0], keywords)
	case syntax.OpRepeat:
		return re.Min > 0 && holds(re.Sub[0], keywords)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !holds(sub, keywords) })
	case syntax.OpConcat:
		if slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return holds(sub, keywords) }) {
			return true
		}
		// Or it begins in one part and goes on in the next.
		for i := range re.Sub {
			rest := *re
			rest.Sub = re.Sub[i:]
			if starts := prefixes(&rest); len(starts) > 0 && !slices.ContainsFunc(starts, func(s string) bool { return !has(s) }) {
				return true
			}
		}
	}
	return false
}

func allBegin(starts, keywords []string) bool {
	for _, s := range starts {
		ok := false
		for _, k := range keywords {
			ok = ok || strings.HasPrefix(s, strings.ToLower(k))
		}
		if !ok {
			return false
		}
	}
	return len(starts) > 0
}

// withoutBoundary takes a leading \b off.
func withoutBoundary(re *syntax.Regexp) (*syntax.Regexp, bool) {
	switch re.Op {
	case syntax.OpWordBoundary:
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}, true
	case syntax.OpConcat, syntax.OpCapture:
		first, ok := withoutBoundary(re.Sub[0])
		if !ok {
			return re, false
		}
		less := *re
		less.Sub = append([]*syntax.Regexp{first}, re.Sub[1:]...)
		return &less, true
	}
	return re, false
}

// innerLiteral is the longest literal, of four bytes or more, that every match must hold and does not begin with.
func innerLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpCapture:
		return innerLiteral(re.Sub[0])
	case syntax.OpConcat:
		longest := ""
		for i, sub := range re.Sub {
			switch {
			case sub.Op == syntax.OpLiteral && i > 0 && sub.Flags&syntax.FoldCase == 0:
				if text := string(sub.Rune); len(text) > max(3, len(longest)) {
					longest = text
				}
			case sub.Op == syntax.OpCapture || sub.Op == syntax.OpConcat:
				if text := innerLiteral(sub); len(text) > len(longest) {
					longest = text
				}
			}
		}
		return longest
	}
	return ""
}

// run is so many bytes of a class in a row.
type run struct {
	length int
	class  *[256]bool
}

// innerRun is the longest run, of eight bytes or more, that every match must hold.
func innerRun(re *syntax.Regexp) (longest run) {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return innerRun(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if r := innerRun(sub); r.length > longest.length {
				longest = r
			}
		}
	case syntax.OpRepeat:
		if class := re.Sub[0]; class.Op == syntax.OpCharClass && re.Min >= 8 && class.Rune[len(class.Rune)-1] < utf8.RuneSelf {
			longest = run{re.Min, new([256]bool)}
			for i := 0; i < len(class.Rune); i += 2 {
				for c := class.Rune[i]; c <= class.Rune[i+1]; c++ {
					longest.class[c] = true
				}
			}
		}
	}
	return longest
}

// in tells whether the run stands in a text: one of its bytes stands at a multiple of its length.
func (r run) in(text []byte) bool {
	if r.length == 0 {
		return true
	}
	for i := r.length - 1; i < len(text); i += r.length {
		if !r.class[text[i]] {
			continue
		}
		from, to := i, i+1
		for from > 0 && i-from < r.length && r.class[text[from-1]] {
			from--
		}
		for to < len(text) && to-from < r.length && r.class[text[to]] {
			to++
		}
		if to-from >= r.length {
			return true
		}
	}
	return false
}

// runPattern is the check of a rule with a regular expression.
func runPattern(c *check, r *Rule, at letters.Span) {
	p := r.pattern
	if p.anchored && p.boundary && !c.wordBegins(at.Start) {
		return
	}
	plan := p.woken()
	if plan.shapes != nil {
		for i := range plan.shapes {
			s := &plan.shapes[i]
			start := at.Start - s.offset
			if start < 0 || s.keyword != "" && !letters.EqualFold(c.Bytes[at.Start:at.End], s.keyword) || s.boundary && !c.wordBegins(start) ||
				s.before != nil && start > 0 && s.before[c.Before(start)] {
				continue
			}
			if whole, value, ok := s.match(c.Bytes[start:min(at.Start+p.forward, len(c.Bytes))]); ok {
				c.emit(r, value.Moved(start), whole.Moved(start))
				return
			}
		}
		if p.anchored && r.Class == Credential && slices.ContainsFunc(plan.shapes, func(s placed) bool { return s.begins(c.Bytes[at.Start:at.End]) }) {
			c.marked(r, at)
		}
		return
	}
	if p.anchored {
		window := c.Bytes[at.Start:min(at.Start+p.forward, len(c.Bytes))]
		if (len(plan.inner) == 0 || bytes.Contains(window, plan.inner)) && plan.run.in(window) {
			if m := plan.re().FindSubmatchIndex(window); m != nil {
				c.matched(r, at.Start, m)
				return
			}
		}
		if r.Class == Credential && slices.ContainsFunc(plan.marks, func(mark string) bool { return strings.HasPrefix(mark, string(c.Bytes[at.Start:at.End])) }) {
			c.marked(r, at)
		}
		return
	}
	from, to := max(0, at.Start-p.back), min(at.End+p.forward, len(c.Bytes))
	if starts := &plan.starts; len(starts.words) > 0 {
		last, longest := at.Start, p.forward
		if starts.beside {
			last, longest = min(at.End+searchBack, len(c.Bytes)-1), p.forward-searchBack
		}
		tried := c.triedOf(r)
		for i := from; i <= last; i++ {
			if tried.Start <= i && i < tried.End || !startsWith(c.Bytes[i:], starts.words) || starts.boundary && !c.wordBegins(i) {
				continue
			}
			if m := plan.re().FindSubmatchIndex(c.Bytes[i:min(i+longest, len(c.Bytes))]); m != nil {
				c.matched(r, i, m)
			}
		}
		if from > tried.End || last < tried.Start {
			*tried = letters.Between(from, last+1)
		} else {
			*tried = letters.Between(min(from, tried.Start), max(last+1, tried.End))
		}
		return
	}
	if !plan.run.in(c.Bytes[from:to]) {
		return
	}
	for _, m := range plan.re().FindAllSubmatchIndex(c.Bytes[from:to], -1) {
		c.matched(r, from, m)
	}
}

const (
	// shortestMarked is how much must follow a vendor's mark, longestMarked how much of it is read.
	shortestMarked, longestMarked = 10, 255
	// longMark is a mark that chance does not make.
	longMark = 12
)

// marked takes what a vendor's mark begins and that is longer or shorter than its tokens are: logs cut them off, vendors make
// them longer, and two may stand glued together. It is in doubt.
func (c *check) marked(r *Rule, at letters.Span) {
	mark := c.Bytes[at.Start:at.End]
	if b := c.ByteAt(at.Start - 1); b == '/' || b == '+' || !isMark(mark) {
		return
	}
	end := at.End
	dotted := mark[len(mark)-1] == '.' // such tokens have further parts
	for end < len(c.Bytes) && end-at.End < longestMarked && (letters.IsBase64URL(c.Bytes[end]) || dotted && c.Bytes[end] == '.') {
		end++
	}
	for end > at.End && (c.Bytes[end-1] == '-' || c.Bytes[end-1] == '_' || c.Bytes[end-1] == '.') {
		end--
	}
	body := c.Bytes[at.End:end]
	if len(mark) >= longMark {
		body = c.Bytes[at.Start:end] // little of the rest is enough
	}
	if end-at.End < 4 || len(body) < shortestMarked || guess.IsDummy(body) {
		return
	}
	// Capitals and digits behind capitals read like words more often.
	code := letters.AllOf(mark, letters.IsUpper) && letters.AllOf(body, isCode) && !letters.AllOf(body, letters.IsUpper)
	if !code && (!guess.IsKey(body) && !guess.IsScramble(body) || guess.IsWordy(body)) {
		return
	}
	value := letters.Between(at.Start, end)
	c.reportUpTo(r, value, value, false, ConfidenceLow)
}

// isCode: what keys' ids are made of.
func isCode(b byte) bool { return letters.IsUpper(b) || letters.IsDigit(b) }

// isMark tells what only a vendor's tokens begin with: letters and a joint, or four letters with capitals. A point joins
// names of programs, too; and what base64 of JSON begins with marks nothing.
func isMark(word []byte) bool {
	capitals := 0
	for _, b := range word {
		if letters.IsUpper(b) {
			capitals++
		} else if !letters.IsBase64URL(b) && b != '.' {
			return false
		}
	}
	switch last := word[len(word)-1]; {
	case len(word) < 3:
		return false
	case last == '_' || last == '-':
		return len(word) > 3 || letters.IsAlpha(word[1])
	case last == '.':
		return len(word) > 3 || capitals > 1
	}
	return len(word) > 3 && capitals > 0 && guess.Distinct(word) > 2 && !bytes.HasPrefix(word, []byte("eyJ"))
}

// begins tells whether the shape's first bytes are a word, in these very letters.
func (s placed) begins(word []byte) bool {
	if len(word) > len(s.runs) {
		return false
	}
	for i, b := range word {
		if r := s.runs[i]; r.min != 1 || r.max != 1 || !r.class[b] {
			return false
		}
	}
	return true
}

// triedOf is where a rule's expression has been tried in this pass. What it says of a place does not depend
// on which of the keywords around has led there, so that once is enough however many there are.
func (c *check) triedOf(r *Rule) *letters.Span {
	for i := range c.tried {
		if c.tried[i].rule == r {
			return &c.tried[i].Span
		}
	}
	c.tried = append(c.tried, tried{rule: r})
	return &c.tried[len(c.tried)-1].Span
}

// tried is a part of the text in which a rule's expression has been tried.
type tried struct {
	rule *Rule
	letters.Span
}

// startsWith tells whether text begins with one of the words, which are in lower case.
func startsWith(text []byte, words []string) bool {
	for _, w := range words {
		if len(w) <= len(text) && text[0]|0x20 == w[0]|0x20 && letters.EqualFold(text[:len(w)], w) {
			return true
		}
	}
	return false
}

// wordBegins tells whether a \b fits before a place.
func (c *check) wordBegins(at int) bool {
	return at == 0 || letters.IsWord(c.Before(at)) != letters.IsWord(c.Bytes[at]) || c.ByteAt(at-1) == '_' && c.emphasised(at)
}

// emphasised tells whether only the marks of emphasis, _ or __, stand before a word.
func (c *check) emphasised(at int) bool {
	from := at
	for from > 0 && at-from < 4 && c.Bytes[from-1] == '_' {
		from--
	}
	return c.Bytes[at] != '_' && !letters.IsWord(c.Before(from))
}

// matched picks the value out of a match as gitleaks does: the named group, else the first that
// took part, else all of it.
func (c *check) matched(r *Rule, from int, m []int) {
	value := letters.Between(m[0], m[1])
	if r.group > 0 {
		value = letters.Between(m[2*r.group], m[2*r.group+1])
	} else {
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 && m[i] < m[i+1] {
				value = letters.Between(m[i], m[i+1])
				break
			}
		}
	}
	if value.Start < 0 || value.Len() == 0 {
		return
	}
	whole := letters.Between(from+m[0], from+m[1])
	c.emit(r, letters.Between(from+value.Start, from+value.End), whole)
}
