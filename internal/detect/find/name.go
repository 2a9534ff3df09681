package find

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
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// A person's name is told by lists of names and by where it stands: after a title (Dr., Frau), after a
// label or greeting (customer: , Dear), or in prose, where it begins with a given name and goes on with a
// word in capitals. Words that are names as well, such as Mark and Grace, count only beside a family name.

const (
	PersonReach = look.LabelGap + creditBack + look.CodeLine + 128
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
	"physician", "cardholder", "beneficiary", "signed", "sincerely", "regards", "dear ", "reported by", "written by", "maintainer", "attn", "spouse", "applicant", "approved by", "vorname", "nachname", "apellido", "nombre", "kunde", "patientin",
	"nom:", "nom :", "nom\"", "prenom", "cognome", "nome:", "nome\"", "nome completo", "nazwisko", "imie", "jmeno", "prijmeni", "etternavn", "fornavn", "efternavn", "fornamn", "efternamn", "sukunimi", "etunimi", "nimi:", "achternaam", "voornaam", "naam:", "naam\"",
	"ad soyad", "soyad", "sobrenome", "apelido", "titulaire", "titular", "paciente", "paziente", "klient", "cliente", "kundin", "pasient", "potilas", "navn:", "namn:", "ansprechpartner", "destinataire", "destinatario"}

// Names looks at every two words in capitals that begin within the span, in text that is not code: where the
// first is a given name, a person's name may begin. It asks whether one that begins at a place is wanted before it looks. Given names are
// no triggers, because two thousand more literals would slow down the reading of everything.
func Names(c *look.Text, span letters.Span, wanted func(start int) bool) {
	text := c.Bytes
	if c.File.Code || c.File.Quiet {
		return
	}
	// The last word of a name may begin a name's length after the span.
	limit := min(len(text), span.End+nameLongest) - 1
	const high = 0x8080808080808080
	for i, calm := span.Start, 0; i < limit; {
		for calm >= 4 && i+33 <= len(text) { // four words at once, where none had anything for as long
			p := text[i : i+33 : i+33]
			x, last := binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[24:])
			if blankThenCapital(x, binary.LittleEndian.Uint64(p[1:]))|blankThenCapital(binary.LittleEndian.Uint64(p[8:]), binary.LittleEndian.Uint64(p[9:]))|
				blankThenCapital(binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[17:]))|blankThenCapital(last, binary.LittleEndian.Uint64(p[25:])) != 0 ||
				x&last&high == high {
				calm = 0
				break
			}
			i += 32
		}
		if i >= limit {
			return
		}
		if i+9 <= len(text) {
			x := binary.LittleEndian.Uint64(text[i:])
			hits := blankThenCapital(x, binary.LittleEndian.Uint64(text[i+1:]))
			if hits == 0 {
				calm++
				if i += 8; x&high == high && i+8 <= len(text) && binary.LittleEndian.Uint64(text[i:])&high == high { // a script without blanks
					next := bytes.IndexByte(text[i:], ' ')
					if next < 0 {
						return
					}
					i += next
				}
				continue
			}
			calm = 0
			i += bits.TrailingZeros64(hits) / 8
		}
		if text[i] == ' ' && (letters.IsUpper(text[i+1]) || text[i+1] >= 0xc3 && capitalAt(text, i+1)) {
			if start := givenBefore(c, i); start >= span.Start && start < span.End && wanted(start) {
				fullName(c, compoundStart(c, start), false)
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

// capitalAt tells whether a capital beyond ASCII stands at i. In a text of such a script it is asked at each word, and answered
// by two bytes nearly always.
func capitalAt(text []byte, i int) bool {
	b, next := text[i], byte(0)
	if i+1 < len(text) {
		next = text[i+1]
	}
	switch {
	case b == 0xd0 && next >= 0xb0, b == 0xd1 && next < 0xa0, b > 0xe2 && b < 0xea: // small Cyrillic letters; no alphabet
		return false
	}
	r, _ := utf8.DecodeRune(text[i:])
	return unicode.IsUpper(r)
}

// givenBefore is where the given name begins that stands before the blank at i, with particles of the
// family name between them at most; -1 if there is none.
func givenBefore(c *look.Text, i int) int {
	text, end := c.Bytes, i
	for range 3 {
		start := end
		for start > 0 && end-start < nameLongest && (letters.IsAlpha(text[start-1]) || text[start-1] >= 0x80) {
			start--
		}
		word := text[start:end]
		switch {
		case len(word) == 0 || letters.IsWord(c.Before(start)):
			return -1
		case letters.IsUpper(word[0]) || word[0] >= 0x80:
			if lists := nameLists(); lists.common[string(word)] || !lists.given[string(word)] && !inLines(rules.GivenNames, word) && !(end == i && familyAt(c, i+1)) {
				return -1
			}
			return start
		case len(word) > 3 || !particles.Has(word) || start == 0 || text[start-1] != ' ':
			return -1
		}
		end = start - 1
	}
	return -1
}

var isTitle, isPersonLabel = letters.ListOfAll(titles), letters.ListOfAll(personLabels)

// findPerson reads the name that a trigger begins or introduces.
func findPerson(c *look.Text, at letters.Span) {
	var folded [16]byte
	if at.Len() <= len(folded) {
		if n := addressingWhich.Index(letters.AppendFolded(folded[:0], c.Bytes[at.Start:at.End])); n >= 0 {
			findFirstName(c, at, addressing[addressingWords[n]])
			if !isPersonLabel.Has(letters.AppendFolded(folded[:0], c.Bytes[at.Start:at.End])) { // Dear has more than one name, too
				return
			}
		}
	}
	if !letters.AllOf(c.Bytes[at.Start:at.End], func(b byte) bool { return b < 0x80 }) && !isTitle.Has(bytes.ToLower(c.Bytes[at.Start:at.End])) {
		findForeignName(c, at)
		return
	}
	before := c.Before(at.Start)
	if letters.IsWord(before) && !isPersonTail(c.Bytes, at) || before >= 0x80 {
		return
	}
	first := c.Bytes[at.Start]
	// The cheapest question first: in most texts most of these words begin small and are no names.
	if c.Bytes[at.End-1] == ' ' && letters.IsUpper(first) && letters.IsLower(c.Bytes[at.Start+1]) {
		if next := c.ByteAt(at.End); !letters.IsUpper(next) && next < 0x80 && !letters.IsLower(next) {
			return
		}
		var scratch [16]byte
		if isTitle.Has(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End])) {
			titledName(c, at)
		} else if isProse(c, at) {
			fullName(c, compoundStart(c, at.Start), false)
		}
		return
	}
	if b := c.ByteAt(at.End); letters.IsLower(b) && letters.IsAlpha(c.Bytes[at.End-1]) || c.File.Code && !quoteNear(c, at.End) {
		return
	}
	var scratch [16]byte
	if at.Len() > len(scratch) || !isPersonLabel.Has(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End])) {
		return
	}
	labelledName(c, at)
}

// isPersonTail: first_name, customerName. A label may be the tail of a longer word.
func isPersonTail(text []byte, at letters.Span) bool {
	before, first := text[at.Start-1], text[at.Start]
	return before == '_' || letters.IsLower(before) && letters.IsUpper(first)
}

// isProse tells whether names may stand anywhere: not in code, where only comments that name their author
// and quoted values of telling keys do.
func isProse(c *look.Text, at letters.Span) bool {
	return !c.File.Code || isCredit(c, at)
}

// titledName reads the name after a title.
func titledName(c *look.Text, at letters.Span) {
	if c.File.Code && !c.Data(at) {
		return
	}
	v, tokens := readName(c, at.End)
	if tokens == 0 || nameLists().common[string(c.Bytes[v.Start:v.End])] && !nameLists().family[string(c.Bytes[v.Start:v.End])] {
		return
	}
	emitCredit(c, v)
}

// compoundStart is where a name begins that a dash joins to a given name: Jean-Pierre.
func compoundStart(c *look.Text, at int) int {
	from := at
	if c.ByteAt(at-1) == '-' {
		for from = at - 1; from > 0 && at-from < 16 && letters.IsAlpha(c.Bytes[from-1]); {
			from--
		}
	}
	if from == at-1 || !letters.IsUpper(c.Bytes[from]) {
		return at
	}
	return from
}

// fullName reads a name of two or more words at a place and asks the lists. trusted is where a label says
// that a name stands there; then a known family name is enough.
func fullName(c *look.Text, from int, trusted bool) {
	v, tokens := readName(c, from)
	if tokens < 2 {
		return
	}
	text := c.Bytes[v.Start:v.End]
	first, last := text[:bytes.IndexByte(text, ' ')], text[bytes.LastIndexByte(text, ' ')+1:]
	if i := bytes.IndexByte(first, '-'); i > 0 {
		first = first[:i]
	}
	lists := nameLists()
	rareGiven, rareFamily := inLines(rules.GivenNames, first), inLines(rules.FamilyNames, last)
	family := lists.family[string(last)] || trusted && rareFamily
	switch {
	case lists.common[string(first)] && !family, lists.common[string(last)] && !family, firms[string(text)] || isFirm(c, v.End):
		return
	case lists.given[string(first)]:
	case trusted && (family || rareFamily || rareGiven || lists.family[string(first)] && lists.given[string(last)]):
	case rareGiven, family && tokens == 2 && !c.File.Code && !lists.common[string(first)] && len(first) > 2:
		if !isHeading(c, v) && !isCredit(c, v) {
			c.Doubt(v, v, text)
		}
		return
	default:
		return
	}
	emitCredit(c, v)
}

// isHeading tells words that are all of a Markdown heading: ## Finite Fields.
func isHeading(c *look.Text, v letters.Span) bool {
	line := c.Line(v, nameLongest)
	before := bytes.TrimRight(c.Bytes[line.Start:v.Start], " ")
	after := c.ByteAt(v.End)
	return len(before) > 0 && len(bytes.Trim(before, "#")) == 0 && (after == 0 || after == '\n' || after == '\r')
}

// familyAt tells a family name that is known and no word.
func familyAt(c *look.Text, from int) bool {
	to := from
	for to < len(c.Bytes) && to-from < nameLongest && (letters.IsAlpha(c.Bytes[to]) || c.Bytes[to] >= 0x80) {
		to++
	}
	lists := nameLists()
	return lists.family[string(c.Bytes[from:to])] && !lists.common[string(c.Bytes[from:to])]
}

// inLines tells whether a word is one of the lines of a list, which are in order.
func inLines(list string, word []byte) bool {
	low, high := 0, len(list)
	for low < high {
		middle := (low + high) / 2
		start := strings.LastIndexByte(list[:middle], '\n') + 1
		end := start + strings.IndexByte(list[start:], '\n')
		switch line := list[start:end]; {
		case line == string(word):
			return true
		case line < string(word):
			low = end + 1
		default:
			high = start
		}
	}
	return false
}

// firms are called as persons are.
var firms = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.SplitSeq("Morgan Stanley,Goldman Sachs,Wells Fargo,Charles Schwab,Calvin Klein,Tommy Hilfiger,Ralph Lauren,Louis Vuitton,Hugo Boss,Alfa Romeo,Aston Martin,Rolls Royce,Mercedes Benz,Harley Davidson,Eddie Bauer,Levi Strauss,Philip Morris,Eli Lilly,Estee Lauder,Jack Daniels,Warner Bros,Lloyds Bank,Fannie Mae,Freddie Mac,Johnson Controls,Ernst Young,Marc Jacobs,Jimmy Choo,Max Mara,Santa Clara,San Francisco,San Diego,San Jose,Santa Monica,Santa Barbara,Los Angeles,Saint Louis,Maria Db,Dolby Atmos,Ada Boost,Ansible Tower,Alan Turing Institute", ",") {
		m[name] = true
	}
	return m
}()

// isFirm tells what follows the name of a firm.
func isFirm(c *look.Text, from int) bool {
	rest := c.Bytes[from:min(len(c.Bytes), from+12)]
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte(",")), []byte(" "))
	for _, mark := range [...]string{"Inc", "Ltd", "LLC", "LLP", "GmbH", "AG ", "Corp", "& Co", "S.A.", "PLC", "plc", "SE ", "KG ", "B.V.", "& Sons", "S.p.A"} {
		if bytes.HasPrefix(rest, []byte(mark)) && len(rest) < len(c.Bytes[from:]) {
			return true
		}
	}
	return false
}

// labelledName reads a name after its label; after first_name and the like one word is enough.
func labelledName(c *look.Text, at letters.Span) {
	if b := c.Bytes[at.End-1]; !letters.IsAlpha(b) && b != ' ' {
		at.End-- // the sign is read by AfterLabel
	}
	from, ok := c.AfterLabel(letters.Between(at.Start, at.End))
	if !ok || c.File.Code && !isQuoted(c, from) {
		return
	}
	if partOfName(c, at) {
		v, tokens := readName(c, from)
		text := c.Bytes[v.Start:v.End]
		if lists := nameLists(); tokens == 1 && (lists.given[string(text)] || lists.family[string(text)]) && !lists.common[string(text)] {
			emitCredit(c, v)
			return
		}
	}
	fullName(c, from, true)
	if letters.IsUpper(c.ByteAt(from)) && !letters.IsLower(c.ByteAt(from+1)) {
		capitalName(c, from)
	}
}

// capitalName reads a name in capitals behind its label, as cards and forms have it. Both its first and its last word are known
// names: many other things are written so.
func capitalName(c *look.Text, from int) {
	text := c.Bytes[:min(len(c.Bytes), from+nameLongest)]
	end, words := from, 0
	var first, last []byte
	for i := from; i < len(text) && letters.IsUpper(text[i]) && words < 5; i++ {
		word := i
		for i < len(text) && (letters.IsUpper(text[i]) || text[i] == '-' && i > word) {
			i++
		}
		if words++; i-word > 1 || words > 1 {
			last, end = text[word:i], i
		}
		if first == nil {
			first = last
		}
		if i == len(text) || text[i] != ' ' {
			break
		}
	}
	if words < 2 || len(first) == 0 || len(last) < 2 || letters.IsWord(c.ByteAt(end)) {
		return
	}
	var given, family [nameLongest]byte
	f, l := append(append(given[:0], first[0]), letters.AppendFolded(nil, first[1:])...), append(append(family[:0], last[0]), letters.AppendFolded(nil, last[1:])...)
	lists := nameLists()
	if (lists.given[string(f)] || inLines(rules.GivenNames, f)) && (lists.family[string(l)] || inLines(rules.FamilyNames, l)) && !(lists.common[string(f)] && lists.common[string(l)]) {
		emitCredit(c, letters.Between(from, end))
	}
}

// quoteNear tells whether a quote opens shortly after a label: name: "...", author("...").
func quoteNear(c *look.Text, from int) bool {
	for _, b := range c.Bytes[from-1 : min(len(c.Bytes), from+12)] {
		switch b {
		case '"', '\'', '`':
			return true
		case '\n':
			return false
		}
	}
	return false
}

// isQuoted tells whether a value stands in quotes.
func isQuoted(c *look.Text, from int) bool {
	b := c.ByteAt(from - 1)
	return b == '"' || b == '\'' || b == '`'
}

// onePart are labels of one part of a name.
var onePart = letters.Set("vorname nachname apellido prenom cognome nazwisko imie jmeno prijmeni etternavn fornavn efternavn fornamn efternamn sukunimi etunimi achternaam voornaam soyad sobrenome apelido")

var nameParts = strings.Fields("first last given family sur fore middle vor nach maiden nick")

// partOfName tells a label of one part of a name: first_name, surname, Vorname.
func partOfName(c *look.Text, at letters.Span) bool {
	var scratch [16]byte
	if at.Len() <= len(scratch) && onePart[string(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End]))] {
		return true
	}
	from := max(0, at.Start-8)
	before := bytes.TrimRight(c.Bytes[from:at.Start], "_- ")
	for _, part := range nameParts {
		if n := len(before) - len(part); n >= 0 && letters.EqualFold(before[n:], part) {
			return true
		}
	}
	return false
}

// readName reads words in capitals, single blanks between them: their span, and how many there are.
// Initials and the particles of family names may stand among them.
func readName(c *look.Text, from int) (v letters.Span, tokens int) {
	text := c.Bytes[:min(len(c.Bytes), from+nameLongest)]
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
			if kind == nameToken && end < len(c.Bytes) && (letters.IsWord(c.Bytes[end]) || c.Bytes[end] == '(' || c.Bytes[end] == '.' && letters.IsAlnum(c.ByteAt(end+1))) {
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

var particles = letters.ListOf("de da do dos das del della di du des la le van von der den ter ten zu bin ibn al el y e")

// nameWord reads one word of a name: where it ends, and what it is.
func nameWord(text []byte, from int) (end, kind int) {
	r, size := utf8.DecodeRune(text[from:])
	if !unicode.IsUpper(r) {
		end = from
		for end < len(text) && end-from < 6 && letters.IsLower(text[end]) {
			end++
		}
		if particles.Has(text[from:end]) && end < len(text) && text[end] == ' ' {
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
