package credentials

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// expansion is a way to replace variables in a value.
type expansion struct {
	bare    bool // $NAME is one, too, and not only ${NAME}
	dollars bool // $$ says $
	escaped bool // \$ says $
}

var expansions = []func(s string, lookup func(string) string) string{
	expansion{bare: true, escaped: true}.expand,
	expansion{bare: true, escaped: true, dollars: true}.expand,
	expansion{bare: true, dollars: true}.expand,
	expansion{bare: true}.expand,
	expansion{}.expand,
	expansion{dollars: true}.expand,
	godotenv,
}

// godotenv is how the library of that name replaces variables: names are of capitals alone, so that of $Tail only $T is
// one, and it knows no ${NAME:-other}.
func godotenv(s string, lookup func(string) string) string {
	return godotenvVariable().ReplaceAllStringFunc(s, func(found string) string {
		part := godotenvVariable().FindStringSubmatch(found)
		switch {
		case part[1] != "" || part[2] != "":
			return found[1:]
		case part[3] != "":
			return lookup(part[3])
		}
		return found
	})
}

var godotenvVariable = text.Expression(`(\\)?\$(\()?\{?([A-Z0-9_]+)?\}?`)

func (e expansion) expand(s string, lookup func(string) string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case e.escaped && s[i] == '\\' && i+1 < len(s) && s[i+1] == '$':
			b.WriteByte('$')
			i++
			continue
		case s[i] != '$' || i+1 == len(s):
			b.WriteByte(s[i])
			continue
		case e.dollars && s[i+1] == '$':
			b.WriteByte('$')
			i++
			continue
		}
		if s[i+1] == '{' {
			if end := strings.IndexByte(s[i:], '}'); end > 0 {
				b.WriteString(braced(s[i+2:i+end], lookup))
				i += end
				continue
			}
		}
		n := 0
		for e.bare && i+1+n < len(s) && isNameByte(s[i+1+n], n == 0) {
			n++
		}
		if n == 0 {
			b.WriteByte('$')
			continue
		}
		b.WriteString(lookup(s[i+1 : i+1+n]))
		i += n
	}
	return b.String()
}

// braced is what stands between braces: a name, and what takes its place if it has no value.
func braced(s string, lookup func(string) string) string {
	n := 0
	for n < len(s) && isNameByte(s[n], n == 0) {
		n++
	}
	if value := lookup(s[:n]); value != "" || n == len(s) {
		return value
	}
	return strings.TrimLeft(s[n:], ":-=")
}

func isNameByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}
