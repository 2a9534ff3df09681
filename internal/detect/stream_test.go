package detect

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// pieces reads a text a random number of bytes at a time.
type pieces struct {
	text []byte
	r    *rand.Rand
	most int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(len(p.text), 1+p.r.IntN(p.most))])
	p.text = p.text[n:]
	return n, nil
}

// inParts is what FindReader finds, with spans in the whole, and whether a comment quiets it. It fails where a
// part does not say the truth of itself.
func inParts(t *testing.T, e *Engine, text []byte, r io.Reader, size int) (found []Finding, ignored []bool) {
	t.Helper()
	done := 0
	n, err := e.FindReader("", r, make([]byte, size), 0, func(p Part) {
		if !bytes.Equal(p.Text, text[p.Offset:p.Offset+len(p.Text)]) || p.Offset > done {
			t.Fatalf("a part of %d bytes at %d is not the text there, or leaves out what stands behind %d", len(p.Text), p.Offset, done)
		}
		for _, f := range p.Findings {
			if p.Offset+f.Start < done {
				t.Fatalf("a finding at %d, though all before %d was done", p.Offset+f.Start, done)
			}
			ignored = append(ignored, Ignored(p.Text, f))
			f.Span = f.Moved(p.Offset)
			if f.With != (letters.Span{}) {
				f.With = f.With.Moved(p.Offset)
			}
			found = append(found, f)
		}
		done = p.Offset + p.Done
	})
	if err != nil || n != len(text) || done != len(text) {
		t.Fatalf("%d bytes read and %d done of %d: %v", n, done, len(text), err)
	}
	return found, ignored
}

// shortSighted is an engine whose rules reach only a little, so that a text of a few kilobytes has many parts.
func shortSighted(t *testing.T) *Engine {
	var far []string
	for _, r := range Default().Rules() {
		if r.reach > find.Finders["email"].Reach {
			far = append(far, r.ID)
		}
	}
	e, err := Default().Without(far...)
	if err != nil || len(e.Rules()) < 10 {
		t.Fatalf("%d rules: %v", len(e.Rules()), err)
	}
	return e
}

// TestPartsEqualWhole: however a text is cut into parts, the findings are those of the whole, and so is
// what a comment says of them.
func TestPartsEqualWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	between := append(material(t), " # scrubjay:allow\n", "// scrubjay:allow\n", strings.Repeat("x ", 700), strings.Repeat("\n", 300))
	for _, e := range []*Engine{Default(), shortSighted(t)} {
		margin := e.reach + e.automaton.Longest + surroundings
		seen, quiet := 0, 0
		for range 12 / min(trial.Thorough, 2) {
			var text []byte
			for len(text) < 12*margin {
				text = append(text, between[r.IntN(len(between))]...)
			}
			want := e.Find("", text)
			for range 4 {
				most := []int{7, 4096, 1 << 20}[r.IntN(3)]
				got, ignored := inParts(t, e, text, &pieces{text, r, most}, r.IntN(6*margin))
				if !slices.Equal(got, want) {
					t.Fatalf("in parts %d findings, in the whole %d", len(got), len(want))
				}
				for i, f := range want {
					if ignored[i] != Ignored(text, f) {
						t.Fatalf("the finding of %s at %d is ignored: %v, in the whole it is not so", f.Rule.ID, f.Start, ignored[i])
					}
					if ignored[i] {
						quiet++
					}
				}
			}
			seen += len(want)
		}
		if seen < 1000/trial.Thorough || quiet < 10/min(trial.Thorough, 10) {
			t.Errorf("only %d findings were compared, %d of them quiet", seen, quiet)
		}
	}
}

// TestPartsAtEveryPlace: a finding that a part's end cuts at any of its bytes is found once.
func TestPartsAtEveryPlace(t *testing.T) {
	e := shortSighted(t)
	size := 4 * (e.reach + e.automaton.Longest + surroundings)
	mail := "a.b" + "@poczta.onet.pl"
	for at := size - e.automaton.Longest - surroundings - 2*e.reach; at < size+8; at += 1 + 6*(trial.Thorough-1) {
		text := []byte(strings.Repeat("\n", at) + mail + strings.Repeat("\n", size))
		got, _ := inParts(t, e, text, bytes.NewReader(text), size)
		if len(got) != 1 || got[0].Span != (letters.Between(at, at+len(mail))) {
			t.Fatalf("at %d: %v", at, got)
		}
	}
}

// endless repeats a text and counts what was taken of it.
type endless struct {
	text string
	left int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(b, e.text)
	e.left -= n
	return n, nil
}

// TestPartsStaySmall: a text that goes on needs no more memory for it, not even one whose candidates overlap
// in a chain without end.
func TestPartsStaySmall(t *testing.T) {
	set, err := Load("chain.toml", []byte("[[rules]]\nid = 'chain'\nregex = 'ab.{40}'\nkeywords = ['ab']\nclass = 'internal'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("nothing here\n", 100), strings.Repeat("ab", 500)} {
		largest, findings, end := 0, 0, 0
		_, err := e.FindReader("", &endless{text, (8 << 20) / trial.Thorough}, nil, 0, func(p Part) {
			largest = max(largest, len(p.Text))
			for _, f := range p.Findings {
				if findings++; p.Offset+f.Start < end {
					t.Fatal("two findings overlap")
				}
				end = p.Offset + f.End
			}
		})
		if err != nil || largest > 1<<20 {
			t.Errorf("%.4s: a part of %d bytes, %v", text, largest, err)
		}
		if strings.HasPrefix(text, "ab") && findings < 100_000/trial.Thorough {
			t.Errorf("only %d findings", findings)
		}
	}
}

// TestPartsOfRulesWithoutKeywords: such a rule sees the whole text, whatever is read at once.
func TestPartsOfRulesWithoutKeywords(t *testing.T) {
	set, err := Load("whole.toml", []byte("[[rules]]\nid = 'whole'\nregex = '(?s)begin.*end'\nclass = 'internal'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("begin" + strings.Repeat(".", 1<<20) + "end")
	if got, _ := inParts(t, e, text, bytes.NewReader(text), 4096); len(got) != 1 || got[0].Len() != len(text) {
		t.Errorf("found %v", got)
	}
	_, err = e.FindReader("", &endless{strings.Repeat(".", 1<<20), 100 << 20}, nil, 0, func(Part) {})
	if err == nil || !strings.Contains(err.Error(), `rule "whole" has no keywords`) {
		t.Errorf("a text too large to hold: %v", err)
	}
}

// TestPartsUpToAnError: what could be read is looked at, and the error is told.
func TestPartsUpToAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	found := 0
	text := "write to a.b" + "@poczta.onet.pl"
	n, err := Default().FindReader("", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), nil, 0, func(p Part) { found += len(p.Findings) })
	if n != len(text) || found != 1 || !errors.Is(err, broken) {
		t.Errorf("%d bytes, %d findings, %v", n, found, err)
	}
}
