package find

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// Numbers of persons in Europe. Each check gets letters and digits only, of the length that its forms have.

// findCodiceFiscale reads the sixteen around the date that woke it: it has no four digits in a row.
func findCodiceFiscale(c *look.Text, at letters.Span) {
	v := letters.Between(at.Start-6, at.Start+10)
	if v.Start < 0 || v.End > len(c.Bytes) || !letters.IsAlpha(c.Bytes[v.Start]) || !c.Apart(v) {
		return
	}
	var scratch [16]byte
	if proof.CodiceFiscale(proof.Compact(scratch[:0], c.Bytes[v.Start:v.End])) {
		c.Emit(v, v)
	}
}
