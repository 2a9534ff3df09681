package credentials

import (
	"strings"
)

// Env reads NAME=value lines as dotenv, Node, compose, Docker, systemd, direnv, godotenv, python-dotenv and their kin do.
func Env(text []byte) []Value {
	v := values{sure: Named}
	s := strings.TrimPrefix(string(text), mark)
	vars := map[string]string{}
	lookup := func(name string) string { return vars[name] }
	take := func(name, value string) { v.add(Named, name, value) }
	// Twice: a variable may stand before the line that sets it.
	for range 1 + min(1, strings.Count(s, "$")) {
		for at := 0; at < len(s); {
			text := v.span(s, at)
			name, value := assignment(text)
			for _, reading := range readings(value, lookup) {
				take(name, reading)
			}
			if name != "" {
				joined := strings.ReplaceAll(text, "\\\n", "") // a shell joins lines before it looks at variables
				for _, line := range []string{joined, text} {
					for word, said := range shellWords(line, lookup) {
						take(word, said)
						vars[word] = said
					}
				}
			}
			next := strings.IndexByte(s[at:], '\n')
			if next < 0 {
				break
			}
			at += next + 1
		}
	}
	systemd(s, take)
	return v.all
}

// assignment is the name that a line sets and all that stands behind the sign, further lines too.
func assignment(text string) (name, value string) {
	line := text
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		line = text[:i]
	}
	sign := strings.IndexByte(line, '=')
	// dotenv and godotenv take a colon with a blank behind it.
	if i := strings.Index(line, ": "); i >= 0 && (sign < 0 || i < sign) {
		sign = i
	}
	if sign <= 0 || strings.HasPrefix(strings.TrimSpace(line), "#") {
		return "", ""
	}
	words := strings.Fields(strings.TrimSuffix(line[:sign], "+"))
	if len(words) == 0 {
		return "", ""
	}
	return words[len(words)-1], text[sign+1:] // export NAME=, declare -x NAME=
}

// systemd reads an EnvironmentFile: a backslash at a line's end joins the next, quoted parts are joined, and ; begins a
// comment as # does, at a line's head.
func systemd(text string, take func(name, value string)) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i := 0; i < len(text); {
		for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
			i++
		}
		if i < len(text) && (text[i] == '#' || text[i] == ';') {
			for i < len(text) && text[i] != '\n' {
				if text[i] == '\\' {
					i++
				}
				i++
			}
			continue
		}
		start := i
		for i < len(text) && text[i] != '=' && text[i] != '\n' {
			i++
		}
		if i >= len(text) || text[i] == '\n' {
			continue
		}
		name := strings.TrimSpace(text[start:i])
		var value string
		value, i = systemdValue(text, i+1)
		take(name, value)
	}
}

func systemdValue(text string, i int) (string, int) {
	var b strings.Builder
	quote, begun := byte(0), false // begun: within a word without quotes
	blank := -1                    // where the blanks begin that may be the last of the line
	for ; i < len(text); i++ {
		c := text[i]
		isBlank := c == ' ' || c == '\t' || c == '\r'
		switch {
		case quote == '\'' && c != '\'', quote == '"' && c != '"' && c != '\\':
			b.WriteByte(c)
		case quote == '"' && c == '\\' && i+1 < len(text):
			if i++; strings.IndexByte("\"\\`$", text[i]) >= 0 {
				b.WriteByte(text[i])
			} else if text[i] != '\n' {
				b.WriteString(text[i-1 : i+1])
			}
		case quote != 0:
			quote = 0
		case c == '\n':
			return trimmedAt(b.String(), blank), i
		case c == '\\':
			if blank, begun = -1, true; i+1 < len(text) {
				if i++; text[i] != '\n' {
					b.WriteByte(text[i])
				}
			}
		case !begun && (c == '"' || c == '\''):
			quote = c
		case !begun && isBlank:
		default:
			if begun = true; !isBlank {
				blank = -1
			} else if blank < 0 {
				blank = b.Len()
			}
			b.WriteByte(c)
		}
	}
	return trimmedAt(b.String(), blank), i
}

func trimmedAt(s string, blank int) string {
	if blank >= 0 {
		return s[:blank]
	}
	return s
}
