package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A name may be given several values: a list, a map from something to them, or what stands in for it if there is no other.

const (
	// listReach is how much of a list is read, and mostListed how many of its values.
	listReach  = 1 << 10
	mostListed = 32
)

// listed reads the values of a list or a map that begins at i, behind the sign of its name. It is false if none does.
func (c reading) listed(n secretName, i int, take func(given)) bool {
	text := c.Bytes
	open := i
	for open < len(text) && open-i < 24 && (letters.IsWord(text[open]) || strings.IndexByte("[].*% ", text[open]) >= 0) && text[open] != '\n' {
		if text[open] == '[' && c.ByteAt(open+1) != ']' {
			break
		}
		open++
	}
	switch b := c.ByteAt(open); {
	case b == '[' && open > i && text[open-1] != '=' && text[open-1] != 'w' && text[open-1] != ' ' && text[open-1] != ':': // an index: x[0]
		return false
	case b == '(' && open > i && !bytes.HasSuffix(text[i:open], []byte("of")) && !letters.EqualFold(lastWord(text[i:open]), "set") && !letters.EqualFold(lastWord(text[i:open]), "array"):
		return false // any other call
	case b == '(' && len(n.text) >= 4 && letters.EqualFold(n.text[len(n.text)-4:], "auth") && c.pairOfStrings(open, take):
		return true
	case b == '[' || b == '{' || b == '(':
		if c.plainValue(i) || b == '[' && c.ByteAt(open+1) == '-' || b == '{' && c.ByteAt(open+1) == '+' {
			return false
		}
		words := b == '[' && open > i && text[open-1] == 'w'
		return c.listedFrom(open+1, words || b == '[' && !c.File.Code, take)
	}
	if i == open || c.ByteAt(i) == '\n' || c.ByteAt(i) == '\r' {
		return c.listedBelow(n, i, take)
	}
	return c.separated(i, take)
}

// afterString is where a string's closing quote has ended, escaped or not.
func (c reading) afterString(value letters.Span) int {
	i := value.End
	for i-value.End < 7 && c.ByteAt(i) == '\\' {
		i++
	}
	for b := c.ByteAt(i); i < len(c.Bytes) && strings.IndexByte("\"'`", b) >= 0 && c.ByteAt(i) == b; {
		i++
	}
	return i
}

// pairOfStrings takes the second of two strings in brackets: auth = ("bob", "...").
func (c reading) pairOfStrings(open int, take func(given)) bool {
	i := c.skipBlank(open + 1)
	if !c.opensString(i) {
		return false
	}
	v, _, ok := c.assignedValue(i)
	if next := c.skipBlank(c.afterString(v)); ok && c.ByteAt(next) == ',' && c.opensString(c.skipBlank(next+1)) {
		v, quoted, ok := c.assignedValue(c.skipBlank(next + 1))
		if ok && c.looksSecret(secretName{password: true}, v) {
			take(given{Span: v, quoted: quoted, password: true})
			return true
		}
	}
	return false
}

func lastWord(v []byte) []byte {
	i := len(v)
	for i > 0 && letters.IsWord(v[i-1]) {
		i--
	}
	return v[i:]
}

// listedFrom takes the strings up to the closing bracket, but for a map's keys; bare ones too where they need no quotes.
func (c reading) listedFrom(i int, bare bool, take func(given)) bool {
	text, high := c.Bytes, min(len(c.Bytes), i+listReach)
	depth, taken, other := 0, 0, false
	for i < high && taken < mostListed {
		switch b := text[i]; {
		case b == '"' || b == '\'' || b == '`' || b == '\\' && c.opensString(i):
			value, quoted, ok := c.assignedValue(i)
			if !ok {
				return taken > 0
			}
			i = c.afterString(value)
			if next := c.skipBlank(i); c.ByteAt(next) == ':' || c.ByteAt(next) == '=' && c.ByteAt(next+1) == '>' {
				key := text[value.Start:value.End]
				other = isOtherMember(key) || letters.EqualFold(lastPart(key), "id")
			} else if taken++; !other {
				take(given{Span: value, quoted: quoted, listed: true})
			}
			continue
		case b == ',':
			other = false
		case b == ']' || b == '}' || b == ')':
			if depth--; depth < 0 {
				return true
			}
		case b == '[' || b == '{' || b == '(':
			if depth++; depth > 2 {
				return taken > 0
			}
		case bare && letters.IsAlnum(b):
			from := i
			for i < high && !letters.IsSpace(text[i]) && strings.IndexByte(",]}\"'", text[i]) < 0 {
				i++
			}
			take(given{Span: letters.Between(from, i), quoted: true, listed: true})
			taken++
			continue
		}
		i++
	}
	return taken > 0
}

// otherMembers are what maps have beside secrets.
var otherMembers = letters.ListOf("region zone host hostname port user username email endpoint path file integrity resolved version hash sha sha1 sha256 sha512 digest checksum url uri type method alg algorithm kid id name iterations format license salt nonce iv")

func isOtherMember(key []byte) bool {
	var scratch [16]byte
	return len(key) <= len(scratch) && otherMembers.Has(letters.AppendFolded(scratch[:0], key))
}

// lastPart is what a key ends with, behind its last joint: aws_region.
func lastPart(key []byte) []byte {
	return key[bytes.LastIndexAny(key, "_-.")+1:]
}

// listedBelow reads YAML: the lines below a name, of a list or of a map.
func (c reading) listedBelow(n secretName, i int, take func(given)) bool {
	if c.File.Code {
		return false
	}
	if c.ByteAt(i) == '\r' {
		i++
	}
	if c.ByteAt(i) != '\n' {
		return false
	}
	own, column := c.keyColumn(c.lineStart(n.Start)), 0
	taken, from := 0, i
	for c.ByteAt(i) == '\n' && i-from < listReach && taken < mostListed {
		line := c.content(i + 1)
		at := c.skipBlank(line)
		item := isItem(c.Bytes, line)
		if column == 0 {
			if column = at - line + 1; column < own || column == own && !item {
				return false
			}
		}
		if at-line+1 != column {
			break
		}
		if item {
			at = c.skipBlank(at + 1)
		}
		key := at
		if !item {
			if at = c.afterKey(at); at == 0 {
				break
			}
		}
		value, quoted, ok := c.assignedValue(at)
		if !ok {
			break
		}
		if item || !isOtherMember(lastPart(bytes.TrimRight(c.Bytes[key:at], ":= \t"))) {
			take(given{Span: value, quoted: quoted, listed: true})
		}
		taken++
		next := bytes.IndexByte(c.Bytes[value.End:min(len(c.Bytes), value.End+lineReach)], '\n')
		if next < 0 {
			break
		}
		i = value.End + next
	}
	return taken > 0
}

// afterKey is where the value begins of a line that gives a key one: alice: ..., bob = ...; 0 if it gives none.
func (c reading) afterKey(at int) int {
	i := at
	for i < len(c.Bytes) && i-at < NameLimit && (letters.IsWord(c.Bytes[i]) || strings.IndexByte("-.@\"'", c.Bytes[i]) >= 0) {
		i++
	}
	if i == at {
		return 0
	}
	if i = c.skipBlank(i); c.ByteAt(i) != ':' && c.ByteAt(i) != '=' {
		return 0
	}
	return c.skipBlank(i + 1)
}

// separated takes the parts of a value that a comma or a semicolon separates, where all of them are long enough to be keys.
func (c reading) separated(i int, take func(given)) bool {
	value, quoted, ok := c.assignedValue(i)
	if !ok {
		return false
	}
	if !quoted {
		for value.End < len(c.Bytes) && value.Len() <= listReach && !letters.EndsValue(c.Bytes, value.End) && strings.IndexByte("\"'`<>&|(){}[]\\", c.Bytes[value.End]) < 0 {
			value.End++
		}
	}
	v := c.Bytes[value.Start:value.End]
	if !bytes.ContainsAny(v, ",;") {
		return false
	}
	parts := 0
	for part := range bytes.FieldsFuncSeq(v, isSeparator) {
		if parts++; len(bytes.TrimSpace(part)) < 20 {
			return false
		}
	}
	if parts < 2 {
		return false
	}
	for from := 0; from < len(v); {
		to := from
		for to < len(v) && !isSeparator(rune(v[to])) {
			to++
		}
		if to > from {
			take(given{Span: letters.Between(value.Start+from, value.Start+to), quoted: quoted || !c.File.Code, listed: true})
		}
		from = to + 1
	}
	return true
}

func isSeparator(r rune) bool { return r == ',' || r == ';' || r == ' ' }

// fallbackReach is how far behind a name its stand-in may begin, on the same line.
const fallbackReach = 96

const (
	fallbackQuote = 1 << iota
	fallbackJoint
	fallbackCall
	fallbackDefault
)

// fallbackSigns tell what may stand on the rest of a line with a fallback in it.
var fallbackSigns = [256]uint8{'"': fallbackQuote, '\'': fallbackQuote, '`': fallbackQuote, '|': fallbackJoint, '?': fallbackJoint, 'o': fallbackJoint, '{': fallbackJoint, '.': fallbackCall, 'd': fallbackDefault}

// fallback is where the value begins that stands in for a name: process.env.TOKEN || "...", getenv("TOKEN", default="..."),
// {{ .Values.password | default "..." }}; 0 if there is none.
func (c reading) fallback(n secretName, i int, closed bool) int {
	text := c.Bytes
	rest := text[i:min(len(text), i+fallbackReach)]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	// What stands in for a name is a string; most lines with such a name have none, nor what the string stands behind.
	var has uint8
	for _, b := range rest {
		has |= fallbackSigns[b]
	}
	if c.ByteAt(n.Start-1) != '.' && (has&fallbackQuote == 0 || has&^fallbackQuote == 0) {
		return 0
	}
	quote := func(k int) int { // where a string opens at k, behind blanks
		for k < len(rest) && letters.IsBlank(rest[k]) {
			k++
		}
		opens := k
		for opens < len(rest) && rest[opens] == '\\' && opens-k < 7 { // within another string
			opens++
		}
		if opens < len(rest) && (rest[opens] == '"' || rest[opens] == '\'' || rest[opens] == '`') {
			return i + k
		}
		return 0
	}
	k := 0
	for k < len(rest) && strings.IndexByte(" \t)]}", rest[k]) >= 0 {
		k++
	}
	if k < len(rest) && strings.IndexByte("|?o{", rest[k]) >= 0 {
		for _, joint := range [...]string{"||=", "||", "??=", "??", "?:", "or ", "{ "} {
			if bytes.HasPrefix(rest[k:], []byte(joint)) {
				if at := quote(k + len(joint)); at > 0 {
					return at
				}
			}
		}
	}
	if has&fallbackCall != 0 {
		for _, call := range [...]string{".unwrap_or(", ".unwrap_or_else(|_|", ".unwrap_or_else(||", ".orElse(", ".getOrElse(", ".or_else("} {
			if j := bytes.Index(rest, []byte(call)); j >= 0 {
				if at := quote(j + len(call)); at > 0 {
					return at
				}
			}
		}
	}
	j := 0
	if has&fallbackDefault != 0 {
		j = bytes.Index(rest, []byte("default"))
	}
	if j > 0 && !letters.IsWord(rest[j-1]) {
		k := j + len("default")
		for k < len(rest) && strings.IndexByte(" \t=:(", rest[k]) >= 0 {
			k++
		}
		if at := quote(k); at > 0 && k > j+len("default") {
			return at
		}
	}
	// coalesce(var.api_token, "...")
	if !closed && c.File.Code && c.ByteAt(n.Start-1) == '.' && c.ByteAt(i) == ',' || !closed && c.ByteAt(n.Start-1) == '.' && bytes.HasPrefix(rest, []byte(", ")) {
		if at := quote(1); at > 0 {
			return at
		}
	}
	// {{ default "..." .Values.password }}
	if c.ByteAt(n.Start-1) != '.' {
		return 0
	}
	before := text[max(0, n.Start-fallbackReach):n.Start]
	if j := bytes.LastIndex(before, []byte(`default "`)); j >= 0 && bytes.Count(before[j:], []byte{'"'}) == 2 && bytes.IndexByte(before[j:], '\n') < 0 {
		return n.Start - len(before) + j + len("default ")
	}
	return 0
}

// section reads what stands below a heading of secrets, up to the next: [secrets], and a line for each. It is false if the
// name is none.
func (c reading) section(n secretName, take func(given)) bool {
	text := c.Bytes
	if c.ByteAt(n.End) != ']' || c.File.Code {
		return false
	}
	open := n.Start
	for open > 0 && n.Start-open < NameLimit && (letters.IsWord(text[open-1]) || text[open-1] == '.' || text[open-1] == '-') {
		open--
	}
	line := c.Line(letters.Between(open, open), lineHead)
	if c.ByteAt(open-1) != '[' || c.skipBlank(c.content(line.Start)) != open-1 {
		return false
	}
	i := n.End + 1
	for lines := 0; lines < mostListed && i-n.End < listReach; lines++ {
		next := bytes.IndexByte(text[i:min(len(text), i+lineReach)], '\n')
		if next < 0 {
			break
		}
		i += next + 1
		at := c.skipBlank(c.content(i))
		if c.ByteAt(at) == '[' {
			break
		}
		if at = c.afterKey(at); at > 0 {
			if value, quoted, ok := c.assignedValue(at); ok {
				take(given{Span: value, quoted: quoted, listed: true})
			}
		}
	}
	return true
}

// lineHead bounds what a tool puts before a line.
const lineHead = 24

// called reads a call that takes a password among its arguments. It is false if none stands at a place.
func (c reading) called(at letters.Span) bool {
	if c.ByteAt(at.End-1) != '(' {
		return false
	}
	var scratch [24]byte
	before, ok := secretCalls[string(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End]))]
	if !ok {
		return false
	}
	i := at.End
	for range before {
		next := bytes.IndexAny(c.Bytes[i:min(len(c.Bytes), i+lineReach)], ",)\n")
		if next < 0 || c.Bytes[i+next] != ',' || bytes.Count(c.Bytes[i:i+next], []byte{'"'})%2 == 1 {
			return true
		}
		i += next + 1
	}
	i = c.skipBlank(i)
	if k := c.wrappedString(i); k > 0 {
		i = k
	}
	if !c.opensString(i) {
		return true
	}
	if value, quoted, ok := c.assignedValue(i); ok {
		c.judge(secretName{Span: at, password: true}, given{Span: value, quoted: quoted})
	}
	return true
}
