package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/FastFilter/xorfilter"
)

// An index is how an organisation's own terms and code are known where they must not be read: it holds keyed
// hashes, in filters that tell whether one is in them and cannot list any. It is made by IndexBuilder and
// named in rules.files like a file of rules, as whose single rule it then counts.
//
// What it finds depends on no trigger: terms.go looks at words, prints.go at the text without its white
// space, each only where an index is loaded.
type Index struct {
	ID       string
	Class    Class
	Severity Severity // of a term
	// Warn and Block are how many fingerprints close to each other make a finding of severity medium, of high.
	Warn, Block int
	// Terms and Prints are how many the index holds.
	Terms, Prints int

	key        [32]byte
	dictionary *dictionary
	prints     *prints
}

// filter tells whether a hash is in a set; one in 65,536 of those that are not passes too. It is nil for an empty set.
type filter = xorfilter.BinaryFuse[uint16]

// derive makes of the key what the cheap hashes need, as random as the key for whoever does not have it.
func (x *Index) derive() (words uint64, letters [256]uint64) {
	r := rand.NewChaCha8(x.key)
	words = r.Uint64()
	for i := range letters {
		letters[i] = r.Uint64()
	}
	return words, letters
}

// rule is the one as which an index counts.
func (x *Index) rule() *Rule {
	what := []string{}
	if x.dictionary != nil {
		what = append(what, "a term")
	}
	if x.prints != nil {
		what = append(what, "code")
	}
	return &Rule{
		ID: x.ID, Description: fmt.Sprintf("%s of the index %s", strings.Join(what, " or "), x.ID),
		Class: x.Class, Severity: x.Severity, Confidence: ConfidenceMedium, Placeholder: placeholderOf(x.Class),
		triggers: []string{}, back: max(termBack, printBack), reach: max(termReach, printReach),
		source: &ruleTOML{ID: x.ID}, index: x,
	}
}
