package standin

import "math/rand/v2"

// Split says where the bytes of an answer are cut, by its size: offsets in order.
type Split func(size int) []int

// EveryByte sends each byte on its own.
func EveryByte() Split { return Every(1) }

// Every sends n bytes at a time.
func Every(n int) Split {
	return func(size int) (cuts []int) {
		for at := n; at < size; at += n {
			cuts = append(cuts, at)
		}
		return cuts
	}
}

// Random sends 1 to 64 bytes at a time, the same for the same seed.
func Random(seed uint64) Split {
	return func(size int) (cuts []int) {
		r := rand.New(rand.NewPCG(seed, uint64(size)))
		for at := 1 + r.IntN(64); at < size; at += 1 + r.IntN(64) {
			cuts = append(cuts, at)
		}
		return cuts
	}
}

// At cuts at the given offsets. Those beyond the end are left out.
func At(offsets ...int) Split {
	return func(size int) (cuts []int) {
		for _, at := range offsets {
			if at > 0 && at < size {
				cuts = append(cuts, at)
			}
		}
		return cuts
	}
}

func (s Split) cut(body []byte) [][]byte {
	var pieces [][]byte
	from := 0
	for _, at := range s(len(body)) {
		pieces = append(pieces, body[from:at])
		from = at
	}
	return append(pieces, body[from:])
}
