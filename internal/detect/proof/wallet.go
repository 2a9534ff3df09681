package proof

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Base58Address: a version and twenty bytes, and the hash of them.
func Base58Address(v []byte) bool {
	b := base58(v, base58Digits)
	return len(b) == 21 && (b[0] == 0 || b[0] == 5)
}

// Bech32Address: BIP-173 and BIP-350; the version says which constant and length.
func Bech32Address(v []byte) bool {
	sum, ok := bech32Sum(v, "bc")
	if !ok || len(v) < 14 || len(v) > 90 {
		return false
	}
	if v[3]|0x20 == 'q' { // version 0
		return sum == 1 && (len(v) == 42 || len(v) == 62)
	}
	return sum == 0x2bc830a3
}

// EIP55: a letter is upper-case where the hash of the address has a high bit.
func EIP55(v []byte) Result {
	if len(v) != 42 {
		return Failed
	}
	body := v[2:]
	lower := bytes.ToLower(body)
	if bytes.Equal(body, lower) || bytes.Equal(body, bytes.ToUpper(body)) {
		return Unproved
	}
	hash := hex.EncodeToString(keccak256(lower))
	for i, b := range body {
		if letters.IsAlpha(b) && letters.IsUpper(b) != (hash[i] >= '8') {
			return Failed
		}
	}
	return Proved
}

// keccak256 is the hash of at most 135 bytes as Ethereum has it, which is not SHA-3's: the padding differs.
func keccak256(text []byte) []byte {
	var block [136]byte
	copy(block[:], text)
	block[len(text)] ^= 0x01
	block[135] ^= 0x80
	var s [25]uint64
	for i := range len(block) / 8 {
		s[i] = binary.LittleEndian.Uint64(block[8*i:])
	}
	rotation := uint8(1) // the register that makes the round constants
	for range 24 {
		var sums [5]uint64
		for x := range 5 {
			sums[x] = s[x] ^ s[x+5] ^ s[x+10] ^ s[x+15] ^ s[x+20]
		}
		for i := range s {
			s[i] ^= sums[(i+4)%5] ^ bits.RotateLeft64(sums[(i+1)%5], 1)
		}
		x, y, moved := 1, 0, s[1]
		for t := range 24 {
			x, y = y, (2*x+3*y)%5
			s[x+5*y], moved = bits.RotateLeft64(moved, (t+1)*(t+2)/2), s[x+5*y]
		}
		for row := 0; row < 25; row += 5 {
			old := [5]uint64(s[row : row+5])
			for x := range 5 {
				s[row+x] = old[x] ^ ^old[(x+1)%5]&old[(x+2)%5]
			}
		}
		for bit := range 7 {
			if rotation&1 == 1 {
				s[0] ^= 1 << (1<<bit - 1)
			}
			if rotation>>7 == 1 {
				rotation = rotation<<1 ^ 0x71
			} else {
				rotation <<= 1
			}
		}
	}
	var out []byte
	for _, lane := range s[:4] {
		out = binary.LittleEndian.AppendUint64(out, lane)
	}
	return out
}
