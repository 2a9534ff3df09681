package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// given is a value that a name is given.
type given struct {
	letters.Span
	quoted bool
	// listed: it is one of several, of which some may be something else.
	listed bool
	// doubt: that it is the name's is a guess.
	doubt bool
	// password: it is one, whatever the name says.
	password bool
}

// given reads what follows a name, or stands beside it: the sign and the value, or the values.
func (c reading) given(n secretName, take func(given)) {
	behind := c.ByteAt(n.End)
	joined := behind == '-' && n.End+1 < len(c.Bytes) && letters.IsWord(c.Bytes[n.End+1]) // a key joined to its name
	said := func(value letters.Span, quoted, ok bool) {
		if ok {
			take(given{Span: value, quoted: quoted, doubt: joined})
		}
	}
	one := func(at int) {
		value, quoted, ok := c.assignedValue(at)
		if !quoted {
			if ok {
				value = c.wholeLine(n.Start, n.End, value)
			}
			if longer := c.longer(n, at, value, ok); longer.Len() > value.Len() {
				value, ok = longer, true
			}
		}
		said(value, quoted, ok)
	}
	if behind == ']' && c.section(n, take) {
		return
	}
	if value, ok := c.comparedBefore(n.Start); ok && c.looksSecret(n, value) {
		said(value, true, true)
	}
	i, closed := c.closers(n.End)
	if behind == '&' || behind == '\\' {
		if value := c.escapedElement(n, n.End); value.Len() > 0 {
			said(value, true, true)
			return
		}
	}
	if c.ByteAt(i) == '(' && !closed {
		if at := c.returned(i); at > 0 {
			if value, quoted, ok := c.assignedValue(at); ok && c.looksSecret(n, value) {
				said(value, quoted, ok)
				return
			}
		}
	}
	if at := c.compared(i); at > 0 {
		if value, quoted, ok := c.assignedValue(at); ok && c.looksSecret(n, value) {
			said(value, quoted, ok)
			return
		}
	}
	if c.header(n, i, take) {
		return
	}
	if c.generated(n, i, said) {
		return
	}
	if c.File.Code && !closed && !joined && c.unsigned(n, i) {
		// The program's own name, most often: nothing but its record or what stands in for it can give it a value.
		if !c.named(n.Start) {
			if at := c.fallback(n, i, closed); at > 0 {
				one(at)
			}
			return
		}
	}
	i = c.afterIndex(i)
	if after := c.tagEnd(i); after > 0 && (c.ByteAt(after) == ':' || c.ByteAt(after) == '=') { // <b>Password</b>: ...
		i = after
	}
	if c.record(n, i, closed, one, said) {
		return
	}
	if at := c.fallback(n, i, closed); at > 0 {
		one(at)
		return
	}
	if joined {
		one(n.End + 1)
		return
	}
	at, value, quoted, ok := c.sign(n, i, closed)
	if at == 0 {
		if !ok {
			if v, found := c.laidOut(n, i, closed); found {
				said(v, true, true)
				return
			}
		}
		said(value, quoted, ok)
		return
	}
	at = c.valueBegins(n, at)
	if c.opensQuote(at) { // a string is neither wrapped nor one of several
		value, _, ok := c.assignedValue(at)
		switch {
		case ok && c.unless(value, at, said):
		case !ok && at == n.End+1 && c.plainLine(n.Start): // a quote that nothing closes is a sign like others
			said(c.wholeLine(n.Start, n.End, letters.Between(at, at)), false, true)
		default:
			said(value, true, ok)
		}
		return
	}
	if v, found := c.below(n, at); found && bytes.IndexByte(c.Bytes[n.End:at], '=') < 0 {
		said(v, true, true)
		return
	}
	if k := c.wrappedString(at); k > 0 {
		value, quoted, ok := c.assignedValue(k)
		said(value, quoted, ok && (c.looksSecret(n, value) || !guess.IsVariable(c.Bytes[value.Start:value.End])))
		return
	}
	if v, ok := c.literal(at); ok {
		said(v, true, true)
		return
	}
	if c.arms(at, said) {
		return
	}
	if !c.oneBare(n, at) && c.listed(n, at, take) {
		return
	}
	if _, quoted, ok := c.assignedValue(at); quoted && !ok && at == n.End+1 && c.plainLine(n.Start) { // as above, behind what a string may have before its quote
		said(c.wholeLine(n.Start, n.End, letters.Between(at, at)), false, true)
		return
	}
	one(at)
}

// laidOut is the value that stands beside a name, or below it, with no sign between the two.
func (c reading) laidOut(n secretName, i int, closed bool) (letters.Span, bool) {
	if v, ok := c.column(n, i); ok {
		return v, true
	}
	if next := c.skipMarkup(i); next > i && c.tagEnd(c.skipBlank(i)) > 0 {
		if v := c.cell(next); c.looksSecret(n, v) {
			return v, true
		}
	}
	if v, ok := c.below(n, i); ok {
		return v, true
	}
	if at := c.pairBehind(n, i, closed); at > 0 {
		v, _, ok := c.assignedValue(at)
		return v, ok && c.looksSecret(n, v)
	}
	if !closed {
		return c.spaced(n, i)
	}
	return letters.Span{}, false
}

// pairBehind is where the string opens that is given to a name in a pair of another kind: "password", "..." among others,
// {password, "..."}, (password . "..."), "password" to "...", s:8:"password";s:13:"..."; 0 if none does.
func (c reading) pairBehind(n secretName, i int, closed bool) int {
	text := c.Bytes
	at := c.skipBlank(i)
	switch c.ByteAt(at) {
	case ',':
		if next := c.ByteAt(at + 1); !closed && at == i && !letters.IsBlank(next) && !c.opensString(at+1) { // DB_PASSWORD,x
			if letters.IsAlnum(next) && n.Start > 0 && !letters.IsSpace(c.ByteAt(n.Start-1)) {
				return 0
			}
			v := c.cell(at + 1)
			if b := c.ByteAt(v.End); (b == '\n' || b == '\r' || b == 0) && c.looksSecret(n, v) && c.before(n).own {
				return at + 1
			}
			return 0
		}
		if at = c.skipBlank(at + 1); closed && !c.inList(n, at) {
			return 0
		}
	case '.':
		if at == i || closed {
			return 0
		}
		at = c.skipBlank(at + 1)
	case ';':
		if !closed || !bytes.HasPrefix(text[at:], []byte(";s:")) {
			return 0
		}
		for at += len(";s:"); letters.IsDigit(c.ByteAt(at)); at++ {
		}
		if c.ByteAt(at) == ':' {
			at++
		}
	case 't':
		if !closed || !bytes.HasPrefix(text[at:], []byte("to ")) {
			return 0
		}
		at = c.skipBlank(at + len("to "))
	case 'w':
		if !closed || !bytes.HasPrefix(text[at:], []byte("with ")) {
			return 0
		}
		at = c.skipBlank(at + len("with "))
	case '"':
		if c.ByteAt(n.Start-1) != ':' || at == i { // :password "..."
			return 0
		}
	case '{':
		at = c.skipBlank(at + 1)
	default:
		return 0
	}
	if !c.opensString(at) {
		return 0
	}
	return at
}

// inList tells whether a name in quotes and the string behind it at a place are a pair of arguments, or of a list: no member of
// an object stands between them, and the string is no name itself.
func (c reading) inList(n secretName, at int) bool {
	if len(n.text) < 4 || !c.opensString(at) || !c.keyLess(at) {
		return false
	}
	i := n.Start
	for i > 0 && n.Start-i < NameLimit && strings.IndexByte("\"'`\n", c.Bytes[i-1]) < 0 {
		i--
	}
	for i > 0 && n.Start-i < NameLimit+8 && (strings.IndexByte("\"'`", c.Bytes[i-1]) >= 0 || letters.IsBlank(c.Bytes[i-1])) {
		i--
	}
	v, _, _ := c.assignedValue(at)
	return c.ByteAt(i-1) != ':' && !guess.IsName(c.Bytes[v.Start:v.End]) || guess.IsRandom(c.Bytes[v.Start:v.End])
}

// generated reads what Terraform keeps of a password that it made: "random_password" ... "result": "...".
func (c reading) generated(n secretName, i int, said func(letters.Span, bool, bool)) bool {
	if !letters.EqualFold(n.text, "random_password") {
		return false
	}
	rest := c.Bytes[i:min(len(c.Bytes), i+lineReach*4)]
	at := bytes.Index(rest, []byte(`"result"`))
	if at < 0 || bytes.Contains(rest[:at], []byte(`"type"`)) {
		return false
	}
	at = c.skipBlank(i + at + len(`"result"`))
	if c.ByteAt(at) != ':' {
		return false
	}
	said(c.assignedValue(c.skipBlank(at + 1)))
	return true
}

// afterIndex passes over what makes a name an array's: password[32], password[].
func (c reading) afterIndex(i int) int {
	if c.ByteAt(i) != '[' {
		return i
	}
	j := i + 1
	for j-i < 6 && letters.IsDigit(c.ByteAt(j)) {
		j++
	}
	if c.ByteAt(j) != ']' {
		return i
	}
	return j + 1
}

// valueBegins is where the value begins behind a sign: over blanks, markup, and the line's end if a string begins the next.
func (c reading) valueBegins(n secretName, at int) int {
	text := c.Bytes
	at = c.skipBlank(at)
	if strings.IndexByte("*_'<", c.ByteAt(at)) >= 0 && c.ByteAt(at) != 0 {
		at = c.skipMarkup(at)
	}
	if c.opensQuote(at) {
		return c.amongNames(n.Start, at)
	}
	if bytes.HasPrefix(text[at:], []byte("!!str ")) {
		at = c.skipBlank(at + len("!!str "))
	} else if c.ByteAt(at) == '&' && letters.IsAlpha(c.ByteAt(at+1)) { // an anchor
		end := at + 1
		for end < len(text) && end-at < 24 && letters.IsWord(text[end]) {
			end++
		}
		if c.ByteAt(end) == ' ' {
			at = c.skipBlank(end)
		}
	}
	if c.ByteAt(at) == '!' && letters.IsAlpha(c.ByteAt(at+1)) { // a tag of YAML, where a value follows that looks drawn
		end := at + 1
		for end < len(text) && end-at < 24 && (letters.IsWord(text[end]) || text[end] == '!') {
			end++
		}
		if v := c.cell(end); letters.IsBlank(c.ByteAt(end)) && c.looksSecret(n, v) {
			at = c.skipBlank(end)
		}
	}
	if strings.IndexByte("(l-<a{", c.ByteAt(at)) >= 0 {
		for _, head := range [...]string{"() =>", "lambda:", "->", "<%= ", "await ", "{{ "} {
			if !bytes.HasPrefix(text[at:], []byte(head)) {
				continue
			}
			if next := c.skipBlank(at + len(head)); c.opensString(next) {
				return next
			}
		}
	}
	if b := c.ByteAt(at); b == '\n' || b == '\r' || b == '\\' && (c.ByteAt(at+1) == '\n' || c.ByteAt(at+1) == '\r') {
		next := at + 1
		for next < len(text) && next-at < 64 && letters.IsSpace(text[next]) {
			next++
		}
		switch {
		case b == '\\' && !c.File.Code:
			return next
		case c.opensString(next) && c.keyLess(next):
			return next
		}
	}
	return c.amongNames(n.Start, at)
}

// keyLess tells a string that is no key of another pair.
func (c reading) keyLess(i int) bool {
	v, quoted, ok := c.assignedValue(i)
	next := c.skipBlank(v.End + 1)
	return quoted && ok && c.ByteAt(next) != ':' && c.ByteAt(next) != '='
}

// unsigned tells whether what follows a name in a program is no sign that gives it a value.
func (c reading) unsigned(n secretName, i int) bool {
	i = c.skipBlank(i)
	if c.ByteAt(i) == ',' && c.opensString(c.skipBlank(i+1)) { // strcpy(password, "...")
		return false
	}
	if c.ByteAt(i) == '>' && c.isTag(n.Start) && c.inLiteral(n.Start) { // an element in a string
		return false
	}
	return noSign[c.ByteAt(i)] && !c.isFlag(n.Start)
}

// noSign are bytes that begin no sign, nor a type or a value.
var noSign = func() (is [256]bool) {
	for _, b := range []byte(";,)}&|]/>%^~@#\n\r\x00") {
		is[b] = true
	}
	return is
}()

// isFlag tells whether a name that begins at a place is that of a command's flag: --password.
func (c reading) isFlag(start int) bool {
	return start >= 2 && c.Bytes[start-1] == '-' && (c.Bytes[start-2] == '-' || letters.IsBlank(c.Bytes[start-2]))
}

// closers passes over the quote, bracket or escape that closes a name: "name": , ['name'] = , \"name\":
func (c reading) closers(i int) (end int, closed bool) {
	if c.ByteAt(i) == '}' && c.ByteAt(i-1) != '{' && i > 0 && c.inBraceName(i) { // $h{password}, ${PASSWORD}
		i++
	}
	if c.ByteAt(i) == '$' && letters.IsBlank(c.ByteAt(i+1)) { // BASIC's sign of a string
		i++
	}
	for end = i; end < len(c.Bytes) && end-i < 9 && closesName[c.Bytes[end]]; end++ {
		if c.Bytes[end] == '\\' && strings.IndexByte("nrt", c.ByteAt(end+1)) >= 0 {
			break
		}
	}
	return end, end > i
}

// closesName are the bytes that may stand between a name and its sign.
var closesName = [256]bool{'"': true, '\'': true, '`': true, ']': true, '\\': true, ')': true, '*': true}

// inBraceName tells whether the word before a place stands in braces, as the names of hashes and of variables do.
func (c reading) inBraceName(end int) bool {
	i := end
	for i > 0 && end-i < NameLimit && letters.IsWord(c.Bytes[i-1]) {
		i--
	}
	return i < end && c.ByteAt(i-1) == '{' && (letters.IsWord(c.ByteAt(i-2)) || c.ByteAt(i-2) == '$') && (c.ByteAt(end+1) == ' ' || c.ByteAt(end+1) == '=')
}

func (c reading) skipBlank(i int) int {
	for i < len(c.Bytes) && letters.IsBlank(c.Bytes[i]) {
		i++
	}
	return i
}

// sign reads the sign behind a name, and answers with where the value begins, or with the value where the sign tells how
// it is to be read.
func (c reading) sign(n secretName, i int, closed bool) (at int, value letters.Span, quoted, ok bool) {
	text, start, signAt := c.Bytes, n.Start, i
	i = c.skipBlank(i)
	sign := c.ByteAt(i)
	flag := c.isFlag(start)
	next := c.ByteAt(i + 1)
	switch {
	case sign == '=' && next == '>' && (i > n.End || !c.plainLine(start)), sign == '-' && next == '>', sign == '?' && next == '=', sign == '+' && next == '=', sign == '.' && next == '=', sign == '<' && next == '-':
		return i + 2, value, false, true
	case sign == ':':
		for i++; i-signAt < 8 && c.ByteAt(i) == ':'; i++ { // ::=, :::=
		}
		if c.ByteAt(i) == '=' {
			return i + 1, value, false, true
		}
		if i-signAt == 2 && letters.IsWord(c.ByteAt(i)) && !closed { // a part of a name: pass::run
			return 0, value, false, false
		}
		if b := c.ByteAt(i); (b == '-' || b == '+' || b == '?') && c.ByteAt(start-1) == '{' { // ${NAME:-value}
			return i + 1, value, false, true
		}
		return c.afterType(i), value, false, true
	case sign == '=':
		for k := 0; k < 3 && c.ByteAt(i) == '='; k++ {
			i++
		}
		if i-signAt > 1 && !c.File.Code && text[signAt] == '=' { // two of them: the second is the value's, unless they compare
			if c.plainLine(start) && !letters.IsBlank(c.ByteAt(i)) {
				i = signAt + 1
			}
		}
		return i, value, false, true
	case sign == '!' && next == '=':
		i += 2
		if c.ByteAt(i) == '=' {
			i++
		}
		return i, value, false, true
	case closed && i > signAt && bytes.HasPrefix(text[i:min(i+8, len(text))], []byte("value=")): // <add key="apiKey" value="..."/>
		return i + len("value="), value, false, true
	case sign == '(' && !closed, sign == ',' && closed && (flag || c.opensList(start)): // setPassword("..."), put("password", "...")
		i = c.skipBlank(i + 1)
		if !c.opensString(i) {
			return 0, value, false, false
		}
		return i, value, false, true
	case flag && i > signAt && !closed: // --password value
		return i, value, false, true
	case flag && !closed && sign == '\n' && isItem(text, i+1): // - --password, and - value on the next line
		return c.skipBlank(c.skipBlank(i+1) + 1), value, false, true
	case (sign == '"' || sign == '\'') && i > signAt && !closed && c.ByteAt(start-1) != ':': // storePassword "..."
		value, quoted, ok = c.assignedValue(i)
		return 0, value, quoted, ok && !guess.IsUUID(text[value.Start:value.End]) && (len(n.text) > len("pass") || c.looksSecret(n, value))
	case (sign == '!' || sign == '?') && next == ':' && !closed: // password!: string = "..."
		return c.afterType(i + 2), value, false, true
	case i > signAt && !closed && (c.File.Code || c.declared(i) > 0):
		return c.declared(i), value, false, false
	case i > signAt && !closed && c.instruction(start): // ENV DB_PASSWORD value
		return i, value, false, true
	case i > signAt && !closed && c.spoken(i) > 0: // the password is ...
		value, quoted, ok = c.spokenValue(i + c.spoken(i))
		return 0, value, quoted, ok && (quoted || !letters.AllOf(text[value.Start:value.End], letters.IsAlpha) || guess.IsScramble(text[value.Start:value.End]))
	case i > signAt && !closed && (start == 0 || letters.IsSpace(text[start-1])): // use the access token 6FTY...
		value, _, ok = c.spokenValue(i)
		v := text[value.Start:value.End]
		if ok && n.password && len(n.text) == len("password") && i == signAt+1 && isTyped(v) {
			return 0, value, false, true
		}
		return 0, value, false, ok && len(v) >= 16 && !guess.IsUUID(v) && guess.IsKey(v) && !guess.IsHashContext(text[max(0, start-16):value.Start])
	}
	return 0, value, false, false
}

// isTyped tells a word that a person types as a password, in the midst of a sentence: letters, two digits and more behind
// them, perhaps a sign. Versions, hashes and what they are called are shorter or have more in them.
func isTyped(v []byte) bool {
	body := bytes.TrimRight(v, "!?#$*")
	digits := len(body)
	for digits > 0 && letters.IsDigit(body[digits-1]) {
		digits--
	}
	return len(v) >= 8 && len(v) <= 24 && len(body)-digits >= 2 && len(body)-digits <= 4 && digits >= 4 && letters.AllOf(body[:digits], letters.IsAlpha) && !guess.IsHashContext(v)
}

// opensList tells whether a string that begins before a place is the first of a list or of a call's arguments, the second of
// which it can be the name of.
func (c reading) opensList(start int) bool {
	i := start
	for i > 0 && start-i < 64 && strings.IndexByte("\"'`\\", c.Bytes[i-1]) < 0 && c.Bytes[i-1] != '\n' {
		i-- // a path before the name
	}
	for i > 0 && start-i < 80 && (strings.IndexByte("\"'`\\", c.Bytes[i-1]) >= 0 || letters.IsSpace(c.Bytes[i-1])) {
		i--
	}
	b := c.ByteAt(i - 1)
	return b == '(' || b == '[' || b == '{'
}

// afterType is where the value begins behind a colon: a type may stand between. password: string = "..."
func (c reading) afterType(i int) int {
	text, j := c.Bytes, i
	for j < len(text) && j-i < 32 && c.tagEnd(j) == 0 && (letters.IsWord(text[j]) || letters.IsBlank(text[j]) || strings.IndexByte("?|&<>[]", text[j]) >= 0 || text[j] == ',' && bytes.ContainsAny(text[i:j], "[<") || text[j] == '\'' && text[j-1] == '&') {
		j++
	}
	if j > i && c.ByteAt(j) == ':' && c.ByteAt(j+1) == '=' { // Ada's
		return j + 2
	}
	if j > i && c.ByteAt(j) == '=' && c.ByteAt(j+1) != '=' && c.ByteAt(j+1) != '>' {
		if next := c.ByteAt(j + 1); c.File.Code || letters.IsBlank(text[j-1]) || letters.IsBlank(next) || strings.IndexByte("\"'`", next) >= 0 { // a value may hold the sign, too
			return j + 1
		}
	}
	return i
}

// instruction tells a line of a Dockerfile that sets a variable without a sign.
func (c reading) instruction(start int) bool {
	line := c.Line(letters.Between(start, start), 16)
	return string(letters.AfterBlanks(c.Bytes[line.Start:start])) == "ENV "
}

// spoken is the length of what gives a name its value in prose, with the blank after it: is, or for whom it is and then is
// or a colon; 0 if there is nothing of that kind.
func (c reading) spoken(i int) int {
	rest := c.Bytes[i:min(i+64, len(c.Bytes))]
	if n := spokenSign(rest); n > 0 {
		return n
	}
	for _, word := range [...]string{"for ", "of ", "on ", "to ", "at ", "für ", "von ", "pour ", "de ", "para "} {
		if len(rest) < len(word) || !letters.EqualFold(rest[:len(word)], word) {
			continue
		}
		at := len(word)
		for range 4 { // the words that say for whom
			from := at
			for at < len(rest) && (letters.IsWord(rest[at]) || rest[at] >= 0x80 || rest[at] == '-' || rest[at] == '.') {
				at++
			}
			if at == from || at >= len(rest) {
				return 0
			}
			if rest[at] == ':' || rest[at] == '=' {
				for at++; at < len(rest) && rest[at] == ' '; at++ {
				}
				return at
			}
			if rest[at] != ' ' {
				return 0
			}
			if at++; spokenSign(rest[at:]) > 0 {
				return at + spokenSign(rest[at:])
			}
		}
	}
	return 0
}

func spokenSign(rest []byte) int {
	for _, word := range [...]string{"is ", "is: ", "was ", "ist ", "lautet ", "est ", "es "} {
		if len(rest) >= len(word) && letters.EqualFold(rest[:len(word)], word) {
			return len(word)
		}
	}
	return 0
}

// spokenValue reads a value in prose: in quotes, or a word without what ends its sentence. People end passwords with ! and ?,
// so these are taken along.
func (c reading) spokenValue(i int) (value letters.Span, quoted, ok bool) {
	value, quoted, ok = c.assignedValue(i)
	if quoted || !ok {
		return value, quoted, ok
	}
	for value.End < len(c.Bytes) && value.Len() <= ValueLimit && !letters.EndsValue(c.Bytes, value.End) {
		value.End++
	}
	for value.End > value.Start && strings.IndexByte(".,;:)\"'", c.Bytes[value.End-1]) >= 0 {
		value.End--
	}
	return value, false, value.Len() > 0
}

// assignedValue reads a value after its sign: a string in quotes, or what goes on to the next blank.
func (c reading) assignedValue(i int) (value letters.Span, quoted, ok bool) {
	text := c.Bytes
	i += letters.Sequences(text, i)
	// A sequence of prefixes that strings may have: b"", f"", r'', @"", L"", &"".
	for n := 1; n <= 2 && i+n < len(text) && strings.IndexByte("bBfFrRuULN@&", text[i+n-1]) >= 0; n++ {
		if text[i+n] == '"' || text[i+n] == '\'' || text[i+n] == '\\' && (c.ByteAt(i+n+1) == '"' || c.ByteAt(i+n+1) == '\'') {
			i += n
			break
		}
	}
	slashes := 0
	for slashes < 7 && c.ByteAt(i+slashes) == '\\' {
		slashes++
	}
	if q := c.ByteAt(i + slashes); q == '"' || q == '\'' || q == '`' && slashes == 0 {
		if value, ok = c.inQuotes(i, slashes, q); !ok && q == '\'' && slashes == 0 && !c.File.Code { // where it has no escapes
			value, ok = c.inPlainQuotes(i)
		}
		return value, true, ok
	}
	if next := c.block(i); next > 0 {
		i = next
	}
	from := i
	for i < len(text) && i-from <= ValueLimit && !letters.EndsValue(text, i) && strings.IndexByte("\"'`,;<>&|(){}[]\\", text[i]) < 0 {
		i++
	}
	// A call, an index or a literal follows: this is an expression, not a value.
	if b := c.ByteAt(i); i > from && (b == '(' || b == '[' || b == '{') && !c.plainValue(from) {
		return letters.Span{}, false, false
	}
	return letters.Between(from, i), false, i > from || c.plainValue(from)
}

// inString are the bytes of a string that may mean more than themselves.
var inString = [256]bool{'\n': true, '\\': true, '"': true, '\'': true, '`': true}

// inQuotes reads a string from its opening quote, before which backslashes stand if it stands in a string itself: it is
// closed as it is opened. Three quotes, and two within a string that doubles them, open one, too.
func (c reading) inQuotes(i, slashes int, q byte) (value letters.Span, ok bool) {
	text := c.Bytes
	from, times := i+slashes+1, 1
	if slashes == 0 {
		for times < 3 && c.ByteAt(i+times) == q {
			times++
		}
		switch {
		case times == 2 && (letters.IsSpace(c.ByteAt(i+2)) || strings.IndexByte(",;)]}\\\x00", c.ByteAt(i+2)) >= 0):
			return value, false // an empty string
		case times > 1:
			from = i + times
		}
	}
	for i = from; i < len(text) && i-from <= ValueLimit; i++ {
		b := text[i]
		if !inString[b] {
			continue
		}
		switch {
		case b == '\n' && times < 3 && !(c.File.Env && slashes == 0 && c.continues(i, q)):
			return value, false
		case b == '\\' && slashes > 0:
			n := repeated(text[i:min(len(text), from+ValueLimit)], '\\')
			// Within such a string a backslash is written as twice as many as open it, and one more each.
			if closing := n % (2 * (slashes + 1)); closing == slashes && i+n < len(text) && text[i+n] == q {
				return letters.Between(from, i+n-slashes), true
			}
			i += n // what it escapes
		case b == '\\':
			i++
		case b == '\'' && q == b && slashes == 0 && times == 1 && c.ByteAt(i+1) == b && letters.IsAlnum(c.ByteAt(i+2)) && !c.File.Code: // as YAML and SQL write one
			i++
		case b == q && slashes == 0 && min(3, repeated(text[i:], q)) >= times:
			return letters.Between(from, i), true
		case b == q && slashes > 0:
			return value, false // the string around it ends first
		}
	}
	return value, false
}

// continues tells whether the next line of an .env file is none of its own, and ends the string that the one before began.
func (c reading) continues(i int, q byte) bool {
	line := c.Bytes[i+1 : min(len(c.Bytes), i+1+lineReach)]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	end := bytes.IndexByte(line, q)
	return end >= 0 && bytes.IndexByte(line[:end], '=') < 0
}

// inPlainQuotes reads a string in single quotes in which a backslash stands for itself.
func (c reading) inPlainQuotes(i int) (value letters.Span, ok bool) {
	rest := c.Bytes[i+1 : min(len(c.Bytes), i+1+ValueLimit)]
	end := bytes.IndexAny(rest, "'\n")
	return letters.Between(i+1, i+1+max(end, 0)), end > 0 && rest[end] == '\''
}

// repeated is how often a byte stands at the beginning.
func repeated(rest []byte, b byte) (n int) {
	for n < len(rest) && rest[n] == b {
		n++
	}
	return n
}

// block is where the value of a YAML block begins, whose sign | or > stands at i: on the next line. 0 if there is none.
func (c reading) block(i int) int {
	if b := c.ByteAt(i); b != '|' && b != '>' {
		return 0
	}
	i++
	if b := c.ByteAt(i); b == '-' || b == '+' {
		i++
	}
	if c.ByteAt(i) == '\r' {
		i++
	}
	if c.ByteAt(i) != '\n' {
		return 0
	}
	from := i
	for i++; i < len(c.Bytes) && i-from < 64 && letters.IsBlank(c.Bytes[i]); i++ {
	}
	return i
}

// plainLine tells whether a name begins a line of an .env file or a shell's: NAME=value.
func (c reading) plainLine(from int) bool {
	if c.File.Code {
		return false
	}
	start := from
	for start > 0 && from-start < 16 && c.Bytes[start-1] != '\n' && !letters.EndsValue(c.Bytes, start-1) || start > 0 && from-start < 16 && letters.IsBlank(c.Bytes[start-1]) {
		start--
	}
	switch string(letters.AfterBlanks(c.Bytes[start:from])) {
	case "", "export ", "set ", "ENV ", "- ", "+", "-", "ARG ":
		return true
	}
	return false
}

// plainValue tells whether a value is one of such a line, which may begin with any sign: its sign stands right before it.
func (c reading) plainValue(from int) bool {
	if from == 0 || c.Bytes[from-1] != '=' || c.File.Code {
		return false
	}
	i := from - 1
	for i > 0 && from-i < NameLimit && letters.IsWord(c.Bytes[i-1]) {
		i--
	}
	return c.plainLine(i)
}

// wholeLine lengthens a value without quotes to its line's end, where the line is that of an .env file or a
// shell's: NAME=value from the line's start, and nothing blank in it. Such a value may hold any sign.
func (c reading) wholeLine(from, end int, value letters.Span) letters.Span {
	text := c.Bytes
	if value.Start != end+1 || text[end] != '=' || !c.plainLine(from) {
		return value
	}
	i := value.End
	for i < len(text) && i-value.Start <= ValueLimit && !letters.EndsValue(text, i) {
		i++
	}
	// What closes a string or a list around the line is none of it, but in a file that has nothing but such lines.
	for i > value.End && !c.File.Env {
		switch b := text[i-1]; {
		case b == ';' || b == ',' || b == '\\':
			i--
			continue
		case (b == '"' || b == '\'' || b == '`') && bytes.Count(text[value.Start:i], []byte{b})%2 == 1 && bytes.IndexByte(text[value.Start:i], b) == i-1-value.Start:
			i--
			continue
		}
		break
	}
	return letters.Between(value.Start, max(i, value.End))
}
