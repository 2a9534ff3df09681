// Package credentials reads .env files and the files in which tools keep what they log in with, as the programs read
// them whose files they are. Bytes and a format in, values out: it opens no file, asks nobody and writes no line.
//
// Programs differ about one and the same line: where a comment begins, what a backslash says, where a quote ends. What
// one of them takes for a password is a password. So a value is read in every way that a program reads it, and the
// file's own spelling is one of them: an agent prints that.
//
// Files: places.go says where the files are and which format each has; readings.go reads a value in all ways, expand.go
// its variables; then a format a file: env.go and shell.go, ini.go, properties.go, netrc.go, pgpass.go, git.go, curl.go,
// tree.go (JSON, YAML, TOML) and xml.go. names.go knows what a key says of its value.
//
// Nothing here is slow by design: a value is looked for within longest bytes of its beginning.
package credentials

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
)

// Value is what a program reads.
type Value struct {
	Kind Kind
	Name string // what the file calls it
	Text []byte
}

// Kind says what makes a value worth a look.
type Kind int

const (
	// Named is the value of a name, which may say that it is secret.
	Named Kind = iota
	// Password stands where a password stands, whatever it looks like.
	Password
	// Path is that of a file that holds nothing but a token.
	Path
)

// Format reads a file.
type Format func(text []byte) []Value

const (
	// longest is how many bytes of a file a value may have: more than the longest that is looked for, with its escapes.
	longest = 8 << 10
	// mostFurther is how many lines of a file may go on in the next, as far as a look at them tells.
	mostFurther = 256
	// pieceLength is the least length of a line that is looked for on its own, of a value that has several.
	pieceLength = 16
)

// values gathers what is read, each once.
type values struct {
	all  []Value
	seen map[string]bool
	// sure tells whether passwords of addresses and the like are one for certain: not in an .env file, where a
	// database on this machine has any word.
	sure    Kind
	further int // how many lines were read with those behind them
}

func (v *values) add(kind Kind, name, text string) {
	key := string(rune('0'+kind)) + name + "\x00" + text
	if text == "" || v.seen[key] {
		return
	}
	if v.seen == nil {
		v.seen = map[string]bool{}
	}
	v.seen[key] = true
	v.all = append(v.all, Value{kind, name, []byte(text)})
	if kind == Path {
		return
	}
	if strings.Contains(text, "://") {
		v.address(text)
	}
	if strings.Contains(text, "\n") {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= pieceLength && !strings.HasPrefix(line, "-----") {
				v.add(Named, name, line)
			}
		}
	}
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") && strings.HasSuffix(t, "}") {
		v.json([]byte(t))
	}
}

// login takes a password and who has it. One that is the user's name or the host's says nothing that the text around
// it does not; without a real one the user's name may be a token.
func (v *values) login(kind Kind, user, password string, others ...string) {
	for _, other := range append(others, user) {
		if password == other {
			password = ""
		}
	}
	if password != "" && password != "x-oauth-basic" {
		v.add(kind, "password", password)
	}
	if len(password) < 8 || password == "x-oauth-basic" {
		v.add(Named, "token", user)
	}
}

// pair takes user:password, which is a secret as a whole, too: tools print it so.
func (v *values) pair(kind Kind, text string) {
	user, password, ok := strings.Cut(text, ":")
	if !ok {
		return
	}
	v.login(kind, user, password)
	if password != "" && password != user {
		v.add(kind, "password", text)
	}
}

// address takes the password of scheme://user:password@host, as it is written and as it is meant. Where the host
// begins is not certain if there are several @.
func (v *values) address(text string) {
	_, rest, _ := strings.Cut(text, "://")
	if i := strings.IndexAny(rest, " \t\r\n"); i >= 0 {
		rest = rest[:i]
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	for _, part := range []string{authority, rest} {
		for _, at := range []int{strings.IndexByte(part, '@'), strings.LastIndexByte(part, '@')} {
			if at <= 0 {
				continue
			}
			host, _, _ := strings.Cut(part[at+1:], ":")
			user, password, _ := strings.Cut(part[:at], ":")
			v.login(v.sure, user, password, host)
			plainUser, err := url.PathUnescape(user)
			plain, err2 := url.PathUnescape(password)
			if err == nil && err2 == nil {
				v.login(v.sure, plainUser, plain, host)
			}
		}
		if strings.Contains(authority, "@") {
			return // what stands behind it is a path
		}
	}
}

// encoded takes a value that is base64: of user:password, of a password, or of a key.
func (v *values) encoded(kind Kind, name, text string) {
	v.add(kind, name, text)
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		said, err := alphabet.DecodeString(strings.TrimRight(text, "="))
		if err != nil || len(said) == 0 || bytes.IndexByte(said, 0) >= 0 {
			continue
		}
		v.pair(kind, string(said))
		v.add(kind, name, string(said))
		return
	}
	v.pair(kind, text)
}

// Token reads a file that holds nothing else.
func Token(text []byte) []Value {
	v := values{sure: Password}
	v.add(Password, "token", strings.TrimSpace(strings.TrimPrefix(string(text), mark)))
	return v.all
}

// mark is what Windows' editors write before a text in UTF-8.
const mark = "\ufeff"
