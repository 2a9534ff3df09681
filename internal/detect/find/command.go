package find

import (
	"bytes"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// command is a program that takes a password on its command line.
type command struct {
	// names are programs that take it alike.
	names string
	// sub are the words that must follow, in this order, options and others between; each may have a * at either end.
	sub string
	// flags are the options, or the words, that a password follows. One of a single letter may have it glued on, and one
	// that ends in ~ must; one that ends in =~ is what a name is given that says secret: -Dpassword=...
	flags string
	// words are which of the words behind sub are passwords, counted from 1, options left out.
	words string
	// after is what stands between a user, or a name, and the password: jay:secret. 0 if there is none.
	after byte
	// key: a machine drew it.
	key bool
}

var commands = []command{
	{names: "curl", flags: "-u --user -U --proxy-user -E --cert", after: ':'},
	{names: "curl", flags: "--pass --proxy-pass"},
	{names: "curl", flags: "-b --cookie", after: '=', key: true},
	{names: "http https xh", flags: "-a --auth", after: ':'}, {names: "--auth", words: "1", after: ':'},
	{names: "sshpass", flags: "-p"}, {names: "vault", flags: "unseal login"},
	{names: "mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlsh mariadb mariadb-dump mariadb-admin", flags: "-p~"},
	{names: "redis-cli", flags: "-a --pass"},
	{names: "mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat cqlsh beeline", flags: "-p"},
	{names: "sqlcmd bcp osql", flags: "-P"}, {names: "isql", words: "3"}, {names: "tsql", flags: "-P"},
	{names: "docker podman nerdctl buildah skopeo oras helm az oc crane regctl cf", sub: "login", flags: "-p"},
	{names: "ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare", flags: "-w"},
	{names: "smbclient rpcclient", flags: "-U --user", after: '%'},
	{names: "psexec evil-winrm crackmapexec netexec nxc smbmap rdesktop ncftpget ncftpput", flags: "-p"},
	{names: "xfreerdp wfreerdp", flags: "/p:~"}, {names: "winrs", flags: "-p:~ /p:~ -password:~"}, {names: "cmdkey", flags: "/pass:~"},
	{names: "schtasks", flags: "/rp /p"}, {names: "net", sub: "use", words: "3"},
	{names: "lftp", flags: "-u", after: ','},
	{names: "unzip zip", flags: "-P"}, {names: "7z 7za 7zz unrar rar", flags: "-p~ -hp~"},
	{names: "openssl", flags: "-passin -passout -pass", after: ':'}, {names: "openssl", flags: "-k"},
	{names: "keytool", flags: "-storepass -keypass -srcstorepass -deststorepass"}, {names: "jarsigner apksigner", flags: "-storepass -keypass"},
	{names: "mvn mvnw", flags: "-D=~"}, {names: "gradle gradlew", flags: "-P=~ -D=~"}, {names: "java", flags: "-D=~"},
	{names: "twine", sub: "upload", flags: "-p"}, {names: "poetry", sub: "publish", flags: "-p"},
	{names: "poetry composer", sub: "config http-basic*", words: "2"}, {names: "poetry", sub: "config pypi-token*", words: "1", key: true},
	{names: "npm", sub: "config set *_auth*", words: "1", key: true}, {names: "npm", sub: "config set *_password", words: "1"}, {names: "npm", sub: "login", flags: "--auth"},
	{names: "cargo", sub: "login", words: "1", key: true}, {names: "nuget", sub: "setapikey", words: "1", key: true},
	{names: "gh", sub: "secret set", flags: "-b --body"}, {names: "gh", sub: "variable set *token*", flags: "-b --body"},
	{names: "aws", sub: "ssm put-parameter", flags: "--value"}, {names: "az", sub: "keyvault secret set", flags: "--value"},
	{names: "pulumi", sub: "config set", flags: "--secret", words: "2"},
	{names: "mc", sub: "alias set", words: "3 4"}, {names: "rclone", sub: "config create", flags: "pass password"},
	{names: "rabbitmqctl", sub: "add_user", words: "2"}, {names: "rabbitmqctl", sub: "change_password", words: "2"},
	{names: "ipmitool mosquitto_pub mosquitto_sub mosquitto_rr", flags: "-P"},
	{names: "snmpwalk snmpget snmpset snmpbulkwalk snmpgetnext", flags: "-A -X -c"},
	{names: "wpa_passphrase", words: "2"}, {names: "useradd usermod", flags: "-p"}, {names: "radtest", words: "2 5"},
	{names: "tacacs-server radius-server", flags: "key"}, {names: "pre-shared-key", words: "1"},
	{names: "$(echo", words: "1"},
}

const (
	// commandSpan is how far a command line is read.
	commandSpan = 512
	// commandWords is how many of its words are read.
	commandWords = 48
)

// commandsOf has the commands by the name of their program.
var commandsOf = func() map[string][]command {
	m := map[string][]command{}
	for _, c := range commands {
		for name := range strings.FieldsSeq(c.names) {
			m[name] = append(m[name], c)
		}
	}
	return m
}()

// commandNames are the programs with what follows them: a blank, or the quote of a list of arguments.
func commandNames() (names []string) {
	for name := range commandsOf {
		names = append(names, name+" ")
		if letters.IsAlpha(name[0]) {
			names = append(names, name+`"`, name+"'")
		}
	}
	slices.Sort(names)
	return names
}

// findCommand reads the words of a command line to the line's end, over those that a backslash continues, or those of a list
// of arguments: "curl", "-u", "jay:secret".
func findCommand(c *look.Text, at letters.Span) {
	if before := c.Before(at.Start); letters.IsWord(before) || before == '-' || before == '.' {
		return
	}
	var scratch [32]byte
	name := string(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End-1]))
	line := commandLine{text: c.Bytes[:min(len(c.Bytes), at.End+commandSpan)], at: at.End}
	switch quote := c.Bytes[at.End-1]; {
	case quote == ' ':
	case c.ByteAt(at.Start-1) != quote || c.ByteAt(at.End) != ',':
		return
	default:
		line.quote = quote
	}
	if name == "$(echo" {
		if !givenByShell(c, at.Start) {
			return
		}
		if end := bytes.IndexByte(line.text[at.End:], ')'); end >= 0 {
			line.text = line.text[:at.End+end+1]
		}
	}
	var words [commandWords]letters.Span
	n := 0
	for n < len(words) && line.next(&words[n]) {
		n++
	}
	for _, of := range commandsOf[name] {
		of.find(c, &line, at.Start, words[:n])
	}
}

// givenByShell tells whether a name that says secret is given what the shell puts in a place.
func givenByShell(c *look.Text, at int) bool {
	if at > 0 && c.Bytes[at-1] == '"' {
		at--
	}
	if c.ByteAt(at-1) != '=' {
		return false
	}
	from := at - 1
	for from > 0 && at-from < NameLimit && letters.IsWord(c.Bytes[from-1]) {
		from--
	}
	return saysSecret(c.Bytes[from : at-1])
}

// saysSecret tells a name with a word in it that says secret.
func saysSecret(name []byte) bool {
	for _, word := range [...]string{"pass", "pwd", "secret", "token", "apikey", "api_key", "api-key"} {
		if letters.ContainsFold(name, word) {
			return true
		}
	}
	return false
}

// find looks for what the command takes among the words that follow it.
func (of *command) find(c *look.Text, line *commandLine, start int, words []letters.Span) {
	subs := strings.Fields(of.sub)
	count := 0
	for i, w := range words {
		word := line.text[w.Start:w.End]
		option := len(word) > 0 && word[0] == '-'
		if len(subs) > 0 {
			if !option && fitsWord(subs[0], word) {
				subs = subs[1:]
			}
			continue
		}
		if from, next := of.option(word); next {
			if i+1 < len(words) {
				of.value(c, line, start, words[i+1])
			}
		} else if from > 0 {
			of.value(c, line, start, line.unquoted(w.Start+from, w.End))
		}
		if option || of.words == "" {
			continue
		}
		if count++; strings.Contains(of.words, string(rune('0'+count))) {
			of.value(c, line, start, w)
		}
	}
}

// fitsWord tells whether a word is a pattern's, which may have a * at either end.
func fitsWord(pattern string, word []byte) bool {
	rest, front := strings.CutPrefix(pattern, "*")
	rest, back := strings.CutSuffix(rest, "*")
	switch {
	case front && back:
		return letters.ContainsFold(word, rest)
	case front:
		return len(word) >= len(rest) && letters.EqualFold(word[len(word)-len(rest):], rest)
	case back:
		return len(word) >= len(rest) && letters.EqualFold(word[:len(rest)], rest)
	}
	return letters.EqualFold(word, rest)
}

// option tells whether a word is an option that the value follows, or where in it the value begins; 0 if it is another.
func (of *command) option(word []byte) (from int, next bool) {
	for flag := range strings.FieldsSeq(of.flags) {
		if named, ok := strings.CutSuffix(flag, "=~"); ok {
			if sign := bytes.IndexByte(word, '='); sign > 0 && bytes.HasPrefix(word, []byte(named)) && saysSecret(word[len(named):sign]) {
				return sign + 1, false
			}
			continue
		}
		flag, glued := strings.CutSuffix(flag, "~")
		if !bytes.HasPrefix(word, []byte(flag)) {
			continue
		}
		switch {
		case len(word) == len(flag):
			return 0, !glued
		case glued, word[len(flag)] == '=' && len(flag) > 2, len(flag) == 2 && flag[0] == '-':
			if from = len(flag); word[from] == '=' {
				from++
			}
			return from, false
		}
	}
	return 0, false
}

// value takes what may be the password, or what follows the user's name in it.
func (of *command) value(c *look.Text, line *commandLine, start int, v letters.Span) {
	for of.after != 0 {
		sign := bytes.IndexByte(line.text[v.Start:v.End], of.after)
		if sign < 1 {
			return
		}
		v.Start += sign + 1
		if of.after != '=' {
			break
		}
		// Of several cookies each has its own.
		rest := v
		if end := bytes.IndexByte(line.text[v.Start:v.End], ';'); end >= 0 {
			rest.End = v.Start + end
		}
		of.judge(c, line, start, rest)
		v.Start = min(v.End, rest.End+1)
	}
	of.judge(c, line, start, v)
}

func (of *command) judge(c *look.Text, line *commandLine, start int, v letters.Span) {
	if v.End == len(line.text) && len(line.text) < len(c.Bytes) && line.text[v.End-1] != ')' {
		return // it goes on where we do not look
	}
	text := line.text[v.Start:v.End]
	whole := letters.Between(start, v.End)
	if of.key {
		if guess.IsSecret(text, []byte("key"), false) {
			c.Emit(v, whole)
		}
		return
	}
	switch likely, ok := guess.Given(text, nil, true, false); {
	case !ok:
	case likely == guess.Likely:
		c.Emit(v, whole)
	case of.flags != "" && of.words == "": // any word may stand in a place
		c.Doubt(v, whole, text)
	}
}

// commandLine are the words of a command, as a shell or a list of strings has them.
type commandLine struct {
	text []byte
	at   int
	// quote is that of a list's strings; 0 if it is a shell's line.
	quote byte
}

// next is the next word, without the quotes around it.
func (l *commandLine) next(word *letters.Span) bool {
	i := l.at
	if l.quote != 0 {
		for i < len(l.text) && (letters.IsSpace(l.text[i]) || l.text[i] == ',') {
			i++
		}
		if i >= len(l.text) || l.text[i] != l.quote {
			return false
		}
		end := bytes.IndexByte(l.text[i+1:], l.quote)
		if end < 0 {
			return false
		}
		*word, l.at = letters.Between(i+1, i+1+end), i+end+2
		return true
	}
	for ; i < len(l.text); i++ {
		b := l.text[i]
		if b == '\\' && i+1 < len(l.text) && (l.text[i+1] == '\n' || l.text[i+1] == '\r') {
			i++
		} else if !letters.IsBlank(b) {
			break
		}
	}
	if i >= len(l.text) || strings.IndexByte("\r\n|;&", l.text[i]) >= 0 {
		return false
	}
	from := i
	v, end := shellWord(l.text, i)
	// A word may be quoted in its middle: --password="x", -p'x'.
	for v.Start == from && end < len(l.text) && end > from && (l.text[end] == '"' || l.text[end] == '\'') && !letters.IsBlank(l.text[end-1]) {
		quoted, next := shellWord(l.text, end)
		if quoted.Start == end { // nothing closes it
			break
		}
		end, v.End = next, next
	}
	*word, l.at = v, end
	return true
}

// unquoted is a part of a word without the quotes around it.
func (l *commandLine) unquoted(from, to int) letters.Span {
	if to-from > 1 && l.quote == 0 && (l.text[from] == '"' || l.text[from] == '\'') && l.text[to-1] == l.text[from] {
		return letters.Between(from+1, to-1)
	}
	return letters.Between(from, to)
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
