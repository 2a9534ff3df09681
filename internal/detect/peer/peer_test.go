// Package peer holds the engine beside gitleaks' own, in the same run on the same bytes: what either finds, and how
// fast. It is a module of its own, so that the program depends on nothing of gitleaks.
package peer

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/zricethezav/gitleaks/v8/config"
	gitleaks "github.com/zricethezav/gitleaks/v8/detect"
)

// sampleSize is what gitleaks reads in some seconds.
const sampleSize = 5 << 20

// sample is every eighth file of Go's standard library, up to the size.
func sample(b *testing.B) (texts []string, size int) {
	b.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src")
	seen := 0
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		if seen++; seen%8 != 0 || size >= sampleSize {
			return nil
		}
		text, err := os.ReadFile(p)
		texts, size = append(texts, string(text)), size+len(text)
		return err
	})
	if err != nil || size == 0 {
		b.Fatalf("no source under %s: %v", root, err)
	}
	return texts, size
}

// BenchmarkPeer reads the sample once with either engine and its own built-in rules, one core.
func BenchmarkPeer(b *testing.B) {
	texts, size := sample(b)
	b.Run("scrubjay", func(b *testing.B) {
		e := detect.Default()
		bytes := make([][]byte, len(texts))
		for i, t := range texts {
			bytes[i] = []byte(t)
		}
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range bytes {
				e.Find("x.go", t)
			}
		}
	})
	b.Run("scrubjay with gitleaks' rules", func(b *testing.B) {
		set, err := detect.Load("gitleaks.toml", []byte(config.DefaultConfig))
		if err != nil {
			b.Fatal(err)
		}
		e, err := detect.New(set)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				e.Find("x.go", []byte(t))
			}
		}
	})
	b.Run("gitleaks", func(b *testing.B) {
		d, err := gitleaks.NewDetectorDefaultConfig()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, t := range texts {
				d.DetectString(t)
			}
		}
	})
}
