package look

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Many numbers mean something only where a word says what they are: one of ten numbers of nine digits
// passes the check of a Dutch citizen's number. The word stands shortly before the value, on its line: as
// a label, a key, a JSON path, in snake_case or camelCase.

// contextNear is how many characters before a value its word may begin.
const contextNear = 56

// Vocabulary is the words and phrases that name one kind of value, folded, each with a blank before it, but for those of
// scripts that have none between words.
type Vocabulary func() []phrase

type phrase struct {
	text  string
	pairs pairs
}

// pairs has a bit for each two letters that stand side by side in a text: what has one that the other has not is no part of it.
type pairs [2]uint64

func (p *pairs) add(text []byte) {
	for i := 1; i < len(text); i++ {
		n := text[i-1]*31 + text[i]
		p[n>>6&1] |= 1 << (n & 63)
	}
}

// within tells whether a text with pairs p may stand in one with pairs o.
func (p *pairs) within(o *pairs) bool { return (p[0]&^o[0])|(p[1]&^o[1]) == 0 }

// VocabularyOf reads phrases that are separated by commas, when they are first asked for.
func VocabularyOf(list string) Vocabulary {
	if list == "" {
		return nil
	}
	return sync.OnceValue(func() (all []phrase) {
		for text := range strings.SplitSeq(list, ",") {
			text = strings.Join(strings.Fields(text), " ")
			if !spaceless([]byte(text)[:min(len(text), utf8.UTFMax-1)]) {
				text = " " + text
			}
			p := phrase{text: text}
			p.pairs.add([]byte(text))
			all = append(all, p)
		}
		return all
	})
}

// wordEnds may be grown together with a word: nhsnumber, sinno, kontonr.
var wordEnds = strings.Fields("number numbers numero num no nos nr id ids code codes nummer s")

// Named tells how near before a value a word stands that names its kind: the larger the nearer, 0 if none does.
func (c *Text) Named(value letters.Span, words Vocabulary) int {
	if words == nil {
		return 0
	}
	if words == nil {
		return 0
	}
	var scratch [2 * contextNear]byte
	var p pairs
	before := c.wordsBefore(value.Start, scratch[:0])
	p.add(before)
	return nearest(words(), before, &p)
}

// Around keeps what Named reads, for whoever asks of several vocabularies before the same place.
type Around struct {
	read  bool
	at    int
	words []byte
	pairs pairs
}

// Named is the text's.
func (a *Around) Named(c *Text, value letters.Span, words Vocabulary) int {
	if words == nil {
		return 0
	}
	if !a.read || a.at != value.Start {
		a.read, a.at, a.pairs = true, value.Start, pairs{}
		a.words = c.wordsBefore(value.Start, a.words[:0])
		a.pairs.add(a.words)
	}
	return nearest(words(), a.words, &a.pairs)
}

// Forget makes it ready for another text.
func (a *Around) Forget() { a.read = false }

// nearest is how far on the last of the words stands in a folded text, 0 if none does.
func nearest(v []phrase, folded []byte, p *pairs) int {
	last := 0
	for i := range v {
		phrase := &v[i]
		if !phrase.pairs.within(p) {
			continue
		}
		for at := lastIndex(folded, phrase.text, len(folded)); at >= last; at = lastIndex(folded, phrase.text, at) {
			if endsWord(folded[at+len(phrase.text):]) {
				last = at + 1
				break
			}
		}
	}
	return last
}

// lastIndex is where phrase stands last before limit, -1 if nowhere.
func lastIndex(text []byte, phrase string, limit int) int {
	return bytes.LastIndex(text[:min(len(text), max(0, limit+len(phrase)-1))], []byte(phrase))
}

func endsWord(rest []byte) bool {
	if len(rest) == 0 || rest[0] == ' ' || rest[0] >= 0x80 {
		return true
	}
	for _, end := range wordEnds {
		if len(rest) > len(end) && string(rest[:len(end)]) == end && rest[len(end)] == ' ' {
			return true
		}
	}
	return false
}

// wordsBefore appends the words before a place, folded, a blank before and after each. A word that begins
// farther away than contextNear is left out.
func (c *Text) wordsBefore(at int, dst []byte) []byte {
	text, from := c.Bytes, at
	for n := 0; from > 0 && n < contextNear && at-from < 3*contextNear; {
		if from--; utf8.RuneStart(text[from]) {
			n++
		}
	}
	if i := bytes.LastIndexByte(text[from:at], '\n'); i >= 0 {
		from += i + 1
	} else if from > 0 {
		for from < at && letters.IsWord(text[from-1]) {
			from++
		}
	}
	return appendWords(append(dst, ' '), text[from:at])
}

// appendWords appends text's words, folded and with a blank after each. Letters beyond ASCII belong to words.
func appendWords(dst, text []byte) []byte {
	small := false // the letter before is a small one beyond ASCII
	for i := 0; i < len(text); i++ {
		b, wasSmall := text[i], small
		small = false
		switch {
		case b >= 0x80:
			r, size := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError {
				dst = append(dst, b)
				continue
			}
			if small = unicode.IsLower(r); unicode.IsUpper(r) && (wasSmall || i > 0 && letters.IsLower(text[i-1])) {
				dst = blank(dst)
			}
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
			i += size - 1
		case letters.IsUpper(b):
			// camelCase: an upper-case letter after a lower-case one, or before one that ends capitals.
			if wasSmall || i > 0 && (letters.IsLower(text[i-1]) || letters.IsUpper(text[i-1]) && i+1 < len(text) && letters.IsLower(text[i+1]) && !endsPlural(text[i+1:])) {
				dst = blank(dst)
			}
			dst = append(dst, b+'a'-'A')
		case letters.IsAlnum(b):
			dst = append(dst, b)
		default:
			dst = blank(dst)
		}
	}
	return blank(dst)
}

// endsPlural tells the s of NPIs from the beginning of a word.
func endsPlural(rest []byte) bool {
	return rest[0] == 's' && (len(rest) == 1 || !letters.IsAlnum(rest[1]))
}

func blank(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] != ' ' {
		dst = append(dst, ' ')
	}
	return dst
}

// marksData are the bytes of a line of code that open or close a string or a comment.
var marksData = [256]bool{'\\': true, '"': true, '\'': true, '`': true, '#': true, '/': true, '-': true, '*': true}

// Data tells whether a value may be data: in code a number without quotes is the program's own, unless
// it stands in a comment.
func (c *Text) Data(v letters.Span) bool {
	if !c.File.Code {
		return true
	}
	before := c.Bytes[max(0, v.Start-CodeLine):v.Start]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	if rest := letters.AfterBlanks(before); len(rest) > 0 && rest[0] == '*' {
		return true
	}
	var quote byte
	for i := 0; i < len(before); i++ {
		b := before[i]
		if !marksData[b] {
			continue
		}
		switch {
		case quote != 0 && b == '\\':
			i++
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'' || b == '`':
			quote = b
		case b == '#', (b == '/' || b == '-') && i+1 < len(before) && before[i+1] == b, b == '/' && i+1 < len(before) && before[i+1] == '*':
			return true
		}
	}
	return quote != 0
}

// CodeLine is how far before a value its line is read.
const CodeLine = 256
