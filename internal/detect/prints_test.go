package detect

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// ourCode stands for what an organisation does not want to leave.
const ourCode = `// Copyright Acme. Permission is hereby granted to nobody at all, not even to those who ask nicely.
// It comes without a warranty.

package ledger

func (b *book) settle(day Day, rate Rate) (balance Money, err error) {
	for _, entry := range b.entries {
		if entry.Day.After(day) || entry.Voided {
			continue
		}
		converted, err := rate.Convert(entry.Amount, b.currency)
		if err != nil {
			return Money{}, fmt.Errorf("entry %d of %s: %w", entry.Number, entry.Day, err)
		}
		switch entry.Side {
		case Debit:
			balance = balance.Minus(converted.Times(entry.Weight))
		case Credit:
			balance = balance.Plus(converted.Times(entry.Weight))
		default:
			return Money{}, errUnknownSide
		}
	}
	if balance.Negative() && !b.overdraft.Covers(balance.Abs()) {
		return balance, errOverdrawn
	}
	b.settled[day] = balance
	return balance, nil
}
`

// TestRegions: a piece of code is found however it is indented and wrapped, the more of it the more severely.
func TestRegions(t *testing.T) {
	e := indexed(t, nil, ourCode)
	lines := strings.Split(ourCode, "\n")
	snippet := lines[7:17]
	for what, text := range map[string]string{
		"as it is":             strings.Join(snippet, "\n"),
		"with other indents":   "    " + strings.Join(snippet, "\r\n        "),
		"in one line":          strings.Join(snippet, " "),
		"in capitals":          strings.ToUpper(strings.Join(snippet, "\n")),
		"with blank lines":     strings.Join(snippet, "\n\n\n"),
		"in between":           strings.Repeat("what others wrote\n", 200) + strings.Join(snippet, "\n") + strings.Repeat("\nwhat others wrote", 200),
		"as a diff has it":     "  " + strings.Join(snippet, "\n  "),
		"as percent escapes":   "q=" + strings.NewReplacer(" ", "%20", "\n", "%0A", "\t", "%09", "{", "%7B", "}", "%7D").Replace(strings.Join(snippet, "\n")),
		"in the whole file":    ourCode,
		"twice, far from it":   strings.Join(snippet, "\n") + strings.Repeat("\n", 2000),
		"with a tail of noise": strings.Join(snippet, "\n") + "\nreturn nil\n}",
	} {
		found := e.Find("", []byte(text))
		// A view of escapes holds less than the whole.
		if len(found) != 1 || found[0].Rule.ID != "acme" || found[0].Severity != High && what != "as percent escapes" {
			t.Errorf("%s: %v %v", what, ids(found), found)
		}
	}
	for what, text := range map[string]string{
		"two lines of it":           strings.Join(lines[8:10], "\n"),
		"its licence":               strings.Join(lines[:3], "\n"),
		"rulers":                    strings.Repeat("// "+strings.Repeat("-", 80)+"\n", 20),
		"other code":                strings.ReplaceAll(strings.ReplaceAll(ourCode[200:], "e", "o"), "r", "l"),
		"pieces, each by itself":    lines[7] + strings.Repeat("\n", 2000) + lines[8],
		"the same thing many times": strings.Repeat(lines[8]+strings.Repeat(" ", 70)+"\n", 30),
	} {
		if found := e.Find("", []byte(text)); len(found) > 0 {
			t.Errorf("%s: %v", what, found)
		}
	}
}

// TestRegionSeverity: warn and block are numbers of fingerprints.
func TestRegionSeverity(t *testing.T) {
	code := strings.TrimSpace(ourCode[firstComment([]byte(ourCode)):])
	for _, c := range []struct {
		warn, block int
		want        Severity
		none        bool
	}{{1, 1, High, false}, {2, 1000, Medium, false}, {1000, 1000, 0, true}} {
		b, err := NewIndexBuilder(Index{ID: "acme", Class: Internal, Severity: Low, Warn: c.warn, Block: c.block})
		if err != nil {
			t.Fatal(err)
		}
		b.Code([]byte(code))
		e, x, _ := built(t, b)
		if x.Prints < 10 {
			t.Fatalf("%d fingerprints", x.Prints)
		}
		found := e.Find("", []byte(code))
		if c.none != (len(found) == 0) || !c.none && found[0].Severity != c.want {
			t.Errorf("warn %d, block %d: %v", c.warn, c.block, found)
		}
		if !c.none && found[0].Len() < len(code)*8/10 {
			t.Errorf("only %d of %d bytes are in the region", found[0].Len(), len(code))
		}
	}
}

// TestRegionsGiveWay: what stands in code has its own rule; the region is what is left.
func TestRegionsGiveWay(t *testing.T) {
	key := strings.Join([]string{"AKIA", "Q3EGRZ5TPLW7MNX2"}, "")
	code := strings.Replace(ourCode, "errUnknownSide\n", "errUnknownSide // "+key+"\n", 1)
	found := indexed(t, nil, ourCode).Find("", []byte(code))
	if got := ids(found); !slices.Equal(got, []string{"acme", "aws-access-key-id", "acme"}) {
		t.Fatalf("found %v", got)
	}
	if found[0].End != found[1].Start || found[1].End != found[2].Start {
		t.Errorf("something is left out between %v", found)
	}
	for _, c := range []struct{ others, want []letters.Span }{
		{nil, []letters.Span{letters.Between(100, 300)}},
		{[]letters.Span{letters.Between(0, 100), letters.Between(300, 400)}, []letters.Span{letters.Between(100, 300)}},
		{[]letters.Span{letters.Between(90, 110), letters.Between(150, 160), letters.Between(161, 170), letters.Between(290, 310)}, []letters.Span{letters.Between(110, 150), letters.Between(170, 290)}},
		{[]letters.Span{letters.Between(0, 400)}, nil},
	} {
		f := found[0]
		f.Span = letters.Between(100, 300)
		var got []letters.Span
		for _, p := range f.Around(c.others) {
			got = append(got, p.Span)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("around %v: %v, want %v", c.others, got, c.want)
		}
	}
	if got := found[1].Around([]letters.Span{found[1].Span}); len(got) != 1 || got[0] != found[1] {
		t.Errorf("what is no region gives %v", got)
	}
}

// TestManyRegions: four times as many regions and findings take four times as much memory, not sixteen.
func TestManyRegions(t *testing.T) {
	e := indexed(t, nil, ourCode)
	piece := strings.Join(strings.Split(ourCode, "\n")[7:17], "\n") + "\nmaria@" + "poczta.onet.pl\n" + strings.Repeat("\n", 2*regionGap)
	taken := func(n int) float64 {
		text := []byte(strings.Repeat(piece, n))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		found := e.Find("", text)
		runtime.ReadMemStats(&after)
		if len(found) != 2*n {
			t.Fatalf("%d findings in %d pieces", len(found), n)
		}
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if few, many := taken(300), taken(1200); many > 6*few {
		t.Errorf("300 regions take %.0f bytes, 1200 take %.0f", few, many)
	}
}

// TestPublicCode: what everybody has is no secret of anybody's.
func TestPublicCode(t *testing.T) {
	b, err := NewIndexBuilder(Index{ID: "acme", Class: Proprietary, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	public := strings.Join(strings.Split(ourCode, "\n")[3:18], "\n")
	b.Public([]byte(strings.ReplaceAll(public, "\t", "    ")))
	b.Code([]byte(ourCode))
	e, _, _ := built(t, b)
	if found := e.Find("", []byte(public)); len(found) > 0 {
		t.Errorf("the public part gives %v", found)
	}
	if found := e.Find("", []byte(ourCode)); len(found) != 1 || found[0].Start < strings.Index(ourCode, "case Debit") {
		t.Errorf("the whole gives %v", found)
	}
}

// TestFirstComment: the comment that a file begins with is cut off, and nothing else.
func TestFirstComment(t *testing.T) {
	for _, text := range []string{
		"// one\n// two\n¦\ncode // three\n", "/* one\n two */¦\ncode", "#!/bin/sh\n# one\n#two\n¦code", "\n\n  # one\n  # two\n¦  code", "<!-- one -->¦<p>", "-- one\n¦select", "--[[ one\n]]¦ x", "; one\n¦(code)", "¦code\n// one", "¦", "/* one", "// one¦",
	} {
		before, _, marked := strings.Cut(text, "¦")
		want := len(before)
		if !marked {
			want = 0
		}
		if got := firstComment([]byte(strings.ReplaceAll(text, "¦", ""))); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// spread puts blanks between all characters.
func spread(text string, blanks int) string {
	return strings.Join(strings.Split(strings.Join(strings.Fields(text), ""), ""), strings.Repeat(" ", blanks))
}

// TestChoiceIsLocal: which fingerprints are chosen in a part depends on nothing farther than their reach.
func TestChoiceIsLocal(t *testing.T) {
	x, err := readIndex(indexFile(t, "acme", nil, ourCode))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(ourCode + spread(ourCode[400:], gapSpan) + strings.Repeat("ab", 300) + strings.Repeat(" ", gapSpan+1) + ourCode + strings.Repeat(" ", gapSpan) + ourCode)
	chosen := func(part letters.Span) map[string]bool {
		all := map[string]bool{}
		x.prints.choose(text, part, func(at letters.Span, hash uint64) { all[fmt.Sprint(at, hash)] = true })
		return all
	}
	whole := chosen(letters.Between(0, len(text)))
	seen := 0
	for from := 0; from < len(text); from += 97 {
		to := min(len(text), from+500)
		part := chosen(letters.Between(max(0, from-printBack), min(len(text), to+printReach)))
		for name := range part {
			var at letters.Span
			if _, err := fmt.Sscanf(name, "{%d %d}", &at.Start, &at.End); err != nil {
				t.Fatal(err)
			}
			if at.Start >= from && at.Start < to && !whole[name] {
				t.Fatalf("%v is chosen only in the part %d to %d", at, from, to)
			}
		}
		for name := range whole {
			var at letters.Span
			_, _ = fmt.Sscanf(name, "{%d %d}", &at.Start, &at.End)
			if at.Start >= from && at.Start < to {
				if seen++; !part[name] {
					t.Fatalf("%v is not chosen in the part %d to %d", at, from, to)
				}
			}
		}
	}
	if seen < 500 {
		t.Errorf("only %d fingerprints were compared", seen)
	}
}

// BenchmarkPrints is the engine with an index of our own source, over Go's standard library.
func BenchmarkPrints(b *testing.B) {
	build, err := NewIndexBuilder(Index{ID: "own", Class: Proprietary, Warn: 2, Block: 5})
	if err != nil {
		b.Fatal(err)
	}
	own := 0
	for _, text := range trial.Sources(b, filepath.Join("..", "..", "internal")) {
		build.Code(text)
		own += len(text)
	}
	e, x, file := built(b, build)
	texts, size, hit, regions := trial.StandardLibrary(b), 0, 0, 0
	for _, t := range texts {
		size += len(t)
		if found := e.Find("x.go", t); len(found) > 0 {
			hit++
			regions += len(found)
		}
	}
	b.Logf("%d fingerprints of %d bytes, a file of %d; %d regions in %d of %d files of Go's standard library", x.Prints, own, len(file), regions, hit, len(texts))
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, t := range texts {
			e.Find("x.go", t)
		}
	}
}
