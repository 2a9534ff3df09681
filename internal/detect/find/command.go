package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// command is a program that takes a password on its command line.
type command struct {
	// name is how the line begins, with the blank after it.
	name string
	// flags are the options, or the words, that a password follows. One of a single letter may have it glued on, and one
	// that ends in ~ must.
	flags string
	// after is what stands between a user and the password: jay:secret. 0 if there is none.
	after byte
}

var commands = []command{
	{"curl ", "-u --user -U --proxy-user", ':'},
	{"http ", "-a --auth", ':'}, {"https ", "-a --auth", ':'}, {"xh ", "-a --auth", ':'},
	{"sshpass ", "-p", 0}, {"vault ", "unseal login", 0},
	{"mysql ", "-p~", 0}, {"mysqldump ", "-p~", 0}, {"mysqladmin ", "-p~", 0}, {"mariadb ", "-p~", 0}, {"mariadb-dump ", "-p~", 0},
	{"redis-cli ", "-a --pass", 0},
	{"docker login ", "-p", 0}, {"podman login ", "-p", 0}, {"nerdctl login ", "-p", 0}, {"buildah login ", "-p", 0},
	{"skopeo login ", "-p", 0}, {"oras login ", "-p", 0}, {"helm registry login ", "-p", 0}, {"az login ", "-p", 0}, {"oc login ", "-p", 0},
	{"ldapsearch ", "-w", 0}, {"ldapadd ", "-w", 0}, {"ldapmodify ", "-w", 0}, {"ldapdelete ", "-w", 0}, {"ldappasswd ", "-w", 0}, {"ldapwhoami ", "-w", 0},
	{"smbclient ", "-U --user", '%'}, {"rpcclient ", "-U --user", '%'},
	{"unzip ", "-P", 0}, {"zip ", "-P", 0}, {"7z ", "-p~", 0}, {"7za ", "-p~", 0},
	{"openssl ", "-passin -passout -pass", ':'},
}

// commandSpan is how far a command line is read.
const commandSpan = 512

func commandNames() []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}

// findCommand reads the options of a command line to the line's end, over those that a backslash continues.
func findCommand(c *look.Text, at letters.Span) {
	if before := c.Before(at.Start); letters.IsWord(before) || before == '-' {
		return
	}
	var of command
	for _, known := range commands {
		if letters.EqualFold(c.Bytes[at.Start:at.End], known.name) {
			of = known
		}
	}
	text := c.Bytes[:min(len(c.Bytes), at.End+commandSpan)]
	for i := at.End; i < len(text); {
		switch b := text[i]; {
		case letters.IsBlank(b), b == '\\' && i+1 < len(text):
			if i++; b == '\\' {
				i++
			}
			continue
		case strings.IndexByte("\r\n|;&", b) >= 0:
			return
		case b == '-' || of.flags[0] != '-':
			if from := optionValue(text, i, of.flags); from > 0 {
				commandValue(c, text, at.Start, from, of.after)
			}
		}
		_, i = shellWord(text, i)
	}
}

// optionValue is where the value of an option begins that one of the flags names; 0 if it is another.
func optionValue(text []byte, i int, flags string) int {
	for flag := range strings.FieldsSeq(flags) {
		flag, glued := strings.CutSuffix(flag, "~")
		if !bytes.HasPrefix(text[i:], []byte(flag)) {
			continue
		}
		from := i + len(flag)
		switch {
		case from >= len(text):
			return 0
		case glued && !letters.IsBlank(text[from]):
			return from
		case glued:
			return 0
		case text[from] == '=':
			return from + 1
		case letters.IsBlank(text[from]):
			for from < len(text) && letters.IsBlank(text[from]) {
				from++
			}
			return from
		case len(flag) == 2:
			return from
		}
	}
	return 0
}

func commandValue(c *look.Text, text []byte, start, from int, after byte) {
	v, _ := shellWord(text, from)
	if after != 0 {
		sign := bytes.IndexByte(text[v.Start:v.End], after)
		if sign < 1 {
			return
		}
		v.Start += sign + 1
	}
	if v.End == len(text) && len(text) < len(c.Bytes) {
		return // it goes on where we do not look
	}
	if guess.IsSecret(text[v.Start:v.End], nil, true) {
		c.Emit(v, letters.Between(start, v.End))
	}
}

// shellWord is the word that begins at i, without its quotes, and where the next may begin.
func shellWord(text []byte, i int) (word letters.Span, next int) {
	if i < len(text) && (text[i] == '"' || text[i] == '\'') {
		if end := bytes.IndexByte(text[i+1:], text[i]); end >= 0 && bytes.IndexByte(text[i+1:i+1+end], '\n') < 0 {
			return letters.Between(i+1, i+1+end), i + end + 2
		}
	}
	end := i
	for end < len(text) && !letters.IsSpace(text[end]) && strings.IndexByte("|;\"'`", text[end]) < 0 {
		end++
	}
	return letters.Between(i, end), min(len(text), max(end, i+1))
}

// findNetrc reads an entry of .netrc: machine NAME login NAME password VALUE, on a line or on several.
func findNetrc(c *look.Text, at letters.Span) {
	text := c.Bytes[:min(len(c.Bytes), at.End+commandSpan)]
	var words [7]letters.Span
	i := at.End
	for n := range words {
		for i < len(text) && letters.IsSpace(text[i]) {
			i++
		}
		words[n], i = shellWord(text, i)
		if word := text[words[n].Start:words[n].End]; n == 1 && string(word) != "login" && string(word) != "account" && string(word) != "password" {
			return
		}
	}
	for n := 1; n+1 < len(words); n += 2 {
		v := words[n+1]
		if string(text[words[n].Start:words[n].End]) != "password" || v.End == len(text) && len(text) < len(c.Bytes) {
			continue
		}
		if guess.IsSecret(text[v.Start:v.End], nil, true) {
			c.Emit(v, letters.Between(at.Start, v.End))
		}
		return
	}
}
