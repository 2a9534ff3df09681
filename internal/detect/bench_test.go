package detect

import (
	"bytes"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/automaton"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// BenchmarkEngine is the engine in memory with all rules, one core; Floor reads the same bytes once.
func BenchmarkEngine(b *testing.B) {
	texts, size := trial.StandardLibrary(b), 0
	for _, t := range texts {
		size += len(t)
	}
	e := Default()
	b.Run("stdlib", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				e.Find("x.go", t)
			}
		}
	})
	b.Run("automaton", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				e.automaton.Scan(t, letters.Between(0, len(t)), func(*automaton.Trigger, letters.Span) {})
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				bytes.Count(t, []byte{0})
			}
		}
	})
	for name, line := range map[string]string{
		"emails":    "2026-11-20T10:00:00Z INFO login user=maria.kowalska@poczta.onet.pl from session 18\n",
		"passwords": "service_db_password = \"Tr7#kq9Lm2\"\n",
		"prose":     "The meeting notes say that the team will look at the numbers again on Monday, 12 of 30 done.\n",
	} {
		text := []byte(strings.Repeat(line, 1<<20/len(line)))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				e.Find("x.log", text)
			}
		})
	}
}

// BenchmarkEdit is a keystroke's share of the engine; it must not grow with the file.
func BenchmarkEdit(b *testing.B) {
	for name, size := range map[string]int{"10KB": 10 << 10, "1MB": 1 << 20} {
		line := "const greeting = \"hello, world\" // nothing to see\n"
		text := []byte(strings.Repeat(line, size/len(line)))
		s := Default().Open("x.go", text)
		at := len(text) / 2
		edited := bytes.Join([][]byte{text[:at], text[at:]}, []byte("x"))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.Edit(edited, letters.Between(at, at), 1)
			}
		})
	}
}
