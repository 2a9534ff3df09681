package wire

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/wire/jsontext"
)

func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.bad("not a value")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) number() error {
	if s.next() == '-' {
		s.pos++
	}
	if s.next() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.bad("not a value")
	}
	if s.next() == '.' {
		s.pos++
		if !s.digits() {
			return s.bad("digits are missing after the decimal point")
		}
	}
	if s.next()|0x20 == 'e' {
		s.pos++
		if c := s.next(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.bad("digits are missing in the exponent")
		}
	}
	return nil
}

// next is the byte at pos, or 0.
func (s *scanner) next() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// digits reads at least one.
func (s *scanner) digits() bool {
	from := s.pos
	for s.next()-'0' <= 9 {
		s.pos++
	}
	return s.pos > from
}

// number reads a small integer.
func number(text []byte) (int, bool) {
	n := 0
	for _, c := range text {
		if c-'0' > 9 || n > 1<<20 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(text) > 0
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// unusual has the high bit set at the first of eight bytes that is not plain ASCII within a string.
func unusual(x uint64) uint64 {
	quote, slash := x^(ones*'"'), x^(ones*'\\')
	return (x | (x-ones*0x20)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & highs
}

// str reads the string at pos, quotes included.
func (s *scanner) str() (escaped bool, err error) {
	d, i := s.data, s.pos+1
	s.within = i
	for {
		for i+8 <= len(d) {
			if u := unusual(binary.LittleEndian.Uint64(d[i:])); u != 0 {
				i += bits.TrailingZeros64(u) / 8
				break
			}
			i += 8
		}
		if i >= len(d) {
			s.pos = i
			return false, s.bad("it ends within a string")
		}
		switch c := d[i]; {
		case c == '"':
			s.pos = i + 1
			s.within = 0
			return escaped, nil
		case c == '\\':
			escaped = true
			if i+1 < len(d) && jsontext.ShortEscapes[d[i+1]] != 0 {
				i += 2
				continue
			}
			size := jsontext.EscapeLen(d[i:])
			if size == 0 || !s.lax && size == 6 && jsontext.IsSurrogate(d[i:]) {
				s.pos = i
				return false, s.bad("an escape that JSON does not have, or half of a surrogate pair")
			}
			i += size
		case c < 0x20:
			s.pos = i
			return false, s.bad("a control character within a string; write it as an escape")
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(d[i:])
			if r == utf8.RuneError && size == 1 && !s.lax {
				s.pos = i
				return false, s.bad("invalid UTF-8")
			}
			i += size
		}
	}
}
