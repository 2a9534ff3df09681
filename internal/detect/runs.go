package detect

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Base64 and hex have no literal that could wake a check. What they have is length: a run of at least
// runLength of their characters, which holds eight in a row at a multiple of sixteen. So the gate
// looks at one byte in sixteen mostly, and only at what is long enough more closely.
const (
	runLength = 24
	runStep   = 16
	runProbe  = 8
	// wrapped is the least length of a line that goes on in the next one, as in PEM and MIME.
	wrapped = 60
	// runBack is how far before a run it is asked whether it goes on from another line, and for context words.
	runBack = contextBack
)

var runClass = func() (class [256]bool) {
	for c := range class {
		class[c] = letters.IsBase64(byte(c)) || c == '-' || c == '_'
	}
	return class
}()

// runs looks at every run that begins within the span. hold tells those that need no look.
func (c *check) runs(span letters.Span, hold func(start int) bool) {
	text, class := c.Bytes, &runClass
	// A run that begins just before the end has its first probe after it.
	limit := min(len(text)-runProbe, span.End+runStep)
	low := span.Start // nothing before it is looked at twice
	for i := (span.Start + runStep - 1) / runStep * runStep; i <= limit; i += runStep {
		if i >= runProbe && i+2*runProbe <= len(text) {
			// A run that is long enough holds the eight before these as well, or the eight behind.
			p := text[i-runProbe : i+2*runProbe : i+2*runProbe]
			if alien(binary.LittleEndian.Uint64(p[8:])) || alien(binary.LittleEndian.Uint64(p)) && alien(binary.LittleEndian.Uint64(p[16:])) {
				continue
			}
		}
		p := text[i : i+runProbe : i+runProbe]
		if !class[p[7]] || !class[p[3]] || !class[p[0]] || !class[p[5]] || !class[p[1]] || !class[p[2]] || !class[p[4]] || !class[p[6]] {
			continue
		}
		start, end := i, i+runProbe
		for start > low && class[text[start-1]] {
			start--
		}
		for end+8 <= len(text) {
			p := text[end : end+8 : end+8]
			if !class[p[0]] || !class[p[1]] || !class[p[2]] || !class[p[3]] || !class[p[4]] || !class[p[5]] || !class[p[6]] || !class[p[7]] {
				break
			}
			end += 8
		}
		for end < len(text) && class[text[end]] {
			end++
		}
		// One that began before the span is not this one's.
		own := start > span.Start || start == 0 || !class[text[start-1]]
		if end-start >= runLength && own && start < span.End && (hold == nil || !hold(start)) {
			c.decodeRun(start, end)
			c.formed(start, end)
			c.keyed(start, end)
		}
		low = end
		i = end/runStep*runStep - runStep
		if i+runStep < end {
			i += runStep
		}
	}
}

// alien tells, eight bytes at once, whether one is a blank, a quote or another that sorts before the first of the class,
// or none of ASCII. It may say so of bytes that only follow such a one, which changes nothing.
func alien(x uint64) bool {
	const ones = 0x0101010101010101
	return (x-ones*'+'|x)&(ones*0x80) != 0
}

// decodeRun decodes a run that says something readable, and what goes on from it in the next lines.
func (c *check) decodeRun(start, end int) {
	text := c.Bytes
	if c.continues(start) {
		return // its first line has looked at it
	}
	c.anchor, c.back, c.reach = start, runBack, viewReach
	if text[start] == '0' && text[start+1]|0x20 == 'x' {
		start += 2
	}
	if isHexRun(text[start:min(end, start+runLength)]) {
		if c.readable(start, hexBytes) {
			c.decode(start, hexBytes)
		}
		return
	}
	if c.readable(start, base64Bytes) {
		c.decode(start, base64Bytes)
		return
	}
	// A dash, an underscore or a slash may stand between a word and the run itself: token-QUtJ...
	if i := bytes.LastIndexAny(text[start:min(end, start+runLength)], "-_/"); i >= 0 && end-start-i > runLength {
		if start += i + 1; c.readable(start, base64Bytes) {
			c.decode(start, base64Bytes)
		}
	}
}

// formed looks for what has a vendor's form, and stands beside no word that says whose it is: it is in doubt.
func (c *check) formed(start, end int) {
	text := c.Bytes
	if start > 0 && text[start-1] != '=' { // t=00... has no escape of a mail's in it
		start = letters.AfterEscape(text, start, end)
	}
	if first := bytes.IndexByte(text[start:end], '/'); first >= 0 { // the last part of a URL
		start += bytes.LastIndexByte(text[start:end], '/') + 1
	}
	if end-start < runLength || !c.engine.forms()[text[start]] {
		return
	}
	if before := c.Before(start); letters.IsWord(before) || before == '+' || before == '@' || before == '%' || c.continues(start) {
		return
	}
	for _, r := range c.engine.formed {
		n := r.near()
		if !n.first[text[start]] {
			continue
		}
		length := n.match(text[start:min(len(text), start+nearReach-nearSpan-64)])
		value := letters.Between(start, start+length)
		if v := text[value.Start:value.End]; length > 0 && (guess.IsIssued(v) || guess.IsKey(v)) && !guess.IsHashContext(text[max(0, start-24):start]) && !guess.IsDummy(v) {
			c.anchor, c.back, c.reach = start, runBack, viewReach
			c.reportUpTo(r, value, value, c.engine.published.Has(v), ConfidenceLow)
		}
	}
}

// continues tells whether the run at start is a further line of one that began before.
func (c *check) continues(start int) bool {
	i := start
	for i > 0 && start-i < 64 && letters.IsBlank(c.Bytes[i-1]) {
		i--
	}
	if i == 0 || c.Bytes[i-1] != '\n' {
		return false
	}
	if i--; i > 0 && c.Bytes[i-1] == '\r' {
		i--
	}
	end := i
	for i > 0 && end-i < wrapped && runClass[c.Bytes[i-1]] {
		i--
	}
	return end-i >= wrapped
}

func isHexRun(v []byte) bool {
	for _, b := range v {
		if !letters.IsHex(b) {
			return false
		}
	}
	return true
}

// decoding is base64 or hex: how many bits a character says, and which.
type decoding struct {
	bits  uint
	value *[256]int8
}

var (
	base64Bytes = decoding{6, digitsOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "-+_/")}
	hexBytes    = decoding{4, digitsOf("0123456789abcdef", "AaBbCcDdEeFf")}
)

// digitsOf numbers an alphabet; same lists pairs of which the first means the second.
func digitsOf(alphabet, same string) *[256]int8 {
	values := new([256]int8)
	for i := range values {
		values[i] = -1
	}
	for i := range len(alphabet) {
		values[alphabet[i]] = int8(i)
	}
	for i := 0; i < len(same); i += 2 {
		values[same[i]] = values[same[i+1]]
	}
	return values
}

// readable tells whether what begins at start says text in its first few bytes: chance gets that far
// once in hundreds of times.
func (c *check) readable(start int, d decoding) bool {
	var acc, have uint
	n, wide := 0, 0
	for i := start; n < 8; i++ {
		v := d.value[c.ByteAt(i)]
		if v < 0 {
			return false
		}
		acc, have = acc<<d.bits|uint(v), have+d.bits
		if have < 8 {
			continue
		}
		have -= 8
		b := byte(acc >> have)
		if n%2 == 1 && b == 0 { // UTF-16, as PowerShell takes it
			wide++
		} else if !letters.IsText(b) {
			return false
		}
		n++
	}
	return wide == 0 || wide == 4
}

// decode makes a view of an encoded run and its further lines, and looks at it.
func (c *check) decode(start int, d decoding) {
	if c.depth >= viewDepth {
		return
	}
	v := c.view()
	var acc, have uint
	line := start
	var places [3]int // where the characters of the byte in hand stand
	chars := places[:0]
	wide := false
decoding:
	for i := start; i < len(c.Bytes) && i-start < viewLimit; i++ {
		b := c.Bytes[i]
		n := d.value[b]
		if n < 0 {
			next, ok := c.wrap(i, line)
			if !ok {
				break
			}
			line, i = next, next-1
			continue
		}
		acc, have = acc<<d.bits|uint(n), have+d.bits
		chars = append(chars, i)
		if have < 8 {
			continue
		}
		have -= 8
		decoded := byte(acc >> have)
		switch {
		case decoded == 0 && (wide || len(v.text) == 1):
			wide = true
			v.to[len(v.text)-1] = int32(i + 1)
		case decoded >= 0x80 || letters.IsText(decoded):
			v.add(decoded, chars[0], i+1)
		default:
			break decoding // bytes follow the text, or it was none
		}
		if chars = chars[:0]; have > 0 {
			chars = append(chars, i) // this character says a part of the next byte, too
		}
	}
	if len(v.text) >= 8 {
		c.lookAround(v, nil)
	}
}

// wrap tells where an encoded run goes on whose line began at line and ends at i.
func (c *check) wrap(i, line int) (next int, ok bool) {
	if i-line < wrapped {
		return 0, false
	}
	if c.ByteAt(i) == '\r' {
		i++
	}
	if c.ByteAt(i) != '\n' {
		return 0, false
	}
	from := i
	for i++; i < len(c.Bytes) && i-from < 64 && letters.IsBlank(c.Bytes[i]); i++ {
	}
	return i, i < len(c.Bytes) && runClass[c.Bytes[i]]
}

// keyed looks for a key in quotes that is given to a name such as stabilityKey. Names of members end so in every program, and
// hardly any has such a value: so the value is what wakes this.
func (c *check) keyed(start, end int) {
	text := c.Bytes
	if start == 0 || strings.IndexByte("\"'`", text[start-1]) < 0 || c.ByteAt(end) != text[start-1] || end-start > find.ValueLimit {
		return
	}
	i := start - 1
	back := func(over string) (passed bool) {
		for i > 0 && start-i < keyedReach && strings.IndexByte(over, text[i-1]) >= 0 {
			i, passed = i-1, true
		}
		return passed
	}
	back(" \t")
	if !back(">:=") {
		return
	}
	back(" \t\"'`])")
	const key = "Key"
	if !bytes.HasSuffix(text[:i], []byte(key)) || !letters.IsLower(c.ByteAt(i-len(key)-1)) {
		return
	}
	word := i - len(key)
	for word > 0 && i-word < 24 && letters.IsLower(text[word-1]) {
		word--
	}
	if word > 0 && letters.IsUpper(text[word-1]) {
		word--
	}
	from := word
	for from > 0 && i-from < find.NameLimit && letters.IsWord(text[from-1]) {
		from--
	}
	v, r := letters.Between(start, end), c.engine.finds["assignment"]
	if r == nil || find.IsOtherKey(text[word:i-len(key)]) || letters.ContainsFold(text[from:i], "publi") || !guess.IsKey(text[start:end]) || guess.IsDummy(text[start:end]) {
		return
	}
	most := ConfidenceMedium
	if isHexRun(text[start:end]) { // or a hash of something
		most = ConfidenceLow
	}
	c.anchor, c.back, c.reach = start, runBack, viewReach
	c.reportUpTo(r, v, letters.Between(from, end), c.engine.published.Has(text[start:end]), most)
}

// keyedReach is how far before its value a name ends.
const keyedReach = 16
