package letters

// IsPercent tells an escape of a URL: a sign that two hex digits follow.
func IsPercent(text []byte, i int) bool {
	return i+2 < len(text) && IsHex(text[i+1]) && IsHex(text[i+2])
}

// HexByte is the byte that two hex digits say.
func HexByte(high, low byte) byte { return nibble(high)<<4 | nibble(low) }

func nibble(digit byte) byte {
	if IsDigit(digit) {
		return digit - '0'
	}
	return (digit | 0x20) - 'a' + 10
}
