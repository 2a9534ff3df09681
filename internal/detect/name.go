package detect

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// A person's name is told by lists of names and by where it stands: after a title (Dr., Frau), after a
// label or greeting (customer: , Dear), or in prose, where it begins with a given name and goes on with a
// word in capitals. Words that are names as well, such as Mark and Grace, count only beside a family name.

const (
	personReach = labelGap + creditBack + codeLine + 128
	nameLongest = 64
)

// nameLists are the embedded lists: one word may stand in several.
var nameLists = sync.OnceValue(func() (lists struct{ given, family, common map[string]bool }) {
	for file, to := range map[string]*map[string]bool{"given": &lists.given, "family": &lists.family, "common": &lists.common} {
		text, err := fs.ReadFile(rules.FS, "names/"+file+".txt")
		if err != nil {
			panic(err)
		}
		*to = letters.Set(string(text))
	}
	return lists
})

// titles stand before a name that needs no list.
var titles = []string{"mr. ", "mr ", "mrs. ", "mrs ", "ms. ", "dr. ", "prof. ", "frau ", "herr ", "herrn ", "monsieur ", "mme ", "señor ", "señora ", "signora ", "signor ", "dott. ", "pani "}

// personLabels introduce a name; the value must still begin or end with a known one.
var personLabels = []string{"name\"", "name'", "name:", "name=", "name =", "name :", "name is", "name>", "name)", "name,", "author", "customer", "patient", "contact", "employee", "assignee", "assigned to", "reviewer", "recipient",
	"physician", "cardholder", "beneficiary", "signed", "sincerely", "regards", "dear ", "reported by", "written by", "maintainer", "attn", "spouse", "applicant", "approved by", "vorname", "nachname", "apellido", "nombre", "kunde", "patientin"}

// names looks at every two words in capitals that begin within the span, in text that is not code: where the
// first is a given name, a person's name may begin. hold tells those that need no look. Given names are
// no triggers, because two thousand more literals would slow down the reading of everything.
func (c *check) names(span letters.Span, hold func(start int) bool) {
	r, text := c.engine.finds["person"], c.text
	if r == nil || c.file.code || c.file.quiet {
		return
	}
	// The last word of a name may begin a name's length after the span.
	limit := min(len(text), span.End+nameLongest) - 1
	for i := span.Start; i < limit; {
		if i+9 <= len(text) {
			hits := blankThenCapital(binary.LittleEndian.Uint64(text[i:]), binary.LittleEndian.Uint64(text[i+1:]))
			if hits == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(hits) / 8
		}
		if text[i] == ' ' && (letters.IsUpper(text[i+1]) || text[i+1] >= 0xc3) {
			if start := c.givenBefore(i); start >= span.Start && start < span.End && (hold == nil || !hold(start)) {
				c.anchor, c.back, c.reach = start, r.back, r.reach
				c.fullName(r, c.compound(start), false)
			}
		}
		i++
	}
}

// blankThenCapital marks, eight bytes at once, blanks in x behind which y has a capital or what is not ASCII. It may mark
// a byte more, which changes nothing.
func blankThenCapital(x, y uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	blank := x ^ ones*' '
	blank = (blank - ones) &^ blank & high
	low := y &^ high
	upper := (low + ones*(0x80-'A')) &^ (low + ones*(0x80-'Z'-1)) & high
	return blank & (upper | y)
}

// givenBefore is where the given name begins that stands before the blank at i, with particles of the
// family name between them at most; -1 if there is none.
func (c *check) givenBefore(i int) int {
	text, end := c.text, i
	for range 3 {
		start := end
		for start > 0 && end-start < nameLongest && (letters.IsAlpha(text[start-1]) || text[start-1] >= 0x80) {
			start--
		}
		word := text[start:end]
		switch {
		case len(word) == 0 || letters.IsWord(c.before(start)):
			return -1
		case letters.IsUpper(word[0]) || word[0] >= 0x80:
			if lists := nameLists(); lists.given[string(word)] && !lists.common[string(word)] {
				return start
			}
			return -1
		case len(word) > 3 || !particles[string(word)] || start == 0 || text[start-1] != ' ':
			return -1
		}
		end = start - 1
	}
	return -1
}

var isTitle, isPersonLabel = setOf(titles), setOf(personLabels)

func setOf(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

// findPerson reads the name that a trigger begins or introduces.
func findPerson(c *check, r *Rule, at letters.Span) {
	before := c.before(at.Start)
	if letters.IsWord(before) && !isPersonTail(c.text, at) || before >= 0x80 {
		return
	}
	first := c.text[at.Start]
	// The cheapest question first: in most texts most of these words begin small and are no names.
	if c.text[at.End-1] == ' ' && letters.IsUpper(first) && letters.IsLower(c.text[at.Start+1]) {
		if next := c.byteAt(at.End); !letters.IsUpper(next) && next < 0x80 && !letters.IsLower(next) {
			return
		}
		var scratch [16]byte
		if isTitle[string(letters.AppendFolded(scratch[:0], c.text[at.Start:at.End]))] {
			c.titled(r, at)
		} else if c.prose(at) {
			c.fullName(r, c.compound(at.Start), false)
		}
		return
	}
	if b := c.byteAt(at.End); letters.IsLower(b) && letters.IsAlpha(c.text[at.End-1]) || c.file.code && !c.quoteNear(at.End) {
		return
	}
	var scratch [16]byte
	if at.Len() > len(scratch) || !isPersonLabel[string(letters.AppendFolded(scratch[:0], c.text[at.Start:at.End]))] {
		return
	}
	c.labelledName(r, at)
}

// isPersonTail: first_name, customerName. A label may be the tail of a longer word.
func isPersonTail(text []byte, at letters.Span) bool {
	before, first := text[at.Start-1], text[at.Start]
	return before == '_' || letters.IsLower(before) && letters.IsUpper(first)
}

// prose tells whether names may stand anywhere: not in code, where only comments that name their author
// and quoted values of telling keys do.
func (c *check) prose(at letters.Span) bool {
	return !c.file.code || c.isCredit(at)
}

// titled reads the name after a title.
func (c *check) titled(r *Rule, at letters.Span) {
	if c.file.code && !c.data(at) {
		return
	}
	v, tokens := c.readName(at.End)
	if tokens == 0 || nameLists().common[string(c.text[v.Start:v.End])] && !nameLists().family[string(c.text[v.Start:v.End])] {
		return
	}
	c.emitCredit(r, v)
}

// compound is where a name begins that a dash joins to a given name: Jean-Pierre.
func (c *check) compound(at int) int {
	from := at
	if c.byteAt(at-1) == '-' {
		for from = at - 1; from > 0 && at-from < 16 && letters.IsAlpha(c.text[from-1]); {
			from--
		}
	}
	if from == at-1 || !letters.IsUpper(c.text[from]) {
		return at
	}
	return from
}

// fullName reads a name of two or more words at a place and asks the lists. trusted is where a label says
// that a name stands there; then a known family name is enough.
func (c *check) fullName(r *Rule, from int, trusted bool) {
	v, tokens := c.readName(from)
	if tokens < 2 {
		return
	}
	text := c.text[v.Start:v.End]
	first, last := text[:bytes.IndexByte(text, ' ')], text[bytes.LastIndexByte(text, ' ')+1:]
	if i := bytes.IndexByte(first, '-'); i > 0 {
		first = first[:i]
	}
	family := nameLists().family[string(last)]
	switch {
	case nameLists().common[string(first)] && !family, nameLists().common[string(last)] && !family:
		return
	case nameLists().given[string(first)]:
	case trusted && (family || nameLists().family[string(first)] && nameLists().given[string(last)]):
	default:
		return
	}
	c.emitCredit(r, v)
}

// labelledName reads a name after its label; after first_name and the like one word is enough.
func (c *check) labelledName(r *Rule, at letters.Span) {
	if b := c.text[at.End-1]; !letters.IsAlpha(b) && b != ' ' {
		at.End-- // the sign is read by afterLabel
	}
	from, ok := c.afterLabel(letters.Between(at.Start, at.End))
	if !ok || c.file.code && !c.quoted(from) {
		return
	}
	if c.partOfName(at) {
		v, tokens := c.readName(from)
		text := c.text[v.Start:v.End]
		if lists := nameLists(); tokens == 1 && (lists.given[string(text)] || lists.family[string(text)]) && !lists.common[string(text)] {
			c.emitCredit(r, v)
			return
		}
	}
	c.fullName(r, from, true)
}

// quoteNear tells whether a quote opens shortly after a label: name: "...", author("...").
func (c *check) quoteNear(from int) bool {
	for _, b := range c.text[from-1 : min(len(c.text), from+12)] {
		switch b {
		case '"', '\'', '`':
			return true
		case '\n':
			return false
		}
	}
	return false
}

// quoted tells whether a value stands in quotes.
func (c *check) quoted(from int) bool {
	b := c.byteAt(from - 1)
	return b == '"' || b == '\'' || b == '`'
}

var nameParts = strings.Fields("first last given family sur fore middle vor nach maiden nick")

// partOfName tells a label of one part of a name: first_name, surname, Vorname.
func (c *check) partOfName(at letters.Span) bool {
	if b := c.text[at.Start] | 0x20; b == 'v' || b == 'a' { // vorname, apellido
		return true
	}
	from := max(0, at.Start-8)
	before := bytes.TrimRight(c.text[from:at.Start], "_- ")
	for _, part := range nameParts {
		if n := len(before) - len(part); n >= 0 && letters.EqualFold(before[n:], part) {
			return true
		}
	}
	return false
}

// readName reads words in capitals, single blanks between them: their span, and how many there are.
// Initials and the particles of family names may stand among them.
func (c *check) readName(from int) (v letters.Span, tokens int) {
	text := c.text[:min(len(c.text), from+nameLongest)]
	v = letters.Between(from, from)
	for i := from; i < len(text) && tokens < 5; {
		end, kind := nameWord(text, i)
		if kind == noName || kind == particle && tokens == 0 {
			break
		}
		if kind == nameToken {
			v.End = end
			tokens++
		}
		if end >= len(text) || text[end] != ' ' {
			if kind == nameToken && end < len(c.text) && (letters.IsWord(c.text[end]) || c.text[end] == '(' || c.text[end] == '.' && letters.IsAlnum(c.byteAt(end+1))) {
				return letters.Span{}, 0
			}
			break
		}
		i = end + 1
	}
	return v, tokens
}

const (
	noName = iota
	nameToken
	initial
	particle
)

var particles = letters.Set("de da do dos das del della di du des la le van von der den ter ten zu bin ibn al el y e")

// nameWord reads one word of a name: where it ends, and what it is.
func nameWord(text []byte, from int) (end, kind int) {
	r, size := utf8.DecodeRune(text[from:])
	if !unicode.IsUpper(r) {
		end = from
		for end < len(text) && end-from < 6 && letters.IsLower(text[end]) {
			end++
		}
		if particles[string(text[from:end])] && end < len(text) && text[end] == ' ' {
			return end, particle
		}
		return from, noName
	}
	end = from + size
	if end < len(text) && text[end] == '.' {
		return end + 1, initial
	}
	lowers, uppers := 0, 1
	for end < len(text) {
		r, size := utf8.DecodeRune(text[end:])
		switch {
		case unicode.IsLower(r):
			lowers++
		case unicode.IsUpper(r):
			uppers++
		case (r == '-' || r == '\'' || r == '’') && end+size < len(text) && (letters.IsUpper(text[end+size]) || text[end+size] >= 0x80):
		default:
			if lowers < uppers {
				return from, noName
			}
			return end, nameToken
		}
		end += size
	}
	if lowers < uppers {
		return from, noName
	}
	return end, nameToken
}
