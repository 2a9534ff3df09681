package proof

import (
	"encoding/hex"
	"testing"
)

// TestKeccak: the hash of the empty text is the one that every Ethereum client prints.
func TestKeccak(t *testing.T) {
	if got := hex.EncodeToString(keccak256(nil)); got != "c5d2460186f7233c927e7db2dcc703c0"+"e500b653ca82273b7bfad8045d85a470" {
		t.Errorf("keccak256 of nothing is %s", got)
	}
}
