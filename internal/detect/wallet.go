package detect

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
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
func findBitcoin(c *check, r *Rule, at Span) {
	from := at.Start
	if isAlpha(c.text[from]) {
		c.address(r, from, 14, 90, validBech32)
		return
	}
	for n := 0; n < 2 && from > 0 && isDigit(c.text[from-1]); n++ {
		from--
	}
	if b := c.text[from]; b == '1' || b == '3' {
		c.address(r, from, 26, 35, validBase58)
	}
}

// address emits the word at from if it is as long as it should be and its check holds.
func (c *check) address(r *Rule, from, shortest, longest int, check func([]byte) bool) {
	to := from
	if isWord(c.byteAt(from - 1)) {
		return
	}
	for to < len(c.text) && to-from <= longest && isAlnum(c.text[to]) {
		to++
	}
	v := Span{from, to}
	if v.Len() >= shortest && v.Len() <= longest && c.alone(v) && check(c.text[from:to]) {
		c.emit(r, v, v)
	}
}

// alone tells whether a value is a word of its own, and no part of a path, a URL's query or an encoding.
func (c *check) alone(v Span) bool {
	before, after := c.byteAt(v.Start-1), c.byteAt(v.End)
	return !isWord(before) && before != '+' && before < 0x80 && !isWord(after) && after != '+' && after < 0x80
}

const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// validBase58: 25 bytes, of which the first is a version and the last four are the hash of the others.
func validBase58(v []byte) bool {
	var n [25]byte
	for _, b := range v {
		carry := strings.IndexByte(base58Digits, b)
		if carry < 0 {
			return false
		}
		for i := len(n) - 1; i >= 0; i-- {
			carry += int(n[i]) * 58
			n[i], carry = byte(carry), carry>>8
		}
		if carry > 0 {
			return false
		}
	}
	if n[0] != 0 && n[0] != 5 {
		return false
	}
	once := sha256.Sum256(n[:21])
	twice := sha256.Sum256(once[:])
	return bytes.Equal(twice[:4], n[21:])
}

// validBech32: BIP-173 and BIP-350, all letters of one case; the version says which constant and length.
func validBech32(v []byte) bool {
	if !bytes.Equal(v, bytes.ToLower(v)) && !bytes.Equal(v, bytes.ToUpper(v)) {
		return false
	}
	lower := bytes.ToLower(v)
	if !bytes.HasPrefix(lower, []byte("bc1")) || len(lower) < 14 || len(lower) > 90 {
		return false
	}
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	check := bech32Step(bech32Step(bech32Step(bech32Step(bech32Step(1, 'b'>>5), 'c'>>5), 0), 'b'&31), 'c'&31)
	for _, b := range lower[3:] {
		d := strings.IndexByte(charset, b)
		if d < 0 {
			return false
		}
		check = bech32Step(check, uint32(d))
	}
	if lower[3] == 'q' { // version 0
		return check == 1 && (len(lower) == 42 || len(lower) == 62)
	}
	return check == 0x2bc830a3
}

func bech32Step(check, d uint32) uint32 {
	top := check >> 25
	check = check&0x1ffffff<<5 ^ d
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			check ^= g
		}
	}
	return check
}

// findEthereum reads 0x and forty hex digits. The case of its letters is its check (EIP-55); one in a
// single case is found only where a word says that it is an address.
func findEthereum(c *check, r *Rule, at Span) {
	v := Span{at.Start, at.Start + 42}
	if v.End > len(c.text) || !c.alone(v) || !c.data(v) {
		return
	}
	body := c.text[v.Start+2 : v.End]
	for _, b := range body {
		if !isHex(b) {
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
		if isAlpha(b) && isUpper(b) != (hash[i] >= '8') {
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
