package detect

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/FastFilter/xorfilter"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/words"
)

// IndexBuilder makes an index of terms and code. Its key is drawn anew, so that two indexes of the same have
// nothing in common to compare.
type IndexBuilder struct {
	index               Index
	dictionary          dictionary
	first, cheap, exact []uint64
	prints, public      []uint64
}

// NewIndexBuilder takes of the index what a person chooses: id, class, severity and thresholds.
func NewIndexBuilder(index Index) (*IndexBuilder, error) {
	if err := index.check(); err != nil {
		return nil, err
	}
	b := &IndexBuilder{index: Index{ID: index.ID, Class: index.Class, Severity: index.Severity, Warn: index.Warn, Block: index.Block}}
	_, _ = rand.Read(b.index.key[:]) // it never fails
	seed, letters := b.index.derive()
	b.dictionary = dictionary{key: b.index.key[:], seed: seed}
	b.index.prints = &prints{letters: letters}
	return b, nil
}

// Term adds a term. The error never says the term.
func (b *IndexBuilder) Term(term string) error {
	text, d := []byte(term), &b.dictionary
	if len(bytes.Join(wordsOf(text, true), nil)) < 3 {
		return errors.New("it has fewer than three letters or digits, and would be found everywhere: remove it")
	}
	// camelCase may be one word or more in a text, and so in a term.
	runs := 0
	for _, whole := range []bool{true, false} {
		parts := wordsOf(text, whole)
		if !whole && len(parts) == runs {
			break
		}
		runs = len(parts)
		if len(parts) > termWords {
			if whole {
				return fmt.Errorf("it has more than %d words: shorten it", termWords)
			}
			continue
		}
		if slices.ContainsFunc(parts, func(w []byte) bool { return len(w) > words.Longest }) {
			return fmt.Errorf("it has a word of more than %d bytes: shorten it", words.Longest)
		}
		var hash uint64
		for _, w := range parts {
			hash = d.add(hash, w)
		}
		b.first, b.cheap, b.exact = append(b.first, d.hash(parts[0])), append(b.cheap, hash), append(b.exact, d.sign(parts))
		d.longest = max(d.longest, len(parts))
	}
	b.index.Terms++
	return nil
}

// Code adds the fingerprints of a file of the organisation's own. A comment that the file begins with is left out:
// it is a licence, the same in many files and often in public ones.
func (b *IndexBuilder) Code(text []byte) {
	b.prints = b.fingerprints(b.prints, text[firstComment(text):])
}

// Public takes out the fingerprints of a file that everybody has, whenever it is added.
func (b *IndexBuilder) Public(text []byte) { b.public = b.fingerprints(b.public, text) }

func (b *IndexBuilder) fingerprints(into []uint64, text []byte) []uint64 {
	b.index.prints.choose(text, letters.Between(0, len(text)), func(at letters.Span, hash uint64) {
		if varied(text[at.Start:at.End]) {
			into = append(into, hash)
		}
	})
	return into
}

// Build makes the file, and says what is in it.
func (b *IndexBuilder) Build() (file []byte, x Index, err error) {
	x = b.index
	public := unique(b.public)
	own := slices.DeleteFunc(unique(b.prints), func(h uint64) bool {
		_, found := slices.BinarySearch(public, h)
		return found
	})
	x.Prints = len(own)
	if x.Terms+x.Prints == 0 {
		return nil, x, errors.New("there is nothing to index: no term, and no code that is not public")
	}
	filterOf := func(keys []uint64) *filter {
		f, e := xorfilter.NewBinaryFuse[uint16](unique(keys))
		err = errors.Join(err, e)
		return f
	}
	x.prints, x.dictionary = nil, nil
	if x.Prints > 0 {
		x.prints = &prints{letters: b.index.prints.letters, set: filterOf(own)}
	}
	if x.Terms > 0 {
		d := b.dictionary
		d.first, d.cheap, d.exact = filterOf(b.first), filterOf(b.cheap), filterOf(b.exact)
		x.dictionary = &d
	}
	if err != nil {
		return nil, x, fmt.Errorf("the filters could not be made, which chance does once in years: try again (%w)", err)
	}
	if file = x.encode(); len(file) > IndexLimit {
		return nil, x, fmt.Errorf("the index is larger than %d MiB: make several of less", IndexLimit>>20)
	}
	return file, x, nil
}

func unique(hashes []uint64) []uint64 {
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// wordsOf lists the words of a term, whatever stands between them.
func wordsOf(text []byte, whole bool) (parts [][]byte) {
	for i := 0; i < len(text); {
		if start := words.StartAt(text, i); start == words.NoStart || whole && start != words.RunStart {
			_, size := words.KindAt(text, i)
			i += size
			continue
		}
		to, run := words.EndsOf(text, i)
		if whole {
			to = run
		}
		parts = append(parts, text[i:to])
		i = to
	}
	return parts
}

// firstComment is where the comment ends that a file begins with, 0 if it begins with none.
func firstComment(text []byte) int {
	at := 0
	if bytes.HasPrefix(text, []byte("#!")) {
		at = lineAfter(text, 0)
	}
	blank := func() {
		for at < len(text) && spaceByte[text[at]] {
			at++
		}
	}
	blank()
	rest := string(text[at:min(len(text), at+4)])
	for _, long := range [][2]string{{"/*", "*/"}, {"<!--", "-->"}, {"{-", "-}"}, {"(*", "*)"}, {"--[[", "]]"}} {
		if !strings.HasPrefix(rest, long[0]) {
			continue
		}
		if end := bytes.Index(text[at:], []byte(long[1])); end >= 0 {
			return at + end + len(long[1])
		}
		return 0
	}
	for _, mark := range []string{"//", "#", "--", ";", "%"} {
		if !strings.HasPrefix(rest, mark) {
			continue
		}
		end := at
		for bytes.HasPrefix(text[at:], []byte(mark)) {
			end = lineAfter(text, at)
			at = end
			for at < len(text) && letters.IsBlank(text[at]) {
				at++
			}
		}
		return end
	}
	return 0
}

func lineAfter(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(text)
}
