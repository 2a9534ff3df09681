package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// What a terminal or a typesetter puts into a line, a reader does not see: colours, blanks that do not break, dashes of
// every length, full-width digits. The views of this file are lines without them, or with what they stand for. They are
// woken by bytes that no keyword has, so that they are looked for beside the automaton.

const (
	// A line is read in pieces of linePiece, each with linePieceBefore of what stands before it and linePieceAfter behind it.
	linePiece       = 1 << 10
	linePieceBefore = 256
	linePieceAfter  = 512
	// lineFar is how long a line is read so. Farther on, where its pieces are not known, each sign is looked at by itself.
	lineFar = 4 << 10
	// Together they are how far from what wakes a view it may reach.
	lineViewBack, lineViewReach = lineFar + linePieceBefore, linePiece + linePieceAfter + 64
)

// unseen is what stands at a place and is not read as it is: the character that is read instead, 0 for none, and its length;
// 0 if there is nothing of that kind.
type unseen func(text []byte, i int) (said rune, size int)

// lineView looks at the piece of a line in which something unseen stands, if it is the first of its kind there.
func (c *check) lineView(at int, read unseen, wakes func(i int) bool) {
	if c.depth >= viewDepth {
		return
	}
	text := c.Bytes
	low := max(0, at-lineFar)
	start := low + bytes.LastIndexByte(text[low:at], '\n') + 1
	piece, size := at, 0
	if start > low || low == 0 {
		piece, size = start+(at-start)/linePiece*linePiece, linePiece
		for i := piece; i < at; i++ {
			if wakes(i) {
				return
			}
		}
	}
	from, to := max(start, piece-linePieceBefore), min(len(text), piece+size+linePieceAfter)
	if end := bytes.IndexByte(text[at:to], '\n'); end >= 0 {
		to = at + end
	}
	for from < piece && !utf8.RuneStart(text[from]) {
		from++
	}
	v := c.view()
	for i := from; i < to; i++ {
		said, size := read(text, i)
		if size == 0 {
			v.add(text[i], i, i+1)
			continue
		}
		if said != 0 {
			var char [utf8.UTFMax]byte
			for _, b := range char[:utf8.EncodeRune(char[:], said)] {
				v.add(b, i, i+size)
			}
		}
		i += size - 1
	}
	c.anchor, c.back, c.reach = at, lineViewBack, lineViewReach
	c.lookAround(v, nil)
}

// colour reads a control sequence, of which nothing is seen.
func colour(text []byte, i int) (said rune, size int) {
	if b := text[i]; b != 0x1b && b != '\\' && b != '^' {
		return 0, 0
	}
	return 0, letters.Sequence(text, i)
}

// colours looks at every line within the span that a terminal colours.
func (c *check) colours(span letters.Span, hold func(start int) bool) {
	for i := span.Start; i < span.End; i++ {
		next := bytes.IndexByte(c.Bytes[i:span.End], 0x1b)
		if next < 0 {
			return
		}
		if i += next; hold == nil || !hold(i) {
			c.coloured(i)
		}
	}
}

// coloured looks at a line if a sequence stands at i.
func (c *check) coloured(i int) {
	if letters.Sequence(c.Bytes, i) > 0 {
		c.lineView(i, colour, func(i int) bool { _, size := colour(c.Bytes, i); return size > 0 })
	}
}

// viewColoured is for sequences that are written as escapes.
func viewColoured(c *check, _ *Rule, at letters.Span) { c.coloured(at.Start) }

// typeset reads a sign of typesetting as the plain one that it stands for.
func typeset(text []byte, i int) (said rune, size int) {
	if text[i] == '&' {
		for _, e := range [...]string{"&nbsp;", "&#160;", "&#xa0;", "&#xA0;", "&thinsp;", "&ndash;", "&#8209;", "&#8239;"} {
			if bytes.HasPrefix(text[i:], []byte(e)) {
				if e == "&ndash;" || e == "&#8209;" {
					return '-', len(e)
				}
				return ' ', len(e)
			}
		}
		return 0, 0
	}
	if text[i] < 0xc2 {
		return 0, 0
	}
	r, size := utf8.DecodeRune(text[i:])
	switch {
	case r == 0x9b: // the beginning of a control sequence
		return 0, letters.SequenceEnd(text, i+size) - i
	case r == 0xa0, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' ', size
	case r >= 0x2010 && r <= 0x2015, r == 0x2212:
		return '-', size
	case r >= 0xff01 && r <= 0xff5e: // the full-width forms of ASCII
		return r - 0xff00 + 0x20, size
	}
	return 0, 0
}

// isTypeset tells whether a sign stands at i that wakes a view: a full-width letter, digit or colon; any other only beside a
// digit, as in a number's groups.
func (c *check) isTypeset(i int) bool {
	said, size := typeset(c.Bytes, i)
	if size == 0 {
		return false
	}
	if c.Bytes[i] == 0xc2 && c.Bytes[i+1] == 0x9b {
		return true
	}
	if c.Bytes[i] == 0xef {
		return letters.IsAlnum(byte(said)) || said == ':' || said == '=' || said == '@'
	}
	return letters.IsDigit(c.ByteAt(i-1)) || letters.IsDigit(c.ByteAt(i+size)) || said == ' ' && c.ByteAt(i-1) == ':'
}

// viewTypeset is for signs that are written as entities.
func viewTypeset(c *check, _ *Rule, at letters.Span) {
	if c.isTypeset(at.Start) {
		c.lineView(at.Start, typeset, c.isTypeset)
	}
}

// wide reads an escape of JSON that says a character beyond ASCII: encoders that write nothing else write all labels so.
func wide(text []byte, i int) (said rune, size int) {
	if text[i] != '\\' || i+6 > len(text) || text[i+1] != 'u' {
		return 0, 0
	}
	for _, b := range text[i+2 : i+6] {
		if !letters.IsHex(b) {
			return 0, 0
		}
	}
	said = rune(letters.HexByte(text[i+2], text[i+3]))<<8 | rune(letters.HexByte(text[i+4], text[i+5]))
	if said < 0x80 || said >= 0xd800 && said < 0xe000 {
		return 0, 0
	}
	return said, 6
}

// wideTriggers are the escapes with which a label may begin.
func wideTriggers() (all []string) {
	for head := range foreignByHead {
		all = append(all, fmt.Sprintf(`\u%04x`, head))
	}
	slices.Sort(all)
	return all
}

// viewWide looks at a line in which a label may stand in escapes.
func viewWide(c *check, _ *Rule, at letters.Span) {
	begins := func(i int) bool {
		said, size := wide(c.Bytes, i)
		return size > 0 && foreignHeads[said>>6]&(1<<(said&63)) != 0
	}
	if begins(at.Start) {
		c.lineView(at.Start, wide, begins)
	}
}

// beyond looks at what is not ASCII within the span: signs of typesetting, and the words by which other scripts call a
// secret or a number.
func (c *check) beyond(span letters.Span, hold func(start int) bool) {
	const high = 0x8080808080808080
	text := c.Bytes
	for i := span.Start; i < span.End; {
		for i+32 <= span.End { // most texts have nothing but ASCII, for long
			p := text[i : i+32 : i+32]
			if (binary.LittleEndian.Uint64(p)|binary.LittleEndian.Uint64(p[8:])|binary.LittleEndian.Uint64(p[16:])|binary.LittleEndian.Uint64(p[24:]))&high != 0 {
				break
			}
			i += 32
		}
		if i+8 <= len(text) {
			x := binary.LittleEndian.Uint64(text[i:]) & high
			if x == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(x) / 8
		}
		if i >= span.End {
			return
		}
		// What nothing begins with is passed over a letter at a time.
		for i < span.End && i+1 < len(text) && text[i] >= 0x80 && !c.isBeyond(i) {
			i++
		}
		if i >= span.End {
			return
		}
		b := text[i]
		if b < 0xc2 {
			i++
			continue
		}
		if hold == nil || !hold(i) {
			switch b {
			case 0xc2, 0xe2, 0xe3, 0xef:
				if c.isTypeset(i) {
					c.lineView(i, typeset, c.isTypeset)
				}
			}
			c.foreign(i)
		}
		i++
	}
}

// typesetHeads are the first two bytes of all signs that typeset reads, a bit each.
var typesetHeads = func() (heads [1 << 16 / 64]uint64) {
	for _, r := range "\u009b\u00a0\u2000\u205f\u2212\u3000\uff01\uff5e" { // one for each
		var sign [utf8.UTFMax]byte
		utf8.EncodeRune(sign[:], r)
		head := uint16(sign[0])<<8 | uint16(sign[1])
		heads[head>>6] |= 1 << (head & 63)
	}
	return heads
}()

// isBeyond tells whether a sign of typesetting or a label may begin at i.
func (c *check) isBeyond(i int) bool {
	sign, char := uint16(c.Bytes[i])<<8|uint16(c.Bytes[i+1]), foreignHead(c.Bytes, i)
	return typesetHeads[sign>>6]&(1<<(sign&63)) != 0 || foreignHeads[char>>6]&(1<<(char&63)) != 0
}
