package wire

import "slices"

// maxJoins is how many texts may go on in another: their ends are scanned together, which takes time.
const maxJoins = 1024

// Joins are the spans that are one text to the vendor: where one ends, the next begins. An editor's cursor may stand in
// the middle of a value.
func (q *Request) Joins() [][]int { return q.joins }

// joins lists what stands at the names of a chain, in the order of the chain. What is absent or empty is left
// out. Each element of an array is a text of its own. It stops beyond maxJoins.
func joins(spans []Span, request *node, chain []string) [][]int {
	var texts [][]int
	for _, name := range chain {
		place := request.field([]byte(name))
		var here []int
		for i, sp := range spans {
			if sp.n != nil && sp.n == place && sp.Start < sp.End {
				here = append(here, i)
			}
		}
		if here != nil {
			texts = append(texts, here)
		}
	}
	if len(texts) < 2 {
		return nil
	}
	all := [][]int{nil}
	for _, here := range texts {
		var longer [][]int
		for _, before := range all {
			for _, i := range here {
				if longer = append(longer, append(slices.Clip(before), i)); len(longer) > maxJoins {
					return longer
				}
			}
		}
		all = longer
	}
	return all
}
