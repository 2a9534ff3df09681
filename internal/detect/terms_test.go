package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
	"github.com/scrubjay-dev/scrubjay/internal/detect/words"
)

// TestTerms: a term is found however its words are joined and written, and not in other words. What is found
// stands between « and ».
func TestTerms(t *testing.T) {
	e := indexed(t, []string{"acme orion reactor", "Heliotrope", "B2B portal", "O'Neil & Sons", "Müllerstraße", "秘密計画", "getURLFor", "one two three four five six seven eight", "kappa"})
	for _, c := range []string{
		"the «Acme Orion reactor» is", "«ACME  ORION\tREACTOR»", "«acme-orion_reactor».start()", "new «AcmeOrionReactor»(7)", "an «acmeOrionReactor»", "«acme\n// orion reactor»", "com.«acme.orion.reactor».v2",
		"acme orion", "acme orion reactors", "acmeorion reactor", "acme (orion) reactor", "acme | orion reactor", "macme orion reactor", "the acme\n" + strings.Repeat(" ", words.GapLongest+1) + "orion reactor",
		"«heliotrope»", "«Heliotrope»Client", "my«Heliotrope»", "my_«HELIOTROPE»_x", "heliotropes", "Heliotropeclient", "héliotrope", "heliotropé", "heliotrope1",
		"our «b2b portal»", "our «B2B Portal»", "«B2BPortal»", "«b2b_portal»", "«B2 B portal»", "b2bportal",
		"«O’Neil & Sons»", "«o'neil, sons»", "«ONeilSons»",
		"in der «MÜLLERSTRAßE» 3", "MÜLLERSTRASSE", "in der «Müllerstraße» 3", "in der «Mu\u0308llerstraße» 3", "«ＭüＬＬＥＲstraße»", "Mullerstraße",
		"社内の«秘密計画»について", "秘密の計画",
		"x.«getURLFor»(y)", "«GetUrlFor»(y)", "«get url for»", "«geturlfor»",
		"«one two three four five six seven eight» nine", "one two three four five six seven",
		"κkappa", "«kappa»の", "the «kappa».", "kappa" + strings.Repeat("a", 80),
	} {
		marked := strings.NewReplacer("«", "", "»", "").Replace(c)
		var got strings.Builder
		at := 0
		for _, f := range e.Find("", []byte(marked)) {
			if f.Rule.ID == "acme" {
				got.WriteString(marked[at:f.Start] + "«" + marked[f.Start:f.End] + "»")
				at = f.End
			}
		}
		if got.WriteString(marked[at:]); got.String() != c {
			t.Errorf("got %q, want %q", got.String(), c)
		}
	}
}

// TestBadTerms: what could not be found, or would be everywhere, is refused without being said.
func TestBadTerms(t *testing.T) {
	b, err := NewIndexBuilder(Index{ID: "acme", Class: Proprietary, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string]string{
		"":                         "fewer than three",
		"---":                      "fewer than three",
		"qu":                       "fewer than three",
		strings.Repeat("quay ", 9): "more than 8 words",
		strings.Repeat("quay", 20): "more than 64 bytes",
	} {
		if err := b.Term(term); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "qu") && term != "" && strings.Contains(err.Error(), "quay") {
			t.Errorf("%d bytes: %v, want %q", len(term), err, want)
		}
	}
}

// BenchmarkTerms is the engine with a dictionary of five million made-up names, and what it takes to load it.
func BenchmarkTerms(b *testing.B) {
	r := rand.New(rand.NewPCG(31, 32))
	syllables := strings.Fields("ba ce di fo gu ha je ki lo mu na pe qi ro su ta ve wi xo zu bra cle dri flo gru sha tre")
	name := func() string {
		var n strings.Builder
		for range 2 + r.IntN(3) {
			n.WriteString(syllables[r.IntN(len(syllables))])
		}
		return n.String()
	}
	build, err := NewIndexBuilder(Index{ID: "names", Class: PII, Severity: Medium, Warn: 2, Block: 5})
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for i := range 5_000_000 {
		if err := build.Term(fmt.Sprint(name(), " ", name(), " ", i%1000)); err != nil {
			b.Fatal(err)
		}
	}
	file, _, err := build.Build()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("built in %v, a file of %.1f MB", time.Since(start).Round(time.Millisecond), float64(len(file))/1e6)
	start = time.Now()
	x, err := readIndex(file)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded in %v", time.Since(start))
	e, err := New(&Set{Rules: []*Rule{x.rule()}})
	if err != nil {
		b.Fatal(err)
	}
	texts, size, found, words := trial.StandardLibrary(b), 0, 0, 0
	for _, t := range texts {
		size += len(t)
		found += len(e.Find("x.go", t))
		words += len(strings.Fields(string(t)))
	}
	b.Logf("%d found in %d words of Go's standard library, which has none", found, words)
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, t := range texts {
			e.Find("x.go", t)
		}
	}
}
