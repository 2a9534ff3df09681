package find

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Names behind labels of other scripts. No list knows them: the label says that a name follows, and its letters that it may
// be one.

// findForeignName reads the name after a label that is not of ASCII letters alone.
func findForeignName(c *look.Text, at letters.Span) {
	from, ok := c.AfterLabel(at)
	if !ok || from == at.End || bytes.IndexByte(c.Bytes[at.End:from], ',') >= 0 || c.File.Code && !isQuoted(c, from) {
		return
	}
	text := c.Bytes[from:min(len(c.Bytes), from+nameLongest)]
	if n := eastAsianName(text); n > 0 {
		v := letters.Between(from, from+n)
		c.Emit(v, v)
		return
	}
	n, words, latin := capitalised(text)
	v := letters.Between(from, from+n)
	switch {
	case words == 0 || words == 1 && n < 4:
	case latin:
		known := false
		for word := range bytes.FieldsSeq(text[:n]) {
			known = known || nameLists().given[string(word)] || nameLists().family[string(word)]
		}
		if known {
			c.Emit(v, v)
		} else {
			c.Doubt(v, v, text[:n])
		}
	default:
		c.Emit(v, v)
	}
}

// eastAsianName is how long a name of two to four Chinese characters or Korean syllables is, or of up to ten kana; a blank
// or a dot may stand within. 0 if there is none.
func eastAsianName(text []byte) int {
	n, chars, kana := 0, 0, false
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
			kana = true
			chars++
		case unicode.In(r, unicode.Han, unicode.Hangul):
			chars++
		case (r == ' ' || r == '　' || r == '·' || r == '・') && chars > 0 && n+size < len(text):
			if next, _ := utf8.DecodeRune(text[n+size:]); !unicode.In(next, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
				return nameOf(n, chars, kana)
			}
		default:
			return nameOf(n, chars, kana)
		}
		n += size
	}
	return nameOf(n, chars, kana)
}

func nameOf(n, chars int, kana bool) int {
	if chars < 2 || chars > 4 && !kana || chars > 10 {
		return 0
	}
	return n
}

// capitalised reads up to four words that begin with a capital, or are of a script without: how long they are, how many,
// and whether all letters are Latin.
func capitalised(text []byte) (n, words int, latin bool) {
	latin = true
	for at := 0; at < len(text) && words < 4; {
		to := at
		for to < len(text) {
			r, size := utf8.DecodeRune(text[to:])
			if to == at && !unicode.IsUpper(r) && !unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Thai) {
				break
			}
			if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' && r != '\'' && r != '’' && (r != '.' || to > at+2) {
				break
			}
			latin = latin && (r < 0x80 || unicode.Is(unicode.Latin, r) || !unicode.IsLetter(r))
			to += size
		}
		if to == at || to < len(text) && letters.IsWord(text[to]) {
			break
		}
		n, words = to, words+1
		if to >= len(text) || text[to] != ' ' {
			break
		}
		at = to + 1
	}
	return n, words, latin
}
