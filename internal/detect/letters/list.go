package letters

import "strings"

// Set is the set of the words that blanks separate.
func Set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// List is a set of words that is mostly asked for what is not in it: the lengths of its words, by
// their first byte, answer that.
type List struct {
	lengths [256]uint64
	words   map[string]bool
}

// ListOf is Set as a List.
func ListOf(words string) *List {
	l := &List{words: Set(words)}
	for w := range l.words {
		l.lengths[w[0]] |= 1 << min(len(w), 63)
	}
	return l
}

func (l *List) Has(word []byte) bool {
	return len(word) > 0 && l.lengths[word[0]]&(1<<min(len(word), 63)) != 0 && l.words[string(word)]
}

// Words cuts a text into its words, folded: runs of letters and digits, and a new one at each upper-case
// letter that follows a lower-case one.
type Words struct {
	Text []byte
	at   int
	buf  [32]byte
}

// Next is the next word, good until the one after it, or nil. Longer words than any list holds are cut.
func (w *Words) Next() []byte {
	for w.at < len(w.Text) && !IsAlnum(w.Text[w.at]) {
		w.at++
	}
	from := w.at
	for w.at < len(w.Text) && IsAlnum(w.Text[w.at]) && !(w.at > from && IsUpper(w.Text[w.at]) && IsLower(w.Text[w.at-1])) {
		w.at++
	}
	if from == w.at {
		return nil
	}
	return AppendFolded(w.buf[:0], w.Text[from:min(w.at, from+len(w.buf))])
}
