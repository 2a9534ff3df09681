package automaton

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/packed"
)

// TestWalk: what is found without the table is what is found by it, and it is filled when much was read.
func TestWalk(t *testing.T) {
	words := []string{"ab", "abab", "b", "token", "ken", "akia", "@", FourDigits, DigitDot, HexPairs}
	b := NewBuilder()
	for n, w := range words {
		b.Add(w, int32(n))
	}
	built, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	w := &packed.Writer{}
	Write(w, built)
	read := func() *DFA { return Read(&packed.Reader{Rest: string(w.Bytes)}) }
	scan := func(a *DFA, text []byte, from int) (all []string) {
		a.Scan(text, letters.Between(from, len(text)), func(tr *Trigger, at letters.Span) { all = append(all, fmt.Sprint(tr.Wakes, at)) })
		return all
	}
	r := rand.New(rand.NewPCG(5, 6))
	a := read()
	for range 200 {
		if a.kept.filled.Load() {
			a = read()
		}
		text := make([]byte, r.IntN(walkLimit/4))
		for i := range text {
			text[i] = "aAbBtokenKIA@0123456789.+:- "[r.IntN(28)]
		}
		from := r.IntN(len(text) + 1)
		if got, want := scan(a, text, from), scan(built, text, from); !slices.Equal(got, want) {
			t.Fatalf("%q from %d: %v, want %v", text, from, got, want)
		}
	}
	if a = read(); a.kept.filled.Load() {
		t.Error("the table is filled before it is needed")
	}
	if !a.Equals(built) || !a.kept.filled.Load() {
		t.Error("the table is another")
	}
}
