package find

import (
	"bytes"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Hidden text is letters that draw nothing and that a model reads: those of the tag block, or joiners and spaces without width as
// bits. A few in a row belong to emoji, flags and scripts that join their letters. A control that reorders what is seen is hidden
// by itself: Trojan Source, CVE-2021-42574.

const (
	// fewestTags are more than a flag of a land has, and fewestWidthless more than any script.
	fewestTags, fewestWidthless = 8, 6
	// mostHidden is how many letters of it are taken.
	mostHidden = 1024
	// HiddenReach is the farthest byte from a row's first that is looked at, and HiddenBack what is before it.
	HiddenReach = mostHidden*utf8.UTFMax + utf8.UTFMax
	HiddenBack  = utf8.UTFMax
)

// What hidden letters are.
const (
	seen = iota
	aTag
	widthless
	jumping
)

func hiddenKind(r rune) int {
	switch {
	case r >= 0xe0000 && r <= 0xe007f:
		return aTag
	case r == 0x200b || r == 0x200c || r == 0x200d || r == 0x2060:
		return widthless
	case r == 0x202a || r == 0x202b || r == 0x202d || r == 0x202e || r >= 0x2066 && r <= 0x2068:
		return jumping
	}
	return seen
}

// Hidden calls invisible and reordering for what begins in the span and nobody sees. It is no finder with triggers: the bytes that
// these letters begin with begin quotes and dashes, too, and to look for them alone costs a text without any next to nothing.
func Hidden(text []byte, span letters.Span, invisible, reordering func(at letters.Span)) {
	for _, first := range [...]byte{0xe2, 0xf3} {
		for i := span.Start; i < span.End; i++ {
			n := bytes.IndexByte(text[i:span.End], first)
			if n < 0 {
				break
			}
			i += n
			switch kind, n, row := hiddenRow(text, i); {
			case kind == aTag && n >= fewestTags, kind == widthless && n >= fewestWidthless:
				invisible(row)
			case kind == jumping:
				reordering(row)
			}
		}
	}
}

// hiddenRow is the row of hidden letters of a kind that begins at a place.
func hiddenRow(text []byte, start int) (kind, n int, row letters.Span) {
	if start+2 < len(text) && text[start] == 0xe2 && (text[start+1] != 0x80 || text[start+2]-0x8b > 0xae-0x8b) && text[start+1] != 0x81 {
		return seen, 0, row // a quote, a dash
	}
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
