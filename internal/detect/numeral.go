package detect

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

const (
	// numeralReach: a form begins at most 23 bytes before its trigger, and a line of code is read before it.
	numeralReach = 24 + codeLine + 8
)

// form is one way of writing a numeral, ready to be tried.
type form struct {
	numeral  *proof.Number
	words    vocabulary
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

// numberTable holds the forms of an engine's rules by what wakes them: FourDigits by the length of the run.
type numberTable struct {
	runs         [24]formList
	groups, dots formList
	labels       map[string]*formList
	// next is the table of a rule that somebody adds. Each has its own, because in a table one form takes the place of
	// another, and no added rule may take that of ours.
	next *numberTable
}

func (t *numberTable) add(r *Rule, n *proof.Number) {
	named := vocabularyOf(n.Words)
	each := func(list string, place func(pattern string, f form)) {
		for pattern := range strings.SplitSeq(list, "|") {
			if pattern != "" {
				f := form{numeral: n, words: named, rule: r}
				f.read(pattern)
				place(pattern, f)
			}
		}
	}
	each(n.Forms, t.place)
	each(n.Labelled, func(pattern string, f form) {
		f.labelled = true
		t.place(pattern, f)
	})
	each(n.Spoken, func(_ string, f form) {
		f.anchor, f.run = 0, 0
		for label := range strings.SplitSeq(n.Labels, ",") {
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
	wake(automaton.FourDigits, func(c *check, _ *Rule, at letters.Span) {
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
	wake(automaton.ThreeDigits, func(c *check, _ *Rule, at letters.Span) {
		for t := c.engine.numbers(); t != nil; t = t.next {
			c.numeral(&t.groups, at.Start, 0)
		}
	})
	wake(automaton.DigitDot, func(c *check, _ *Rule, at letters.Span) {
		for t := c.engine.numbers(); t != nil; t = t.next {
			c.numeral(&t.dots, at.Start, 0)
		}
	})
	var labels []string
	for _, n := range proof.Numbers {
		if n.Labels != "" {
			labels = append(labels, strings.Split(n.Labels, ",")...)
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
		for _, n := range proof.Numbers {
			if n.Name == r.numeral {
				into.add(r, n)
			}
		}
	}
	return t
}

// numeral tries forms at a trigger, where a run of digits is known to stand, and emits the one that fits best.
func (c *check) numeral(list *formList, at, run int) {
	left := list.before[c.before(at)] & list.after[c.byteAt(at+run)]
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
		var scratch [proof.Longest]byte
		compact := proof.Compact(scratch[:0], c.text[v.Start:v.End])
		if proof.IsSequence(compact) || f.numeral.Check != nil && !f.numeral.Check(compact) || !c.data(v) {
			continue
		}
		near := c.named(v, f.words)
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
		f.bytes = append(f.bytes, proof.FormBytes[pattern[i]])
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
