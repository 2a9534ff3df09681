package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A reader sees a name and its value side by side, and the text has markup between them, or nothing but a blank, a column's
// border or the end of a line: **Password:** x, <td>Password</td><td>x</td>, | password | x |, requirepass x.

// skipMarkup passes over what markup has between a label and its value: the end of what is bold, tags, a fence's sign.
func (c reading) skipMarkup(i int) int {
	text, from := c.Bytes, i
	for i < len(text) && i-from < 120 {
		b := text[i]
		switch {
		case letters.IsBlank(b):
			i++
		case (b == '*' || b == '_' || b == '\'') && i-from < 4 && c.ByteAt(i+1) == b && (b != '\'' || c.ByteAt(i+2) == b): // **, __, '''
			n := repeated(text[i:min(len(text), i+5)], b)
			if i == from && n < 4 && letters.IsBlank(c.ByteAt(i+n)) || i > from && n < 4 {
				i += n
				continue
			}
			return i
		case (b == '*' || b == '_') && i == from && letters.IsBlank(c.ByteAt(i+1)):
			i++
		case b == '<':
			end := c.tagEnd(i)
			if end == 0 {
				return i
			}
			i = end
			for k := i; k < len(text) && k-i < 64; k++ { // the next cell may stand on a line of its own
				if !letters.IsSpace(text[k]) {
					if text[k] == '<' {
						i = k
					}
					break
				}
			}
		default:
			return i
		}
	}
	return i
}

// cell reads what stands in the next column of a row, or behind a tag: bounded by blanks, a border or the next tag.
func (c reading) cell(i int) letters.Span {
	text := c.Bytes
	i = c.skipBlank(i)
	for strings.IndexByte("`*\"'", c.ByteAt(i)) >= 0 && c.ByteAt(i) != 0 {
		i++
	}
	end := i
	for end < len(text) && end-i <= bareLimit && !letters.EndsValue(text, end) && text[end] != '|' && text[end] != '`' {
		if b := text[end]; b == '<' && c.tagEnd(end) > 0 || b == borders[2][0] && (bytes.HasPrefix(text[end:], []byte(borders[2])) || bytes.HasPrefix(text[end:], []byte(borders[3]))) {
			break
		}
		end++
	}
	for end > i && strings.IndexByte("*\\\"'", text[end-1]) >= 0 {
		end--
	}
	return letters.Between(i, end)
}

// borders separate the columns of a table that is drawn, and names from values in one.
var borders = []string{"|", "\\|", "│", "┃", "║", "→", "⇒", "\t", "<TAB>"}

// beside is where the value begins in the column behind a name's; 0 if there is none.
func (c reading) besideColumn(i int) int {
	text := c.Bytes
	for from := i; i-from < 4 && (c.ByteAt(i) == '*' || c.ByteAt(i) == '`'); {
		i++
	}
	blanks := i
	for blanks < len(text) && blanks-i < 64 && letters.IsBlank(text[blanks]) {
		blanks++
	}
	rest := text[blanks:min(len(text), blanks+8)]
	for _, border := range borders {
		if bytes.HasPrefix(rest, []byte(border)) {
			return blanks + len(border)
		}
	}
	if blanks-i > 1 || blanks > i && text[blanks-1] == '\t' {
		return blanks
	}
	dots := blanks
	for dots-blanks < 64 && c.ByteAt(dots) == '.' {
		dots++
	}
	if dots-blanks > 3 && letters.IsBlank(c.ByteAt(dots)) {
		return dots
	}
	return 0
}

// column hands on the value in the column behind a name. It is false if there is none that looks like a secret.
func (c reading) column(n secretName, i int) (letters.Span, bool) {
	at := c.besideColumn(i)
	if at == 0 || c.File.Code {
		return letters.Span{}, false
	}
	v := c.cell(at)
	if !c.looksSecret(n, v) {
		return v, false
	}
	return v, true
}

// looksSecret tells a value that would be taken for a secret by itself.
func (c reading) looksSecret(n secretName, v letters.Span) bool {
	text := bytes.Trim(c.Bytes[v.Start:v.End], "\\\"'")
	if len(text) < 8 || len(text) > ValueLimit || guess.IsUUID(text) || bytes.Contains(text, []byte("://")) {
		return false
	}
	if n.password {
		return guess.IsStrong(text)
	}
	return len(text) >= 16 && letters.AllOf(text, func(b byte) bool { return letters.IsBase64URL(b) || strings.IndexByte("+/=.", b) >= 0 }) && guess.IsKey(text) && !guess.IsReference(text) && !guess.IsDummy(text) && !guess.IsPath(text)
}

// below is the value on the line below a name that ends its line: below a heading, in a fence, in YAML indented deeper.
func (c reading) below(n secretName, i int) (letters.Span, bool) {
	text := c.Bytes
	if c.File.Code {
		return letters.Span{}, false
	}
	for from := i; i-from < 4 && (c.ByteAt(i) == '*' || c.ByteAt(i) == '_' || c.ByteAt(i) == ':'); {
		i++
	}
	if b := c.ByteAt(i); b != '\n' && b != '\r' {
		return letters.Span{}, false
	}
	own := c.lineStart(n.Start)
	for _, b := range text[own:n.Start] {
		if !letters.IsWord(b) && strings.IndexByte("#*_- \t>.", b) < 0 {
			return letters.Span{}, false
		}
	}
	for lines, from := 0, i; lines < 3 && i-from < 64; lines++ { // over an empty line, and a fence's
		at := i
		for at < len(text) && at-i < 32 && letters.IsSpace(text[at]) {
			at++
		}
		if bytes.HasPrefix(text[at:], []byte("```")) {
			next := bytes.IndexByte(text[at:min(len(text), at+16)], '\n')
			if next < 0 {
				break
			}
			i = at + next
			continue
		}
		v := c.cell(at)
		end := v.End
		for end < len(text) && (text[end] == '`' || text[end] == '*' || text[end] == '"' || letters.IsBlank(text[end])) {
			end++
		}
		if b := c.ByteAt(end); b != '\n' && b != '\r' && b != 0 {
			break
		}
		return v, c.looksSecret(n, v) && !c.pair(v.Start)
	}
	return letters.Span{}, false
}

// spaced is the value that follows a name behind a blank and nothing else: requirepass x, set -gx DB_PASSWORD x. It ends its
// line, or is quoted, and looks like a secret by itself.
func (c reading) spaced(n secretName, i int) (v letters.Span, ok bool) {
	text := c.Bytes
	at := c.skipBlank(i)
	if at == i || c.File.Code {
		return v, false
	}
	for _, word := range [...]string{"--plaintext ", "password ", "key "} { // d-i passwd/root-password password x
		if at+len(word) < len(text) && letters.EqualFold(text[at:at+len(word)], word) {
			at = c.skipBlank(at + len(word))
			break
		}
	}
	if q := c.ByteAt(at); q == '"' || q == '\'' {
		value, _, ok := c.assignedValue(at)
		return value, ok && c.looksSecret(n, value)
	}
	for k, words := at, 0; k < len(text) && k-at < 40 && words < 4; k++ { // PIC X(13) VALUE '...', db "..."
		switch b := text[k]; {
		case (b == '"' || b == '\'') && letters.IsBlank(text[k-1]) && k > at:
			value, _, ok := c.assignedValue(k)
			return value, ok && c.looksSecret(n, value)
		case letters.IsBlank(b):
			words++
			continue
		case letters.IsWord(b) || b == '(' || b == ')':
			continue
		}
		break
	}
	end := at
	for end < len(text) && end-at <= ValueLimit && !letters.EndsValue(text, end) {
		end++
	}
	if end > at && text[end-1] == ';' {
		end--
	}
	v = letters.Between(at, end)
	for next := end; next-end < 64; next++ {
		switch b := c.ByteAt(next); {
		case b == ';' || letters.IsBlank(b):
		case b == '\n' || b == '\r' || b == 0 || b == '#' || b == '*':
			return v, c.looksSecret(n, v)
		default:
			return v, false
		}
	}
	return v, false
}

// headerReach is how much of a line of names is read to each side of one.
const headerReach = 128

// inHeader are the bytes of a line of names; some of them separate the names.
var inHeader = func() (of [256]uint8) {
	for b := range of {
		switch c := byte(b); {
		case letters.IsWord(c) || strings.IndexByte("\" -.", c) >= 0:
			of[b] = separates - 1
		case strings.IndexByte(",;\t", c) >= 0:
			of[b] = separates
		}
	}
	return of
}()

const separates = 2

// header reads the column that a name heads, in lines of which the name's has only names: user,password. It is false if the
// name heads none.
func (c reading) header(n secretName, i int, take func(given)) bool {
	if c.File.Code {
		return false
	}
	text, end := c.Bytes, n.End
	var delim byte
	for end < len(text) && end-n.End < headerReach && inHeader[text[end]] != 0 {
		if inHeader[text[end]] == separates {
			delim = text[end]
		}
		end++
	}
	next := c.newLine(end)
	if next == 0 || next > n.End+headerReach {
		return false
	}
	low, from := max(0, n.Start-headerReach), n.Start
	for from > low && inHeader[text[from-1]] != 0 {
		if inHeader[text[from-1]] == separates {
			delim = text[from-1]
		}
		if letters.EndsEscape(text, from) {
			break
		}
		from--
	}
	for from < n.Start && text[from] == '"' && from > 0 && text[from-1] == ':' { // within a string of JSON
		from++
	}
	if delim == 0 || from > low && from > 0 && text[from-1] != '\n' && !letters.EndsEscape(text, from) && text[from-1] != '"' && text[from-1] != ':' {
		return false
	}
	before, columns := bytes.Count(text[from:n.Start], []byte{delim}), bytes.Count(text[from:end], []byte{delim})
	if before > 0 && c.ByteAt(n.Start-1) != delim && c.ByteAt(n.Start-1) != '"' || columns == 0 || bytes.Count(text[from:end], []byte{' '}) > columns {
		return false
	}
	taken, missed := 0, 0
	for line := next; missed < 3 && line > 0 && line < len(text) && line-n.End < listReach; {
		stop := line
		for stop < len(text) && stop-line < lineReach && c.newLine(stop) == 0 {
			stop++
		}
		if bytes.Count(text[line:stop], []byte{delim}) != columns {
			break
		}
		at := line
		for range before {
			at += bytes.IndexByte(text[at:stop], delim) + 1
		}
		to := stop
		if k := bytes.IndexByte(text[at:stop], delim); k >= 0 {
			to = at + k
		}
		for at < to && strings.IndexByte("\"\\ ", text[at]) >= 0 {
			at++
		}
		for to > at && strings.IndexByte("\"\\ ", text[to-1]) >= 0 {
			to--
		}
		if v := letters.Between(at, to); c.looksSecret(n, v) {
			take(given{Span: v, quoted: true})
			taken++
		} else {
			missed++
		}
		line = c.newLine(stop)
	}
	return taken > 0
}

// newLine is where the line begins after one that ends at a place, with a line feed or the escape of one; 0 if none ends.
func (c reading) newLine(i int) int {
	switch {
	case c.ByteAt(i) == '\n':
		return i + 1
	case c.ByteAt(i) == '\r' && c.ByteAt(i+1) == '\n':
		return i + 2
	case c.ByteAt(i) == '\\' && c.ByteAt(i+1) == 'n':
		return i + 2
	case c.ByteAt(i) == '\\' && c.ByteAt(i+1) == 'r' && c.ByteAt(i+2) == '\\' && c.ByteAt(i+3) == 'n':
		return i + 4
	}
	return 0
}

// entity are the marks of a tag where they are written as entities or escapes.
var entity = [][2]string{{"&lt;", "&gt;"}, {`\u003c`, `\u003e`}, {`\u003C`, `\u003E`}, {`\x3c`, `\x3e`}}

// escapedElement is the text of an element whose tags are written with entities: &lt;password&gt;...
func (c reading) escapedElement(n secretName, i int) letters.Span {
	for _, mark := range entity {
		if !bytes.HasSuffix(c.Bytes[:n.Start], []byte(mark[0])) || !bytes.HasPrefix(c.Bytes[i:], []byte(mark[1])) {
			continue
		}
		at := i + len(mark[1])
		if end := bytes.Index(c.Bytes[at:min(len(c.Bytes), at+ValueLimit)], []byte(mark[0])); end > 0 {
			return letters.Between(at, at+end)
		}
	}
	return letters.Span{}
}
