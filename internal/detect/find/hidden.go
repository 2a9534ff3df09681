package find

import (
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Hidden text is letters that draw nothing and that a model reads: those of the tag block, or joiners and spaces without width as
// bits. A few in a row belong to emoji, flags and scripts that join their letters. A control that reorders what is seen is hidden
// by itself: Trojan Source, CVE-2021-42574.

// hiddenTriggers are how the block of tags begins, and the punctuation that has all the others: whole letters would be many
// states of the automaton.
var hiddenTriggers = []string{"\xf3\xa0", "\xe2\x80", "\xe2\x81"}

const (
	// fewestTags are more than a flag of a land has, and fewestWidthless more than any script.
	fewestTags, fewestWidthless = 8, 6
	// mostHidden is how many letters of it are taken.
	mostHidden  = 1024
	hiddenReach = mostHidden*utf8.UTFMax + utf8.UTFMax
)

// What hidden letters are.
const (
	seen = iota
	aTag
	widthless
	reordering
)

func hiddenKind(r rune) int {
	switch {
	case r >= 0xe0000 && r <= 0xe007f:
		return aTag
	case r == 0x200b || r == 0x200c || r == 0x200d || r == 0x2060:
		return widthless
	case r == 0x202a || r == 0x202b || r == 0x202d || r == 0x202e || r >= 0x2066 && r <= 0x2068:
		return reordering
	}
	return seen
}

// findHidden looks for what is read and not seen.
func findHidden(c *look.Text, at letters.Span) {
	switch kind, n, v := hiddenRow(c, at.Start); {
	case kind == aTag && n >= fewestTags, kind == widthless && n >= fewestWidthless:
		c.Emit(v, v)
	}
}

// findReordering looks for what has the line seen in another order than it is read in.
func findReordering(c *look.Text, at letters.Span) {
	if kind, _, v := hiddenRow(c, at.Start); kind == reordering {
		c.Emit(v, v)
	}
}

// hiddenRow is the row of hidden letters of a kind that begins at a place.
func hiddenRow(c *look.Text, start int) (kind, n int, row letters.Span) {
	text := c.Bytes
	r, size := utf8.DecodeRune(text[start:])
	if kind = hiddenKind(r); kind == seen {
		return seen, 0, row
	}
	if before, _ := utf8.DecodeLastRune(text[max(0, start-utf8.UTFMax):start]); hiddenKind(before) == kind {
		return seen, 0, row // it is found from its first
	}
	end := start
	for end < len(text) && n < mostHidden && hiddenKind(r) == kind {
		end, n = end+size, n+1
		r, size = utf8.DecodeRune(text[end:])
	}
	return kind, n, letters.Between(start, end)
}
