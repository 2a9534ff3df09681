package detect

import (
	"bytes"
	"strings"
)

// Who is credited for a work is named in public: in a licence, in what a package says of itself, in a commit. It is
// information, and goes out as it is: a commit that an assistant makes has to name its author. A text that comes from a
// tool has no file name, so that the lines themselves must tell.

const (
	// creditLine is how far before a value its line is looked at for what makes it a credit, creditBack how far the text is
	// for the list that it stands in, and creditAhead how far behind it for what a package says besides.
	creditLine  = 160
	creditBack  = 600
	creditAhead = 200
)

// creditMarks stand in lines that say who made something: licences, and what git adds to a commit.
var creditMarks = func() (marks [][]byte) {
	for m := range strings.SplitSeq("opyright|COPYRIGHT|©|(c) 19|(c) 20|(C) 19|(C) 20|@author|-by:|-By:|ritten by |aintained by |riginally by |reated by |esigned by |hanks to |hank you", "|") {
		marks = append(marks, []byte(m))
	}
	return marks
}()

// creditKeys begin lines that do, as the name of what follows: Author: in git's log, author = in a package's description.
var creditKeys = set("author authors maintainer maintainers contributor contributors committer commit packager translator translators uploader uploaders tagger")

// creditLists begin the lists and objects of a package's description that hold its people; creditBeside are what else
// such a description has. An "author" of anything else, as of a comment, is a person like any other.
var (
	creditLists  = [][]byte{[]byte(`"author"`), []byte(`"authors"`), []byte(`"maintainers"`), []byte(`"contributors"`), []byte(`"_npmUser"`), []byte("<developer>"), []byte("<contributor>")}
	creditBeside = [][]byte{[]byte(`"version"`), []byte(`"license"`), []byte(`"homepage"`), []byte(`"repository"`), []byte(`"require"`), []byte("<artifactId>"), []byte("<developers>"), []byte("<contributors>")}
)

// emitCredit emits a name or an address, as information if it is a credit.
func (c *check) emitCredit(r *Rule, v Span) {
	before := len(c.found)
	c.emit(r, v, v)
	if len(c.found) > before && c.isCredit(v) {
		c.found[before].Severity = Info
	}
}

func (c *check) isCredit(v Span) bool {
	if c.file.credits {
		return true
	}
	line := c.text[max(0, v.Start-creditLine):v.Start]
	whole := len(line) < creditLine
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line, whole = line[i+1:], true
	}
	for _, mark := range creditMarks {
		if bytes.Contains(line, mark) {
			return true
		}
	}
	line = unnumbered(line)
	if c.linked(v) {
		return true
	}
	return whole && (beginsCredit(line, c.signed(v)) || c.owned(line, v)) || c.inCreditList(v)
}

// linked tells a name beside whose account at a code host it stands: [Name](https://github.com/name), Name (@name).
func (c *check) linked(v Span) bool {
	rest := c.text[v.End:min(len(c.text), v.End+32)]
	return bytes.HasPrefix(rest, []byte(" (@")) || c.byteAt(v.Start-1) == '[' && (bytes.HasPrefix(rest, []byte("](https://github.com/")) ||
		bytes.HasPrefix(rest, []byte("](https://gitlab.com/")) || bytes.HasPrefix(rest, []byte("](https://codeberg.org/")))
}

// unnumbered is a line without the number that a tool puts before it.
func unnumbered(line []byte) []byte {
	rest := bytes.TrimLeft(line, " ")
	digits := 0
	for digits < len(rest) && isDigit(rest[digits]) {
		digits++
	}
	if digits > 0 && digits < len(rest)-1 && rest[digits] == '\t' && !isUpper(rest[digits+1]) {
		return rest[digits+1:]
	}
	return line
}

// signed tells a name and an address as people sign with: Name <address>.
func (c *check) signed(v Span) bool {
	return c.byteAt(v.Start-1) == '<' || c.byteAt(v.End) == ' ' && c.byteAt(v.End+1) == '<'
}

// beginsCredit tells what a line begins with that credits whom it names: a key, a changelog's sign before who changed
// something, git's count of somebody's commits. Only a key does without a signature behind it.
func beginsCredit(line []byte, signed bool) bool {
	rest := bytes.TrimLeft(line, " \t")
	if signed && bytes.HasPrefix(rest, []byte("-- ")) && len(rest) < len(line) {
		return true // Debian's changelogs
	}
	if day, ok := bytes.CutPrefix(rest, []byte("* ")); ok && signed && len(day) > 4 && day[3] == ' ' && days[string(day[:3])] {
		return true // RPM's
	}
	count := 0
	for count < len(rest) && isDigit(rest[count]) {
		count++
	}
	if signed && count > 0 && count < len(rest) && rest[count] == '\t' && len(rest) < len(line) {
		return true // git shortlog
	}
	if b := bytes.TrimPrefix(rest, []byte("^")); len(b) > 8 && isHex(b[0]) && b[len(b)-1] == '(' {
		return allOf(b[:7], isHex) // git blame
	}
	from := 0
	for from < len(rest) && !isAlpha(rest[from]) {
		from++
	}
	if last := []byte("Last-"); bytes.HasPrefix(rest[from:], last) {
		from += len(last) // the translator's
	}
	to := from
	for to < len(rest) && isAlpha(rest[to]) {
		to++
	}
	if from > 16 || to-from > 16 || to == len(rest) || isBlank(rest[to]) && !signed && bytes.IndexByte(rest[to:], ':') < 0 && bytes.IndexByte(rest[to:], '=') < 0 {
		return false
	}
	var scratch [16]byte
	object := bytes.IndexByte(rest, '{') // as of a comment, unless it is TOML's
	return creditKeys[string(appendFolded(scratch[:0], rest[from:to]))] && (object < 0 || bytes.IndexByte(rest[:object], '=') >= 0)
}

var days = set("Mon Tue Wed Thu Fri Sat Sun")

// owned tells a line of a CODEOWNERS file: a pattern, and those who own what it matches.
func (c *check) owned(line []byte, v Span) bool {
	fields := bytes.Fields(line)
	if len(fields) == 0 || len(fields[0]) < 2 || !isBlank(line[len(line)-1]) || fields[0][0] != '*' && fields[0][0] != '/' {
		return false // a star alone is a list's
	}
	for _, f := range fields[1:] {
		if f[0] != '@' && bytes.IndexByte(f, '@') < 0 {
			return false
		}
	}
	b := c.byteAt(v.End)
	return b == 0 || isSpace(b)
}

// inCreditList tells whether a value stands in the list of a package's people, which is still open there.
func (c *check) inCreditList(v Span) bool {
	before := c.text[max(0, v.Start-creditBack):v.Start]
	from := -1
	for _, list := range creditLists {
		from = max(from, bytes.LastIndex(before, list))
	}
	if from < 0 {
		return false
	}
	open := 0
	for _, b := range before[from:] {
		switch b {
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				return false
			}
		}
	}
	if before[from] == '<' {
		open = 1
		if bytes.Contains(before[from:], []byte("</developer>")) || bytes.Contains(before[from:], []byte("</contributor>")) {
			open = 0
		}
	}
	if open <= 0 {
		return false
	}
	around := c.text[max(0, v.Start-creditBack):min(len(c.text), v.End+creditAhead)]
	for _, beside := range creditBeside {
		if bytes.Contains(around, beside) {
			return true
		}
	}
	return false
}
