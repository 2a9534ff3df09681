package proof_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// TestChecksNeedTheirDigits: a check that still passes with one digit changed would prove nothing.
// Each kind's own vectors are changed at each place; few may pass, where letters are only a form.
func TestChecksNeedTheirDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range proof.Numbers {
		rule := detect.Default().Rule(n.Name)
		if n.Unproved || rule == nil || len(rule.Examples) == 0 {
			continue
		}
		for _, example := range rule.Examples {
			f := detect.Default().Find("", []byte(example))[0]
			v := proof.Compact(nil, []byte(example[f.Start:f.End]))
			passed, tried := 0, 0
			for i, b := range v {
				if !letters.IsDigit(b) {
					continue
				}
				changed := slices.Clone(v)
				changed[i] = '0' + (b-'0'+1+byte(r.IntN(9)))%10
				tried++
				if n.Check(changed) {
					passed++
				}
			}
			if tried == 0 || passed*4 > tried {
				t.Errorf("%s: %d of %d numbers with a changed digit pass", n.Name, passed, tried)
			}
		}
	}
}
