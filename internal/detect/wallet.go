package detect

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Addresses of wallets. Their checks leave one chance in millions, so they stand alone; only an Ethereum
// address in letters of one case carries no check.

const (
	bitcoinReach  = 128
	ethereumReach = 64 + codeLine
)

var walletWords = vocabularyOf("wallet,eth,ethereum,ether,payout,donate,donation,donations,donations to,deposit address,payee")

// findBitcoin reads an address that begins with bc1, or with 1 or 3: then the trigger is its first letter
// and what stands before it, or the four digits that it begins with.
func findBitcoin(c *check, r *Rule, at letters.Span) {
	from := at.Start
	if letters.IsAlpha(c.text[from]) {
		c.address(r, from, 14, 90, validBech32)
		return
	}
	for n := 0; n < 2 && from > 0 && letters.IsDigit(c.text[from-1]); n++ {
		from--
	}
	if b := c.text[from]; b == '1' || b == '3' {
		c.address(r, from, 26, 35, validBase58)
	}
}

// address emits the word at from if it is as long as it should be and its check holds.
func (c *check) address(r *Rule, from, shortest, longest int, check func([]byte) bool) {
	to := from
	if letters.IsWord(c.byteAt(from - 1)) {
		return
	}
	for to < len(c.text) && to-from <= longest && letters.IsAlnum(c.text[to]) {
		to++
	}
	v := letters.Between(from, to)
	if v.Len() >= shortest && v.Len() <= longest && c.alone(v) && check(c.text[from:to]) {
		c.emit(r, v, v)
	}
}

// alone tells whether a value is a word of its own, and no part of a path, a URL's query or an encoding.
func (c *check) alone(v letters.Span) bool {
	before, after := c.byteAt(v.Start-1), c.byteAt(v.End)
	return !letters.IsWord(before) && before != '+' && before < 0x80 && !letters.IsWord(after) && after != '+' && after < 0x80
}

// validBase58: a version and twenty bytes, and the hash of them.
func validBase58(v []byte) bool {
	b := base58(v, base58Digits)
	return len(b) == 21 && (b[0] == 0 || b[0] == 5)
}

// validBech32: BIP-173 and BIP-350; the version says which constant and length.
func validBech32(v []byte) bool {
	sum, ok := bech32Sum(v, "bc")
	if !ok || len(v) < 14 || len(v) > 90 {
		return false
	}
	if v[3]|0x20 == 'q' { // version 0
		return sum == 1 && (len(v) == 42 || len(v) == 62)
	}
	return sum == 0x2bc830a3
}

// findEthereum reads 0x and forty hex digits. The case of its letters is its check (EIP-55); one in a
// single case is found only where a word says that it is an address.
func findEthereum(c *check, r *Rule, at letters.Span) {
	v := letters.Between(at.Start, at.Start+42)
	if v.End > len(c.text) || !c.alone(v) || !c.data(v) {
		return
	}
	body := c.text[v.Start+2 : v.End]
	for _, b := range body {
		if !letters.IsHex(b) {
			return
		}
	}
	if distinct(body) < 8 || eip55(c.text[v.Start:v.End]) == unproved && c.named(v, walletWords) == 0 {
		return
	}
	c.emit(r, v, v)
}

// eip55: a letter is upper-case where the hash of the address has a high bit.
func eip55(v []byte) proof {
	if len(v) != 42 {
		return failed
	}
	body := v[2:]
	lower := bytes.ToLower(body)
	if bytes.Equal(body, lower) || bytes.Equal(body, bytes.ToUpper(body)) {
		return unproved
	}
	hash := hex.EncodeToString(keccak256(lower))
	for i, b := range body {
		if letters.IsAlpha(b) && letters.IsUpper(b) != (hash[i] >= '8') {
			return failed
		}
	}
	return proved
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
