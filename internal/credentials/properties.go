package credentials

import "strings"

// Properties reads Java's: =, : or a blank separates, a backslash escapes and joins lines, blanks at the end are kept.
func Properties(text []byte) []Value {
	v := values{sure: Password}
	s := strings.ReplaceAll(strings.TrimPrefix(string(text), mark), "\r\n", "\n")
	for at := 0; at < len(s); {
		line, next := logicalLine(s, at)
		at = next
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		sign := unescaped(line, "=: \t\f", 0)
		if sign < 0 {
			continue
		}
		key, raw := javaEscapes.read(line[:sign]), strings.TrimLeft(line[sign:], " \t\f")
		if raw != "" && (raw[0] == '=' || raw[0] == ':') {
			raw = strings.TrimLeft(raw[1:], " \t\f")
		}
		for _, value := range []string{javaEscapes.read(raw), raw} {
			v.keyed(key, value)
			v.keyed(key, strings.TrimSpace(value))
		}
	}
	return v.all
}

// logicalLine is the line at a place with those that a backslash joins to it, and where the next one begins. Blanks at
// the head of each say nothing.
func logicalLine(s string, at int) (line string, next int) {
	var b strings.Builder
	for at < len(s) {
		end := strings.IndexAny(s[at:], "\r\n")
		if end < 0 {
			end = len(s) - at
		}
		part := strings.TrimLeft(s[at:at+end], " \t\f")
		at += end + 1
		first := b.Len() == 0
		comment := first && part != "" && (part[0] == '#' || part[0] == '!')
		slashes := len(part) - len(strings.TrimRight(part, `\`))
		if comment || slashes%2 == 0 {
			b.WriteString(part)
			break
		}
		b.WriteString(part[:len(part)-1])
	}
	return b.String(), at
}

var javaEscapes = backslashes{known: map[byte]string{'n': "\n", 'r': "\r", 't': "\t", 'f': "\f"}, all: true, codes: "u"}
