package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/rules"
)

const bech32Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks BIP-173's checksum of a key of 32 bytes, in one case throughout.
func bech32(prefix string) Check {
	return func(v []byte) Result {
		sum, ok := bech32Sum(v, prefix)
		return yes(ok && sum == 1)
	}
}

// bech32Sum is the checksum of a text with its prefix and a 1 between them; ok is false if it has not that form.
func bech32Sum(v []byte, prefix string) (sum uint32, ok bool) {
	text := strings.ToLower(string(v))
	data, ok := strings.CutPrefix(text, prefix+"1")
	if !ok || text != string(v) && strings.ToUpper(text) != string(v) {
		return 0, false
	}
	sum = 1
	step := func(d byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(d)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for i := range len(data) {
		d := strings.IndexByte(bech32Digits, data[i])
		if d < 0 {
			return 0, false
		}
		step(byte(d))
	}
	return sum, true
}

const (
	base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	xrpDigits    = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// base58 decodes a value whose last four bytes are the double SHA-256 of the rest; nil if they are not.
func base58(v []byte, digits string) []byte {
	n, base := new(big.Int), big.NewInt(58)
	for _, c := range v {
		d := strings.IndexByte(digits, c)
		if d < 0 {
			return nil
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(d)))
	}
	zeros := 0
	for zeros < len(v) && v[zeros] == digits[0] {
		zeros++
	}
	b := append(make([]byte, zeros), n.Bytes()...)
	if len(b) < 5 {
		return nil
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	first := sha256.Sum256(body)
	if second := sha256.Sum256(first[:]); !bytes.Equal(second[:4], sum) {
		return nil
	}
	return body
}

// base58Check: Bitcoin's form of keys, and that of many chains after it.
func base58Check(v []byte) Result { return yes(base58(v, base58Digits) != nil) }

// xrpSeed is the same with the XRP Ledger's own digits; a prefix says seed.
func xrpSeed(v []byte) Result {
	b := base58(v, xrpDigits)
	return yes(len(b) == 17 && b[0] == 0x21 || len(b) == 19 && bytes.HasPrefix(b, []byte{0x01, 0xe1, 0x4b}))
}

// secp256k1: a private key is a number from one to the curve's order, and nobody's is a small one.
func secp256k1(v []byte) Result {
	b, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(string(v), "0x"), "0X"))
	if err != nil || len(b) != 32 || bytes.Count(b, []byte{0}) > 16 || bytes.HasPrefix(b, bytes.Repeat([]byte{0xff}, 15)) {
		return Failed
	}
	return Unproved
}

// wordNumbers are BIP-39's.
var wordNumbers = sync.OnceValue(func() map[string]int {
	numbers := make(map[string]int, 2048)
	for i, w := range strings.Fields(rules.Words) {
		numbers[w] = i
	}
	return numbers
})

// bip39: each word says eleven bits, and the last of them are the first of the SHA-256 of those before.
func bip39(v []byte) Result {
	words := strings.Fields(string(v))
	if len(words) < 12 || len(words) > 24 || len(words)%3 != 0 {
		return Failed
	}
	bits := new(big.Int)
	for _, w := range words {
		n, ok := wordNumbers()[w]
		if !ok {
			return Failed
		}
		bits.Or(bits.Lsh(bits, 11), big.NewInt(int64(n)))
	}
	sumBits := uint(len(words) / 3)
	entropy := make([]byte, len(words)/3*4)
	new(big.Int).Rsh(bits, sumBits).FillBytes(entropy)
	sum := sha256.Sum256(entropy)
	return yes(uint(bits.Uint64())&(1<<sumBits-1) == uint(sum[0])>>(8-sumBits))
}
