package guess

import (
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// The judge tells what people write, words and what is made of them, from what machines draw at random.
// Entropy cannot: at 32 characters one identifier in a hundred has more than a random key's average.
// The judge asks how likely each letter is after the two before it in identifiers and prose: parts
// of words are likely whatever they are joined to, and random letters are not.
//
// The table is rules/judge.bin: for each triple of the symbols _ (a joint, or a new word in
// camelCase), a to z and 0 (any digit), the sixteenths of a bit that its last costs after the first two. It is trained
// on the identifiers and words of Go's standard library by make generate.
const (
	symbols      = 28
	judgeEntries = symbols * symbols * symbols
	// naturalBelow is the average cost up to which a value is taken for words: 1 in 100 random values of 12
	// characters costs less, and 4 in 100 identifiers cost more.
	naturalBelow = 68
)

var symbolOf = func() (of [256]uint16) {
	for c := range 256 {
		switch b := byte(c); {
		case letters.IsAlpha(b):
			of[c] = uint16(b|0x20-'a') + 1
		case letters.IsDigit(b):
			of[c] = symbols - 1
		}
	}
	return of
}()

// Surprise is how many sixteenths of a bit a symbol of the value costs on average: about 50 for what is made of words,
// 85 for random letters and digits. Random hex costs as little as words do: it has a judge of its own.
func Surprise(v []byte) int {
	table := rules.Judge
	var sum, n int
	a, b := uint16(0), uint16(0)
	step := func(c uint16) {
		if c == 0 && b == 0 || c == symbols-1 && b == symbols-1 {
			return // one joint, one number, however long
		}
		sum += int(table[(int(a)*symbols+int(b))*symbols+int(c)])
		n++
		a, b = b, c
	}
	for i, c := range v {
		if letters.IsUpper(c) && i > 0 && (letters.IsLower(v[i-1]) || i+1 < len(v) && letters.IsLower(v[i+1]) && letters.IsUpper(v[i-1])) {
			step(0)
		}
		step(symbolOf[c])
	}
	if n == 0 {
		return 0
	}
	return sum / n
}
