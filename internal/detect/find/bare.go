package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A value without quotes ends where its syntax says so. In YAML, INI and a properties file that is the line's end; in the
// settings of a connection it is the sign that stands before the name, too (a;password=b;c), in a string the string's end,
// in brackets their end. Where nothing tells the syntax, the longest of these readings that looks drawn at random is taken:
// a tail that stays is worse than a bracket that goes along.

// bareLimit is the most that a value has whose signs have to be told from those around it.
const bareLimit = 192

// longer is the longer reading of a value without quotes that was read up to the first sign which may end it.
func (c reading) longer(n secretName, at int, short letters.Span, ok bool) letters.Span {
	switch {
	case short.Len() > bareLimit:
		return letters.Span{}
	case ok && short.End > at && (short.End == len(c.Bytes) || letters.EndsValue(c.Bytes, short.End)) && !c.File.Lines && !n.phrase() && c.ByteAt(at-1) != '=':
		return letters.Span{} // with a blank, in whatever syntax
	}
	return c.bare(n, at)
}

// bareBack is how much of its line before a name tells how its value ends.
const bareBack = 160

// beside is what stands before a name on its line.
type beside struct {
	// quote is of the string that the name stands in, 0 if it stands in none.
	quote byte
	// joint is the sign before the name, which separates it from what came before: ; or & or a comma.
	joint byte
	// open are the brackets that are not closed before the name.
	open [256]int8
	// own: the name begins its line, or what it is an item of. far: the line begins farther away than is looked.
	own, far bool
}

// closes are what brackets close; marksLine are these, what they open and what begins and ends a string.
var (
	closes    = [256]byte{')': '(', ']': '[', '}': '{', '>': '<'}
	marksLine = [256]bool{'\\': true, '"': true, '`': true, '\'': true, '(': true, '[': true, '{': true, '<': true, ')': true, ']': true, '}': true, '>': true}
)

// before reads the line before a name.
func (c reading) before(n secretName) (b beside) {
	from, text := n.Start, c.Bytes
	for from > 0 && n.Start-from < bareBack && text[from-1] != '\n' {
		from--
	}
	b.far = from > 0 && text[from-1] != '\n'
	line := text[from:n.Start]
	for i := 0; i < len(line); i++ {
		s := line[i]
		if !marksLine[s] {
			continue
		}
		switch s {
		case '\\':
			i++
		case '"', '`', '\'':
			switch {
			case b.quote == s:
				b.quote = 0
			case b.quote == 0 && (i == 0 || s != '\'' || !letters.IsAlnum(line[i-1])): // no apostrophe
				b.quote = s
			}
		case '(', '[', '{', '<':
			b.open[s]++
		case ')', ']', '}', '>':
			if opener := closes[s]; b.open[opener] > 0 {
				b.open[opener]--
			}
		}
	}
	rest := bytes.TrimRight(line, " \t")
	for len(rest) > 0 && (letters.IsWord(rest[len(rest)-1]) || rest[len(rest)-1] == '.' || rest[len(rest)-1] == '-' && len(rest) > 1 && letters.IsWord(rest[len(rest)-2])) && len(rest) == len(line) {
		line, rest = line[:len(line)-1], rest[:len(rest)-1] // a path before the name: db.password
	}
	if len(rest) > 0 {
		b.joint = rest[len(rest)-1]
	}
	switch string(bytes.TrimLeft(rest, " \t")) {
	case "", "-", "+", "export", "set", "- -":
		b.own = !b.far
	}
	return b
}

// mayQuote tells whether a string may be open before a place: a quote stands before it on its line, or the line begins
// farther away than is looked.
func (c reading) mayQuote(at int) bool {
	for from := at; ; from-- {
		if from == 0 || c.Bytes[from-1] == '\n' {
			return false
		}
		if at-from == bareBack || c.opensQuote(from-1) {
			return true
		}
	}
}

// bare reads the longest value that may begin at a place, and is empty if none is longer than what any syntax would take.
func (c reading) bare(n secretName, at int) (value letters.Span) {
	text := c.Bytes
	if c.File.Code && !c.mayQuote(n.Start) {
		return value
	}
	b := c.before(n)
	if c.File.Code && b.quote == 0 && !b.far {
		return value
	}
	if next := c.block(at); next > 0 {
		at = next
	}
	if rest := text[at:min(len(text), at+NameLimit)]; bytes.HasPrefix(rest, []byte("[-")) && bytes.Contains(rest, []byte("-]")) || bytes.HasPrefix(rest, []byte("{+")) && bytes.Contains(rest, []byte("+}")) {
		return value // a word diff, which has views of its own
	}
	lines := c.File.Lines && b.own && b.quote == 0
	var inner [256]int8
	end := at
	for ; end < len(text) && end-at <= bareLimit && !letters.EndsValue(text, end); end++ {
		s := text[end]
		if s == b.quote && s != 0 || s == '\\' && c.endsInString(b, end) || !lines && c.parts(b, s, at, end) {
			break
		}
		switch s {
		case '(', '[', '{':
			inner[s]++
		case ')', ']', '}':
			opener := closes[s]
			if inner[opener] == 0 && b.open[opener] > 0 {
				return c.checked(n, lines, b, at, end)
			}
			inner[opener] = max(0, inner[opener]-1)
		}
	}
	return c.checked(n, lines, b, at, end)
}

// endsInString tells whether the backslash at a place ends a value in a string: with a quote or a new line.
func (c reading) endsInString(b beside, i int) bool {
	next := c.ByteAt(i + 1)
	if next == '\n' || next == '\r' {
		return true
	}
	return (b.quote != 0 || b.far) && (next == 'n' || next == 'r' || next == 't' || next == b.quote || b.far && strings.IndexByte("\"'`", next) >= 0)
}

// parts tells whether a sign within a value separates it from what follows, where the syntax is known from what stands
// around: the sign before the name, a bracket or a string that is open, another pair behind it.
func (c reading) parts(b beside, s byte, from, i int) bool {
	next := c.ByteAt(i + 1)
	last := next == 0 || letters.EndsValue(c.Bytes, i+1)
	switch s {
	case ',', ';', '&', '|':
		switch {
		case s == '&' && c.entityEnd(i) > 0:
			return true
		case last && s != '&':
			return !b.own || !bytes.ContainsAny(c.Bytes[from:i], "!@#$%^&*|~=+?<>;,")
		case s == b.joint, s == '&' && b.joint == '?', s == next:
			return true
		case s == ',' && (b.open['('] > 0 || b.open['['] > 0 || b.open['{'] > 0):
			return true
		}
		return b.joint != ';' && c.pair(i+1)
	case '#':
		return b.joint == '&' || b.joint == '?'
	case '<':
		return next == '/' || c.tagEnd(i) > 0
	case '>':
		return b.open['<'] > 0
	case '"', '\'', '`':
		return b.far || last && b.quote == 0 && bytes.IndexByte(c.Bytes[from:i], s) < 0
	}
	return false
}

// entityEnd is where an entity of HTML ends that begins at i, 0 if none does.
func (c reading) entityEnd(i int) int {
	j := i + 1
	for j < len(c.Bytes) && j-i < 9 && (letters.IsLower(c.Bytes[j]) || c.Bytes[j] == '#' || letters.IsDigit(c.Bytes[j])) {
		j++
	}
	if j < i+3 || c.ByteAt(j) != ';' || !letters.IsLower(c.Bytes[i+1]) && c.Bytes[i+1] != '#' {
		return 0
	}
	return j + 1
}

// pair tells whether another name and its sign begin at a place: user=
func (c reading) pair(i int) bool {
	j := i
	for j < len(c.Bytes) && j-i < 32 && (letters.IsWord(c.Bytes[j]) || strings.IndexByte("-. \"'", c.Bytes[j]) >= 0) {
		j++
	}
	return j-i > 1 && letters.IsAlpha(c.Bytes[i]) && (c.ByteAt(j) == '=' || c.ByteAt(j) == ':') && !guess.IsMixed(c.Bytes[i:j])
}

// tagEnd is where a tag of HTML ends that begins at i, 0 if none does: <br>, <span class="x">.
func (c reading) tagEnd(i int) int {
	if c.ByteAt(i) != '<' {
		return 0
	}
	j := i + 1
	if c.ByteAt(j) == '/' {
		j++
	}
	word := j
	for j < len(c.Bytes) && j-word < 12 && letters.IsAlnum(c.Bytes[j]) {
		j++
	}
	if j == word || !letters.IsAlpha(c.Bytes[word]) || !markup.Has(letters.AppendFolded(nil, c.Bytes[word:j])) {
		return 0
	}
	end := bytes.IndexAny(c.Bytes[j:min(len(c.Bytes), j+80)], "<>\n")
	if end < 0 || c.Bytes[j+end] != '>' {
		return 0
	}
	return j + end + 1
}

// markup are the tags that stand around and between labels and their values.
var markup = letters.ListOf("b i u s p em strong code kbd samp tt pre span br td th tr li dt dd div label a font small h1 h2 h3 h4 h5 h6 input")

// checked is the value between two places, or what of it can be one: a call, an index or a formula is none, and what is no
// line of its own has to look drawn.
func (c reading) checked(n secretName, lines bool, b beside, at, end int) (none letters.Span) {
	text := c.Bytes
	if b.own && end > at+8 && c.ByteAt(end) == '\\' && c.ByteAt(end+1) == '\n' { // a line of a properties file that goes on
		next := c.skipBlank(end + 2)
		for end = next; end < len(text) && end-next < ValueLimit && !letters.EndsValue(text, end); end++ {
		}
	}
	if lines || n.phrase() || b.own && (c.File.Env || c.ByteAt(at-1) == '=' && letters.AllOf(n.text, isConstant)) {
		if line := c.lineEnd(at, b); line > end {
			if _, ok := guess.Given(text[at:line], n.text, n.password, false); ok {
				return letters.Between(at, line)
			}
		}
	}
	v := text[at:end]
	if len(v) < 6 || !b.own && b.joint != ';' && strings.IndexByte(",;)]}>|", v[0]) >= 0 || isCall(v, letters.IsBlank(c.ByteAt(end))) {
		return none
	}
	if lines && !bytes.ContainsAny(v, "()[]{}<>") || n.password && guess.IsDrawn(v) || guess.IsKey(v) && !guess.IsReference(v) && !bytes.ContainsAny(v, "(){}[]<>,;|") {
		return letters.Between(at, end)
	}
	return none
}

func isConstant(b byte) bool { return letters.IsUpper(b) || letters.IsDigit(b) || b == '_' }

// lineEnd is where a value with blanks ends: before a comment, or with its line.
func (c reading) lineEnd(at int, b beside) int {
	end := at
	for end < len(c.Bytes) && end-at <= ValueLimit && (c.Bytes[end] >= ' ' || c.Bytes[end] == '\t') {
		if s := c.Bytes[end]; s == '#' && end > at && letters.IsBlank(c.Bytes[end-1]) || s == b.quote && s != 0 {
			break
		}
		end++
	}
	for end > at && letters.IsBlank(c.Bytes[end-1]) {
		end--
	}
	return end
}

// isCall tells an expression of a program: a name with something in brackets behind it, which end the value, or go on
// behind a blank.
func isCall(v []byte, cut bool) bool {
	open := bytes.IndexAny(v, "([{")
	if open <= 0 || !guess.IsVariable(bytes.TrimLeft(v[:open], "!&*-@$")) {
		return false
	}
	switch end := bytes.LastIndexAny(v, ")]}"); {
	case end > open && guess.Distinct(bytes.Map(signsOnly, v[open+1:end])) > 1:
		return false
	case end < open:
		return open == len(v)-1 || v[len(v)-1] == ',' || cut && bytes.ContainsAny(v[open:], "\"'`$")
	case end == len(v)-1:
		return true
	default:
		return strings.IndexByte(".,;?|:+=[({", v[end+1]) >= 0
	}
}

// signsOnly leaves of a value the signs that calls and indices seldom have.
func signsOnly(r rune) rune {
	if strings.ContainsRune("|~^%#@!?;<>\\", r) {
		return r
	}
	return -1
}

// oneBare tells a value without quotes that begins like a list, or a call, and is none.
func (c reading) oneBare(n secretName, at int) bool {
	switch c.ByteAt(at) {
	case '(', '{', '[':
		return c.wrapped(at) || c.before(n).joint == ';' && c.bare(n, at).Len() > 0
	}
	head := c.Bytes[at:min(len(c.Bytes), at+24)]
	if open := bytes.IndexAny(head, "([{ \n\"'`"); open < 0 || strings.IndexByte("([{", head[open]) < 0 {
		return false
	}
	v := c.bare(n, at)
	open := bytes.IndexAny(c.Bytes[v.Start:v.End], "([{")
	return open > 0 && !bytes.ContainsAny(c.Bytes[v.Start:v.Start+open], "=:.")
}

// wrapped tells a value in brackets that looks drawn: (x7Kq...), which is no list.
func (c reading) wrapped(i int) bool {
	closing := map[byte]byte{'(': ')', '{': '}', '[': ']'}[c.ByteAt(i)]
	if closing == 0 {
		return false
	}
	end := i + 1
	for end < len(c.Bytes) && end-i < NameLimit && !letters.EndsValue(c.Bytes, end) && c.Bytes[end] != closing {
		end++
	}
	v := c.Bytes[i+1 : min(end, len(c.Bytes))]
	return c.ByteAt(end) == closing && !bytes.ContainsAny(v, "\"'`,:=;()[]{}") && guess.IsDrawn(v)
}

// phrase tells a name whose value may well be of several words.
func (n secretName) phrase() bool {
	return n.password && (letters.ContainsFold(n.text, "phrase"))
}
