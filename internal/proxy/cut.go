package proxy

import (
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// cutReach is how much on either side of a cut is looked at: the longest private keys are shorter.
const cutReach = 4 << 10

// cut finds the values that begin in one span and end in another, because the cursor of an editor stands in the
// middle of them. Each part is masked where it stands. The parts are listed by span.
func (p *Proxy) cut(r *reading) map[int][]secret {
	var parts map[int][]secret
	for _, chain := range r.req.Joins() {
		if parts == nil {
			parts = map[int][]secret{}
		}
		texts := make([][]byte, len(chain))
		for i, n := range chain {
			texts[i] = r.text(n)
		}
		for first := 0; first < len(chain)-1; {
			last := first + 1
			for last < len(chain)-1 && len(texts[last]) <= 2*cutReach { // a value may go on behind what is short
				last++
			}
			p.cutAmong(parts, chain[first:last+1], texts[first:last+1], r.engine)
			first = last
		}
	}
	return parts
}

// cutAmong finds the values that more than one of some texts have a part of: the end of the first, what is between, and
// how the last begins.
func (p *Proxy) cutAmong(parts map[int][]secret, spans []int, texts [][]byte, engine *detect.Engine) {
	left := max(0, len(texts[0])-cutReach)
	last := len(texts) - 1
	seen := slices.Clone(texts)
	seen[0], seen[last] = texts[0][left:], texts[last][:min(len(texts[last]), cutReach)]
	text := slices.Concat(seen...)
	var all []secret
	for _, f := range engine.Find("", text) {
		all = append(all, ofFinding(0, f))
	}
	for _, k := range p.Vault.Known(text) {
		all = append(all, ofKnown(0, k, engine))
	}
	for _, s := range all {
		begins := 0
		for i, t := range seen {
			ends := begins + len(t)
			at := detect.Span{Start: max(s.at.Start, begins), End: min(s.at.End, ends)}
			if at.Start < at.End && at != s.at {
				of := s
				of.value.Part = true
				of.span, of.at = spans[i], detect.Span{Start: at.Start - begins, End: at.End - begins}
				if i == 0 {
					of.at.Start, of.at.End = of.at.Start+left, of.at.End+left
				}
				parts[of.span] = append(parts[of.span], of)
			}
			begins = ends
		}
	}
}
