package find

import (
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

const (
	// NumeralReach: a form begins at most 23 bytes before its trigger, and a line of code is read before it.
	NumeralReach = 24 + look.CodeLine + 8
)

// form is one way of writing a numeral, ready to be tried.
type form struct {
	numeral *proof.Number
	words   look.Vocabulary
	owner   int
	// labelled needs one of the words, doubted is in doubt without, hinted with them.
	labelled, doubted, hinted bool
	bytes                     []*[256]bool // what may stand at each place
	signs                     []int        // where the same blank or dash stands
	anchor                    int          // where the trigger begins
	run                       int          // how many digits are known to stand there
}

// formList is what one trigger wakes: groups of forms of which each is looked up at once.
type formList []formGroup

// formGroup is as many forms as an integer has bits. Most texts differ from most forms in the byte before the run, or in
// the two behind it, so these are looked up for all forms at once: a bit for each that they leave.
type formGroup struct {
	forms                  []form
	before, after, further [256]uint32
	// own are those that begin with the run.
	own uint32
}

// groupSize is how many forms a group has at most.
const groupSize = 32

func (l *formList) add(f form) {
	if n := len(*l); n == 0 || len((*l)[n-1].forms) == groupSize {
		*l = append(*l, formGroup{})
	}
	g := &(*l)[len(*l)-1]
	bit := uint32(1) << len(g.forms)
	if f.anchor == 0 {
		g.own |= bit
	}
	for b := range 256 {
		if f.anchor > 0 && f.bytes[f.anchor-1][b] || f.anchor == 0 && !letters.IsWord(byte(b)) {
			g.before[b] |= bit
		}
		if end := f.anchor + f.run; end < len(f.bytes) && f.bytes[end][b] || end == len(f.bytes) && !letters.IsWord(byte(b)) {
			g.after[b] |= bit
		}
		if further := f.anchor + f.run + 1; further >= len(f.bytes) || f.bytes[further][b] {
			g.further[b] |= bit
		}
	}
	g.forms = append(g.forms, f)
}

// Numbers holds the forms of some kinds of numbers by what wakes them: fourDigits by the length of the run.
type Numbers struct {
	runs         [24]formList
	groups, dots formList
	labels       map[string]*formList
}

// NumbersOf is the table of the kinds with these names. What it finds is of the name with that index.
func NumbersOf(names []string) *Numbers {
	t := &Numbers{labels: map[string]*formList{}}
	for _, n := range proof.Numbers { // in this order: the first that fits wins
		if owner := slices.Index(names, n.Name); owner >= 0 {
			t.add(owner, n)
		}
	}
	return t
}

func (t *Numbers) add(owner int, n *proof.Number) {
	named := look.VocabularyOf(n.Words)
	each := func(list string, place func(pattern string, f form)) {
		for pattern := range strings.SplitSeq(list, "|") {
			if pattern != "" {
				f := form{numeral: n, words: named, owner: owner}
				f.read(pattern)
				place(pattern, f)
			}
		}
	}
	each(n.Forms, t.place)
	each(n.Doubtful, func(pattern string, f form) {
		f.doubted = true
		t.place(pattern, f)
	})
	each(n.Labelled, func(pattern string, f form) {
		f.labelled = true
		t.place(pattern, f)
	})
	each(n.Hinted, func(pattern string, f form) {
		f.labelled, f.hinted = true, true
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
func (t *Numbers) place(pattern string, f form) {
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

// FoundNumber is a number: of which name of the table, where, whether it is in doubt, and whether it is given to nobody.
type FoundNumber struct {
	Owner            int
	Where            letters.Span
	Doubted, Nobodys bool
}

// NumberWake is a trigger of numbers, and what it asks of a table: the number that stands there.
type NumberWake struct {
	Trigger string
	Find    func(t *Numbers, c *look.Text, at letters.Span) (found FoundNumber, ok bool)
}

// NumberWakes are the triggers of all kinds of numbers.
var NumberWakes = func() []NumberWake {
	wakes := []NumberWake{
		{automaton.FourDigits, func(t *Numbers, c *look.Text, at letters.Span) (FoundNumber, bool) {
			n := at.Len()
			for n < len(t.runs) && letters.IsDigit(c.ByteAt(at.Start+n)) {
				n++
			}
			if n == len(t.runs) {
				return FoundNumber{}, false
			}
			return t.runs[n].find(c, at.Start, n)
		}},
		{automaton.ThreeDigits, func(t *Numbers, c *look.Text, at letters.Span) (FoundNumber, bool) {
			return t.groups.find(c, at.Start, 0)
		}},
		{automaton.DigitDot, func(t *Numbers, c *look.Text, at letters.Span) (FoundNumber, bool) {
			return t.dots.find(c, at.Start, 0)
		}},
	}
	var labels []string
	for _, n := range proof.Numbers {
		if n.Labels != "" {
			labels = append(labels, strings.Split(n.Labels, ",")...)
		}
	}
	slices.Sort(labels)
	for _, label := range slices.Compact(labels) {
		wakes = append(wakes, NumberWake{label, func(t *Numbers, c *look.Text, at letters.Span) (FoundNumber, bool) {
			if forms := t.labels[label]; forms != nil {
				if from, ok := c.AfterLabel(at); ok {
					return forms.find(c, from, 0)
				}
			}
			return FoundNumber{}, false
		}})
	}
	return wakes
}()

// find tries forms at a trigger, where a run of digits is known to stand: the one that fits best.
func (l formList) find(c *look.Text, at, run int) (found FoundNumber, ok bool) {
	// What looks like the end of an escape may be the number's own beginning: =196.
	before, inside, after, further := c.Before(at), c.ByteAt(at-1), c.ByteAt(at+run), c.ByteAt(at+run+1)
	var t *trying // lent when a form fits
	var best fitting
	asked := !c.File.Code // whether data may begin here
	var barred uint32     // what begins with a number of the program's own, as nearly all in a program
	for i := range l {
		left := (l[i].before[before] | l[i].before[inside]) & l[i].after[after] & l[i].further[further]
		if left&l[i].own != 0 && !asked {
			if asked = true; !c.Data(letters.Between(at, at)) {
				barred = ^uint32(0)
			}
		}
		for left &^= l[i].own & barred; left != 0; left &= left - 1 {
			f := &l[i].forms[bits.TrailingZeros32(left)]
			v := letters.Between(at-f.anchor, at-f.anchor+len(f.bytes))
			if v.Start < 0 || v.End > len(c.Bytes) || !f.fits(c.Bytes[v.Start:v.End]) || !c.Apart(v) {
				continue
			}
			if t == nil {
				t = tryingPool.Get().(*trying)
				t.Text, t.from = c, -1
				t.around.Forget()
			}
			t.try(f, v, &best)
		}
	}
	if t != nil {
		t.Text = nil
		tryingPool.Put(t)
	}
	if best.form == nil {
		return FoundNumber{}, false
	}
	f := best.form
	return FoundNumber{f.owner, best.where, f.hinted || f.doubted && best.nearest == 0, best.nobodys}, true
}

// trying is a text in which forms are tried that begin at few places: what is asked of a place is asked once.
type trying struct {
	*look.Text
	around look.Around
	from   int // where it is known whether data may begin
	data   bool
	// compact is lent for the value that checks are asked of: what they are given would not stay on the stack.
	compact [proof.Longest]byte
}

var tryingPool = sync.Pool{New: func() any { return new(trying) }}

// mayBegin is Data.
func (t *trying) mayBegin(v letters.Span) bool {
	if t.from != v.Start {
		t.from, t.data = v.Start, t.Data(v)
	}
	return t.data
}

// fitting is a form that fits, where, and how near before it a word stands that names its kind.
type fitting struct {
	form    *form
	where   letters.Span
	nearest int
	nobodys bool
}

// betterThan orders what fits: somebody's before nobody's, the one whose word stands nearer, what its check proves, the longer.
func (f fitting) betterThan(other *fitting) bool {
	switch {
	case f.nobodys != other.nobodys:
		return !f.nobodys
	case f.nearest != other.nearest:
		return f.nearest > other.nearest
	case f.form.numeral.Unproved != other.form.numeral.Unproved:
		return !f.form.numeral.Unproved
	}
	return f.where.Len() > other.where.Len()
}

// try asks what else speaks for a form that fits, the cheapest first.
func (t *trying) try(f *form, v letters.Span, best *fitting) {
	if !t.mayBegin(v) {
		return
	}
	compact := proof.Compact(t.compact[:0], t.Bytes[v.Start:v.End])
	if proof.IsSequence(compact) {
		return
	}
	nobodys := false
	if f.numeral.Check != nil && !f.numeral.Check(compact) {
		if nobodys = f.numeral.Reserved != nil && f.numeral.Reserved(compact); !nobodys {
			return
		}
	}
	near := t.around.Named(t.Text, v, f.words)
	if near == 0 && (f.labelled || f.doubted && t.AmongNumbers(v)) {
		return
	}
	if fits := (fitting{f, v, near, nobodys}); best.form == nil || fits.betterThan(best) {
		*best = fits
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
