package detect

import (
	"bytes"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

const (
	// pairLines and pairSpan are how far apart the two halves of one leak may stand.
	pairLines = 5
	pairSpan  = 1 << 10
)

// pair joins the halves of what is one leak: either alone opens nothing, both together do, so both are
// critical then. It looks at settled findings and their neighbours only.
func pair(text []byte, found []Finding) {
	for i := range found {
		if len(found[i].Rule.with) == 0 || found[i].Severity == Info {
			continue
		}
		best := -1
		for _, step := range []int{1, -1} { // the secret mostly follows
			for j := i + step; best < 0 && j >= 0 && j < len(found) && together(text, found[i].Span, found[j].Span); j += step {
				if slices.Contains(found[i].Rule.with, found[j].Rule.ID) && found[j].With == (letters.Span{}) && found[j].Severity != Info {
					best = j
				}
			}
		}
		if best >= 0 {
			found[i].With, found[best].With = found[best].Span, found[i].Span
			found[i].Severity, found[best].Severity = Critical, Critical
		}
	}
}

func together(text []byte, a, b letters.Span) bool {
	if a.Start > b.Start {
		a, b = b, a
	}
	return b.Start-a.End <= pairSpan && b.Start >= a.End && bytes.Count(text[a.End:b.Start], []byte("\n")) <= pairLines
}
