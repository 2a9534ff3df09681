package find

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/words"
)

// A banner says of a text what may be done with it: CONFIDENTIAL above a page, "Classification: internal use
// only" in a header. The same words stand in prose and in code, so it counts only in capitals and only where
// it stands as a label: by itself in a line or comment, in a field of that name, between the parts of a header.

// banner is one kind of label, in small letters. What is of one word may be an identifier, and is looked at more closely.
type banner struct {
	name    string
	phrases []string
}

var banners = []banner{
	{"banner-confidential", []string{
		"confidential", "strictly confidential", "highly confidential", "company confidential", "private and confidential", "strictly private and confidential",
		"proprietary and confidential", "confidential and proprietary", "confidential & proprietary", "proprietary & confidential", "do not distribute", "not for distribution", "trade secret", "trade secrets",
		"vertraulich", "streng vertraulich", "betriebsgeheimnis", "geschäftsgeheimnis", "nicht zur weitergabe", "confidentiel", "strictement confidentiel", "ne pas diffuser", "confidencial", "riservato",
	}},
	{"banner-internal", []string{
		"internal only", "internal use only", "for internal use only", "company internal", "nur für den internen gebrauch", "nur fÜr den internen gebrauch", "nur fuer den internen gebrauch",
		"nur für den dienstgebrauch", "nur fÜr den dienstgebrauch", "nur zum internen gebrauch", "usage interne", "à usage interne", "uso interno",
	}},
	{"banner-tlp", []string{"tlp:red", "tlp: red", "tlp:amber", "tlp: amber", "tlp:amber+strict", "tlp: amber+strict"}},
	{"banner-tlp-green", []string{"tlp:green", "tlp: green"}},
}

const (
	// bannerLine is how far to each side its line is looked at; what is longer is no label's.
	bannerLine  = 160
	bannerReach = 2*bannerLine + 64
)

// fieldNames are what a field is called whose value is a label.
var fieldNames = letters.Set("classification confidentiality sensitivity distribution marking handling tlp vertraulichkeit klassifizierung klassifikation einstufung confidentialité clasificación")

// find is woken by a phrase, in any case of letters.
func (b *banner) find(c *look.Text, at letters.Span) {
	if words.KindBefore(c.Bytes, at.Start) != words.None || c.ByteAt(at.Start-1) == '_' || c.ByteAt(at.End) == '_' {
		return
	}
	if at.End < len(c.Bytes) {
		if k, _ := words.KindAt(c.Bytes, at.End); k != words.None {
			return
		}
	}
	line := c.Line(at, bannerLine)
	if at.Start-line.Start >= bannerLine || line.End-at.End >= bannerLine {
		return
	}
	l := label{phrase: c.Bytes[at.Start:at.End], before: c.Bytes[line.Start:at.Start], after: bytes.TrimRight(c.Bytes[at.End:line.End], "\r"), code: c.File.Code}
	l.word = !bytes.ContainsAny(l.phrase, " :")
	l.apart, l.mild = blankAround(c, line), b.name == "banner-internal"
	if bytes.HasPrefix(l.after, []byte("+")) || !l.stands() {
		return
	}
	c.Emit(at, at)
}

// blankAround tells whether a line is a paragraph of its own.
func blankAround(c *look.Text, line letters.Span) bool {
	i := line.Start - 1
	for n := 0; i > 0 && n < 16 && (letters.IsBlank(c.Bytes[i-1]) || c.Bytes[i-1] == '\r'); n++ {
		i--
	}
	j := line.End + 1
	for n := 0; j < len(c.Bytes) && n < 16 && (letters.IsBlank(c.Bytes[j]) || c.Bytes[j] == '\r'); n++ {
		j++
	}
	return (i <= 0 || c.Bytes[i-1] == '\n') && (j >= len(c.Bytes) || c.Bytes[j] == '\n')
}

// label is a phrase and what stands beside it in its line.
type label struct {
	phrase, before, after []byte
	code, word, apart     bool
	mild                  bool // words that programmers use of functions
}

const (
	// decor stands around a label without making a sentence of it.
	decor        = " \t/*#;<>!-=%|_~[](){}:.•"
	commentMarks = "/*#;<!%-"
	codeMarks    = `=(){};"'` + "`"
)

func (l *label) stands() bool {
	caps, first := capitals(l.phrase)
	if l.field() {
		return l.ends()
	}
	switch {
	case !first || l.code && !l.comment():
		return false
	case !caps && l.mild && l.comment():
		return false // of a function, not of the file
	}
	before, after := bytes.Trim(l.before, decor), bytes.Trim(l.after, decor)
	switch {
	case bytes.ContainsAny(l.before, "(") && !bytes.ContainsAny(l.after, ")") || bytes.ContainsAny(l.after, "=;{") && len(after) == 0 && !l.comment():
		return false // a call, a declaration
	case bytes.HasPrefix(l.phrase, []byte("TLP")) && (len(after) == 0 || bracketed(l.before, l.after)):
		return true
	case len(before)+len(after) == 0:
		return l.alone(caps)
	case l.segment(caps):
		return true
	}
	return l.shouted(caps)
}

// alone is for a phrase that is all its line says.
func (l *label) alone(caps bool) bool {
	mark := bytes.Trim(l.before, " \t")
	switch {
	case bytes.HasSuffix(bytes.TrimRight(l.after, " \t"), []byte(":")):
		return false // a heading of what follows
	case !l.word:
		return true
	case !caps && (len(mark) == 1 || bytes.HasPrefix(mark, []byte("#"))):
		return false // one of a list, a heading
	case len(mark) == 0:
		return l.apart && !bytes.HasPrefix(l.before, []byte("\t"))
	}
	return bytes.ContainsAny(mark, "/*#;!%~=[(") || bytes.HasPrefix(mark, []byte("--"))
}

// separators part a header or footer.
var separators = []string{" - ", " – ", " — ", " | ", " • ", " · ", "//", " -- "}

// segment is for a phrase between the parts of a header: Acme GmbH | ... | Page 3.
func (l *label) segment(caps bool) bool {
	first := bytes.TrimLeft(l.before, " \t/*#;<!%")
	if bytes.HasPrefix(first, []byte("|")) {
		return false // a row of a table
	}
	left := slices.ContainsFunc(separators, func(s string) bool { return bytes.HasSuffix(l.before, []byte(s)) })
	right := slices.ContainsFunc(separators, func(s string) bool { return bytes.HasPrefix(l.after, []byte(s)) })
	begins, ends := len(first) == 0, len(bytes.Trim(l.after, " \t*/->")) == 0
	switch {
	case left && !begins:
		return right || ends
	case right && begins:
		return caps || !l.word // "Confidential - what it means" is of a glossary
	}
	return false
}

// shouted is for a line that is in capitals as a whole: ACME CORP CONFIDENTIAL. A word alone has few beside it.
func (l *label) shouted(caps bool) bool {
	line := slices.Concat(l.before, l.phrase, l.after)
	if !caps || bytes.ContainsAny(line, codeMarks) || bytes.ContainsFunc(line, func(r rune) bool { return words.KindOf(r) == words.Small }) {
		return false
	}
	if !l.word {
		return true
	}
	return len(bytes.Trim(l.after, decor)) == 0 && len(bytes.Fields(bytes.Trim(l.before, decor))) <= 2 && (l.comment() || l.apart)
}

// field is for what follows a field's name and a colon.
func (l *label) field() bool {
	before := bytes.TrimRight(l.before, " \t\"'*_[<>")
	name, found := bytes.CutSuffix(before, []byte(":"))
	if !found {
		return false
	}
	name = bytes.ToLower(bytes.TrimRight(name, " \t\"'*_"))
	name = bytes.TrimSuffix(bytes.TrimSuffix(bytes.TrimSuffix(name, []byte(" level")), []byte(" label")), []byte(" class"))
	from := bytes.LastIndexFunc(name, func(r rune) bool { return words.KindOf(r) == words.None })
	_, size := utf8.DecodeRune(name[max(0, from):])
	if from >= 0 {
		name = name[from+size:]
	}
	return fieldNames[string(name)]
}

// ends tells whether a field's value is the phrase and no more.
func (l *label) ends() bool {
	rest := bytes.TrimLeft(l.after, "\"'*_])>")
	return len(bytes.TrimSpace(rest)) == 0 || strings.IndexByte(",;./\\|(<", rest[0]) >= 0 || bytes.HasPrefix(rest, []byte(" (")) ||
		slices.ContainsFunc(separators, func(s string) bool { return bytes.HasPrefix(rest, []byte(s)) }) || len(bytes.Trim(rest, decor+"\"',")) == 0
}

// comment tells whether the line begins as a comment does.
func (l *label) comment() bool {
	before := bytes.TrimLeft(l.before, " \t")
	return len(before) > 0 && strings.IndexByte(commentMarks, before[0]) >= 0
}

func bracketed(before, after []byte) bool {
	return bytes.HasSuffix(before, []byte("[")) && bytes.HasPrefix(after, []byte("]")) || bytes.HasSuffix(before, []byte("(")) && bytes.HasPrefix(after, []byte(")"))
}

// capitals tells whether a phrase is in capitals, and whether it begins with one.
func capitals(phrase []byte) (caps, first bool) {
	r, _ := utf8.DecodeRune(phrase)
	return !bytes.ContainsFunc(phrase, func(r rune) bool { return words.KindOf(r) == words.Small }), words.KindOf(r) == words.Capital
}

// prohibitions stand at the foot of a copyright notice of what is not public.
var prohibitions = []string{"unauthorized copying", "unauthorised copying", "unauthorized reproduction", "unauthorised reproduction"} // scrubjay:allow copyright-notice

const noticeReach = 640

// findNotice is for a copyright notice that forbids copying: not a licence, which allows it.
func findNotice(c *look.Text, at letters.Span) {
	around := bytes.ToLower(c.Bytes[max(0, at.Start-noticeReach+64):min(len(c.Bytes), at.Start+noticeReach-64)])
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(around, []byte(w)) })
	}
	if has("copyright", "©", "(c)", "all rights reserved") && has("confidential", "proprietary", "trade secret", "strictly prohibited") {
		c.Emit(at, at)
	}
}
