package detect

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// published knows the values that vendors' documents and standards print as examples. They look like
// findings and are not worth a warning, wherever they stand.
type published struct {
	exact map[string]bool
	// prefixes are the beginnings of published values too long to list.
	prefixes []string
}

func newPublished() *published { return &published{exact: map[string]bool{}} }

func (p *published) clone() *published {
	return &published{exact: maps.Clone(p.exact), prefixes: slices.Clone(p.prefixes)}
}

// add takes values, and beginnings of values that end in "...".
func (p *published) add(values []string) {
	for _, v := range values {
		if prefix, ok := strings.CutSuffix(v, "..."); ok {
			p.prefixes = append(p.prefixes, prefix)
		} else {
			p.exact[v] = true
		}
	}
}

func (p *published) has(v []byte) bool {
	if p.exact[string(v)] {
		return true
	}
	for _, prefix := range p.prefixes {
		if len(v) >= len(prefix) && string(v[:len(prefix)]) == prefix {
			return true
		}
	}
	// Amazon's own convention for the keys in its documents.
	return len(v) >= 16 && bytes.HasSuffix(v, []byte("EXAMPLE")) || bytes.HasSuffix(v, []byte("EXAMPLEKEY"))
}
