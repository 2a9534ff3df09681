package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
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

// wideTriggers are the beginnings of the escapes with which a label may begin.
var wideTriggers = strings.Fields(`\u00 \u01 \u03 \u04 \u05 \u06 \u09 \u0b \u0e \u1e \u30 \u4e \u4f \u51 \u53 \u54 \u57 \u59 \u5b \u62 \u63 \u64 \u65 \u66 \u6c \u75 \u79 \u80 ` +
	`\u8a \u8b \u96 \ub2 \ube \uc0 \uc1 \uc5 \uc7 \uc8 \ud0 \ud1 \ud3 \ud5 \ud7`)

// viewWide looks at a line in which a label may stand in escapes.
func viewWide(c *check, _ *Rule, at letters.Span) {
	begins := func(i int) bool {
		said, size := wide(c.Bytes, i)
		return size > 0 && foreignTable().heads.has(said)
	}
	if begins(at.Start) {
		c.lineView(at.Start, wide, begins)
	}
}

// beyond looks at what is not ASCII within the span: signs of typesetting, and the words by which other scripts call a
// secret or a number. A text in such a script has little else, so that each of its characters gets one look at a table, and
// the letters within a word of an alphabet, where nothing begins, not even that.
func (c *check) beyond(span letters.Span, hold func(start int) bool) {
	const high = 0x8080808080808080
	text := c.Bytes
	var wakes *characters
	for i := span.Start; i < span.End; {
		if text[i] < 0x80 {
			for i+32 <= span.End { // most texts have nothing but ASCII, for long
				p := text[i : i+32 : i+32]
				if (binary.LittleEndian.Uint64(p)|binary.LittleEndian.Uint64(p[8:])|binary.LittleEndian.Uint64(p[16:])|binary.LittleEndian.Uint64(p[24:]))&high != 0 {
					break
				}
				i += 32
			}
			for i+8 <= span.End {
				if x := binary.LittleEndian.Uint64(text[i:]) & high; x != 0 {
					i += bits.TrailingZeros64(x) / 8
					break
				}
				i += 8
			}
			for i < span.End && text[i] < 0x80 {
				i++
			}
			continue
		}
		if wakes == nil {
			wakes = &foreignTable().wakes
		}
		// What is cut off at the text's end is nothing.
		limit := min(span.End, len(text)-3)
		for i < limit && text[i] >= 0xe0 { // characters of three bytes
			p := text[i : i+4 : i+4]
			x := binary.LittleEndian.Uint32(p)
			if x&0xc0c0f0 != 0x8080e0 || wakes[(x&0xf)<<6|x>>8&0x3f]>>(x>>16&0x3f)&1 != 0 {
				break
			}
			i += 3
		}
		if i >= span.End {
			return
		}
		switch b := text[i]; {
		case b < 0xc2:
		case b == 0xc2 || b >= 0xe0:
			if wakes.has(foreignHead(text, i)) && (hold == nil || !hold(i)) {
				if b == 0xc2 || b == 0xe2 || b == 0xe3 || b == 0xef {
					if c.isTypeset(i) {
						c.lineView(i, typeset, c.isTypeset)
					}
				}
				c.foreign(i)
			}
		default:
			if wakes.has(foreignHead(text, i)) && !c.inWord(i) && (hold == nil || !hold(i)) {
				c.foreign(i)
			}
			if i++; i < span.End && text[i] >= 0x80 && text[i] < 0xc0 {
				for i++; i+1 < span.End && text[i] >= 0xc3 && text[i] < 0xe0 && text[i+1] >= 0x80 && text[i+1] < 0xc0; {
					i += 2 // the rest of the word
				}
			}
			continue
		}
		i++
	}
}

// typesetSigns are all characters that typeset reads, from one to another.
var typesetSigns = [...][2]rune{{0x9b, 0x9b}, {0xa0, 0xa0}, {0x2000, 0x200a}, {0x2010, 0x2015}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x2212, 0x2212}, {0x3000, 0x3000}, {0xff01, 0xff5e}}
