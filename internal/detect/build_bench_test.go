package detect

import (
	"testing"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// BenchmarkStart is what a start of the program pays for the rules.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		sets, err := LoadFS(rules.FS, "detect")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(sets...); err != nil {
			b.Fatal(err)
		}
	}
}
