package find

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// Addresses of wallets. Their checks leave one chance in millions, so they stand alone; only an Ethereum
// address in letters of one case carries no check.

const (
	bitcoinReach  = 128
	ethereumReach = 64 + look.CodeLine
)

var walletWords = look.VocabularyOf("wallet,eth,ethereum,ether,payout,donate,donation,donations,donations to,deposit address,payee")

// findBitcoin reads an address that begins with bc1, or with 1 or 3: then the trigger is its first letter
// and what stands before it, or the four digits that it begins with.
func findBitcoin(c *look.Text, at letters.Span) {
	from := at.Start
	if letters.IsAlpha(c.Bytes[from]) {
		emitWallet(c, from, 14, 90, proof.Bech32Address)
		return
	}
	for n := 0; n < 2 && from > 0 && letters.IsDigit(c.Bytes[from-1]); n++ {
		from--
	}
	if b := c.Bytes[from]; b == '1' || b == '3' {
		emitWallet(c, from, 26, 35, proof.Base58Address)
	}
}

// emitWallet emits the word at from if it is as long as it should be and its check holds.
func emitWallet(c *look.Text, from, shortest, longest int, check func([]byte) bool) {
	to := from
	if letters.IsWord(c.Before(from)) {
		return
	}
	for to < len(c.Bytes) && to-from <= longest && letters.IsAlnum(c.Bytes[to]) {
		to++
	}
	v := letters.Between(from, to)
	if v.Len() >= shortest && v.Len() <= longest && c.Alone(v) && check(c.Bytes[from:to]) {
		c.Emit(v, v)
	}
}

// findEthereum reads 0x and forty hex digits. The case of its letters is its check (EIP-55); one in a
// single case is found only where a word says that it is an address.
func findEthereum(c *look.Text, at letters.Span) {
	v := letters.Between(at.Start, at.Start+42)
	if v.End > len(c.Bytes) || !c.Alone(v) || !c.Data(v) {
		return
	}
	body := c.Bytes[v.Start+2 : v.End]
	for _, b := range body {
		if !letters.IsHex(b) {
			return
		}
	}
	if guess.Distinct(body) < 8 || proof.EIP55(c.Bytes[v.Start:v.End]) == proof.Unproved && c.Named(v, walletWords) == 0 {
		return
	}
	c.Emit(v, v)
}
