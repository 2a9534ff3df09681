package find

import (
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Hidden text is letters that draw nothing and that a model reads: those of the tag block, or joiners and spaces without width as
// bits. A few in a row belong to emoji, flags and scripts that join their letters.

// hiddenTriggers are the block of tags, and what has no width.
var hiddenTriggers = []string{"\xf3\xa0\x80", "\xf3\xa0\x81", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}

const (
	// fewestTags are more than a flag of a land has, and fewestWidthless more than any script.
	fewestTags, fewestWidthless = 8, 6
	// mostHidden is how many letters of it are taken.
	mostHidden  = 1024
	hiddenReach = mostHidden*utf8.UTFMax + utf8.UTFMax
)

// hiddenKind is 1 for a letter of the tag block, 2 for one without width, and 0 for all others.
func hiddenKind(r rune) int {
	switch {
	case r >= 0xe0000 && r <= 0xe007f:
		return 1
	case r == 0x200b || r == 0x200c || r == 0x200d || r == 0x2060 || r == 0xfeff:
		return 2
	}
	return 0
}

// findHidden is woken at each such letter, and looks on from the first of a row.
func findHidden(c *look.Text, at letters.Span) {
	text := c.Bytes
	r, _ := utf8.DecodeRune(text[at.Start:])
	kind := hiddenKind(r)
	before, _ := utf8.DecodeLastRune(text[max(0, at.Start-utf8.UTFMax):at.Start])
	if kind == 0 || hiddenKind(before) == kind {
		return
	}
	end, n := at.Start, 0
	for end < len(text) && n < mostHidden {
		r, size := utf8.DecodeRune(text[end:])
		if hiddenKind(r) != kind {
			break
		}
		end, n = end+size, n+1
	}
	if kind == 1 && n >= fewestTags || kind == 2 && n >= fewestWidthless {
		v := letters.Between(at.Start, end)
		c.Emit(v, v)
	}
}
