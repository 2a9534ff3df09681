package detect

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// TestShapesAreTheirExpressions: wherever a shape decides, it decides as the expression it was made of:
// on every rule's examples, cut and changed at random.
func TestShapesAreTheirExpressions(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	shapes := 0
	all, _ := loaded(t)
	for _, r := range all.Rules() {
		if r.pattern == nil || !r.pattern.anchored || r.pattern.woken().shapes == nil {
			continue
		}
		shapes++
		re := r.pattern.woken().re()
		for _, example := range r.Examples {
			for range 60 / trial.Thorough {
				text := []byte(example)
				for range random.IntN(3) {
					text[random.IntN(len(text))] = "aZ09_-/+. \n="[random.IntN(12)]
				}
				text = text[:1+random.IntN(len(text))]
				for at := range text {
					var whole, value letters.Span
					ok := false
					for _, s := range r.pattern.woken().shapes {
						if whole, value, ok = s.match(text[at:]); ok {
							break
						}
					}
					m := re.FindSubmatchIndex(text[at:])
					if ok && emphasis(text[at+whole.End:]) {
						continue // of which an expression does not know
					}
					if ok != (m != nil) {
						t.Fatalf("%s: the shape says %v, its expression %v", r.ID, ok, m)
					}
					if !ok {
						continue
					}
					want := letters.Between(m[0], m[1])
					if len(m) > 2 && m[2] >= 0 && m[2] < m[3] {
						want = letters.Between(m[2], m[3])
					}
					if whole != (letters.Between(m[0], m[1])) || value != want {
						t.Fatalf("%s: the shape gives %v in %v, its expression %v", r.ID, value, whole, m)
					}
				}
			}
		}
	}
	t.Logf("%d of %d rules are decided by a shape", shapes, len(Default().Rules()))
	if shapes < 250 {
		t.Errorf("only %d rules are decided by a shape", shapes)
	}
}

// TestShape: what a shape must refuse, because taking all there is would differ from the expression.
func TestShape(t *testing.T) {
	for expr, ok := range map[string]bool{
		`abc[0-9]{4}`: true, `(?i)ab[0-9]+`: true, `a([0-9]{3})b`: true, `[a-z]{2}[0-9]{3,5}`: true, `[a-z]{3}\b`: true,
		`[a-z]+z`: false, `[a-z-]+\b`: false, `a*?b`: false, `ab|c`: true, `a[0-9]{2}(?:[^0-9]|$)`: true, `a[0-9-]{2,3}(?:[^0-9]|$)`: false, `(?:ab)?c`: true, `(?i)key`: false, `(a)(b)`: false, `[^a]b`: false,
	} {
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if got := compileShapes(tree) != nil; got != ok {
			t.Errorf("%s: a shape: %v, want %v", regexp.QuoteMeta(expr), got, ok)
		}
	}
}
