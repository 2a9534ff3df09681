package proof_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// TestChecksNeedTheirDigits: a check that still passes with one digit changed would prove nothing.
// Each kind's own vectors are changed at each place; few may pass, where letters are only a form.
func TestChecksNeedTheirDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	sets, err := detect.LoadFS(rules.FS, "detect")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string][]string{} // the engine's own rules go without
	for _, set := range sets {
		for _, rule := range set.Rules {
			examples[rule.ID] = rule.Examples
		}
	}
	kinds := 0
	for _, n := range proof.Numbers {
		if n.Unproved || len(examples[n.Name]) == 0 {
			continue
		}
		kinds++
		for _, example := range examples[n.Name] {
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
	if kinds < 60 {
		t.Errorf("only %d kinds have examples", kinds)
	}
}
