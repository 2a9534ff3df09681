package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A program may give a name its value in a wrapping: a call that makes something of a string, a cast, a function that
// returns it, a comparison, one name of several. What is in it is the value all the same.

// makers are functions, macros and types that make a secret of a string, by the last word of their name.
var makers = letters.ListOf("byte bytes string str wstring qstring securestring secretstring secret secretbox sensitive protected protectedstring password some just option new from fromstring of to ptr ref pointer box arc rc cow into text literal utf8 decode b64decode decodestring atob frombase64 bytesio encode format charsequence tochararray stringptr stringpointer value")

// wrapReach is how far behind a sign a wrapped string may open.
const wrapReach = 96

// wrappedString is where the string opens that a call or a cast around it makes something of: []byte("..."),
// Secret::new(String::from("...")), (char*)"..."; 0 if there is none.
func (c reading) wrappedString(i int) int {
	text, high := c.Bytes, min(len(c.Bytes), i+wrapReach)
	for range 4 {
		for i < high && (letters.IsBlank(text[i]) || text[i] == '&') {
			i++
		}
		if i < high && text[i] == '(' || i < high && text[i] == '<' { // a cast
			end := i + 1
			for end < high && (letters.IsWord(text[end]) || strings.IndexByte(" *:&.", text[end]) >= 0) {
				end++
			}
			if closing := map[byte]byte{'(': ')', '<': '>'}[text[i]]; end == i+1 || end >= high || text[end] != closing {
				return 0
			}
			if i = c.skipBlank(end + 1); c.opensString(i) {
				return i
			}
		}
		from := i
		for i < high && (letters.IsWord(text[i]) || strings.IndexByte(".:<>[]!&*", text[i]) >= 0 || text[i] == ' ' && bytes.HasSuffix(text[from:i], []byte("new"))) {
			i++
		}
		name := text[from:i]
		if open := bytes.IndexByte(name, '<'); open > 0 { // of a type: Some::<T>
			name = name[:open]
		}
		var scratch [24]byte
		if i >= high || i == from || text[i] != '(' && text[i] != '{' || !makers.Has(letters.AppendFolded(scratch[:0], last(name, len(scratch)))) {
			return 0
		}
		for i++; i < high && letters.IsSpace(text[i]); i++ {
		}
		if j := c.skipBlank(i); letters.IsDigit(c.ByteAt(i)) { // string(13) "..."
			for j < high && letters.IsDigit(text[j]) {
				j++
			}
			if c.ByteAt(j) == ')' && c.opensString(c.skipBlank(j+1)) {
				return c.skipBlank(j + 1)
			}
			return 0
		}
		if c.opensString(i) {
			if v, _, ok := c.assignedValue(i); ok && c.ByteAt(c.skipBlank(v.End+1)) == ',' {
				return 0 // one of several
			}
			return i
		}
	}
	return 0
}

// last is the word that a name ends with, if it is no longer than most.
func last(name []byte, most int) []byte {
	word := lastWord(bytes.TrimRight(name, ":!."))
	return word[:min(len(word), most)]
}

// opensQuote tells whether a quote stands at a place.
func (c reading) opensQuote(i int) bool {
	b := c.ByteAt(i)
	return b == '"' || b == '\'' || b == '`'
}

// opensString tells whether a string begins at a place, perhaps behind what such a literal may have before its quote.
func (c reading) opensString(i int) bool {
	for n := 0; n < 7 && c.ByteAt(i) == '\\'; n++ { // within another string
		i++
	}
	for n := 0; n < 3; n++ {
		switch b := c.ByteAt(i + n); {
		case b == '"' || b == '\'' || b == '`':
			return true
		case strings.IndexByte("bBfFrRuULN@&#8", b) < 0 || b == 0:
			return false
		}
	}
	return false
}

// literal reads the strings that are opened by more than a quote: %q(...), q{...}, [[...]], #"..."#.
func (c reading) literal(i int) (value letters.Span, ok bool) {
	text := c.Bytes
	var closing string
	switch rest := text[i:min(len(text), i+4)]; {
	case bytes.HasPrefix(rest, []byte("[[")):
		i, closing = i+2, "]]"
	case bytes.HasPrefix(rest, []byte(`#"`)):
		i, closing = i+2, `"#`
	default:
		j := i
		if c.ByteAt(j) == '%' {
			j++
		}
		if b := c.ByteAt(j); b != 'q' && b != 'Q' {
			return value, false
		}
		if j++; c.ByteAt(j) == 'q' && j-i == 1 {
			j++
		}
		const openers, closers = "({[<|/!", ")}]>|/!"
		if n := strings.IndexByte(openers, c.ByteAt(j)); n >= 0 {
			i, closing = j+1, closers[n:n+1]
		}
	}
	if closing == "" {
		return value, false
	}
	n := bytes.Index(text[i:min(len(text), i+ValueLimit)], []byte(closing))
	if n < 1 || bytes.IndexByte(text[i:i+n], '\n') >= 0 {
		return value, false
	}
	return letters.Between(i, i+n), guess.IsDrawn(text[i:i+n]) || guess.IsKey(text[i:i+n])
}

// returned is where the string opens that a function of a name returns, whose parameters open at i: 0 if it returns
// something else. getToken() { return "..." }, def password():\n return "...", Password() => "...".
func (c reading) returned(i int) int {
	text, high := c.Bytes, min(len(c.Bytes), i+wrapReach)
	end := bytes.IndexAny(text[i:high], ")\n\"'")
	if end < 0 || text[i+end] != ')' {
		return 0
	}
	j := i + end + 1
	from := j
	for j < high && (letters.IsWord(text[j]) || letters.IsSpace(text[j]) || strings.IndexByte(":->={}<[].?|", text[j]) >= 0) {
		j++
	}
	if j >= high || text[j] != '"' && text[j] != '\'' && text[j] != '`' {
		return 0
	}
	between := bytes.TrimRight(text[from:j], " \t\r\n")
	switch {
	case bytes.HasSuffix(between, []byte("return")), bytes.HasSuffix(between, []byte("=>")), len(between) > 0 && between[len(between)-1] == '=' && !bytes.ContainsAny(between, "{\n") && !bytes.HasSuffix(between, []byte("==")):
		return j
	}
	return 0
}

// compared is where the string opens that a value is compared with, or that is typed into a field of a name:
// .equals("..."), ).toBe('...'), .sendKeys("..."); 0 if none is.
func (c reading) compared(i int) int {
	i += repeated(c.Bytes[i:min(len(c.Bytes), i+4)], ')')
	if c.ByteAt(i) != '.' {
		return 0
	}
	j := i + 1
	for j < len(c.Bytes) && j-i < 24 && letters.IsWord(c.Bytes[j]) {
		j++
	}
	var scratch [24]byte
	if c.ByteAt(j) != '(' || !comparisons.Has(letters.AppendFolded(scratch[:0], c.Bytes[i+1:j])) || !c.opensString(j+1) {
		return 0
	}
	return j + 1
}

var comparisons = letters.ListOf("equals equalsignorecase tobe toequal tostrictequal isequalto eq eql compareto equal contentequals sendkeys type fill settext setvalue send_keys clearandtype typetext")

// comparedBefore is the string that stands before a name which it is compared with: "..." == password, "...".equals(password).
func (c reading) comparedBefore(start int) (value letters.Span, ok bool) {
	text, i := c.Bytes, start
	for i > 0 && start-i < 32 && (letters.IsWord(text[i-1]) || text[i-1] == '.' || text[i-1] == '$') {
		i--
	}
	for i > 0 && letters.IsBlank(text[i-1]) && start-i < 40 {
		i--
	}
	if b := c.ByteAt(i - 1); b != '=' && b != '(' {
		return value, false
	}
	before := text[max(0, i-20):i]
	switch {
	case bytes.HasSuffix(before, []byte("==")), bytes.HasSuffix(before, []byte("!=")):
		for i > 0 && (text[i-1] == '=' || text[i-1] == '!') && start-i < 44 {
			i--
		}
		for i > 0 && letters.IsBlank(text[i-1]) && start-i < 48 {
			i--
		}
	case bytes.HasSuffix(before, []byte(".equals(")):
		i -= len(".equals(")
	case bytes.HasSuffix(before, []byte(".Equals(")):
		i -= len(".Equals(")
	default:
		return value, false
	}
	q := c.ByteAt(i - 1)
	if q != '"' && q != '\'' {
		return value, false
	}
	low := max(0, i-1-wrapReach)
	open := bytes.LastIndexByte(text[low:i-1], q)
	if open < 0 || bytes.IndexByte(text[low+open:i-1], '\n') >= 0 {
		return value, false
	}
	return letters.Between(low+open+1, i-1), true
}

// declared is where the value begins of a variable whose type stands behind its name: var token string = "...",
// Dim password As String = "...", @password NVARCHAR(50) = '...', Password { get; set; } = "..."; 0 if it is none.
func (c reading) declared(i int) int {
	text, j := c.Bytes, i
	for j < len(text) && j-i < 48 && (letters.IsWord(text[j]) || letters.IsBlank(text[j]) || strings.IndexByte("*[].();{}&<>?", text[j]) >= 0) {
		j++
	}
	if c.ByteAt(j) == ':' {
		j++
	}
	if j == i || c.ByteAt(j) != '=' || c.ByteAt(j+1) == '=' || c.ByteAt(j+1) == '>' || bytes.Count(text[i:j], []byte{' '}) > 8 {
		return 0
	}
	if at := c.skipBlank(j + 1); c.opensString(at) || c.File.Code && !bytes.ContainsAny(text[i:j], " ();{}") {
		return at
	}
	return 0
}

// amongNames is where the value begins of a name that is the last of several on a line: user, password = "bob", "...". at is
// where the first one's begins.
func (c reading) amongNames(start, at int) int {
	text, from, commas := c.Bytes, start, 0
	for ; from > 0 && start-from < wrapReach && text[from-1] != '\n'; from-- {
		switch b := text[from-1]; {
		case b == ',':
			commas++
		case !letters.IsWord(b) && !letters.IsBlank(b) && b != '@' && b != '$':
			return at
		}
	}
	if letters.IsDigit(c.ByteAt(from)) && from < start {
		return at
	}
	for range commas {
		if !c.opensString(at) {
			return at
		}
		v, _, ok := c.assignedValue(at)
		next := c.skipBlank(v.End + 1)
		if !ok || c.ByteAt(next) != ',' {
			return at
		}
		at = c.skipBlank(next + 1)
	}
	return at
}

// unless hands on the strings of a choice whose first begins at a place: "..." if cond else "...". It is false if there is
// no other.
func (c reading) unless(first letters.Span, at int, said func(letters.Span, bool, bool)) bool {
	if next := c.skipBlank(first.End + 1); c.ByteAt(next) != 'i' || c.ByteAt(next+1) != 'f' {
		return false
	}
	line, from := c.restOfLine(at), first.End+1-at
	if from >= len(line) || !bytes.HasPrefix(bytes.TrimLeft(line[from:], " "), []byte("if ")) {
		return false
	}
	k := c.stringBehind(" else ", line, from, at)
	if k == 0 {
		return false
	}
	said(first, true, true)
	said(c.assignedValue(k))
	return true
}

// arms hands on the strings of a choice: cond ? "..." : "...". It is false if there is none.
func (c reading) arms(at int, said func(letters.Span, bool, bool)) bool {
	if c.opensString(at) {
		v, _, ok := c.assignedValue(at)
		return ok && c.unless(v, at, said)
	}
	line := c.restOfLine(at)
	question := bytes.IndexByte(line, '?')
	if question < 0 {
		return false
	}
	k := c.stringBehind("?", line, 0, at)
	if k == 0 || bytes.ContainsAny(line[:k-at], "\"'`") && bytes.ContainsAny(line[:question], "\"'`") {
		return false
	}
	v, quoted, ok := c.assignedValue(k)
	if !ok || v.End+1-at >= len(line) {
		return false
	}
	other := c.stringBehind(":", line, v.End+1-at, at)
	if other == 0 {
		return false
	}
	said(v, quoted, ok)
	said(c.assignedValue(other))
	return true
}

// restOfLine is as much of the line at a place as a choice may take.
func (c reading) restOfLine(at int) []byte {
	line := c.Bytes[at:min(len(c.Bytes), at+2*wrapReach)]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	return line
}

// stringBehind is where a string opens behind a mark on the line that stands at a place; 0 if none does.
func (c reading) stringBehind(mark string, line []byte, from, at int) int {
	if n := bytes.Index(line[from:], []byte(mark)); n >= 0 {
		if k := c.skipBlank(at + from + n + len(mark)); c.opensString(k) && k < at+len(line) {
			return k
		}
	}
	return 0
}
