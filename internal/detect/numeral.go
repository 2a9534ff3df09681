package detect

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// numeral is one kind of number that somebody has: how it is written and the check that it passes. All of
// them are listed in numerals, the more specific before the less; where two fit the same digits, the one
// whose word stands nearest before them wins, and then the one that is listed first.
//
// A form is read byte for byte:
//
//	d digit   A letter   U upper-case letter   X letter or digit
//	R upper-case letter or &   M upper-case letter, digit or <
//	' ' a blank or a dash, the same throughout   h - + or a letter (a century)   any other byte itself
//
// It is tried where the run of digits begins that wakes it: its first of four or more, or where ^ stands
// before one. A form without such a run is woken by "three digits, a blank, a digit" or by "digit, dot,
// digit" within it.
type numeral struct {
	name string
	// forms are those that mean this kind wherever they stand, labelled those that need one of words before.
	forms, labelled string
	words           vocabulary
	// spoken are forms that nothing wakes but a label before them: labels, separated by commas.
	spoken, labels string
	// check is asked about the letters and digits, letters in upper case. Without one the form is all there is.
	check func(v []byte) bool
	// unproved: passing the check proves nothing, since it is only a form or a date.
	unproved bool
}

const (
	// numeralReach: a form begins at most 23 bytes before its trigger, and a line of code is read before it.
	numeralReach = 24 + codeLine + 8
	numeralLimit = 48
)

// form is one way of writing a numeral, ready to be tried.
type form struct {
	numeral  *numeral
	rule     *Rule
	labelled bool
	bytes    []*[256]bool // what may stand at each place
	signs    []int        // where the same blank or dash stands
	anchor   int          // where the trigger begins
	run      int          // how many digits are known to stand there
}

// formList is what one trigger wakes. Most texts differ from most forms in the byte before or behind the
// run, so these two are looked up for all forms at once: a bit for each that they leave.
type formList struct {
	forms         []form
	before, after [256]uint32
}

func (l *formList) add(f form) {
	bit := uint32(1) << len(l.forms)
	for b := range 256 {
		if f.anchor > 0 && f.bytes[f.anchor-1][b] || f.anchor == 0 && !letters.IsWord(byte(b)) {
			l.before[b] |= bit
		}
		if end := f.anchor + f.run; end < len(f.bytes) && f.bytes[end][b] || end == len(f.bytes) && !letters.IsWord(byte(b)) {
			l.after[b] |= bit
		}
	}
	l.forms = append(l.forms, f)
}

// numberTable holds the forms of an engine's rules by what wakes them: fourDigits by the length of the run.
type numberTable struct {
	runs         [24]formList
	groups, dots formList
	labels       map[string]*formList
	// next is the table of a rule that somebody adds. Each has its own, because in a table one form takes the place of
	// another, and no added rule may take that of ours.
	next *numberTable
}

func (t *numberTable) add(r *Rule, n *numeral) {
	each := func(list string, place func(pattern string, f form)) {
		for pattern := range strings.SplitSeq(list, "|") {
			if pattern != "" {
				f := form{numeral: n, rule: r}
				f.read(pattern)
				place(pattern, f)
			}
		}
	}
	each(n.forms, t.place)
	each(n.labelled, func(pattern string, f form) {
		f.labelled = true
		t.place(pattern, f)
	})
	each(n.spoken, func(_ string, f form) {
		f.anchor, f.run = 0, 0
		for label := range strings.SplitSeq(n.labels, ",") {
			if t.labels[label] == nil {
				t.labels[label] = &formList{}
			}
			t.labels[label].add(f)
		}
	})
}

// place puts a form where its trigger finds it.
func (t *numberTable) place(pattern string, f form) {
	if f.anchor >= 0 {
		t.runs[f.run].add(f)
		return
	}
	if f.anchor = strings.Index(pattern, "ddd d"); f.anchor >= 0 {
		t.groups.add(f)
		return
	}
	f.anchor = strings.Index(pattern, "d.d")
	t.dots.add(f)
}

// numberRules wake the forms of an engine's rules; what they find belongs to those rules. They are the same in
// every engine, so that its table is made only when a number is met.
var numberRules []*Rule

func init() { // not a literal: the checks refer to rules
	wake := func(trigger string, run func(*check, *Rule, letters.Span)) {
		numberRules = append(numberRules, &Rule{ID: "number:" + trigger, triggers: []string{trigger}, run: run, back: numeralReach, reach: numeralReach})
	}
	wake(fourDigits, func(c *check, _ *Rule, at letters.Span) {
		n := at.Len()
		for n < len(numberTable{}.runs) && letters.IsDigit(c.byteAt(at.Start+n)) {
			n++
		}
		if n == len(numberTable{}.runs) {
			return
		}
		for t := c.engine.numbers(); t != nil; t = t.next {
			c.numeral(&t.runs[n], at.Start, n)
		}
	})
	wake(threeDigits, func(c *check, _ *Rule, at letters.Span) {
		for t := c.engine.numbers(); t != nil; t = t.next {
			c.numeral(&t.groups, at.Start, 0)
		}
	})
	wake(digitDot, func(c *check, _ *Rule, at letters.Span) {
		for t := c.engine.numbers(); t != nil; t = t.next {
			c.numeral(&t.dots, at.Start, 0)
		}
	})
	var labels []string
	for _, n := range numerals {
		if n.labels != "" {
			labels = append(labels, strings.Split(n.labels, ",")...)
		}
	}
	slices.Sort(labels)
	for _, label := range slices.Compact(labels) {
		wake(label, func(c *check, _ *Rule, at letters.Span) {
			for t := c.engine.numbers(); t != nil; t = t.next {
				if forms := t.labels[label]; forms != nil {
					if from, ok := c.afterLabel(at); ok {
						c.numeral(forms, from, 0)
					}
				}
			}
		})
	}
}

// numberTableOf is the table of the numerals among some rules.
func numberTableOf(all []*Rule) *numberTable {
	t := &numberTable{labels: map[string]*formList{}}
	for _, r := range all {
		into := t
		if r.added && r.numeral != "" {
			into = &numberTable{labels: map[string]*formList{}, next: t.next}
			t.next = into
		}
		for _, n := range numerals {
			if n.name == r.numeral {
				into.add(r, n)
			}
		}
	}
	return t
}

// numeral tries forms at a trigger, where a run of digits is known to stand, and emits the one that fits best.
func (c *check) numeral(list *formList, at, run int) {
	left := list.before[c.byteAt(at-1)] & list.after[c.byteAt(at+run)]
	if left == 0 {
		return
	}
	var best *form
	var where letters.Span
	nearest := -1
	for ; left != 0; left &= left - 1 {
		f := &list.forms[bits.TrailingZeros32(left)]
		v := letters.Between(at-f.anchor, at-f.anchor+len(f.bytes))
		if v.Start < 0 || v.End > len(c.text) || !f.fits(c.text[v.Start:v.End]) || !c.apart(v) {
			continue
		}
		var scratch [numeralLimit]byte
		compact := compacted(scratch[:0], c.text[v.Start:v.End])
		if isSequence(compact) || f.numeral.check != nil && !f.numeral.check(compact) || !c.data(v) {
			continue
		}
		near := c.named(v, f.numeral.words)
		if near == 0 && f.labelled {
			continue
		}
		if near > nearest || near == nearest && v.Len() > where.Len() {
			best, where, nearest = f, v, near
		}
	}
	if best != nil {
		c.emit(best.rule, where, where)
	}
}

// fits compares outwards from the trigger, where most texts differ at once.
func (f *form) fits(text []byte) bool {
	for i := f.anchor - 1; i >= 0; i-- {
		if !f.bytes[i][text[i]] {
			return false
		}
	}
	for i := f.anchor + f.run; i < len(text); i++ {
		if !f.bytes[i][text[i]] {
			return false
		}
	}
	for _, i := range f.signs {
		if text[i] != text[f.signs[0]] {
			return false
		}
	}
	return true
}

// formBytes is which bytes a letter of a form stands for.
var formBytes = func() map[byte]*[256]bool {
	m := map[byte]*[256]bool{}
	for letter, is := range map[byte]func(b byte) bool{
		'd': letters.IsDigit, 'A': letters.IsAlpha, 'U': letters.IsUpper, 'X': letters.IsAlnum,
		'R': func(b byte) bool { return letters.IsUpper(b) || b == '&' },
		'M': func(b byte) bool { return letters.IsUpper(b) || letters.IsDigit(b) || b == '<' },
		'h': func(b byte) bool { return b == '-' || b == '+' || b >= 'A' && b <= 'F' || b >= 'U' && b <= 'Y' },
		' ': func(b byte) bool { return b == ' ' || b == '-' },
		'-': func(b byte) bool { return b == '-' },
		'+': func(b byte) bool { return b == '+' },
		'.': func(b byte) bool { return b == '.' },
		'/': func(b byte) bool { return b == '/' },
	} {
		table := new([256]bool)
		for b := range table {
			table[b] = is(byte(b))
		}
		m[letter] = table
	}
	return m
}()

// read makes a form of its pattern, in which ^ stands before the run that wakes it if that is not the first.
func (f *form) read(pattern string) {
	f.anchor = strings.IndexByte(pattern, '^')
	pattern = strings.Replace(pattern, "^", "", 1)
	if f.anchor < 0 {
		f.anchor = strings.Index(pattern, "dddd")
	}
	if f.anchor >= 0 {
		for f.anchor+f.run < len(pattern) && pattern[f.anchor+f.run] == 'd' {
			f.run++
		}
	}
	for i := range len(pattern) {
		f.bytes = append(f.bytes, formBytes[pattern[i]])
		if pattern[i] == ' ' {
			f.signs = append(f.signs, i)
		}
	}
}

// apart tells whether a number is a value of its own, and no part of a longer one in groups.
func (c *check) apart(v letters.Span) bool {
	if !c.aloneNumber(v) {
		return false
	}
	for i := v.Start; i < v.End; i++ {
		if b := c.text[i]; b == ' ' {
			return !(c.byteAt(v.Start-1) == ' ' && letters.IsDigit(c.byteAt(v.Start-2)) || c.byteAt(v.End) == ' ' && letters.IsDigit(c.byteAt(v.End+1)))
		}
	}
	return true
}

// compacted appends the letters, digits and < of a number, letters in upper case.
func compacted(dst, v []byte) []byte {
	for _, b := range v {
		if letters.IsLower(b) {
			b -= 'a' - 'A'
		}
		if letters.IsAlnum(b) || b == '<' || b == '&' {
			dst = append(dst, b)
		}
	}
	return dst
}

// isSequence tells 0000000000, 0123456789 and 1234567890: numbers that somebody typed.
func isSequence(v []byte) bool {
	same, steps := true, true
	for i := 1; i < len(v); i++ {
		if !letters.IsDigit(v[i]) {
			return false
		}
		same = same && v[i] == v[i-1]
		steps = steps && (v[i]-'0' == (v[i-1]-'0'+1)%10)
	}
	return same || steps
}

// proof is a numeral's check as a rule's validate. The check relies on a form, and a rule may give it anything.
func (n *numeral) proof(v []byte) proof {
	var scratch [numeralLimit]byte
	compact := compacted(scratch[:0], v)
	for _, list := range []string{n.forms, n.labelled, n.spoken} {
		for pattern := range strings.SplitSeq(list, "|") {
			if fitsCompact(pattern, compact) {
				return yes(n.check(compact))
			}
		}
	}
	return failed
}

// fitsCompact tells whether letters and digits are those of a form, without what it has between them.
func fitsCompact(pattern string, v []byte) bool {
	i := 0
	for _, p := range []byte(pattern) {
		if strings.IndexByte("^ -./+", p) >= 0 || p == 'h' && i < len(v) && letters.IsDigit(v[i]) {
			continue
		}
		if i == len(v) || !formBytes[p][v[i]] {
			return false
		}
		i++
	}
	return i == len(v) && i > 0
}
