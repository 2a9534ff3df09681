package automaton

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// TestLeads: the digit patterns' own automaton finds what expressions find, and nothing inside the
// constants of a program.
func TestLeads(t *testing.T) {
	patterns := map[string]string{
		DigitDot:    `[0-9]\.[0-9]$`,
		PlusDigit:   `\+[0-9]$`,
		ThreeDigits: `(?:^|[^0-9])[0-9]{3}[ -][0-9]$`,
		BirthDay:    `(?:^|[^0-9])[0-9]{2}[a-ehlmprst][0-9]{2}$`,
		Coin:        `(?:^|[^0-9a-z_])[13][0-9]{0,2}[a-z]$`,
		HexPairs:    `(?:^|[^0-9a-z_])(?:[0-9a-f]{2}[:-]){3}[0-9a-f]$`,
	}
	compiled := map[string]*regexp.Regexp{}
	for name, p := range patterns {
		compiled[name] = regexp.MustCompile(p)
	}
	triggers := func(text []byte) (found []string) {
		b := NewBuilder()
		names := append(slices.Collect(maps.Keys(patterns)), FourDigits, LongHex)
		for n, name := range names {
			b.Add(name, int32(n))
		}
		a, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		a.Scan(text, letters.Between(0, len(text)), func(tr *Trigger, at letters.Span) {
			found = append(found, names[tr.Wakes[0]])
		})
		return found
	}
	r := rand.New(rand.NewPCG(5, 6))
	seen := map[string]int{}
	for range 300 {
		var text []byte
		for range 20 {
			text = append(text, []string{"0", "12", "345", "1", "3", "a", "b", ":", "-", ".", "+", " ", "_", "m", "7a:", "b0:", "12-", "75m04"}[r.IntN(18)]...)
		}
		got := triggers(text)
		for name, re := range compiled {
			want := 0
			for end := 1; end <= len(text); end++ {
				if re.Match(text[:end]) {
					want++
				}
			}
			have := 0
			for _, g := range got {
				if g == name {
					have++
				}
			}
			seen[name] += want
			// Of addresses that overlap the first wakes the check, which reads them all as one that is too long.
			if name == HexPairs {
				have, want = min(have, 1), min(want, 1)
			}
			if have != want {
				t.Fatalf("%q: %q found %d times, want %d", text, name, have, want)
			}
		}
	}
	for name, n := range seen {
		if n == 0 {
			t.Errorf("%q never occurred", name)
		}
	}
	for text, want := range map[string][]string{
		"x = 0x12345678":                         nil,
		"x = 0x0123456789abcdef, 12345":          {FourDigits},
		"0x0123456789abcdef0":                    {LongHex},
		"0x0123456789abcdef0123456789abcdef.123": {LongHex},
		"0123x4567":                              {FourDigits, FourDigits},
	} {
		if got := triggers([]byte(text)); !slices.Equal(got, want) {
			t.Errorf("%q wakes %q, want %q", text, got, want)
		}
	}
}
