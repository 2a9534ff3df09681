package guess

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// Published knows the values that vendors' documents and standards print as examples. They look like
// findings and are not worth a warning, wherever they stand.
type Published struct {
	exact map[string]bool
	// prefixes are the beginnings of published values too long to list.
	prefixes []string
	// lengths are those of the exact values by their first byte, and begins what prefixes begin with: nearly
	// every value that is asked for is none of them.
	lengths [256]uint64
	begins  [256]bool
}

func NewPublished() *Published { return &Published{exact: map[string]bool{}} }

func (p *Published) Clone() *Published {
	return &Published{exact: maps.Clone(p.exact), prefixes: slices.Clone(p.prefixes), lengths: p.lengths, begins: p.begins}
}

// Add takes values, and beginnings of values that end in "...".
func (p *Published) Add(values []string) {
	for _, v := range values {
		if prefix, ok := strings.CutSuffix(v, "..."); ok {
			p.prefixes = append(p.prefixes, prefix)
			p.begins[prefix[0]] = true
		} else {
			p.exact[v] = true
			p.lengths[v[0]] |= 1 << min(len(v), 63)
		}
	}
}

func (p *Published) Has(v []byte) bool {
	if len(v) == 0 {
		return false
	}
	if p.lengths[v[0]]&(1<<min(len(v), 63)) != 0 && p.exact[string(v)] {
		return true
	}
	for _, prefix := range p.prefixes {
		if !p.begins[v[0]] {
			break
		}
		if len(v) >= len(prefix) && string(v[:len(prefix)]) == prefix {
			return true
		}
	}
	// Amazon's own convention for the keys in its documents.
	return len(v) >= 16 && bytes.HasSuffix(v, []byte("EXAMPLE")) || bytes.HasSuffix(v, []byte("EXAMPLEKEY"))
}
