package detect

import (
	"cmp"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// regionGap is how far from the one before it a fingerprint still belongs to the same region.
const regionGap = 1 << 10

// withRegions adds to settled findings the regions that fingerprints form: where there are enough of them, close
// to each other, somebody's code stands. A region gives way to every other finding: it is what lies between
// them, because what stands in code, such as a key, has its own rule and verdict.
func withRegions(prints []candidate, findings []Finding) []Finding {
	slices.SortFunc(prints, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.print, b.print))
	})
	inOrder := func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) }
	var others []letters.Span
	for from := 0; from < len(prints); {
		if from == 0 || prints[from].Rule != prints[from-1].Rule { // those of one rule are apart from each other
			slices.SortFunc(findings, inOrder)
			others = others[:0]
			for _, o := range findings {
				others = append(others, o.Span)
			}
		}
		to, end := from+1, prints[from].End
		for to < len(prints) && prints[to].Rule == prints[from].Rule && prints[to].Start < end+regionGap {
			end = max(end, prints[to].End)
			to++
		}
		if f, ok := region(prints[from:to], end); ok {
			findings = append(findings, f.Around(others)...)
		}
		from = to
	}
	slices.SortFunc(findings, inOrder)
	return findings
}

// region is the finding that fingerprints close to each other make, if there are enough different ones.
func region(prints []candidate, end int) (Finding, bool) {
	f := prints[0].Finding
	f.End, f.region = end, true
	different := make([]uint64, len(prints))
	for i, p := range prints {
		different[i] = p.print
	}
	slices.Sort(different)
	n := len(slices.Compact(different))
	x := f.Rule.index
	if n < x.Warn {
		return f, false
	}
	// The rule's severity is a term's; of a file that is a test all is one less.
	less := max(0, int(f.Rule.Severity)-int(f.Severity))
	f.Severity, f.Confidence = Medium, ConfidenceMedium
	if n >= x.Block {
		f.Severity, f.Confidence = High, ConfidenceHigh
	}
	f.Severity -= Severity(less)
	return f, true
}

// Around is the finding, or for a region of code what lies of it between other values, which are given in their
// order and do not overlap. Too little to hold a fingerprint is nothing.
func (f Finding) Around(others []letters.Span) (pieces []Finding) {
	if !f.region {
		return []Finding{f}
	}
	at := f.Start
	piece := func(to int) {
		if to-at >= printLength {
			p := f
			p.Span = letters.Between(at, to)
			pieces = append(pieces, p)
		}
	}
	first, _ := slices.BinarySearchFunc(others, at, func(o letters.Span, at int) int { return cmp.Compare(o.End, at+1) })
	for _, o := range others[first:] {
		if o.Start >= f.End {
			break
		}
		piece(o.Start)
		at = o.End
	}
	if at < f.End {
		piece(f.End)
	}
	return pieces
}
