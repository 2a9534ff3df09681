package detect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// resolve settles overlaps: in each cluster of candidates that touch, the best is kept, then the best
// of what does not overlap it, and so on. Best is proved before formed before generic, then longer,
// then the one in less doubt, then the one that begins first, then the rule's id, so that the order of rules never matters. Digits
// within a credential prove nothing: one number in ten or a hundred passes the check of some card.
//
// What is left of a secret that gave way is judged again: in PASSWORD=x:ghp_... both leak.
func resolve(text []byte, found []candidate, out []Finding) []Finding {
	slices.SortFunc(found, func(a, b candidate) int {
		if a.Start != b.Start { // nearly always
			return a.Start - b.Start
		}
		return cmp.Or(cmp.Compare(b.End, a.End), cmp.Compare(a.Rule.ID, b.Rule.ID),
			cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.anchor, b.anchor))
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
			out = settle(text, found[from:to], out)
		}
		from = to
	}
	return out
}

func settle(text []byte, cluster []candidate, out []Finding) []Finding {
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
	// What overlaps a credential of a known form in part is no value of a person's: pass@host in a URL is no address.
	formed := func(f candidate) bool {
		return f.Rule.Class == Credential && !f.Rule.generic && rank(f) > 0 && !guess.IsWordy(text[f.Start:f.End])
	}
	far, near := 0, len(text) // where those end that began before, where those begin that come after
	for i := range all {
		if all[i].rank == 1 && all[i].Rule.Class != Credential && all[i].Start < far {
			all[i].rank = 0
		}
		if formed(cluster[i]) {
			far = max(far, cluster[i].End)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].rank == 1 && all[i].Rule.Class != Credential && all[i].End > near {
			all[i].rank = 0
		}
		if formed(cluster[i]) {
			near = min(near, cluster[i].Start)
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.Len(), a.Len()), cmp.Compare(b.Confidence, a.Confidence))
	})
	var kept []Finding // in order, so that the one that could overlap is found without asking all
	keep := func(f Finding) bool {
		i, _ := slices.BinarySearchFunc(kept, f.Start, func(k Finding, start int) int { return cmp.Compare(k.End, start+1) })
		if i < len(kept) && kept[i].Start < f.End {
			return false
		}
		kept = slices.Insert(kept, i, f)
		return true
	}
	var less []Finding
	for _, f := range all {
		if !keep(f.Finding) && f.Rule.generic && f.Rule.Class == Credential && !f.viewed {
			less = append(less, f.Finding)
		}
	}
	for _, f := range less {
		var spans []letters.Span
		for _, k := range kept {
			spans = append(spans, k.Span)
		}
		for _, rest := range f.Without(spans) {
			if rest = trimmed(text, rest); rest.Len() < shortestRest {
				continue
			}
			piece := f
			piece.Span = rest
			likely, ok := guess.Given(text[rest.Start:rest.End], nil, true, false)
			if !ok && !guess.IsMixed(text[rest.Start:rest.End]) {
				continue
			}
			if !ok || likely == guess.Doubtful {
				piece.Confidence = ConfidenceLow // it was a part of a secret, and may be none by itself
			}
			keep(piece)
		}
	}
	return append(out, kept...)
}

// shortestRest is the least that is left over which counts.
const shortestRest = 3

// trimmed takes off what joined a part of a value to the rest.
func trimmed(text []byte, s letters.Span) letters.Span {
	for s.Start < s.End && strings.IndexByte(":;,|/&=+@ \t\"'", text[s.Start]) >= 0 {
		s.Start++
	}
	for s.Start < s.End && strings.IndexByte(":;,|/&=+@ \t\"'", text[s.End-1]) >= 0 {
		s.End--
	}
	return s
}

func rank(f candidate) int {
	switch {
	case f.Rule.added && f.Severity == Info: // somebody's own rule must not hide what ours would stop
		return -1
	case f.Severity == Info && f.Rule.Class != Credential && !f.Validated: // nobody's number must not hide a secret
		return -1
	case f.Validated && !f.viewed: // digits in what base64 says prove nothing against the token that they are a part of
		return 2
	case f.Confidence == ConfidenceLow && !f.Rule.added:
		return 0
	case !f.Rule.generic:
		return 1
	}
	return 0
}
