package detect

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// numbers are the rules that find kinds of numbers, and their forms, which are tried all at once.
type numbers struct {
	table *find.Numbers
	rules []*Rule
	// next is the table of a rule that somebody adds. Each has its own, because in a table one form takes the place of
	// another, and no added rule may take that of ours.
	next *numbers
}

// numberRules wake the forms of an engine's rules; what they find belongs to those rules. They are the same in
// every engine, so that its table is made only when a number is met.
var numberRules []*Rule

func init() { // not a literal: the checks refer to rules
	for _, w := range find.NumberWakes {
		run := func(c *check, _ *Rule, at letters.Span) {
			for n := c.engine.numbers(); n != nil; n = n.next {
				if found, ok := w.Find(n.table, &c.Text, at); ok {
					c.emitNumber(n.rules[found.Owner], found)
				}
			}
		}
		numberRules = append(numberRules, &Rule{ID: "number:" + w.Trigger, triggers: []string{w.Trigger}, run: run, back: find.NumeralReach, reach: find.NumeralReach})
	}
}

func (c *check) emitNumber(r *Rule, n find.FoundNumber) {
	c.rule = r
	switch {
	case n.Doubted:
		c.Doubt(n.Where, n.Where, c.Bytes[n.Where.Start:n.Where.End])
	case c.Emit(n.Where, n.Where) && n.Nobodys:
		c.Inform()
	}
}

// numbersOf are those among some rules.
func numbersOf(all []*Rule) *numbers {
	ours := &numbers{}
	for _, r := range all {
		switch {
		case r.numeral == "":
		case r.added:
			ours.next = &numbers{table: find.NumbersOf([]string{r.numeral}), rules: []*Rule{r}, next: ours.next}
		default:
			ours.rules = append(ours.rules, r)
		}
	}
	var names []string
	for _, r := range ours.rules {
		names = append(names, r.numeral)
	}
	ours.table = find.NumbersOf(names)
	return ours
}
