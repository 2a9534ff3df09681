package find

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestCapitalAt: what two bytes answer is what Unicode says.
func TestCapitalAt(t *testing.T) {
	for r := rune(0xc0); r <= utf8.MaxRune; r++ {
		if got := capitalAt(utf8.AppendRune(nil, r), 0); utf8.ValidRune(r) && got != unicode.IsUpper(r) {
			t.Errorf("%U: %t", r, got)
		}
	}
}
