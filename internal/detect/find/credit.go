package find

import (
	"bytes"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// Who is credited for a work is named in public: in a licence, in what a package says of itself, in a commit. It is
// information, and goes out as it is: a commit that an assistant makes has to name its author. A text that comes from a
// tool has no file name, so that the lines themselves must tell.

const (
	// creditLine is how far before a value its line is looked at for what makes it a credit, creditBack how far the text is
	// for the list that it stands in, and creditAhead how far behind it for what a package says besides.
	creditLine  = 160
	creditBack  = 2 << 10
	creditAhead = 400
)

// creditMarks stand in lines that say who made something: licences, and what git adds to a commit.
var creditMarks = listed("opyright|COPYRIGHT|©|(c) 19|(c) 20|(C) 19|(C) 20|@author|GitHub contributions of |GIT_AUTHOR_|GIT_COMMITTER_|-by:|-By:")

// madeMarks do so in comments. In prose anybody may have written or maintained anything.
var madeMarks = listed("ritten by |aintained by |riginally by |riginal by: |mproved by: |ugfix by: |evised by: |evised by |nvented by |mplementation by |mplemented by |esigned by |orted by |eveloped by |ompiled by |ontributed by |ranslated by |uthor: |uthors: |aintainer: |ontributor: ")

func listed(words string) (all [][]byte) {
	for w := range strings.SplitSeq(words, "|") {
		all = append(all, []byte(w))
	}
	return all
}

// creditKeys begin lines that do, as the name of what follows: Author: in git's log, author = in a package's description.
var creditKeys = letters.ListOf("author authors maintainer maintainers contributor contributors committer commit packager translator translators uploader uploaders tagger")

// creditLists begin the lists and objects of a package's description that hold its people; creditBeside are what else
// such a description has. An "author" of anything else, as of a comment, is a person like any other.
var (
	creditLists  = [][]byte{[]byte(`"author"`), []byte(`"authors"`), []byte(`"maintainers"`), []byte(`"contributors"`), []byte(`"_npmUser"`), []byte("<developer>"), []byte("<contributor>")}
	creditBeside = [][]byte{[]byte(`"license"`), []byte(`"dependencies"`), []byte(`"dist"`), []byte(`"homepage"`), []byte(`"repository"`), []byte(`"require"`), []byte("<artifactId>"), []byte("<developers>"), []byte("<contributors>")}
)

// emitCredit emits a name or an address, as information if it is a credit.
func emitCredit(c *look.Text, v letters.Span) {
	if c.Emit(v, v) && isCredit(c, v) {
		c.Inform()
	}
}

func isCredit(c *look.Text, v letters.Span) bool {
	if c.File.Credits {
		return true
	}
	line := c.Bytes[max(0, v.Start-creditLine):v.Start]
	whole := len(line) < creditLine
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line, whole = line[i+1:], true
	}
	if hasCreditMark(line) || followsMark(line) || isLinked(c, v) || isThanked(c, line, v) {
		return true
	}
	line = unnumbered(line)
	return whole && (isComment(line) && (saysAny(line, madeMarks) || isSignature(c, line, v)) || isPatch(c, line, v) || beginsCredit(c, line, v) || isOwned(c, line, v) || isListItem(line) && (belowHeading(c, v.Start-len(line)) || hasAccount(c, v))) || inCreditList(c, v)
}

// creditSigns are bytes of which each of creditMarks has one: most lines have none.
var creditSigns = [256]bool{'y': true, 'Y': true, '(': true, '@': true, 0xc2: true, 'G': true}

func hasCreditMark(line []byte) bool {
	for _, b := range line {
		if creditSigns[b] {
			return saysAny(line, creditMarks)
		}
	}
	return false
}

// followsMark tells what stands right behind a licence's clause, or a command that sets who commits.
func followsMark(line []byte) bool {
	if n := len(line); n > 0 && (line[n-1] == '"' || line[n-1] == '\'') {
		line = line[:n-1]
	}
	if len(line) == 0 || line[len(line)-1] != ' ' {
		return false
	}
	for _, mark := range [...]string{"Neither the name of ", "git config user.email ", "git config user.name "} {
		if bytes.HasSuffix(line, []byte(mark)) {
			return true
		}
	}
	return false
}

func saysAny(line []byte, marks [][]byte) bool {
	for _, m := range marks {
		if bytes.Contains(line, m) {
			return true
		}
	}
	return false
}

// isComment tells a line of a program's comment. A star without a blank before it begins an item of a list.
func isComment(line []byte) bool {
	rest := letters.AfterBlanks(line)
	return bytes.HasPrefix(rest, []byte("//")) || bytes.HasPrefix(rest, []byte("#")) || bytes.HasPrefix(rest, []byte("/*")) ||
		bytes.HasPrefix(rest, []byte("* ")) && len(rest) < len(line)
}

// isSignature tells a line of a program's comment that has nothing but a name and an address: // Name <address>.
func isSignature(c *look.Text, line []byte, v letters.Span) bool {
	if rest := letters.AfterBlanks(line); rest[0] == '#' || !isSigned(c, v) {
		return false // a heading, a line that is left out of a list
	}
	at := c.Line(v, creditLine)
	whole := bytes.Trim(c.Bytes[at.Start:at.End], "/* \t\r")
	open := bytes.LastIndexByte(whole, '<')
	return open > 1 && whole[len(whole)-1] == '>' && letters.IsUpper(whole[0]) && letters.AllOf(whole[:open], func(b byte) bool {
		return letters.IsAlpha(b) || b >= 0x80 || b == ' ' || b == '.' || b == '-' || b == '\''
	})
}

// isPatch tells who wrote what git sends as a mail: From: Name <address>, below a line with the commit.
func isPatch(c *look.Text, line []byte, v letters.Span) bool {
	if !bytes.HasPrefix(line, []byte("From: ")) || !isSigned(c, v) {
		return false
	}
	before, ok := bytes.CutSuffix(c.Bytes[max(0, v.Start-len(line)-creditLine):v.Start-len(line)], []byte(" Mon Sep 17 00:00:00 2001\n"))
	return ok && len(before) >= 45 && letters.AllOf(before[len(before)-40:], letters.IsHex)
}

// codeHosts are where accounts are public.
var codeHosts = listed("https://github.com/|https://gitlab.com/|https://codeberg.org/")

// isLinked tells a name that leads to an account at a code host: [Name](https://github.com/name), Name (https://github.com/name),
// and the same in DefinitelyTyped's JSON. A handle behind a name says less: chats have those of anybody.
func isLinked(c *look.Text, v letters.Span) bool {
	after := c.ByteAt(v.End)
	if after != '"' && after != '\\' && after != ']' && after != ' ' || bytes.IndexByte(c.Bytes[v.Start:v.End], '@') >= 0 { // an address
		return false
	}
	rest := c.Bytes[v.End:min(len(c.Bytes), v.End+48)]
	switch after {
	case '"', '\\':
		return bytes.Contains(rest, []byte(`"githubUsername`)) || bytes.Contains(rest, []byte(`"githubUsername\`))
	case ']', ' ':
		rest, ok := bytes.CutPrefix(bytes.TrimLeft(rest, " ]"), []byte("("))
		return ok && slices.ContainsFunc(codeHosts, func(host []byte) bool { return bytes.HasPrefix(rest, host) })
	}
	return false
}

// hasAccount tells an item of a list of names that leads to an account at a code host: [name](https://github.com/name).
func hasAccount(c *look.Text, v letters.Span) bool {
	if bytes.IndexByte(c.Bytes[v.Start:v.End], '@') >= 0 {
		return false
	}
	at := c.Line(v, creditLine)
	line := c.Bytes[at.Start:at.End]
	for _, host := range codeHosts {
		i := bytes.Index(line, host)
		if i < 2 || string(line[i-2:i]) != "](" {
			continue
		}
		account, _, closed := bytes.Cut(line[i+len(host):], []byte(")"))
		if closed && letters.AllOf(account, func(b byte) bool { return letters.IsWord(b) || b == '-' }) {
			return true
		}
	}
	return false
}

// isThanked tells a name in a changelog's brackets, behind a commit or a word of thanks: 1eb7729 (Name), (thanks Name).
func isThanked(c *look.Text, line []byte, v letters.Span) bool {
	if c.ByteAt(v.End) != ')' {
		return false
	}
	if before, ok := bytes.CutSuffix(line, []byte(" (")); ok {
		before = bytes.TrimRight(before, ")") // a link to the commit: .../commit/1eb7729)) (Name)
		n := len(before)
		for n > 0 && letters.IsHex(before[n-1]) {
			n--
		}
		hash := len(before) - n
		return (hash >= 7 && hash <= 12 || hash == 40) && n > 0 && (before[n-1] == ' ' || bytes.HasSuffix(before[:n], []byte("/commit/")))
	}
	return bytes.HasSuffix(line, []byte("(thanks ")) || bytes.HasSuffix(line, []byte("(thanks to "))
}

// unnumbered is a line without the number that a tool puts before it.
func unnumbered(line []byte) []byte {
	rest := bytes.TrimLeft(line, " ")
	digits := 0
	for digits < len(rest) && letters.IsDigit(rest[digits]) {
		digits++
	}
	if digits > 0 && digits < len(rest)-1 && rest[digits] == '\t' && !letters.IsUpper(rest[digits+1]) {
		return rest[digits+1:]
	}
	return line
}

// isSigned tells a name and an address as people sign with: Name <address>. Go writes the sign in JSON as an escape.
func isSigned(c *look.Text, v letters.Span) bool {
	if c.ByteAt(v.Start-1) == '<' || c.ByteAt(v.End) == ' ' && c.ByteAt(v.End+1) == '<' {
		return true
	}
	escaped := []byte(`\u003c`)
	return bytes.HasSuffix(c.Bytes[:v.Start], escaped) || c.ByteAt(v.End) == ' ' && bytes.HasPrefix(c.Bytes[v.End+1:], escaped)
}

// beginsCredit tells what a line begins with that credits whom it names: a key, git blame, or a changelog's sign before who
// changed something.
func beginsCredit(c *look.Text, line []byte, v letters.Span) bool {
	rest := letters.AfterBlanks(line)
	if bytes.HasPrefix(rest, []byte("-- ")) && len(rest) < len(line) && isSigned(c, v) {
		return isDated(c, v) // Debian's changelogs; in a letter it is who wrote that
	}
	if day, ok := bytes.CutPrefix(rest, []byte("* ")); ok && len(day) > 4 && day[3] == ' ' && days[string(day[:3])] && isSigned(c, v) {
		return true // RPM's
	}
	if b := bytes.TrimPrefix(rest, []byte("^")); len(b) > 8 && letters.IsHex(b[0]) && b[len(b)-1] == '(' {
		return letters.AllOf(b[:7], letters.IsHex) // git blame
	}
	from := 0
	for from <= creditIndent && from < len(rest) && !letters.IsAlpha(rest[from]) {
		from++
	}
	if from > creditIndent {
		return false
	}
	if last := []byte("Last-"); bytes.HasPrefix(rest[from:], last) {
		from += len(last) // the translator's
	}
	to := from
	for to < len(rest) && letters.IsAlpha(rest[to]) {
		to++
	}
	var scratch [16]byte
	if to-from > len(scratch) || !creditKeys.Has(letters.AppendFolded(scratch[:0], rest[from:to])) {
		return false
	}
	return isSigned(c, v) && bytes.IndexByte(rest[to:], '{') < 0 || assignsCredit(rest[to:])
}

// creditIndent is how many signs may stand before such a key.
const creditIndent = 8

// assignsCredit tells what follows a key in a package's description: an equals sign, or _email and -email and any sign. An
// author with a colon and no address in brackets may be that of a complaint.
func assignsCredit(rest []byte) bool {
	email := false
	for _, word := range []string{"_email", "-email", "__"} {
		if r, ok := bytes.CutPrefix(rest, []byte(word)); ok {
			rest, email = r, word != "__"
		}
	}
	rest = bytes.TrimLeft(rest, " \t\"'")
	return len(rest) > 0 && (rest[0] == '=' || email && rest[0] == ':')
}

// isDated tells a signature that a date follows, as in Debian's changelogs.
func isDated(c *look.Text, v letters.Span) bool {
	rest := c.Bytes[v.End:min(len(c.Bytes), v.End+96)]
	i := bytes.Index(rest, []byte(">  "))
	return i >= 0 && len(rest) > i+6 && days[string(rest[i+3:i+6])] && bytes.IndexByte(rest[:i], '\n') < 0
}

var days = letters.Set("Mon Tue Wed Thu Fri Sat Sun")

// isOwned tells a line of a CODEOWNERS file: a pattern, and those who own what it matches. A path and an address alone
// stand in any log.
func isOwned(c *look.Text, line []byte, v letters.Span) bool {
	if first := letters.AfterBlanks(line); len(first) < 2 || first[0] != '*' && first[0] != '/' {
		return false
	}
	fields := bytes.Fields(line)
	rest := c.Bytes[v.End:min(len(c.Bytes), v.End+creditLine)]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	if len(fields) == 0 || len(fields[0]) < 2 || fields[0][0] != '*' && fields[0][0] != '/' || !letters.IsBlank(line[len(line)-1]) {
		return false // a star alone is a list's
	}
	team := bytes.HasPrefix(fields[0], []byte("*."))
	for _, f := range append(fields[1:], bytes.Fields(rest)...) {
		if team = team || f[0] == '@'; f[0] != '@' && bytes.IndexByte(f, '@') < 0 {
			return false
		}
	}
	return team
}

// creditHeadings are headings of documents below which a work's people are listed.
var creditHeadings = letters.ListOf("author authors maintainer maintainers contributor contributors acknowledgements acknowledgments credits emeritus committers reviewers approvers sponsors donors backers")

// belowHeading tells whether an item of a list whose line begins at a place stands below such a heading, with nothing but other
// items between the two.
func belowHeading(c *look.Text, at int) bool {
	low := max(0, at-creditBack)
	for at > low {
		end := at - 1 // the line's end
		at = bytes.LastIndexByte(c.Bytes[low:end], '\n') + 1 + low
		if at == low && low > 0 {
			return false // it begins farther back
		}
		line := bytes.TrimRight(c.Bytes[at:end], " \r")
		if title, ok := bytes.CutPrefix(line, []byte("#")); ok {
			var scratch [32]byte
			title = bytes.Trim(title, "# ")
			return len(title) <= len(scratch) && creditHeadings.Has(letters.AppendFolded(scratch[:0], title))
		}
		if len(line) > 0 && !isListItem(line) {
			return false
		}
	}
	return false
}

// isListItem tells a line of a list, of a table with rules, or one in bold letters.
func isListItem(line []byte) bool {
	rest := letters.AfterBlanks(line)
	return len(rest) > 1 && (rest[0] == '|' || (rest[0] == '-' || rest[0] == '*' || rest[0] == '+') && rest[1] == ' ' || rest[0] == '*' && rest[1] == '*')
}

// inCreditList tells whether a value stands in the list of a package's people, which is still open there.
func inCreditList(c *look.Text, v letters.Span) bool {
	before := c.Bytes[max(0, v.Start-creditBack):v.Start]
	// Each question is faster than the next one, and most texts stop at the first.
	if near := before[max(0, len(before)-creditLine):]; bytes.IndexByte(near, '"') < 0 && bytes.IndexByte(near, '<') < 0 {
		return false
	}
	from := -1
	for _, list := range creditLists {
		if bytes.Contains(before, list) {
			from = max(from, bytes.LastIndex(before, list))
		}
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
	if key, ok := bytes.CutPrefix(before[from:], []byte(`"author"`)); ok && strings.ReplaceAll(string(key), " ", "") == `:"` {
		open = 1 // no object, and no list
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
	around := c.Bytes[max(0, v.Start-creditBack):min(len(c.Bytes), v.End+creditAhead)]
	for _, beside := range creditBeside {
		if bytes.Contains(around, beside) {
			return true
		}
	}
	return false
}
