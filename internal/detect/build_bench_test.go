package detect

import (
	"testing"

	"github.com/scrubjay-dev/scrubjay/rules"
)

// BenchmarkStart is what a start of the program pays for the rules: as they are kept, and from their files.
func BenchmarkStart(b *testing.B) {
	b.Run("compiled", func(b *testing.B) {
		for b.Loop() {
			if _, ok := loadCompiled(rules.Compiled); !ok {
				b.Fatal("the rules have changed")
			}
		}
	})
	b.Run("files", func(b *testing.B) {
		for b.Loop() {
			loaded(b)
		}
	})
}
