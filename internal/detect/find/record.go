package find

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A name and its value may be values of their own, of one record:
//
//   - name: DB_PASSWORD        {"name": "DB_PASSWORD", "value": ...}     <name>x</name><value>y</value>
//     value: ...               <string name="api_token">...</string>     <key>x</key><string>y</string>
//
// in any order and with others between; or the value may be a part of what the name is given:
//
//	DBPassword:               variable "db_password" {        {"db_password": {"type": ..., "value": ...}}
//	  Default: ...              default = ... }

// recordReach is how far from a name its record is read, to each side.
const recordReach = 400

var (
	// nameKeys are what records call the name, valueKeys what they call the value.
	nameKeys  = letters.Set("name key parameter parametername parameterkey variable variablename envname env label field property setting option header id path")
	valueKeys = letters.Set("value val parametervalue default defaultvalue currentvalue content contents secret secretvalue secretstring plaintext stringvalue")
)

// record hands on the value of a name's record. It is false if the name stands in none.
func (c reading) record(n secretName, i int, closed bool, one func(at int), said func(letters.Span, bool, bool)) bool {
	if !c.File.Code || closed || c.ByteAt(i) == '<' || c.ByteAt(i) == '>' && c.inLiteral(n.Start) || c.ByteAt(c.skipBlank(i)) == '{' {
		if at := c.inTags(n, i, closed); at > 0 {
			if v := c.elementValue(at); v.Len() > 0 {
				said(v, true, true)
			} else {
				one(at)
			}
			return true
		}
	}
	if at := c.inBraces(c.skipBlank(i)); at > 0 {
		one(at)
		return true
	}
	if c.named(n.Start) {
		at := 0
		if closed {
			if at = c.inObject(n.Start, i); at == 0 { // string(name: 'API_TOKEN', defaultValue: '...')
				end := bytes.IndexAny(c.Bytes[i:min(len(c.Bytes), i+lineReach)], ")\n")
				at = c.valueIn(i, i+max(end, 0))
			}
		}
		if at == 0 {
			at = c.besideLine(n.Start, n.End)
		}
		if at > 0 {
			one(at)
			return true
		}
	}
	if at := c.belowLine(n.Start, i); at > 0 {
		one(at)
		return true
	}
	return false
}

// beforeName are bytes of a path before a name, and of what quotes it.
var beforeName = func() (is [256]bool) {
	for b := range is {
		is[b] = letters.IsWord(byte(b)) || bytes.IndexByte([]byte("/.-\\\"' "), byte(b)) >= 0
	}
	return is
}()

// named tells whether the word before the sign that gives something its value at a place calls it a name.
func (c reading) named(at int) bool {
	text, i := c.Bytes, at
	for n := 0; i > 0 && n < 40 && text[i-1] != '\n' && beforeName[text[i-1]]; n++ {
		i-- // a path before the name, its quote
		if b := text[i]; b == '"' || b == '\'' {
			break
		}
	}
	for i > 0 && at-i < 48 && (letters.IsBlank(text[i-1]) || text[i-1] == '\\') {
		i--
	}
	if i == 0 || text[i-1] != ':' && text[i-1] != '=' && text[i-1] != '>' {
		return false
	}
	for i--; i > 0 && at-i < 64 && (letters.IsBlank(text[i-1]) || text[i-1] == '"' || text[i-1] == '\'' || text[i-1] == '\\'); i-- {
	}
	end := i
	for i > 0 && end-i < 20 && letters.IsWord(text[i-1]) {
		i--
	}
	var scratch [24]byte
	word := scratch[:0]
	for _, b := range text[i:end] {
		if b != '_' {
			word = letters.AppendFolded(word, []byte{b})
		}
	}
	return nameKeys[string(word)]
}

// isValueKey tells a word that calls what follows it the value.
func isValueKey(word []byte) bool {
	var scratch [24]byte
	if len(word) == 0 || len(word) > 20 {
		return false
	}
	folded := scratch[:0]
	for _, b := range word {
		if b != '_' && b != '-' {
			folded = letters.AppendFolded(folded, []byte{b})
		}
	}
	return valueKeys[string(folded)]
}

// inTags reads XML: the text of the element that is called so, or that an attribute calls so, and its value's attribute. It
// answers with where the value begins, or 0.
func (c reading) inTags(n secretName, i int, closed bool) int {
	text := c.Bytes
	low, high := max(0, n.Start-recordReach), min(len(text), n.End+recordReach)
	if closed { // name="...": in a tag
		open := n.Start - 1 - low
		for open >= 0 && text[low+open] != '<' {
			if b := text[low+open]; b == '>' || b == '{' {
				return 0
			}
			open--
		}
		if open < 0 {
			return 0
		}
		end := bytes.IndexAny(text[i:high], "<>")
		if end < 0 || text[i+end] != '>' {
			return 0
		}
		if at := valueAttribute(text, low+open, i+end); at > 0 {
			return at
		}
		if text[i+end-1] == '/' {
			return 0
		}
		return c.elementText(i+end+1, high)
	}
	switch {
	case (c.ByteAt(i) == '>' || letters.IsSpace(c.ByteAt(i))) && c.isTag(n.Start): // <password>..., <ns:password type="x">
		end := bytes.IndexAny(text[i:high], "<>")
		if end < 0 || text[i+end] != '>' {
			return 0
		}
		if at := valueAttribute(text, i, i+end); at > 0 {
			return at
		}
		if text[i+end-1] == '/' {
			return 0
		}
		return c.elementText(i+end+1, high)
	case bytes.HasPrefix(text[i:high], []byte("</")): // <key>name</key><string>...
		end := bytes.IndexByte(text[i:high], '>')
		if end < 0 || end > 24 {
			return 0
		}
		at := i + end + 1
		for at < high && letters.IsSpace(text[at]) {
			at++
		}
		if line := c.lineStart(at); line > i {
			at = c.skipBlank(c.content(line))
		}
		if bytes.HasPrefix(text[at:high], []byte("<!--")) {
			if n := bytes.Index(text[at:high], []byte("-->")); n > 0 {
				for at += n + len("-->"); at < high && letters.IsSpace(text[at]); at++ {
				}
			}
		}
		if c.ByteAt(at) == '<' && c.ByteAt(at+1) != '/' {
			return c.elementText(at, high)
		}
	}
	return 0
}

// isTag tells whether a name is that of an element: its bracket stands before it, or a space of names.
func (c reading) isTag(start int) bool {
	i := start
	if c.ByteAt(i-1) == ':' {
		for i--; i > 0 && start-i < 32 && (letters.IsWord(c.Bytes[i-1]) || c.Bytes[i-1] == '-' || c.Bytes[i-1] == '.'); i-- {
		}
	}
	return c.ByteAt(i-1) == '<' && c.ByteAt(i-2) != '?' && (c.ByteAt(i-2) != 'P' || c.ByteAt(i-3) != '?') // an expression's group: (?<password>
}

// elementValue is the text of an element to its end tag, or what a CDATA holds; empty if no element's text begins at a
// place.
func (c reading) elementValue(at int) letters.Span {
	text := c.Bytes
	open := at
	for open > 0 && letters.IsSpace(text[open-1]) && at-open < 64 {
		open--
	}
	end := []byte("</")
	switch {
	case bytes.HasSuffix(text[:open], []byte("<![CDATA[")):
		end = []byte("]]>")
	case c.ByteAt(open-1) != '>':
		return letters.Span{}
	}
	n := bytes.Index(text[at:min(len(text), at+ValueLimit)], end)
	if n < 0 || bytes.IndexByte(text[at:at+n], '\n') >= 0 && bytes.IndexByte(bytes.TrimSpace(text[at:at+n]), '\n') >= 0 {
		return letters.Span{}
	}
	return letters.Between(at, at+len(bytes.TrimRight(text[at:at+n], " \t\r\n")))
}

// valueAttribute is where the value begins of an attribute that is called one.
func valueAttribute(text []byte, from, to int) int {
	for i := from; i < to; i++ {
		if text[i] != '=' {
			continue
		}
		word := i
		for word > from && letters.IsWord(text[word-1]) {
			word--
		}
		if isValueKey(text[word:i]) && i+1 < to && (text[i+1] == '"' || text[i+1] == '\'') {
			return i + 1
		}
	}
	return 0
}

// elementText is where an element's text begins: behind blanks, a CDATA's opening and the tag of an element that holds the
// value.
func (c reading) elementText(i, high int) int {
	for n := 0; i < high && n < 3; n++ {
		for i < high && letters.IsSpace(c.Bytes[i]) {
			i++
		}
		if bytes.HasPrefix(c.Bytes[i:high], []byte("<![CDATA[")) {
			return i + len("<![CDATA[")
		}
		if i >= high || c.Bytes[i] != '<' || c.ByteAt(i+1) == '/' {
			break
		}
		end := bytes.IndexByte(c.Bytes[i:high], '>')
		if end < 0 {
			return 0
		}
		word := i + 1
		for word < i+end && letters.IsWord(c.Bytes[word]) {
			word++
		}
		if tag := c.Bytes[i+1 : word]; !isValueKey(tag) && string(tag) != "string" {
			return 0
		}
		i += end + 1
	}
	return i
}

// inBraces reads what a name is given within braces: "db_password": {"value": ...}, variable "db_password" { default = ... }.
// It answers with the offset after the sign, or 0.
func (c reading) inBraces(i int) int {
	if b := c.ByteAt(i); b == ':' || b == '=' {
		i = c.skipBlank(i + 1)
	}
	if c.ByteAt(i) != '{' {
		return 0
	}
	end := min(len(c.Bytes), i+recordReach)
	if n := bytes.IndexByte(c.Bytes[i:end], '}'); n >= 0 {
		end = i + n
	}
	return c.valueIn(i+1, end)
}

// inObject reads the object that has the name as a value. i is behind the name.
func (c reading) inObject(start, i int) int {
	low, high := max(0, start-recordReach), min(len(c.Bytes), i+recordReach)
	depth := 0
	from := start
	for ; from > low; from-- {
		if b := c.Bytes[from-1]; b == '}' {
			depth++
		} else if b == '{' {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	if from == low {
		return 0
	}
	to := i
	for depth = 0; to < high; to++ {
		if b := c.Bytes[to]; b == '{' {
			depth++
		} else if b == '}' {
			if depth == 0 {
				break
			}
			depth--
		}
	}
	if at := c.valueIn(i, to); at > 0 {
		return at
	}
	return c.valueIn(from, start)
}

// valueIn looks between two places for a key that is called value, and answers with where its value begins, or 0.
func (c reading) valueIn(from, to int) int {
	for i := from; i < to; i++ {
		b := c.Bytes[i]
		if b != ':' && b != '=' {
			continue
		}
		end := i
		for end > from && (letters.IsBlank(c.Bytes[end-1]) || bytes.IndexByte([]byte("\"'\\"), c.Bytes[end-1]) >= 0) {
			end--
		}
		word := end
		for word > from && end-word < 24 && (letters.IsWord(c.Bytes[word-1]) || c.Bytes[word-1] == '-') {
			word--
		}
		if isValueKey(c.Bytes[word:end]) {
			if b == '=' && c.ByteAt(i+1) == '>' {
				i++
			}
			return c.skipBlank(i + 1)
		}
	}
	return 0
}

const (
	// siblings is how many lines of a record are read before and after its name.
	siblings = 6
	// lineReach is the longest of them.
	lineReach = 256
)

// besideLine reads the lines around that of a name which are indented like it: name: x, and on another line value: y.
func (c reading) besideLine(start, end int) int {
	own := c.lineStart(start)
	column := c.keyColumn(own)
	at := own
	for range siblings { // upwards
		if at == 0 || c.Bytes[at-1] != '\n' || isItem(c.Bytes, c.content(at)) {
			break
		}
		at = c.lineStart(at - 1)
		if v := c.valueLine(at, column); v > 0 {
			return v
		}
	}
	at = end
	for range siblings {
		n := bytes.IndexByte(c.Bytes[at:min(len(c.Bytes), at+lineReach)], '\n')
		if n < 0 {
			return 0
		}
		if at += n + 1; isItem(c.Bytes, c.content(at)) {
			return 0
		}
		if v := c.valueLine(at, column); v > 0 {
			return v
		}
	}
	return 0
}

// belowLine reads the lines that are indented deeper than that of a name which is given nothing on its own.
func (c reading) belowLine(start, i int) int {
	if c.ByteAt(i) != ':' || c.File.Code {
		return 0
	}
	i = c.skipBlank(i + 1)
	if c.ByteAt(i) == '\r' {
		i++
	}
	if c.ByteAt(i) != '\n' {
		return 0
	}
	own := c.keyColumn(c.lineStart(start))
	at, column := i, 0
	for n := 0; n < siblings && c.ByteAt(at) == '\n'; n++ {
		at++
		if column == 0 {
			if column = c.keyColumn(at); column <= own {
				return 0
			}
		}
		if c.keyColumn(at) < column {
			return 0
		}
		if v := c.valueLine(at, column); v > 0 {
			return v
		}
		next := bytes.IndexByte(c.Bytes[at:min(len(c.Bytes), at+lineReach)], '\n')
		if next < 0 {
			return 0
		}
		at += next
	}
	return 0
}

// lineStart is where the line of a place begins.
func (c reading) lineStart(at int) int {
	low := max(0, at-lineReach)
	return low + bytes.LastIndexByte(c.Bytes[low:at], '\n') + 1
}

// content is where the text of a line begins that begins at a place: behind the number that a tool puts before it, and the
// mark of a diff. A dash before a blank is an item's.
func (c reading) content(at int) int {
	i := c.skipBlank(at)
	end := i
	for letters.IsDigit(c.ByteAt(end)) && end-i < 8 {
		end++
	}
	switch arrow := "→"; {
	case end == i:
	case c.ByteAt(end) == '\t':
		at = end + 1
	case bytes.HasPrefix(c.Bytes[end:], []byte(arrow)):
		at = end + len(arrow)
	}
	if b := c.ByteAt(at); b == '+' || b == '-' && at+1 < len(c.Bytes) && !letters.IsSpace(c.Bytes[at+1]) {
		at++
	}
	return at
}

// isItem tells a line that begins an item of a list.
func isItem(text []byte, at int) bool {
	for at < len(text) && letters.IsBlank(text[at]) {
		at++
	}
	return at+1 < len(text) && text[at] == '-' && letters.IsBlank(text[at+1])
}

// keyColumn is how far a line's key is indented, the dash of a list's item included.
func (c reading) keyColumn(at int) int {
	at = c.content(at)
	i := c.skipBlank(at)
	if c.ByteAt(i) == '-' && letters.IsBlank(c.ByteAt(i+1)) {
		i = c.skipBlank(i + 1)
	}
	return i - at + 1
}

// valueLine is where the value begins of a line whose key is called value and indented so far; 0 if it is not.
func (c reading) valueLine(at, column int) int {
	if c.keyColumn(at) != column {
		return 0
	}
	i := c.content(at) + column - 1
	from := i
	if b := c.ByteAt(i); b == '"' || b == '\'' {
		i, from = i+1, from+1
	}
	for i < len(c.Bytes) && i-from < 24 && letters.IsWord(c.Bytes[i]) {
		i++
	}
	if !isValueKey(c.Bytes[from:i]) {
		return 0
	}
	if b := c.ByteAt(i); b == '"' || b == '\'' {
		i++
	}
	if i = c.skipBlank(i); c.ByteAt(i) != ':' && c.ByteAt(i) != '=' {
		return 0
	}
	return c.skipBlank(i + 1)
}
