package detect

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Most rules' expressions are a literal and runs of character classes: ghp_ and 36 of [0-9A-Za-z]. A
// loop over tables decides those exactly, in nanoseconds where an expression takes microseconds.
// shape is such an expression; compileShapes refuses what they cannot decide exactly.
type shape struct {
	runs []classRun
	// group is the range of runs that the first capture holds, empty if there is none.
	groupFrom, groupTo int
	// boundary asks that no word goes on after the match: a \b at the end.
	boundary bool
	// after is what may not go on after the match; one byte more than it belongs to the match.
	after *[256]bool
}

// classRun is min to max bytes of a class, as many as there are.
type classRun struct {
	class    *[256]bool
	min, max int
}

// unlimited is the max of a run without an upper bound.
const unlimited = 1 << 30

// compileShapes makes shapes of an expression, one for each way through its alternatives, in the order
// in which an expression prefers them; nil if it cannot be decided so.
func compileShapes(re *syntax.Regexp) []*shape {
	ways := expand(re)
	var out []*shape
	for _, way := range ways {
		s := &shape{groupFrom: -1}
		for _, atom := range way {
			if !s.add(atom) {
				return nil
			}
		}
		if !s.decides() {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// mostWays bounds how many shapes one expression may become.
const mostWays = 16

// expand writes an expression's alternatives and options out: (?:a|b)c is ac and bc. nil if they are too many.
func expand(re *syntax.Regexp) [][]*syntax.Regexp {
	switch re.Op {
	case syntax.OpConcat:
		ways := [][]*syntax.Regexp{nil}
		for _, sub := range re.Sub {
			var longer [][]*syntax.Regexp
			tails := expand(sub)
			if tails == nil || len(ways)*len(tails) > mostWays {
				return nil
			}
			for _, way := range ways {
				for _, tail := range tails {
					longer = append(longer, append(way[:len(way):len(way)], tail...))
				}
			}
			ways = longer
		}
		return ways
	case syntax.OpAlternate:
		if excluded(re) != nil {
			return [][]*syntax.Regexp{{re}}
		}
		var ways [][]*syntax.Regexp
		for _, sub := range re.Sub {
			more := expand(sub)
			if more == nil || len(ways)+len(more) > mostWays {
				return nil
			}
			ways = append(ways, more...)
		}
		return ways
	case syntax.OpQuest:
		if re.Flags&syntax.NonGreedy == 0 && re.Sub[0].Op != syntax.OpCharClass {
			if with := expand(re.Sub[0]); with != nil {
				return append(with, []*syntax.Regexp{})
			}
			return nil
		}
	case syntax.OpCapture:
		inner := expand(re.Sub[0])
		ways := make([][]*syntax.Regexp, len(inner))
		for i, way := range inner {
			whole := *re
			whole.Sub = []*syntax.Regexp{{Op: syntax.OpConcat, Sub: way, Flags: re.Flags}}
			ways[i] = []*syntax.Regexp{&whole}
		}
		return ways
	}
	return [][]*syntax.Regexp{{re}}
}

// excluded reads (?:[^...]|$): what may not go on after a match. nil if it is something else.
func excluded(re *syntax.Regexp) *[256]bool {
	if re.Op != syntax.OpAlternate || len(re.Sub) != 2 || re.Sub[0].Op != syntax.OpCharClass || re.Sub[1].Op != syntax.OpEndText {
		return nil
	}
	class := new([256]bool)
	for c := range 0x80 {
		class[c] = true
	}
	ranges := re.Sub[0].Rune
	for i := 0; i < len(ranges); i += 2 {
		for c := ranges[i]; c <= min(ranges[i+1], 0x7f); c++ {
			class[c] = false
		}
	}
	if ranges[len(ranges)-1] < 0x10ffff {
		return nil
	}
	return class
}

// decides tells whether taking as much as there is leads to the expression's own answer: what follows
// a run that may vary cannot begin within it, and nothing would be given back at the end.
func (s *shape) decides() bool {
	if len(s.runs) == 0 {
		return false
	}
	for i, r := range s.runs {
		if i+1 < len(s.runs) {
			if next := s.runs[i+1]; r.min < r.max && (next.min == 0 || meet(r.class, next.class)) {
				return false
			}
			continue
		}
		if s.boundary && !within(r.class, letters.IsWord) {
			return false
		}
		if s.after != nil && r.min < r.max && !within(r.class, func(c byte) bool { return s.after[c] }) {
			return false
		}
	}
	return true
}

// add appends what an expression matches.
func (s *shape) add(re *syntax.Regexp) bool {
	if s.boundary || s.after != nil {
		return false // something follows the end
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return true
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r > 0x7f {
				return false
			}
			class := new([256]bool)
			class[r] = true
			if re.Flags&syntax.FoldCase != 0 && letters.IsAlpha(byte(r)) {
				if r|0x20 == 'k' || r|0x20 == 's' {
					return false // these two letters have other cases beyond ASCII
				}
				class[r^0x20] = true
			}
			s.runs = append(s.runs, classRun{class, 1, 1})
		}
		return true
	case syntax.OpCharClass:
		class := classOf(re)
		if class == nil {
			return false
		}
		s.runs = append(s.runs, classRun{class, 1, 1})
		return true
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !s.add(sub) {
				return false
			}
		}
		return true
	case syntax.OpCapture:
		if s.groupFrom >= 0 {
			return false
		}
		from := len(s.runs)
		if !s.add(re.Sub[0]) {
			return false
		}
		s.groupFrom, s.groupTo = from, len(s.runs)
		return true
	case syntax.OpAlternate:
		s.after = excluded(re)
		return s.after != nil && len(s.runs) > 0
	case syntax.OpWordBoundary:
		s.boundary = len(s.runs) > 0
		return s.boundary
	case syntax.OpRepeat, syntax.OpPlus, syntax.OpStar, syntax.OpQuest:
		least, most := bounds(re)
		sub := re.Sub[0]
		if re.Flags&syntax.NonGreedy != 0 {
			return false
		}
		if least == most && least <= 8 && sub.Op != syntax.OpCharClass { // a group that is repeated: written out
			for range least {
				if !s.add(sub) {
					return false
				}
			}
			return true
		}
		if sub.Op != syntax.OpCharClass && !(sub.Op == syntax.OpLiteral && len(sub.Rune) == 1) {
			return false
		}
		one := &shape{groupFrom: -1}
		if !one.add(sub) {
			return false
		}
		s.runs = append(s.runs, classRun{one.runs[0].class, least, most})
		return true
	}
	return false
}

func bounds(re *syntax.Regexp) (least, most int) {
	switch re.Op {
	case syntax.OpPlus:
		return 1, unlimited
	case syntax.OpStar:
		return 0, unlimited
	case syntax.OpQuest:
		return 0, 1
	}
	if re.Max < 0 {
		return re.Min, unlimited
	}
	return re.Min, re.Max
}

// classOf is the table of a class that holds nothing beyond ASCII.
func classOf(re *syntax.Regexp) *[256]bool {
	class := new([256]bool)
	for i := 0; i < len(re.Rune); i += 2 {
		if re.Rune[i+1] > 0x7f {
			return nil
		}
		for c := re.Rune[i]; c <= re.Rune[i+1]; c++ {
			class[c] = true
		}
	}
	return class
}

func meet(a, b *[256]bool) bool {
	for c := range a {
		if a[c] && b[c] {
			return true
		}
	}
	return false
}

func within(class *[256]bool, is func(byte) bool) bool {
	for c, in := range class {
		if in && !is(byte(c)) {
			return false
		}
	}
	return true
}

// placed is a shape and where a keyword stands in it.
type placed struct {
	*shape
	keyword string // in lower case; empty if the shape begins with whichever keyword there is
	offset  int
	// boundary asks for a \b at the beginning; before is what may not stand before it.
	boundary bool
	before   *[256]bool
}

func placeAtStart(shapes []*shape) (out []placed) {
	for _, s := range shapes {
		out = append(out, placed{shape: s})
	}
	return out
}

// place makes shapes of an expression in which a keyword stands at a fixed distance from the beginning:
// 32 hex digits and -us. nil if one of its ways has none.
func place(re *syntax.Regexp, keywords []string) (out []placed) {
	rest, boundary := withoutBoundary(re)
	rest, before := withoutBefore(rest)
	for _, s := range compileShapes(rest) {
		keyword, offset := s.find(keywords)
		if keyword == "" {
			return nil
		}
		out = append(out, placed{s, keyword, offset, boundary, before})
	}
	return out
}

// withoutBefore takes a leading (?:^|[^...]) off.
func withoutBefore(re *syntax.Regexp) (*syntax.Regexp, *[256]bool) {
	if re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpAlternate || len(re.Sub[0].Sub) != 2 || re.Sub[0].Sub[0].Op != syntax.OpBeginText {
		return re, nil
	}
	mirrored := &syntax.Regexp{Op: syntax.OpAlternate, Sub: []*syntax.Regexp{re.Sub[0].Sub[1], {Op: syntax.OpEndText}}}
	before := excluded(mirrored)
	if before == nil {
		return re, nil
	}
	less := *re
	less.Sub = re.Sub[1:]
	return &less, before
}

// find looks for the first keyword that stands in the shape at a fixed distance from its beginning.
func (s *shape) find(keywords []string) (keyword string, offset int) {
	for i, r := range s.runs {
		for _, k := range keywords {
			if k = strings.ToLower(k); s.says(i, k) {
				return k, offset
			}
		}
		if r.min != r.max {
			break
		}
		offset += r.max
	}
	return "", 0
}

// says tells whether a word is all that the runs from i on can be, in one case or another.
func (s *shape) says(i int, word string) bool {
	for k := range len(word) {
		if i+k >= len(s.runs) || s.runs[i+k].min != 1 || s.runs[i+k].max != 1 {
			return false
		}
		for c, in := range s.runs[i+k].class {
			if in && byte(c) != word[k] && !(letters.IsUpper(byte(c)) && byte(c)|0x20 == word[k]) {
				return false
			}
		}
	}
	return true
}

// emphasis tells whether only the marks of emphasis, _ or __, stand behind a word.
func emphasis(rest []byte) bool {
	n := 0
	for n < len(rest) && n < 4 && rest[n] == '_' {
		n++
	}
	return n > 0 && (n == len(rest) || !letters.IsWord(rest[n]))
}

// match tries the shape where text begins. It answers with the whole match and its value.
func (s *shape) match(text []byte) (whole, value letters.Span, ok bool) {
	at := 0
	for i := range s.runs {
		r := &s.runs[i]
		if i == s.groupFrom {
			value.Start = at
		}
		end := min(len(text), at+r.max)
		from := at
		for at < end && r.class[text[at]] {
			at++
		}
		if at-from < r.min {
			return letters.Span{}, letters.Span{}, false
		}
		if i == s.groupTo-1 {
			value.End = at
		}
	}
	if s.boundary && at < len(text) && letters.IsWord(text[at]) && !emphasis(text[at:]) {
		return letters.Span{}, letters.Span{}, false
	}
	whole = letters.Between(0, at)
	if s.after != nil && at < len(text) {
		if s.after[text[at]] {
			return letters.Span{}, letters.Span{}, false
		}
		_, size := utf8.DecodeRune(text[at:])
		whole.End += size
	}
	if s.groupTo == 0 || value.Len() == 0 {
		value = whole // as an expression's: all of it
	}
	return whole, value, true
}
