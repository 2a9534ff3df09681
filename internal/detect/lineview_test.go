package detect

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// TestTypesetHeads: whatever typeset reads is one of the heads, by which all else is passed over.
func TestTypesetHeads(t *testing.T) {
	for r := rune(0x80); r <= utf8.MaxRune; r++ {
		sign := utf8.AppendRune(nil, r)
		if _, size := typeset(sign, 0); size > 0 && !foreignTable().wakes.has(foreignHead(sign, 0)) {
			t.Errorf("%U is passed over", r)
		}
	}
}

// TestBeyond: however signs, labels, letters and bytes that are no characters stand together, none is passed over that
// something begins with.
func TestBeyond(t *testing.T) {
	pieces := strings.Fields("a 1 Straße ж слово これ 한국 \u00a0 \u2009 \u2212 ： 😀 \xc3 \xd0 \xe3\x80 \xef\xbc \x80 \xf0\x9f x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	var labels [][]byte
	for _, g := range foreignTable().groups {
		for _, l := range g.labels {
			labels = append(labels, []byte(l.word))
			pieces = append(pieces, l.word)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var text []byte
		for range r.IntN(12) {
			text = append(text, pieces[r.IntN(len(pieces))]...)
			if r.IntN(3) == 0 {
				text = append(text, ' ')
			}
		}
		c := &check{Text: look.TextOf(text, look.File{}, nil)}
		var asked []int
		from := r.IntN(len(text) + 1)
		c.beyond(letters.Between(from, len(text)), func(i int) bool { asked = append(asked, i); return true })
		for i := from; i < len(text); i++ {
			wanted := c.isTypeset(i)
			for _, l := range labels {
				at := bytes.IndexFunc(l, func(r rune) bool { return r >= 0x80 })
				wanted = wanted || bytes.HasPrefix(text[i:], l[at:]) && !(text[i] < 0xe0 && c.inWord(i))
			}
			if wanted && !slices.Contains(asked, i) {
				t.Fatalf("%q: %d is passed over", text, i)
			}
		}
	}
}

// TestWideTriggers: every character with which a label of another script may begin wakes its escape, and no other prefix does.
func TestWideTriggers(t *testing.T) {
	prefixes := map[string]bool{}
	for r, heads := rune(0), foreignTable().heads; r < 1<<16; r++ {
		if heads.has(r) {
			prefixes[fmt.Sprintf(`\u%02x`, r>>8)] = true
		}
	}
	if want := slices.Sorted(maps.Keys(prefixes)); !slices.Equal(wideTriggers, want) {
		t.Errorf("wideTriggers are\n%s\nnot\n%s", strings.Join(wideTriggers, " "), strings.Join(want, " "))
	}
}
