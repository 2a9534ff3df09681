package guess

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

var update = flag.Bool("update", false, "train the judge's table anew")

var wordPattern = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]{2,}`)

// TestJudge trains the table when asked to, and holds it to what it is for.
func TestJudge(t *testing.T) {
	if *update {
		train(t)
	}
	for _, v := range []string{"MyPasswordField", "test_user_token_name", "config.database.primary", "application-default-login", "readUint32FromBuffer", "LoginFormController2"} {
		if s := Surprise([]byte(v)); s > naturalBelow {
			t.Errorf("%s: %d, taken for random", v, s)
		}
	}
	for _, v := range []string{"q7Wm3ZxK9pLt2VbN8rYc", "vK3nq8RwXtY0pLmQ"} {
		if s := Surprise([]byte(v)); s <= naturalBelow {
			t.Errorf("%s: %d, taken for words", v, s)
		}
	}
}

// train counts the triples of the standard library's identifiers and words, each identifier once.
func train(t *testing.T) {
	seen := map[string]bool{}
	var counts [judgeEntries]float64
	texts := trial.StandardLibrary(t)
	for _, text := range texts {
		for _, w := range wordPattern.FindAll(text, -1) {
			if seen[string(w)] {
				continue
			}
			seen[string(w)] = true
			each3(w, func(i int) { counts[i]++ })
		}
	}
	var pairs [symbols * symbols]float64
	var singles [symbols]float64
	for i, n := range counts {
		pairs[i%(symbols*symbols)] += n
		singles[i%symbols] += n
	}
	total := 0.0
	for _, n := range singles {
		total += n
	}
	table := make([]byte, judgeEntries)
	for i := range counts {
		ab, b, c := i/symbols, i/symbols%symbols, i%symbols
		given := 0.0
		for j := range symbols {
			given += counts[ab*symbols+j]
		}
		before := 0.0
		for j := range symbols {
			before += pairs[b*symbols+j]
		}
		p1 := (singles[c] + 1) / (total + symbols)
		p2 := (pairs[b*symbols+c] + 8*p1) / (before + 8)
		p3 := (counts[i] + 8*p2) / (given + 8)
		table[i] = byte(math.Min(255, math.Round(-16*math.Log2(p3))))
	}
	if err := os.WriteFile("../../../rules/judge.bin", table, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("trained on %d words; build again", len(seen))
}

func each3(v []byte, with func(i int)) {
	a, b := 0, 0
	step := func(c int) {
		if c == 0 && b == 0 || c == symbols-1 && b == symbols-1 {
			return
		}
		with((a*symbols+b)*symbols + c)
		a, b = b, c
	}
	for i, c := range v {
		if letters.IsUpper(c) && i > 0 && (letters.IsLower(v[i-1]) || i+1 < len(v) && letters.IsLower(v[i+1]) && letters.IsUpper(v[i-1])) {
			step(0)
		}
		step(int(symbolOf[c]))
	}
}

// TestJudgeBeatsEntropy: on random keys, and on identifiers of code that the table was not trained on, the judge
// decides better than any threshold of entropy does.
func TestJudgeBeatsEntropy(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var keys, names [][]byte
	seen := map[string]bool{}
	identifier := regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_./-]{11,63}`)
	for i, text := range trial.Sources(t, trial.ModuleDir(t, "github.com/open-policy-agent/opa")) {
		if i%trial.Thorough != 0 {
			continue
		}
		for _, w := range identifier.FindAll(text, -1) {
			if !seen[string(w)] {
				seen[string(w)] = true
				names = append(names, bytes.Clone(w))
			}
		}
	}
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	for range len(names) {
		alphabet := []string{lower + digits, lower + digits + upper, lower + digits + upper + "+/", lower + digits + upper + "-_"}[random.IntN(4)]
		v := make([]byte, 12+random.IntN(52))
		for i := range v {
			v[i] = alphabet[random.IntN(len(alphabet))]
		}
		keys = append(keys, v)
	}
	f1 := func(isKey func([]byte) bool) float64 {
		tp, fp := 0.0, 0.0
		for _, v := range keys {
			if isKey(v) {
				tp++
			}
		}
		for _, v := range names {
			if isKey(v) {
				fp++
			}
		}
		return 2 * tp / (tp + fp + float64(len(keys)))
	}
	judge := f1(func(v []byte) bool { return Surprise(v) > naturalBelow })
	best := 0.0
	for threshold := 2.5; threshold < 5.5; threshold += 0.1 {
		best = max(best, f1(func(v []byte) bool { return Entropy(v) > threshold }))
	}
	t.Logf("%d identifiers, as many keys: F1 of the judge %.3f, of the best threshold of entropy %.3f", len(names), judge, best)
	if judge < 0.95 || judge < best+0.1 {
		t.Errorf("F1 of the judge %.3f, of entropy %.3f", judge, best)
	}
}

// TestTraitsTell: what the bytes of a value tell is what looking for each thing says.
func TestTraitsTell(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pieces := strings.Fields("a7 E y_ Y- x X* xxxxxx ******* .... example CHANGEME your_ Your- redacted 0123456789abcdef 123456789012345 abcdefghijkl ${a} #{b {{c}} <% %(d) \\(e) process.env ENV[ valueFrom [0-9] q qqqqqqqqqqqqqqqqqqqqqqqq … ü K9 -")
	for range 20000 {
		var v []byte
		for range 1 + r.IntN(4) {
			v = append(v, pieces[r.IntN(len(pieces))]...)
		}
		tr := TraitsOf(v)
		if !(len(v) >= longFiller || tr.any(&fillers)) && isFiller(v) || !(tr.any(&markLetters) || tr.Digits >= digitMark) && hasDummyMark(v) || !tr.any(&templateSigns) && isTemplate(v) {
			t.Fatalf("%q is passed over", v)
		}
	}
}
