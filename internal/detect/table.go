package detect

import (
	"bytes"
	"path"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// In a table the name of a value stands far from it: in the header of a CSV file, in the column list of an
// INSERT, above the line of a Markdown table. Each row becomes a view in which every value follows
// its column's name, so that all rules that know names find what they find elsewhere:
//
//	user,password     user: "jay"
//	jay,...           password: "..."

// columns are a table's names and what lies between its fields.
type columns struct {
	names []string
	delim byte
	// headless: the first line is a row as well.
	headless bool
}

const (
	rowLimit    = 4 << 10
	mostColumns = 128
)

// header reads the names of a file that is a table: one that is called so, or whose first line can be
// nothing else. names is nil if it is none.
func header(name string, text []byte) columns {
	if base := path.Base(name); base == ".pgpass" || base == "pgpass.conf" {
		return pgpass
	}
	switch base := path.Base(name); {
	case base == "chap-secrets", base == "pap-secrets":
		return columns{names: []string{"client", "server", "password", "addresses"}, delim: ' ', headless: true}
	case base == "sasl_passwd": // [host]:port user:password
		return columns{names: []string{"host", "user", "password"}, delim: ':', headless: true}
	case strings.HasSuffix(base, ".key") && isHexKey(text): // Rails' master.key
		return columns{names: []string{"encryption_key"}, delim: '\n', headless: true}
	case name == "" && isPgpass(text):
		return pgpass
	}
	ext := strings.ToLower(path.Ext(name))
	called := ext == ".csv" || ext == ".tsv"
	if !called && ext != "" && ext != ".txt" {
		return columns{}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	first, rest, ok := bytes.Cut(text[:min(len(text), 2*rowLimit)], []byte("\n"))
	if !ok || len(first) > rowLimit {
		return columns{}
	}
	for _, delim := range []byte(",;\t|") {
		c := columns{delim: delim}
		f := fields{text: first, delim: delim}
		for field, ok := f.next(); ok; field, ok = f.next() {
			n := strings.TrimSpace(string(first[field.Start:field.End]))
			if !isColumn(n) || len(c.names) == mostColumns {
				c.names = nil
				break
			}
			c.names = append(c.names, n)
		}
		second, _, _ := bytes.Cut(rest, []byte("\n"))
		if len(c.names) > 2 && bytes.Count(second, []byte{delim}) >= len(c.names)-1 || called && len(c.names) > 1 {
			return c
		}
	}
	return columns{}
}

var pgpass = columns{names: []string{"host", "port", "database", "username", "password"}, delim: ':', headless: true}

// isPgpass tells lines of a .pgpass by the first: host:5432:app:bob:...
func isPgpass(text []byte) bool {
	line, _, _ := bytes.Cut(text[:min(len(text), 512)], []byte{'\n'})
	f := bytes.Split(bytes.TrimRight(line, "\r"), []byte{':'})
	if len(f) != 5 || len(f[0]) == 0 || len(f[3]) == 0 || bytes.ContainsAny(line, " \t\"'={}") {
		return false
	}
	return string(f[1]) == "*" || len(f[1]) >= 4 && letters.IsNumber(f[1])
}

// isHexKey tells a file that holds nothing but a key of hex digits.
func isHexKey(text []byte) bool {
	text = bytes.TrimSpace(text[:min(len(text), 130)])
	return (len(text) == 32 || len(text) == 64) && letters.AllOf(text, letters.IsHex)
}

func isColumn(name string) bool {
	if name == "" || len(name) > 48 || !letters.IsAlpha(name[0]) {
		return false
	}
	for i := range len(name) {
		if !letters.IsWord(name[i]) && strings.IndexByte(" -./()#", name[i]) < 0 {
			return false
		}
	}
	return true
}

// fields cuts a row at its delimiter, in CSV's manner: a field may stand in double quotes, and a quote
// in it is doubled.
type fields struct {
	text  []byte
	delim byte
	at    int
	done  bool
}

// next is the span of the next field, without its quotes.
func (f *fields) next() (field letters.Span, ok bool) {
	if f.done {
		return letters.Span{}, false
	}
	from := f.at
	if from < len(f.text) && f.text[from] == '"' {
		for i := from + 1; i < len(f.text); i++ {
			if f.text[i] != '"' {
				continue
			}
			if i+1 < len(f.text) && f.text[i+1] == '"' {
				i++
				continue
			}
			f.skip(i + 1)
			return letters.Between(from+1, i), true
		}
	}
	f.skip(from)
	end := f.at - 1
	if f.done {
		end = len(f.text)
	}
	return letters.Between(from, end), true
}

// skip goes to after the next delimiter.
func (f *fields) skip(from int) {
	if i := bytes.IndexByte(f.text[from:], f.delim); i >= 0 {
		f.at = from + i + 1
		return
	}
	f.at, f.done = len(f.text), true
}

// rows looks at the rows of a table that begin within the span; hold tells those that need no look.
func (c *check) rows(span letters.Span, hold func(start int) bool) {
	if c.header.names == nil {
		return
	}
	at := span.Start
	if at > 0 && c.Bytes[at-1] != '\n' {
		i := bytes.IndexByte(c.Bytes[at:span.End], '\n')
		if i < 0 {
			return
		}
		at += i + 1
	}
	for at < span.End {
		end := len(c.Bytes)
		if i := bytes.IndexByte(c.Bytes[at:], '\n'); i >= 0 {
			end = at + i
		}
		if (at > 0 || c.header.headless) && (hold == nil || !hold(at)) {
			c.anchor, c.back, c.reach = at, 1, rowLimit
			c.row(c.header, letters.Between(at, min(end, at+rowLimit)))
		}
		at = end + 1
	}
}

// row looks at one row as a view of names and values.
func (c *check) row(t columns, line letters.Span) {
	v := c.view()
	f := fields{text: bytes.TrimRight(c.Bytes[line.Start:line.End], "\r"), delim: t.delim}
	for _, name := range t.names {
		field, ok := f.next()
		if !ok {
			break
		}
		c.cell(v, name, field.Moved(line.Start))
	}
	c.look(v, nil)
}

// cell adds a line to a view that gives a value the name of its column.
func (c *check) cell(v *view, name string, value letters.Span) {
	for value.Start < value.End && letters.IsBlank(c.Bytes[value.Start]) {
		value.Start++
	}
	for value.End > value.Start && letters.IsBlank(c.Bytes[value.End-1]) {
		value.End--
	}
	if value.Len() < 4 {
		return
	}
	say := func(s string) {
		for i := range len(s) {
			v.add(s[i], value.Start, value.Start)
		}
	}
	say(name)
	say(": \"")
	for i := value.Start; i < value.End; i++ {
		v.add(c.Bytes[i], i, i+1)
	}
	say("\"\n")
}

// viewInsert reads INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y').
func viewInsert(c *check, r *Rule, at letters.Span) {
	if c.depth >= viewDepth {
		return
	}
	text := c.Bytes[:min(len(c.Bytes), at.Start+viewLimit)]
	open := bytes.IndexByte(text[at.End:min(len(text), at.End+256)], '(')
	if open < 0 {
		return
	}
	names, i := c.columnList(text, at.End+open)
	j := i + letters.IndexFold(text[i:min(len(text), i+32)], "values")
	if len(names) == 0 || j < i {
		return
	}
	for i = j + len("values"); i < len(text); {
		for i < len(text) && (letters.IsSpace(text[i]) || text[i] == ',') {
			i++
		}
		if i >= len(text) || text[i] != '(' {
			return
		}
		i = c.tuple(text, i+1, names)
	}
}

// columnList reads (a, "b", `c`) and answers with the offset after it.
func (c *check) columnList(text []byte, open int) (names []string, after int) {
	end := bytes.IndexByte(text[open:min(len(text), open+rowLimit)], ')')
	if end < 0 {
		return nil, open
	}
	for n := range strings.SplitSeq(string(text[open+1:open+end]), ",") {
		if n = strings.Trim(n, " \t\r\n\"`[]"); !isColumn(n) || len(names) == mostColumns {
			return nil, open
		}
		names = append(names, n)
	}
	return names, open + end + 1
}

// tuple looks at one row of VALUES from after its parenthesis, and answers with the offset after it.
func (c *check) tuple(text []byte, i int, names []string) int {
	v := c.view()
	for n := 0; i < len(text); n++ {
		for i < len(text) && letters.IsSpace(text[i]) {
			i++
		}
		from := i
		quoted := i < len(text) && (text[i] == '\'' || i+1 < len(text) && text[i+1] == '\'' && letters.IsAlpha(text[i]))
		if quoted {
			from = i + bytes.IndexByte(text[i:], '\'') + 1
			for i = from; i < len(text) && (text[i] != '\'' || i+1 < len(text) && text[i+1] == '\''); i++ {
				if text[i] == '\'' || text[i] == '\\' {
					i++
				}
			}
		} else {
			for i < len(text) && text[i] != ',' && text[i] != ')' {
				i++
			}
		}
		if i >= len(text) {
			break
		}
		if n < len(names) && (quoted || letters.IsDigit(text[from])) {
			c.cell(v, names[n], letters.Between(from, i))
		}
		for i < len(text) && text[i] != ',' && text[i] != ')' {
			i++
		}
		if i < len(text) && text[i] == ')' {
			i++
			break
		}
		i++
	}
	c.look(v, nil)
	return i
}

// viewCopy reads PostgreSQL's COPY t (a, b) FROM stdin; and its lines.
func viewCopy(c *check, r *Rule, at letters.Span) {
	line := c.Line(letters.Between(at.Start, at.Start), lineLimit)
	open := bytes.IndexByte(c.Bytes[line.Start:at.Start], '(')
	if open < 0 || c.depth >= viewDepth {
		return
	}
	names, _ := c.columnList(c.Bytes[:at.Start], line.Start+open)
	end := bytes.IndexByte(c.Bytes[at.End:min(len(c.Bytes), at.End+16)], '\n')
	if len(names) > 0 && end >= 0 {
		c.lines(columns{names: names, delim: '\t'}, at.End+end+1, at.Start)
	}
}

// viewRuled reads a table whose header has a rule of dashes below it: Markdown's, psql's, mysql's.
func viewRuled(c *check, r *Rule, at letters.Span) {
	rule := c.Line(at, lineLimit)
	before := c.Bytes[rule.Start:at.Start]
	if rule.Start == 0 || c.depth >= viewDepth || bytes.IndexByte(before, '|') >= 0 || bytes.Contains(before, []byte("-+")) {
		return // the first joint of a rule looks at all of the table
	}
	for _, b := range c.Bytes[rule.Start:rule.End] {
		if strings.IndexByte("|+-: \t\r", b) < 0 {
			return
		}
	}
	above := c.Line(letters.Between(rule.Start-1, rule.Start-1), lineLimit)
	names := strings.Split(string(c.Bytes[above.Start:above.End]), "|")
	if len(names) < 2 || len(names) > mostColumns {
		return
	}
	for i := range names {
		names[i] = strings.Trim(names[i], " \t\r*")
	}
	c.lines(columns{names: names, delim: '|'}, rule.End+1, at.Start)
}

// lines looks at the rows from a line on, as long as they have the table's delimiter.
func (c *check) lines(t columns, from, anchor int) {
	for from < len(c.Bytes) && from-anchor < viewLimit {
		end := len(c.Bytes)
		if i := bytes.IndexByte(c.Bytes[from:min(len(c.Bytes), from+rowLimit/2)], '\n'); i >= 0 {
			end = from + i
		}
		line := letters.Between(from, min(end, from+rowLimit/2))
		if bytes.IndexByte(c.Bytes[line.Start:line.End], t.delim) < 0 {
			return
		}
		c.row(t, line)
		from = end + 1
	}
}
