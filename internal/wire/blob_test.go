package wire

import (
	"fmt"
	"strings"
	"testing"
)

// TestBlob: only what is base64 passes for it. Written as escapes, any text is made of base64's letters.
func TestBlob(t *testing.T) {
	escaped := ""
	for _, c := range "hunter2 is the password" {
		escaped += fmt.Sprintf(`\u%04x`, c)
	}
	picture := strings.Repeat("aZ09", 16)
	for text, want := range map[string]bool{
		picture:                            true,
		"data:image/png;base64," + picture: true,
		picture + `\/\u002B\u002b\u003D=`:  true,
		picture[1:]:                        false,
		picture[4:] + `\u002b`:             false,
		escaped:                            false,
		picture + `\u0041`:                 false,
		picture + `\n`:                     false,
		picture + `\`:                      false,
		picture + `\u002`:                  false,
		picture + " a password":            false,
		"data:text/plain," + picture:       false,
	} {
		if got := isBlob([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
