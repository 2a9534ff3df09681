package guess

import (
	"math"
	"math/bits"
)

// Entropy is Shannon's, in bits a byte.
func Entropy(value []byte) float64 {
	var counts [256]int
	for _, c := range value {
		counts[c]++
	}
	var sum float64
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(value))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

func Distinct(v []byte) int {
	var seen [4]uint64
	for _, c := range v {
		seen[c>>6] |= 1 << (c & 63)
	}
	return bits.OnesCount64(seen[0]) + bits.OnesCount64(seen[1]) + bits.OnesCount64(seen[2]) + bits.OnesCount64(seen[3])
}
