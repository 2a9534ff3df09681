package proxy

import (
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// cutReach is how much on either side of a cut is looked at: the longest private keys are shorter.
const cutReach = 4 << 10

// cut finds the values that begin in one span and end in the next, because the cursor of an editor stands in the
// middle of them. Each part is masked where it stands. The parts are listed by span.
func (p *Proxy) cut(req *wire.Request, engine *detect.Engine) map[int][]secret {
	parts := map[int][]secret{}
	for _, j := range req.Joins() {
		before, after := req.Text(req.Spans[j[0]], nil), req.Text(req.Spans[j[1]], nil)
		left := max(0, len(before)-cutReach)
		text := slices.Concat(before[left:], after[:min(len(after), cutReach)])
		var all []secret
		for _, f := range engine.Find("", text) {
			all = append(all, ofFinding(j[0], f))
		}
		for _, k := range p.Vault.Known(text) {
			all = append(all, ofKnown(j[0], k, engine))
		}
		at := len(before) - left
		for _, s := range all {
			if s.at.Start >= at || s.at.End <= at {
				continue
			}
			end := s.at.End
			s.at.Start, s.at.End = left+s.at.Start, len(before)
			parts[j[0]] = append(parts[j[0]], s)
			s.span, s.at.Start, s.at.End = j[1], 0, end-at
			parts[j[1]] = append(parts[j[1]], s)
		}
	}
	return parts
}
