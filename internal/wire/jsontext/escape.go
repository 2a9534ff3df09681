package jsontext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeLen is the length of the escape that text starts with, both halves of a surrogate pair together;
// 0 if it is none or not whole.
func EscapeLen(text []byte) int {
	if len(text) < 2 || text[0] != '\\' {
		return 0
	}
	if ShortEscapes[text[1]] != 0 {
		return 2
	}
	u, ok := CodeUnit(text)
	if !ok {
		return 0
	}
	if low, ok := CodeUnit(text[6:]); ok && utf16.DecodeRune(u, low) != utf8.RuneError {
		return 12
	}
	return 6
}

// IsSurrogate tells whether the \u escape that text starts with is half of a pair.
func IsSurrogate(text []byte) bool {
	u, ok := CodeUnit(text)
	return ok && utf16.IsSurrogate(u)
}

// CodeUnit reads the UTF-16 code unit of an escape \uXXXX.
func CodeUnit(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var u rune
	for _, c := range text[2:6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		u = u<<4 | rune(c)
	}
	return u, true
}

// ShortEscapes are what escapes of one letter stand for.
var ShortEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Unescape appends what the escape that text starts with stands for. A lone surrogate is U+FFFD.
func Unescape(dst, text []byte) []byte {
	if c := ShortEscapes[text[1]]; c != 0 {
		return append(dst, c)
	}
	u, _ := CodeUnit(text)
	if utf16.IsSurrogate(u) {
		low, _ := CodeUnit(text[6:])
		u = utf16.DecodeRune(u, low)
	}
	return utf8.AppendRune(dst, u)
}

// Decode appends the text that the contents of a JSON string stand for.
func Decode(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		if len(raw) > 1 { // as nearly all are, the ends of lines
			if c := ShortEscapes[raw[1]]; c != 0 {
				dst, raw = append(dst, c), raw[2:]
				continue
			}
		}
		n := EscapeLen(raw)
		if n == 0 { // only in what a model wrote
			dst, raw = append(dst, raw[0]), raw[1:]
			continue
		}
		dst = Unescape(dst, raw)
		raw = raw[n:]
	}
}

// Encode appends text as the contents of a JSON string, with no more escapes than JSON asks for.
func Encode(dst, text []byte) []byte {
	from := 0
	for i, c := range text {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			const digits = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(dst, text[from:]...)
}

// CanonicalPrefix is the length of what raw starts with that Encode would spell the same.
func CanonicalPrefix(raw []byte) int {
	i := 0
	for i < len(raw) {
		switch c := raw[i]; {
		case c < 0x20:
			return i
		case c != '\\':
			i++
		default:
			n := EscapeLen(raw[i:])
			if n == 0 {
				return i
			}
			var text, again [16]byte
			if !bytes.Equal(Encode(again[:0], Unescape(text[:0], raw[i:])), raw[i:i+n]) {
				return i
			}
			i += n
		}
	}
	return i
}
