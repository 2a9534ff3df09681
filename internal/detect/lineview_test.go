package detect

import (
	"testing"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// TestTypesetHeads: whatever typeset reads begins with one of the heads, by which all else is passed over.
func TestTypesetHeads(t *testing.T) {
	for r := rune(0x80); r <= utf8.MaxRune; r++ {
		sign := utf8.AppendRune(nil, r)
		if _, size := typeset(sign, 0); size == 0 {
			continue
		}
		if c := (&check{Text: look.TextOf(sign, look.File{}, nil)}); !c.isBeyond(0) {
			t.Errorf("%U is passed over", r)
		}
	}
}
