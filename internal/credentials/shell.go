package credentials

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shellWords are the variables that a shell sets with the command at the head of text: quotes of three kinds are joined,
// a line may hold several, and a string may go on in further lines. Each comes as it is written and with its
// variables replaced.
func shellWords(text string, lookup func(string) string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := 0; i < len(text); {
			switch c := text[i]; {
			case c == '\n' || c == '#':
				return
			case strings.IndexByte(" \t\r;&|()", c) >= 0:
				i++
				continue
			}
			start := i
			for i < len(text) && isNameByte(text[i], i == start) {
				i++
			}
			name := text[start:i]
			if i < len(text) && text[i] == '+' {
				i++
			}
			if i == start || i >= len(text) || text[i] != '=' {
				_, _, i = shellWord(text, start, lookup)
				i = max(i, start+1)
				continue
			}
			var plain, expanded string
			plain, expanded, i = shellWord(text, i+1, lookup)
			if !yield(name, plain) || expanded != plain && !yield(name, expanded) {
				return
			}
		}
	}
}

// shellWord reads the word at i, and tells where it ends.
func shellWord(text string, i int, lookup func(string) string) (plain, expanded string, end int) {
	var b, e strings.Builder
	said := func(s string) { b.WriteString(s); e.WriteString(s) }
	open := func(s string) { // what is said with its variables
		b.WriteString(s)
		e.WriteString(expansion{bare: true}.expand(s, lookup))
	}
	for i < len(text) {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n;&|()", c) >= 0:
			return b.String(), e.String(), i
		case c == '\\' && i+1 < len(text):
			if text[i+1] != '\n' {
				said(text[i+1 : i+2])
			}
			i += 2
		case c == '\'':
			n := strings.IndexByte(text[i+1:], '\'')
			if n < 0 {
				return b.String(), e.String(), len(text)
			}
			said(text[i+1 : i+1+n])
			i += n + 2
		case c == '$' && strings.HasPrefix(text[i:], "$'"):
			n := unescaped(text, "'", i+2)
			if n < 0 {
				return b.String(), e.String(), len(text)
			}
			said(ansi(text[i+2 : n]))
			i = n + 1
		case c == '"' || c == '$' && strings.HasPrefix(text[i:], `$"`):
			i += strings.IndexByte(text[i:], '"') + 1
			n := unescaped(text, `"`, i)
			if n < 0 {
				return b.String(), e.String(), len(text)
			}
			double := backslashes{known: map[byte]string{'\n': ""}, others: "\"\\`$"}
			for part := range parts(text[i:n]) {
				if part[0] == '\\' {
					said(double.read(part))
				} else {
					open(part)
				}
			}
			i = n + 1
		default:
			n := i + 1
			for n < len(text) && strings.IndexByte(" \t\r\n;&|()\\'\"", text[n]) < 0 && !strings.HasPrefix(text[n:], "$'") {
				n++
			}
			open(text[i:n])
			i = n
		}
	}
	return b.String(), e.String(), i
}

// parts cuts a string into its escapes and what is between them.
func parts(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			n := strings.IndexByte(s, '\\')
			switch {
			case n == 0:
				n = min(2, len(s))
			case n < 0:
				n = len(s)
			}
			if !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
	}
}

// ansi reads the inside of $'...'.
func ansi(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if said, size := unicodeEscape(s[i:]); size > 0 {
			b.WriteString(said)
			i += size - 1
			continue
		}
		switch c := s[i]; {
		case c == 'e' || c == 'E':
			b.WriteByte(0x1b)
		case c >= '0' && c <= '7':
			n := 1
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				n++
			}
			octal, _ := strconv.ParseUint(s[i:i+n], 8, 16)
			b.WriteByte(byte(octal))
			i += n - 1
		case cEscapes[c] != "":
			b.WriteString(cEscapes[c])
		case strings.IndexByte(`\'"?`, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(s[i-1 : i+1])
		}
	}
	return b.String()
}

// unicodeEscape reads x41, u0041 and U00000041, as they stand behind a backslash; size is 0 if none does.
func unicodeEscape(s string) (said string, size int) {
	least, most := 0, 0
	switch s[0] {
	case 'x':
		least, most = 1, 2
	case 'u':
		least, most = 1, 4
	case 'U':
		least, most = 1, 8
	default:
		return "", 0
	}
	n := 0
	for n < most && n+1 < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[1+n]) >= 0 {
		n++
	}
	if n < least {
		return "", 0
	}
	code, _ := strconv.ParseUint(s[1:1+n], 16, 32)
	if s[0] == 'x' {
		return string([]byte{byte(code)}), 1 + n
	}
	return string(utf8.AppendRune(nil, rune(code))), 1 + n
}
