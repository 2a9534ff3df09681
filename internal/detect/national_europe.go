package detect

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// Numbers of persons in Europe. Each check gets letters and digits only, of the length that its forms have.

// findCodiceFiscale reads the sixteen around the date that woke it: it has no four digits in a row.
func findCodiceFiscale(c *check, r *Rule, at letters.Span) {
	v := letters.Between(at.Start-6, at.Start+10)
	if v.Start < 0 || v.End > len(c.text) || !letters.IsAlpha(c.text[v.Start]) || !c.apart(v) {
		return
	}
	var scratch [16]byte
	if proof.CodiceFiscale(proof.Compact(scratch[:0], c.text[v.Start:v.End])) {
		c.emit(r, v, v)
	}
}
