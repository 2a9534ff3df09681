package detect

import (
	"bytes"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// drawn is a text that an expression was made to match, and what each byte of it is from.
type drawn struct {
	text []byte
	from []*syntax.Regexp // the class that the byte was drawn from; nil for a literal
	// group is where the expression's value stands.
	group letters.Span
}

// drawer draws texts from expressions, the same ones for the same seed.
type drawer struct {
	*rand.Rand
	// length says how often something is repeated that may be repeated least to most times.
	length func(least, most int) int
}

func newDrawer(seed string) *drawer {
	var n uint64
	for _, b := range []byte(seed) {
		n = n*131 + uint64(b)
	}
	d := &drawer{Rand: rand.New(rand.NewPCG(n, 1))}
	d.length = func(least, most int) int { return least + d.IntN(most-least+1) }
	return d
}

// draw makes a text that the expression matches.
func (d *drawer) draw(t testing.TB, expr string) drawn {
	t.Helper()
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	var out drawn
	d.add(&out, tree)
	if out.group.Len() == 0 {
		out.group = letters.Between(0, len(out.text))
	}
	return out
}

func (d *drawer) add(out *drawn, re *syntax.Regexp) {
	put := func(b byte, class *syntax.Regexp) { out.text, out.from = append(out.text, b), append(out.from, class) }
	switch re.Op {
	case syntax.OpLiteral:
		for _, b := range []byte(string(re.Rune)) {
			if re.Flags&syntax.FoldCase != 0 && letters.IsUpper(b) {
				b += 'a' - 'A'
			}
			put(b, nil)
		}
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		if from := membersOf(re); len(from) > 0 {
			put(from[d.IntN(len(from))], re)
		}
	case syntax.OpCapture:
		start := len(out.text)
		d.add(out, re.Sub[0])
		if out.group.Len() == 0 {
			out.group = letters.Between(start, len(out.text))
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			d.add(out, sub)
		}
	case syntax.OpAlternate:
		ways := re.Sub
		for _, sub := range re.Sub { // an end or a beginning: what stands around is the context's business
			if sub.Op == syntax.OpBeginText || sub.Op == syntax.OpEndText || sub.Op == syntax.OpBeginLine || sub.Op == syntax.OpEndLine {
				ways = nil
			}
		}
		if ways != nil {
			d.add(out, ways[d.IntN(len(ways))])
		}
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		least, most := bounds(re)
		if most == unlimited {
			most = least + 16
		}
		for range d.length(least, most) {
			d.add(out, re.Sub[0])
		}
	}
}

// membersOf are the bytes that a value may have of a class: printable ones, and of a class that only
// excludes some, letters and digits.
func membersOf(re *syntax.Regexp) (all []byte) {
	wide := re.Op != syntax.OpCharClass || re.Rune[len(re.Rune)-1] > 0x7f
	for c := byte(' '); c < 0x7f; c++ {
		in := re.Op != syntax.OpCharClass
		for i := 0; re.Op == syntax.OpCharClass && i < len(re.Rune); i += 2 {
			in = in || re.Rune[i] <= rune(c) && rune(c) <= re.Rune[i+1]
		}
		if in && (!wide || letters.IsAlnum(c)) {
			all = append(all, c)
		}
	}
	return all
}

// password is one that people choose or generate.
func (d *drawer) password() []byte {
	for {
		v := make([]byte, 10+d.IntN(8))
		for i := range v {
			v[i] = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#^*-_+"[d.IntN(64)]
		}
		if letters.IsAlnum(v[0]) && letters.IsAlnum(v[len(v)-1]) && bytes.ContainsAny(v, "23456789") && strings.ToLower(string(v)) != string(v) {
			return v
		}
	}
}
