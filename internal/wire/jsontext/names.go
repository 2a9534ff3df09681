package jsontext

import (
	"bytes"
	"hash/maphash"
)

// fewNames is how many are found faster by comparing than by hashing.
const fewNames = 16

var nameSeed = maphash.MakeSeed()

// Names finds duplicates among the names of each open object: in small objects by comparing all, in large ones
// by hash, so that neither allocates for each name nor is quadratic.
type Names struct {
	all  []name // of all open objects, innermost last
	last int    // the newest object's id
	seen map[nameHash]struct{}
}

type name struct {
	raw     []byte
	escaped bool
}

type nameHash struct {
	object int
	hash   uint64
}

// Scope is one open object.
type Scope struct{ first, id int }

// Open begins an object.
func (n *Names) Open() Scope {
	n.last++
	return Scope{len(n.all), n.last}
}

// Close ends the innermost object.
func (n *Names) Close(o Scope) { n.all = n.all[:o.first] }

// Add tells whether the name is new to its object.
func (n *Names) Add(o Scope, raw []byte, escaped bool) bool {
	added := name{raw, escaped}
	siblings := n.all[o.first:]
	n.all = append(n.all, added)
	switch {
	case len(siblings) < fewNames:
		return !added.among(siblings)
	case len(siblings) == fewNames:
		for _, s := range siblings {
			n.hash(o, s)
		}
	}
	// Equal hashes are nearly always equal names, but only nearly.
	return n.hash(o, added) || !added.among(siblings)
}

// hash tells whether the hash is new to the object.
func (n *Names) hash(o Scope, a name) bool {
	if n.seen == nil {
		n.seen = make(map[nameHash]struct{})
	}
	h := nameHash{o.id, maphash.Bytes(nameSeed, a.text())}
	_, old := n.seen[h]
	n.seen[h] = struct{}{}
	return !old
}

func (a name) among(others []name) bool {
	for _, b := range others {
		if !a.escaped && !b.escaped {
			if bytes.Equal(a.raw, b.raw) {
				return true
			}
		} else if bytes.Equal(a.text(), b.text()) {
			return true
		}
	}
	return false
}

func (a name) text() []byte {
	if !a.escaped {
		return a.raw
	}
	return Decode(nil, a.raw)
}
