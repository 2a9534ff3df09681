package credentials

import (
	"strings"
)

// readings are what programs take for the value that begins at the head of text, behind its sign. Most values have no
// sign in them that anybody reads in another way, and one reading.
func readings(text string, lookup func(string) string) []string {
	var out []string
	seen := map[string]bool{}
	take := func(s string) {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for _, extent := range extents(text) {
		take(extent)
		if strings.IndexByte(extent, '\\') >= 0 {
			for _, e := range escapes {
				take(e(extent))
			}
		}
	}
	for _, s := range out {
		if strings.IndexByte(s, '$') >= 0 {
			for _, e := range expansions {
				said := e(s, lookup)
				take(said)
				take(strings.TrimSpace(said))
			}
		}
	}
	return out
}

// extents are where a value may end: at the line's end with its blanks or without, at a comment, at a quote.
func extents(text string) []string {
	line := text[:min(len(text), longest)]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimSuffix(line, "\r")
	value := strings.TrimSpace(line)
	out := []string{line, strings.TrimLeft(line, " \t"), strings.Trim(line, " "), value}
	if value == "" {
		return out
	}
	if i := strings.IndexAny(value, " \t"); i > 0 {
		out = append(out, value[:i])
	}
	if strings.ContainsAny(value, "#;") {
		for _, end := range []int{
			strings.IndexByte(line, '#'), blankBefore(line, "#", false), blankBefore(line, "#", true),
			strings.IndexByte(line, ';'), blankBefore(line, ";", false), unescaped(line, "#;", 0), blankBefore(line, "#;", false),
		} {
			if end > 0 { // to Node a tab is no blank
				out = append(out, strings.TrimSpace(line[:end]), strings.Trim(line[:end], " "))
			}
		}
	}
	for _, s := range out {
		out = append(out, unquoted(s), unquoted(strings.TrimSpace(unquoted(s)))) // npm takes JSON out of single quotes
	}
	// A string, which may go on in further lines: its end is a quote without a backslash, or any. Some programs take the
	// line's last quote.
	if q := value[0]; q == '"' || q == '\'' || q == '`' {
		start := strings.IndexByte(text, q) + 1
		rest := text[start:min(len(text), start+longest)]
		bare := bareQuote(rest, q)
		last := strings.LastIndexByte(rest[:max(bare, 0)], q) // dotenv, where no other quote ends a line
		if bare < 0 {
			last = strings.LastIndexByte(rest, q)
		}
		for _, end := range []int{unescaped(rest, string(q), 0), bare, last, strings.IndexByte(rest, q), strings.LastIndexByte(value[1:], q)} {
			if end >= 0 {
				s := strings.ReplaceAll(rest[:end], "\r\n", "\n")
				out = append(out, s, strings.TrimSpace(s), strings.Trim(s, string(q)))
			}
		}
		// SQL and YAML double a quote.
		if q == '\'' && strings.Contains(value, "''") {
			out = append(out, strings.ReplaceAll(strings.Trim(value, "'"), "''", "'"))
		}
	}
	return out
}

// unquoted is a value without the quotes around it.
func unquoted(s string) string {
	if n := len(s); n > 1 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') {
		return s[1 : n-1]
	}
	return s
}

// span is the text of a value that begins in the line at a place: the line alone, if nothing in it can go on.
func (v *values) span(s string, at int) string {
	line := s[at:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	kinds, open := 0, strings.IndexByte(line, '\\') >= 0
	for _, q := range []string{`"`, "'", "`"} {
		if n := strings.Count(line, q); n > 0 {
			kinds++
			open = open || n%2 > 0
		}
	}
	if !open && kinds < 2 || v.further == mostFurther {
		return line
	}
	v.further++
	return s[at:min(len(s), at+max(len(line), longest))]
}

// blankBefore is where the first of signs stands that has a blank before it, or the last.
func blankBefore(s, signs string, last bool) int {
	at := -1
	for i := 1; i < len(s); i++ {
		if strings.IndexByte(signs, s[i]) >= 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
			if at = i; !last {
				break
			}
		}
	}
	return at
}

// unescaped is where the first of signs stands that no backslash makes a part of the value.
func unescaped(s, signs string, from int) int {
	for i := from; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.IndexByte(signs, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// bareQuote is where the first quote stands that has no backslash before it: to godotenv two are no other than one.
func bareQuote(s string, q byte) int {
	for i := range len(s) {
		if s[i] == q && (i == 0 || s[i-1] != '\\') {
			return i
		}
	}
	return -1
}

// escapes are the ways to read backslashes.
var escapes = []func(string) string{
	strings.NewReplacer(`\n`, "\n").Replace,                         // Node
	strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace,             // dotenv
	strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t").Replace, // dotenvx
	backslashes{known: cEscapes, others: `"'\`, codes: "xuU"}.read,  // python-dotenv
	backslashes{known: cEscapes, others: "\"'\\`$"}.read,
	backslashes{known: cEscapes, others: `"\`}.read,
	backslashes{known: composeEscapes, others: `"\`}.read,      // before it replaces variables
	backslashes{known: cEscapes, all: true, codes: "xuU"}.read, // JSON
	backslashes{known: map[byte]string{'n': "\n", 'r': "\r"}, all: true}.read,
	backslashes{known: map[byte]string{'n': "\n", 'r': "\r"}, all: true, but: '$'}.read,  // godotenv
	backslashes{known: map[byte]string{'n': "\n", 'r': "\r", 't': "\t"}, all: true}.read, // curl
	backslashes{known: map[byte]string{'\n': ""}, others: "\"\\`$"}.read,                 // a shell, systemd
	backslashes{known: map[byte]string{'\n': ""}, all: true}.read,                        // the same without quotes; libpq
	backslashes{others: "\\;#"}.read,                                                     // npm
	backslashes{others: "\\'"}.read,
	backslashes{others: `"`}.read,
	backslashes{others: `'`}.read,
	backslashes{others: `:\`}.read,                                                                                // pgpass
	backslashes{known: map[byte]string{'b': "\b", 't': "\t", 'n': "\n", 'r': "\r", 's': " "}, others: `\"'`}.read, // MySQL
}

var (
	cEscapes       = map[byte]string{'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}
	composeEscapes = map[byte]string{'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '$': "$$"}
)

// backslashes is a way to read them: what the known say, and of which others only the sign is left.
type backslashes struct {
	known  map[byte]string
	others string
	all    bool
	but    byte   // stays as it is
	codes  string // of x41, u0041 and U00000041
}

func (w backslashes) read(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		said, known := w.known[s[i]]
		if strings.IndexByte(w.codes, s[i]) >= 0 {
			if code, size := unicodeEscape(s[i:]); size > 0 {
				b.WriteString(code)
				i += size - 1
				continue
			}
		}
		switch {
		case known:
			b.WriteString(said)
		case (w.all || strings.IndexByte(w.others, s[i]) >= 0) && (w.but == 0 || w.but != s[i]):
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
