package wire

import "slices"

// maxJoins is how many texts may go on in another: their ends are scanned together, which takes time.
const maxJoins = 1024

// Joins are the pairs of spans that are one text to the vendor: where the first ends, the second begins. An
// editor's cursor may stand in the middle of a value.
func (q *Request) Joins() [][2]int { return q.joins }

// joins pairs what stands at the names of a chain, in the order of the chain. What is absent or empty is left
// out. Each element of an array is a text of its own.
func joins(spans []Span, request *node, chain []string) [][2]int {
	places := make([]*node, len(chain))
	for k, name := range chain {
		places[k] = request.field([]byte(name))
	}
	texts := make([][]int, len(chain))
	for i, sp := range spans {
		if sp.n == nil || sp.Start == sp.End {
			continue
		}
		for k, n := range places {
			if sp.n == n {
				texts[k] = append(texts[k], i)
			}
		}
	}
	texts = slices.DeleteFunc(texts, func(t []int) bool { return len(t) == 0 })
	var pairs [][2]int
	for k := 1; k < len(texts); k++ {
		for _, a := range texts[k-1] {
			for _, b := range texts[k] {
				if len(pairs) > maxJoins {
					return pairs
				}
				pairs = append(pairs, [2]int{a, b})
			}
		}
	}
	return pairs
}
