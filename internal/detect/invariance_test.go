package detect

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// mixtures are random texts of all that rules find and do not find.
func mixtures(t testing.TB, n int) (texts [][]byte) {
	random := rand.New(rand.NewPCG(21, 22))
	between := material(t)
	for range n {
		var text []byte
		for len(text) < 8<<10 {
			text = append(text, between[random.IntN(len(between))]...)
		}
		texts = append(texts, text)
	}
	return texts
}

// said is what a finding says, whichever engine found it.
type said struct {
	rule string
	span letters.Span
	with letters.Span
	Severity
	proved bool
}

func sayings(e *Engine, text []byte) (all []said) {
	for _, f := range e.Find("", text) {
		all = append(all, said{f.Rule.ID, f.Span, f.With, f.Severity, f.Validated})
	}
	return all
}

// TestOrderOfRules: in whatever order rules and files come, the findings are the same.
func TestOrderOfRules(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 24))
	texts := mixtures(t, max(1, 6/trial.Thorough))
	whole, sets := loaded(t)
	for range max(1, 4/trial.Thorough) {
		random.Shuffle(len(sets), func(i, k int) { sets[i], sets[k] = sets[k], sets[i] })
		for _, s := range sets {
			random.Shuffle(len(s.Rules), func(i, k int) { s.Rules[i], s.Rules[k] = s.Rules[k], s.Rules[i] })
		}
		e, err := New(sets...)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if want, got := sayings(whole, text), sayings(e, text); !slices.Equal(got, want) || len(want) == 0 {
				t.Fatalf("%d findings, in another order of the rules %d", len(want), len(got))
			}
		}
	}
}

// TestGoroutines: one engine serves sixteen at once, and each finds what one alone finds.
func TestGoroutines(t *testing.T) {
	e := Default()
	texts := mixtures(t, 8)
	want := make([][]Finding, len(texts))
	for i, text := range texts {
		want[i] = e.Find("", text)
	}
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			for i := range texts {
				i = (i + n) % len(texts)
				if got := e.Find("", texts[i]); !slices.Equal(got, want[i]) {
					t.Errorf("goroutine %d finds %d, alone it is %d", n, len(got), len(want[i]))
				}
			}
		})
	}
	all.Wait()
}
