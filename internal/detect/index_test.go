package detect

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
	"github.com/scrubjay-dev/scrubjay/internal/detect/words"
)

// indexed is an engine with the built-in rules and an index of terms and code.
func indexed(t testing.TB, terms []string, code ...string) *Engine {
	t.Helper()
	e, err := Default().With(indexSet(t, "acme", terms, code...))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func indexSet(t testing.TB, id string, terms []string, code ...string) *Set {
	t.Helper()
	set, err := Load(id+IndexExtension, indexFile(t, id, terms, code...))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func indexFile(t testing.TB, id string, terms []string, code ...string) []byte {
	t.Helper()
	b, err := NewIndexBuilder(Index{ID: id, Class: Proprietary, Severity: Medium, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range terms {
		if err := b.Term(term); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range code {
		b.Code([]byte(text))
	}
	file, _, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// built is the engine of an index and nothing else.
func built(t testing.TB, b *IndexBuilder) (*Engine, Index, []byte) {
	t.Helper()
	file, x, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	set, err := Load("a"+IndexExtension, file)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return e, x, file
}

// TestIndexRevealsNothing: no term stands in the file, and no hash of one that somebody without the key can make.
func TestIndexRevealsNothing(t *testing.T) {
	terms := []string{"acme orion reactor", "heliotrope", "Käferplan"}
	file := indexFile(t, "x", terms, ourCode)
	for _, term := range terms {
		folded := string(folded(nil, []byte(term)))
		for _, word := range append(strings.Fields(folded), folded, term) {
			w := []byte(word)
			sha, one, five := sha256.Sum256(w), sha1.Sum(w), md5.Sum(w)
			f := fnv.New64a()
			f.Write(w)
			for what, hidden := range map[string][]byte{"itself": w, "sha256": sha[:8], "sha1": one[:8], "md5": five[:8], "fnv": f.Sum(nil), "crc": binary.LittleEndian.AppendUint64(nil, uint64(crc32.ChecksumIEEE(w)))} {
				if bytes.Contains(file, hidden) {
					t.Errorf("%s of a word of %d bytes is in the file", what, len(w))
				}
			}
		}
	}
	if bytes.Contains(file, []byte("balance")) {
		t.Error("code is in the file")
	}
	if again := indexFile(t, "x", terms, ourCode); bytes.Equal(again[len(again)/2:], file[len(file)/2:]) {
		t.Error("two indexes of the same can be compared")
	}
}

// TestDamagedIndexes: a file that is not whole is refused, whatever is wrong with it, and says what to do.
func TestDamagedIndexes(t *testing.T) {
	file := indexFile(t, "acme", []string{"orion reactor"}, ourCode)
	refused := func(what string, file []byte, want string) {
		t.Helper()
		_, err := Load("dir/acme.sjindex", file)
		if err == nil || !strings.HasPrefix(err.Error(), "dir/acme.sjindex: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	for n := range file {
		if _, err := readIndex(file[:n]); err == nil {
			t.Fatalf("the first %d bytes of %d pass", n, len(file))
		}
	}
	for i := range file {
		bad := slices.Clone(file)
		bad[i] ^= 1 << (i % 8)
		if _, err := readIndex(bad); err == nil {
			t.Fatalf("byte %d may be another", i)
		}
	}
	refused("nothing", nil, "no index")
	refused("another file", []byte("[[rules]]\nid = 'x'\nregex = 'y'"), "make one with scrubjay rules index")
	refused("a later version", append(append([]byte(indexMagic), 9), file[len(indexMagic)+1:]...), "of version 9")
	refused("something behind it", append(slices.Clone(file), 0), "cut short or damaged")
	// A file that lies about what it holds, with a right checksum.
	lies := func(what string, change func(body []byte) []byte) {
		t.Helper()
		body := change(slices.Clone(file[indexHead:]))
		refused(what, sealed(body), "damaged")
	}
	at := 1 + len("acme") + 1 + len(Proprietary)
	lies("severity 9", func(b []byte) []byte { b[at] = 9; return b })
	lies("warn 0", func(b []byte) []byte { clear(b[at+1 : at+5]); return b })
	lies("an id with capitals", func(b []byte) []byte { b[1] = 'A'; return b })
	lies("too many terms", func(b []byte) []byte { b[at+9+32+7] = 1; return b })
	lies("no terms", func(b []byte) []byte { clear(b[at+9+32 : at+9+32+8]); return b })
	lies("nothing at all", func(b []byte) []byte { clear(b[at+9+32 : at+9+32+16]); return b[:at+9+32+16] })
	lies("terms of 99 words", func(b []byte) []byte { b[at+9+32+16] = 99; return b })
	lies("a segment that is no power of two", func(b []byte) []byte { b[at+9+32+17+8] = 3; return b })
	lies("a segment longer than the file", func(b []byte) []byte { b[at+9+32+17+8+3] = 0x80; return b })
	lies("a filter without segments", func(b []byte) []byte { clear(b[at+9+32+17+12 : at+9+32+17+16]); return b })
}

func sealed(body []byte) []byte {
	file := append([]byte(indexMagic), indexVersion)
	file = binary.LittleEndian.AppendUint64(file, uint64(len(body)))
	file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(body, crcTable))
	return append(file, body...)
}

// FuzzIndex: whatever passes as an index can be asked, and what is read is written the same.
func FuzzIndex(f *testing.F) {
	for _, file := range [][]byte{indexFile(f, "acme", []string{"orion reactor"}, ourCode), indexFile(f, "a", []string{"heliotrope"}), indexFile(f, "b-c", nil, ourCode)} {
		f.Add(file[indexHead:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := readIndex(sealed(body))
		if err != nil {
			return
		}
		if !bytes.Equal(x.encode(), sealed(body)) {
			t.Error("it is written in another way than it was read")
		}
		e, err := New(&Set{Rules: []*Rule{x.rule()}})
		if err != nil {
			t.Fatal(err)
		}
		e.Find("", []byte("the orion reactor and the heliotrope\n"+ourCode))
	})
}

// TestIndexFiles: an index is a rule as any other: it has a name, can be turned off, and stands beside others.
func TestIndexFiles(t *testing.T) {
	e, err := indexed(t, []string{"orion reactor"}).With(indexSet(t, "zeta", []string{"kappa shaft"}))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("the Orion reactor's kappa_shaft")
	if got := ids(e.Find("", text)); !slices.Equal(got, []string{"acme", "zeta"}) {
		t.Errorf("found %v", got)
	}
	if r := e.Rule("acme"); r == nil || r.Class != Proprietary || r.Placeholder != "PROPRIETARY" || r.Description != "a term of the index acme" {
		t.Errorf("the rule is %+v", r)
	}
	if e, err = e.Without("acme"); err != nil {
		t.Fatal(err)
	}
	if got := ids(e.Find("", text)); !slices.Equal(got, []string{"zeta"}) {
		t.Errorf("without acme: %v", got)
	}
	for want, x := range map[string]Index{
		"id":       {ID: "Acme", Class: Proprietary, Severity: Medium, Warn: 2, Block: 5},
		"class":    {ID: "acme", Class: Credential, Severity: Medium, Warn: 2, Block: 5},
		"warns at": {ID: "acme", Class: Internal, Severity: Medium, Warn: 5, Block: 2},
	} {
		if _, err := NewIndexBuilder(x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	b, err := NewIndexBuilder(Index{ID: "acme", Class: PII, Warn: 2, Block: 5})
	if err != nil {
		t.Fatal(err)
	}
	b.Code([]byte(ourCode))
	b.Public([]byte(ourCode))
	if _, _, err := b.Build(); err == nil || !strings.Contains(err.Error(), "nothing to index") {
		t.Errorf("all of it is public: %v", err)
	}
}

// TestIndexedEditEqualsOpen: terms and regions after any edit are those of a scan from scratch, and those of a
// text that is read in parts.
func TestIndexedEditEqualsOpen(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	e := indexed(t, []string{"Acme Orion Reactor", "orion", "kappa shaft b2b", "Käferplan", "秘密計画"}, ourCode)
	between := []string{"orion", "Orion", "Acme", "acme_orion-", "reactor", "Reactor", " ", "\n", "\n\n\t", "-", "Kappa", "shaft", "B2B", "käferplan", "秘密", "計画", "\xe7", "é", "A", "b", "9", "_",
		strings.Repeat(" ", 66), strings.Repeat("\n", 64), strings.Repeat("-", 70), strings.Repeat("filler text ", 90), "a.b" + "@poczta.onet.pl", "password = \"Tr7#kq9Lm2xW\"\n"}
	lines := strings.SplitAfter(ourCode, "\n")
	piece := func() string {
		switch r.IntN(8) {
		case 0: // as far apart as can be
			from := r.IntN(len(ourCode) - 200)
			return spread(ourCode[from:from+200], gapSpan-r.IntN(2))
		case 1:
			return strings.ReplaceAll(" kappa shaft b2b acme orion reactor ", " ", strings.Repeat(" ", words.GapLongest-r.IntN(3)))
		case 2, 3:
			from := r.IntN(len(lines))
			return strings.Join(lines[from:min(len(lines), from+1+r.IntN(12))], "")
		case 4, 5:
			from := r.IntN(len(ourCode))
			return strings.ReplaceAll(ourCode[from:min(len(ourCode), from+r.IntN(400))], "\n", "\n\t ")
		}
		return between[r.IntN(len(between))]
	}
	terms, regions := 0, 0
	for range 40 / trial.Thorough {
		var text []byte
		for range 30 {
			text = append(text, piece()...)
		}
		scan := e.Open("", text)
		for step := range 40 {
			at := r.IntN(len(text) + 1)
			end := min(len(text), at+r.IntN(1+[]int{1, 3, 40, 3000}[r.IntN(4)]))
			insert := ""
			if r.IntN(3) > 0 {
				insert = piece()
			}
			text = slices.Concat(text[:at], []byte(insert), text[end:])
			scan = scan.Edit(text, letters.Between(at, end), len(insert))
			want := e.Open("", text).Findings()
			if !slices.Equal(scan.Findings(), want) {
				t.Fatalf("step %d: after replacing %d bytes at %d by %d others\n got %v\nwant %v", step, end-at, at, len(insert), scan.Findings(), want)
			}
			for _, f := range want {
				if f.Rule.ID == "acme" && f.Len() < 100 {
					terms++
				} else if f.Rule.ID == "acme" {
					regions++
				}
			}
		}
	}
	if terms < 1000/trial.Thorough || regions < 1000/trial.Thorough {
		t.Errorf("only %d terms and %d regions were compared", terms, regions)
	}
	margin := e.reach + e.automaton.Longest + surroundings
	for range 4 {
		var text []byte
		for len(text) < 10*margin {
			text = append(text, piece()...)
			text = append(text, strings.Repeat("what lies between \n", r.IntN(200))...)
		}
		got, _ := inParts(t, e, text, &pieces{text, r, 1 << 16}, r.IntN(6*margin))
		if want := e.Find("", text); !slices.Equal(got, want) || len(want) < 10 {
			t.Fatalf("in parts %d findings, in the whole %d", len(got), len(want))
		}
	}
}
