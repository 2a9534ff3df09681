package detect

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// workSize is set where TestLinear runs this package anew, counting.
const workSize = "SCRUBJAY_TEST_WORK"

// adversarial are texts made to wake a rule as often as can be, of a size.
func adversarial(r *Rule, size int) (texts [][]byte) {
	for _, piece := range append(r.triggers[:len(r.triggers):len(r.triggers)], r.Examples...) {
		if len(piece) > 1 && piece[0] < 0x80 { // not one of lead.go's patterns of digits
			texts = append(texts, bytes.Repeat([]byte(piece), size/len(piece)+1)[:size])
		}
	}
	return texts[:min(len(texts), 2)]
}

// TestWork does the work that TestLinear counts.
func TestWork(t *testing.T) {
	size, err := strconv.Atoi(os.Getenv(workSize))
	if err != nil {
		t.Skip("it is run by TestLinear")
	}
	e, _ := loaded(t)
	for _, r := range e.Rules() {
		for _, text := range adversarial(r, size) {
			e.Find("", text)
		}
	}
}

// TestLinear: a text four times as long takes four times as many steps, whatever it is made of. What is counted
// is how often each statement of this package, of the rooms below it and of regexp runs, with each rule's keyword and example
// repeated over the whole text; a loop that looks at all the text from each trigger would run sixteen times
// as often.
func TestLinear(t *testing.T) {
	if testing.Short() || trial.Thorough > 1 || os.Getenv(workSize) != "" {
		t.Skip("it is long, and counts in programs of its own: once is enough, without the race detector")
	}
	const small, factor = 16 << 10, 4
	few, many := steps(t, small), steps(t, small*factor)
	var all, total float64
	for place, n := range many {
		all, total = all+float64(few[place]), total+float64(n)
	}
	for place, n := range many {
		// What runs seldom may depend on what the texts' ends happen to be.
		if before := few[place]; float64(n) > total/1000 && float64(n) > 1.5*factor*float64(before) {
			t.Errorf("%s runs %d times in texts of %d bytes, and %d times in %d", place, before, small, n, small*factor)
		}
	}
	t.Logf("%.0f million steps in texts of %d bytes, %.0f million in %d", all/1e6, small, total/1e6, small*factor)
	if all == 0 || total > 1.1*factor*all {
		t.Errorf("four times the text takes %.2f times the steps", total/all)
	}
}

// BenchmarkAdversarial is the time of what TestLinear counts; slowest is the rule whose own text takes longest.
func BenchmarkAdversarial(b *testing.B) {
	e, _ := loaded(b)
	size, slowest, by := 0, 0.0, ""
	for b.Loop() {
		for _, r := range e.Rules() {
			for _, text := range adversarial(r, 64<<10) {
				start := time.Now()
				e.Find("", text)
				size += len(text)
				if ns := float64(time.Since(start).Nanoseconds()) / float64(len(text)); ns > slowest {
					slowest, by = ns, r.ID
				}
			}
		}
	}
	b.SetBytes(int64(size / b.N))
	b.ReportMetric(slowest, "slowest-ns/byte")
	b.Log("slowest: ", by)
}

// steps is how often each statement runs on adversarial texts of a size.
func steps(t *testing.T, size int) map[string]int {
	t.Helper()
	profile := filepath.Join(t.TempDir(), "profile")
	c := exec.CommandContext(t.Context(), "go", "test", "-run", "^TestWork$", "-covermode=count", "-coverpkg=./...,regexp", "-coverprofile="+profile, ".")
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", workSize, size))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(profile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // place statements count
		if len(fields) == 3 {
			if n, err := strconv.Atoi(fields[2]); err == nil {
				counts[fields[0]] += n
			}
		}
	}
	return counts
}
