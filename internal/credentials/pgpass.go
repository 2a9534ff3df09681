package credentials

import "strings"

// Pgpass reads host:port:database:user:password. libpq takes every sign behind a backslash as it is, ends at a bare
// colon and keeps blanks; jackc's reader knows \: and \\ alone, keeps all and trims.
func Pgpass(text []byte) []Value {
	v := values{sure: Password}
	for line := range strings.Lines(strings.TrimPrefix(string(text), mark)) {
		line = strings.TrimRight(line, "\r\n")
		for _, from := range []string{line, strings.TrimSpace(line)} {
			fields, rest := []string{}, from
			for len(fields) < 4 {
				i := unescaped(rest, ":", 0)
				if i < 0 {
					break
				}
				fields, rest = append(fields, pgEscapes[0].read(rest[:i])), rest[i+1:]
			}
			if len(fields) < 4 || strings.HasPrefix(from, "#") {
				continue
			}
			values := []string{rest}
			if end := unescaped(rest, ":", 0); end >= 0 {
				values = append(values, rest[:end])
			}
			for _, value := range values {
				v.login(Password, fields[3], value, fields[0], fields[2])
				for _, e := range pgEscapes {
					v.login(Password, fields[3], e.read(value), fields[0], fields[2])
				}
			}
		}
	}
	return v.all
}

var pgEscapes = []backslashes{{all: true}, {others: `:\`}}
