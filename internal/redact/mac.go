package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// macs are keyed hashes under one key. What a key costs at first is paid once for each that is used at the same time.
type macs struct{ pool sync.Pool }

type macState struct {
	hash.Hash
	sum [sha256.Size]byte
}

func newMACs(key []byte) *macs {
	return &macs{sync.Pool{New: func() any { return &macState{Hash: hmac.New(sha256.New, key)} }}}
}

// sum is the keyed hash of some bytes one behind the other.
func (m *macs) sum(parts ...[]byte) [sha256.Size]byte {
	s := m.pool.Get().(*macState)
	defer m.pool.Put(s)
	s.Reset()
	for _, p := range parts {
		s.Write(p)
	}
	s.Sum(s.sum[:0])
	return s.sum
}
