package detect

import (
	"math/bits"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// prints are fingerprints of code: hashes of printLength characters in a row, white space left out and capitals
// made small, so that indenting and wrapping change nothing. Of every printWindow hashes in a row the least is
// chosen, the last one of equal ones, from the code that is indexed and from the text that is looked at.
// So whatever shares printLength+printWindow-1 characters in a row with the code shares a fingerprint.
//
// White space longer than gapSpan ends the row: that bounds how far before and after itself the choice of a
// fingerprint looks, on which rescanning after an edit relies.
type prints struct {
	letters [256]uint64
	set     *filter
}

const (
	printLength = 32
	printWindow = 32
	gapSpan     = 64
	// printKinds is how many different characters a fingerprint has at least: a ruler of dashes is no code.
	printKinds = 8

	printBack  = (printWindow + 1) * (gapSpan + 1)
	printReach = (printLength + printWindow) * (gapSpan + 1)
	ringSize   = 128
)

// prints looks for fingerprints that begin within the span; hold tells those that need no look.
func (c *check) prints(span letters.Span, hold func(start int) bool) {
	for _, r := range c.engine.indexed {
		p := r.index.prints
		if p == nil {
			continue
		}
		around := letters.Between(max(0, span.Start-printBack), min(len(c.Bytes), span.End+printReach))
		p.choose(c.Bytes, around, func(at letters.Span, hash uint64) {
			if at.Start < span.Start || at.Start >= span.End || !p.set.Contains(hash) || !varied(c.Bytes[at.Start:at.End]) || hold != nil && hold(at.Start) {
				return
			}
			c.anchor, c.back, c.reach = at.Start, printBack, printReach
			n := len(c.found)
			if c.report(r, at, at, false); len(c.found) > n {
				c.found[n].print = hash | 1 // never none
			}
		})
	}
}

// choose calls yield for the fingerprints of a part of a text, in their order.
func (p *prints) choose(text []byte, part letters.Span, yield func(at letters.Span, hash uint64)) {
	var (
		alphas [ringSize]byte // the row's last characters, and where they stand
		places [ringSize]int32
		hashes [ringSize]uint64 // of the printLength characters that begin there
		n      int              // characters of the row
		least  int              // the chosen one of the last window
		hash   uint64
		last   = part.Start
	)
	for i := part.Start; i < part.End; i++ {
		b := text[i]
		if spaceByte[b] {
			continue
		}
		if i-last > gapSpan+1 {
			n, hash = 0, 0
		}
		last = i
		if letters.IsUpper(b) {
			b |= 0x20
		}
		hash = bits.RotateLeft64(hash, 1) ^ p.letters[b]
		if n >= printLength {
			hash ^= bits.RotateLeft64(p.letters[alphas[(n-printLength)%ringSize]], printLength)
		}
		alphas[n%ringSize], places[n%ringSize] = b, int32(i-part.Start)
		n++
		at := n - printLength // the hash that is complete now
		if at < 0 {
			continue
		}
		hashes[at%ringSize] = hash
		before := least
		switch {
		case at == 0 || hash <= hashes[least%ringSize]:
			least = at
		case least <= at-printWindow:
			least = at - printWindow + 1
			for j := least + 1; j <= at; j++ {
				if hashes[j%ringSize] <= hashes[least%ringSize] {
					least = j
				}
			}
		}
		if at == printWindow-1 || at >= printWindow && least != before {
			end := places[(least+printLength-1)%ringSize]
			yield(letters.Between(part.Start+int(places[least%ringSize]), part.Start+int(end)+1), hashes[least%ringSize])
		}
	}
}

var spaceByte = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, '\v': true, '\f': true}

// varied tells whether a fingerprint's text is of enough different characters.
func varied(text []byte) bool {
	var seen [4]uint64
	kinds := 0
	for _, b := range text {
		if bit := uint64(1) << (b & 63); !spaceByte[b] && seen[b>>6]&bit == 0 {
			seen[b>>6] |= bit
			kinds++
		}
	}
	return kinds >= printKinds
}
