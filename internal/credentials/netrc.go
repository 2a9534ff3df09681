package credentials

import "strings"

// Netrc reads words: machine, login, password and what follows each, over lines, tabs and quotes. What a quote, a
// backslash or # is to a reader differs, so each has its own words.
func Netrc(text []byte) []Value {
	v := values{sure: Password}
	s := strings.TrimPrefix(string(text), mark)
	for _, w := range netrcReaders {
		words := w.words(s)
		host, user := "", ""
		for i := 0; i+1 < len(words); i++ {
			next := words[i+1]
			switch words[i].text {
			case "machine":
				host, user = next.text, ""
			case "default":
				host, user = "", ""
				continue
			case "login":
				user = next.text
			case "password", "passwd", "account":
				kind := Password
				if next.skipped { // curl takes the word behind a comment, which is rarely a password
					kind = Named
				}
				v.login(kind, user, next.text, host)
			default:
				continue
			}
			i++
		}
	}
	return v.all
}

// netrcReader is how a program cuts the text into words.
type netrcReader struct {
	quotes      string
	escapes     string // what n, r and t behind a backslash are, within quotes: curl's
	backslashes bool   // a backslash takes the next sign as it is, everywhere: Python's
	comments    bool
}

var netrcReaders = []netrcReader{
	{},
	{comments: true},
	{quotes: `"`, escapes: "nrt"},
	{quotes: `"`, escapes: "nrt", comments: true},
	{quotes: `"`, backslashes: true},
	{quotes: `"`, backslashes: true, comments: true},
	{quotes: `"'`, backslashes: true}, // Emacs' .authinfo
}

type netrcWord struct {
	text    string
	skipped bool // a comment stands before it
}

func (r netrcReader) words(s string) (all []netrcWord) {
	skipped := false
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
			continue
		case c == '#' && r.comments:
			for i < len(s) && s[i] != '\n' {
				i++
			}
			skipped = true
			continue
		}
		var b strings.Builder
		quote := byte(0)
		if strings.IndexByte(r.quotes, c) >= 0 {
			quote = c
			i++
		}
		start := i
	word:
		for ; i < len(s); i++ {
			c := s[i]
			switch {
			case quote != 0 && c == quote:
				i++
				break word
			case quote == 0 && strings.IndexByte(" \t\r\n", c) >= 0, quote != 0 && i-start > longest:
				break word
			case c == '\\' && i+1 < len(s) && (r.backslashes || quote != 0):
				i++
				if said := strings.IndexByte(r.escapes, s[i]); said >= 0 {
					b.WriteByte("\n\r\t"[said])
					continue
				}
				b.WriteByte(s[i])
			default:
				b.WriteByte(c)
			}
		}
		all = append(all, netrcWord{b.String(), skipped})
		skipped = false
	}
	return all
}
