package text

import (
	"encoding/binary"
	"unicode/utf8"
)

// isASCII reads eight bytes at a time.
func isASCII(b []byte) bool { return asciiPrefix(b) == len(b) }

// asciiPrefix is the number of ASCII bytes that b begins with.
func asciiPrefix(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// width is how many units a code point of size bytes counts for.
func width(size int, e Encoding) uint64 {
	switch {
	case e == UTF8:
		return uint64(size)
	case e == UTF16 && size == 4:
		return 2 // a surrogate pair
	}
	return 1
}

// bytesOf is how many bytes of line its first units cover, without splitting a code point.
func bytesOf(line []byte, units uint64, e Encoding) int {
	at := 0
	for at < len(line) && units > 0 {
		if n := asciiPrefix(line[at:min(uint64(len(line)), uint64(at)+min(units, uint64(len(line))))]); n > 0 {
			at += n
			units -= uint64(n)
			continue
		}
		_, size := utf8.DecodeRune(line[at:])
		w := width(size, e)
		if w > units {
			break
		}
		at += size
		units -= w
	}
	return at
}

// unitsIn is how many units the code points that end within the first n bytes of line count for.
func unitsIn(line []byte, n int, e Encoding) uint64 {
	var units uint64
	for at := 0; at < n; {
		if a := asciiPrefix(line[at:n]); a > 0 {
			at += a
			units += uint64(a)
			continue
		}
		_, size := utf8.DecodeRune(line[at:])
		if at+size > n {
			break
		}
		at += size
		units += width(size, e)
	}
	return units
}
