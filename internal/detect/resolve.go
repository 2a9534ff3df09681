package detect

import (
	"cmp"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// resolve settles overlaps: in each cluster of candidates that touch, the best is kept, then the best
// of what does not overlap it, and so on. Best is proved before formed before generic, then longer,
// then the one that begins first, then the rule's id, so that the order of rules never matters. Digits
// within a credential prove nothing: one number in ten or a hundred passes the check of some card.
func resolve(found []candidate, out []Finding) []Finding {
	slices.SortFunc(found, func(a, b candidate) int {
		if a.Start != b.Start { // nearly always
			return a.Start - b.Start
		}
		return cmp.Or(cmp.Compare(b.End, a.End), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.anchor, b.anchor))
	})
	for from := 0; from < len(found); {
		to, end := from+1, found[from].End
		for to < len(found) && found[to].Start < end {
			end = max(end, found[to].End)
			to++
		}
		if to == from+1 {
			out = append(out, found[from].Finding)
		} else {
			out = settle(found[from:to], out)
		}
		from = to
	}
	return out
}

func settle(cluster []candidate, out []Finding) []Finding {
	type ranked struct {
		candidate
		rank int
	}
	all := make([]ranked, len(cluster))
	var around letters.Span // the credential that reaches farthest: one around another number is more than the number
	for i, f := range cluster {
		all[i] = ranked{f, rank(f)}
		if all[i].rank == 2 && f.Rule.Class != Credential && f.End <= around.End && f.Len() < around.Len() {
			all[i].rank = 1
		}
		if f.Rule.Class == Credential && !f.Rule.generic && f.End > around.End {
			around = f.Span
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.Len(), a.Len()))
	})
	var kept []Finding // in order, so that the one that could overlap is found without asking all
	for _, f := range all {
		i, _ := slices.BinarySearchFunc(kept, f.Start, func(k Finding, start int) int { return cmp.Compare(k.End, start+1) })
		if i == len(kept) || kept[i].Start >= f.End {
			kept = slices.Insert(kept, i, f.Finding)
		}
	}
	return append(out, kept...)
}

func rank(f candidate) int {
	switch {
	case f.Rule.added && f.Severity == Info: // somebody's own rule must not hide what ours would stop
		return -1
	case f.Validated && !f.viewed: // digits in what base64 says prove nothing against the token that they are a part of
		return 2
	case !f.Rule.generic:
		return 1
	}
	return 0
}
