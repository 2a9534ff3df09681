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

// List is a set of words that is asked at every trigger, mostly for what is not in it: a table of twice as many places and
// more, where nearly every word that is not in it finds an empty one, or a word of another length.
type List struct {
	slots []slot
}

type slot struct {
	word string
	n    int
}

// ListOf is Set as a List.
func ListOf(words string) *List { return ListOfAll(strings.Fields(words)) }

// ListOfAll is the list of some words.
func ListOfAll(words []string) *List {
	size := 4
	for size < 2*len(words) {
		size *= 2
	}
	l := &List{make([]slot, size)}
	for i, w := range words {
		n := l.place(w[0], w[len(w)-1], w[len(w)/2], len(w))
		for l.slots[n].word != "" && l.slots[n].word != w {
			n = (n + 1) & (size - 1)
		}
		l.slots[n] = slot{w, i}
	}
	return l
}

func (l *List) place(first, last, middle byte, length int) int {
	n := uint32(first) | uint32(last)<<8 | uint32(middle)<<16 | uint32(length)<<24
	return int(n*0x9e3779b1>>12) & (len(l.slots) - 1)
}

// Has tells whether a word is in the list.
func (l *List) Has(word []byte) bool { return l.Index(word) >= 0 }

// Index is which of the list's words a word is, -1 if it is none.
func (l *List) Index(word []byte) int {
	if len(word) == 0 {
		return -1
	}
	for n := l.place(word[0], word[len(word)-1], word[len(word)/2], len(word)); ; n = (n + 1) & (len(l.slots) - 1) {
		s := &l.slots[n]
		if s.word == "" {
			return -1
		}
		if string(word) == s.word {
			return s.n
		}
	}
}

// HasFolded is Has of a word in any case, of a list in lower case.
func (l *List) HasFolded(word []byte) bool {
	if len(word) == 0 {
		return false
	}
	for n := l.place(lower(word[0]), lower(word[len(word)-1]), lower(word[len(word)/2]), len(word)); ; n = (n + 1) & (len(l.slots) - 1) {
		if w := l.slots[n].word; w == "" || EqualFold(word, w) {
			return w != ""
		}
	}
}

func lower(b byte) byte {
	if IsUpper(b) {
		b += 'a' - 'A'
	}
	return b
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
