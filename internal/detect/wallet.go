package detect

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
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
		c.address(r, from, 14, 90, proof.Bech32Address)
		return
	}
	for n := 0; n < 2 && from > 0 && letters.IsDigit(c.text[from-1]); n++ {
		from--
	}
	if b := c.text[from]; b == '1' || b == '3' {
		c.address(r, from, 26, 35, proof.Base58Address)
	}
}

// address emits the word at from if it is as long as it should be and its check holds.
func (c *check) address(r *Rule, from, shortest, longest int, check func([]byte) bool) {
	to := from
	if letters.IsWord(c.before(from)) {
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
	before, after := c.before(v.Start), c.byteAt(v.End)
	return !letters.IsWord(before) && before != '+' && before < 0x80 && !letters.IsWord(after) && after != '+' && after < 0x80
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
	if guess.Distinct(body) < 8 || proof.EIP55(c.text[v.Start:v.End]) == proof.Unproved && c.named(v, walletWords) == 0 {
		return
	}
	c.emit(r, v, v)
}
