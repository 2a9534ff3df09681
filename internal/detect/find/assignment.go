package find

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// A secret-like assignment is a name that says secret, a sign that gives it a value, and a value that
// can be one:
//
//	DB_PASSWORD=..., "clientSecret": "...", token := "...", <password>...</password>, --api-key ...
//
// The name wakes the check, the rest is read by hand: names like token and password stand on every
// page of ordinary code, and a regular expression at each would cost more than all else together. given.go reads what a
// name is given, record.go where the two stand apart, listed.go where it is several values.

// secretWord is a word in names that says secret.
type secretWord struct {
	word string
	// password: a person may have chosen the value. Others are keys, which a machine draws.
	password bool
	// signed: the word holds its sign, or a letter after which it ends; without it the word stands in too many others.
	signed bool
}

var secretWords = func() (all []secretWord) {
	add := func(password, signed bool, list string) {
		for w := range strings.SplitSeq(list, ",") {
			all = append(all, secretWord{w, password, signed})
		}
	}
	add(true, false, "password,passwd,passphrase,pwd,passwort,passcode,kennwort,contrasena,senha,mot_de_passe,mot de passe,motdepasse,wachtwoord,haslo,heslo,parola,passord,salasana,adgangskode")
	add(true, false, "identified by,_pass,dbpass,_pw,rootpw,bindpw,userpass,requirepass,masterauth,creds,pass_phrase,access_code,accesscode")
	add(true, true, `pass=,pass:,pass",pass\,pass =,pass>,pass encoding=,pass ",pw=,pw:,pw",pw\,pw =,clave:,sifre:,jelszo:,_clave=,_clave:,psk=,psk =`)
	add(true, true, "pass\n,pass\r")
	add(false, false, "secret,token,credential,apikey,api.key,accesskey,privatekey,secretkey,authkey,encryptionkey,signingkey,masterkey,accountkey,sharedkey")
	add(false, false, "api key,secret key,access key,license key,signing key,encryption key,_key,-key,appkey,sessionkey,webhookkey,licensekey,servicekey,adminkey,_salt,_auth")
	add(false, true, `auth=,auth =,auth",key=,key:,key",key =,authorization:,authorization",authorization',_pat=,_pat:,_pat",bearer=,bearer:,session_cookie=,client-key-data:,openai(,client(`)
	for word := range secretCalls {
		add(true, true, word)
	}
	slices.SortFunc(all, func(a, b secretWord) int { return strings.Compare(a.word, b.word) })
	return all
}()

// secretCalls are functions that take a password, and how many arguments stand before it.
var secretCalls = map[string]int{"getconnection(": 2, "basicauth(": 1, "basic_auth(": 1, "digestauth(": 1, ".login(": 1, "authenticate(": 1, "withcredentials(": 1, "userpassword(": 1,
	"plainauth(": 2, "pdo(": 2, "mysqli(": 2, "mysqli_connect(": 2, "mysql_connect(": 2, "sqlcredential(": 1, "url.create(": 2, ".auth(": 1, "wifi.begin(": 1, "pgp_sym_encrypt(": 1, " login(": 1} //nolint:gocritic // the blank tells a call from a name that ends so

// secretWordOf numbers them by what wakes the check.
var secretWordOf = letters.ListOfAll(secretTriggers())

func secretTriggers() (all []string) {
	for _, w := range secretWords {
		all = append(all, w.word)
	}
	return all
}

// OtherKeys say in front of _key that it opens nothing.
var OtherKeys = strings.Fields("public pub primary foreign cache sort partition idempotency translation routing object hash map dict lookup index group row i18n locale message lang ssh_host host unique composite file image asset storage item event node entry site")

// After the word that says secret a name may go on with these and still name the value itself;
// password_field, token_count and secretName do not.
var nameSuffixWords = strings.Fields("key keys value values val prod production live dev development stage staging test testing base64 b64 hex raw plain plaintext text string str db root admin user default old new current previous primary secondary main master local remote base env env_var json confirm confirmation id_token aws gcp azure github gitlab backup bak copy s")

var nameSuffixes = letters.ListOfAll(nameSuffixWords)

// beginsSuffix are the letters with which one of them begins, or one of suffixFits'.
var beginsSuffix = func() (is [256]bool) {
	for b := byte('a'); b <= 'z'; b++ {
		is[b] = b == 'f' || b == 'v' || slices.ContainsFunc(nameSuffixWords, func(word string) bool { return word[0] == b })
	}
	return is
}()

// otherNames begin like a word that says secret and are none: compass, bypass, monkey, author.
var otherNames = []struct {
	word   string
	others []string
}{
	{"pass", strings.Fields("com by tres sur under over en im")},
	{"pw", strings.Fields("ip gp n o")},
	{"auth", strings.Fields("o")},
}

const (
	// NameLimit and ValueLimit are the most that a name and a value have.
	NameLimit  = 64
	ValueLimit = 512
)

// publicNames are in names of keys that everybody may have: PublicKeyToken, NEXT_PUBLIC_API_KEY. A public secret is one.
var publicNames = []string{"publickey", "public_key", "public-key", "publishable", "next_public_"}

// publicHeads begin names of what only looks like a key: the revision of a source, the file by which a search engine is told.
var publicHeads = []string{"srcrev", "indexnow"}

func isPublicName(name []byte) bool {
	for _, head := range publicHeads {
		if len(name) > len(head) && letters.EqualFold(name[:len(head)], head) {
			return true
		}
	}
	if !letters.ContainsFold(name, "publi") {
		return false
	}
	for _, p := range publicNames {
		if letters.ContainsFold(name, p) {
			return !letters.ContainsFold(name, "secret") && !letters.ContainsFold(name, "password")
		}
	}
	return false
}

// secretName is a name that says secret, and where it stands.
type secretName struct {
	letters.Span
	password bool
	text     []byte
}

// reading is a text in which names and their values are read.
type reading struct{ *look.Text }

func findAssignment(text *look.Text, at letters.Span) {
	c := reading{text}
	if c.called(at) {
		return
	}
	if n, ok := c.secretName(at); ok && !bytes.HasPrefix(c.Bytes[n.End:], []byte("://")) { // pass://shop/key is an address
		c.given(n, func(g given) { c.judge(n, g) })
	}
}

// Labelled reads what a label says is a password, in whatever language.
func Labelled(text *look.Text, label letters.Span) {
	c, n := reading{text}, secretName{Span: label, password: true}
	c.given(n, func(g given) { c.judge(n, g) })
}

// secretName reads the name around the word that wakes the check, and passes over those that say something else.
func (c reading) secretName(at letters.Span) (n secretName, ok bool) {
	text := c.Bytes
	word := text[at.Start:at.End]
	var scratch [16]byte
	which := secretWordOf.Index(letters.AppendFolded(scratch[:0], word))
	if which < 0 {
		return n, false // other letters of the same class
	}
	w := &secretWords[which]
	from, to := at.Start, at.End
	if w.signed {
		for to = at.Start; letters.IsWord(text[to]) || text[to] == '-' && letters.IsWord(text[to+1]); to++ { // a trigger ends with its sign
		}
	}
	// What follows says soonest that the name is another. A dot or dash may join its parts: api.key, client-secret.
	end := to
	for end < len(text) && end-at.End < NameLimit && (letters.IsWord(text[end]) || (text[end] == '-' || text[end] == '.') && end+1 < len(text) && letters.IsWord(text[end+1])) {
		end++
	}
	if dot := bytes.LastIndexByte(text[to:end], '.'); dot >= 0 && c.compared(to+dot) > 0 { // password.equals("...")
		end = to + dot
	}
	if end > to && !suffixFits(text[to:end]) {
		if end = c.tokenInName(to, end); end < 0 {
			return n, false
		}
	}
	for from > 0 && at.Start-from < NameLimit && (letters.IsWord(text[from-1]) || text[from-1] == '-' && from > 1 && letters.IsWord(text[from-2])) {
		from--
	}
	from = letters.AfterEscape(text, from, at.Start)
	name := text[from:end]
	switch {
	case letters.IsDigit(text[from]), letters.IsWord(c.Before(from)), isPublicName(name):
		return n, false
	case letters.EqualFold(word, "pwd") && !letters.EqualFold(name, "pwd") && text[at.Start-min(1, at.Start-from)] != '_' && !letters.IsUpper(text[at.Start]):
		return n, false // ".pwd" of a larger word
	case w.signed && !c.ownName(from, at.Start, text[at.Start:to]):
		return n, false
	case c.ByteAt(end) == '(' && (isGetter(name) && c.returned(end) == 0 || secretCalls[string(letters.AppendFolded(scratch[:0], c.Bytes[from:min(end, from+len(scratch))]))+"("] > 0):
		return n, false
	case from < at.Start && c.ByteAt(from-1) == '-' && !letters.IsWord(c.ByteAt(from-2)) && c.ByteAt(from-2) != '-' && !c.Marked(from):
		return n, false // -ppassword of a command line, but not the mark of a line that a diff takes away
	case len(word) == 5 && string(word) == "PASS:":
		return n, false // a test's result
	case c.ByteAt(from-1) == ':' && c.ByteAt(end) == ':' && !letters.IsSpace(c.ByteAt(end+1)):
		return n, false // a part of a resource's name: arn:aws:secretsmanager:...:secret:name
	}
	if w.word == "auth =" && c.ByteAt(c.skipBlank(at.End)) != '(' {
		return n, false // only that of a user and a password
	}
	if string(w.word) == "token" && ofPage(text[from:at.Start]) {
		return n, false
	}
	if word[0] == '_' || word[0] == '-' {
		for _, other := range OtherKeys {
			if before := text[from:at.Start]; len(before) >= len(other) && letters.EqualFold(before[len(before)-len(other):], other) {
				return n, false
			}
		}
	}
	return secretName{letters.Between(from, end), w.password, name}, true
}

// ofPage tells what stands before token where it says which page of a list comes next.
func ofPage(before []byte) bool {
	before = bytes.TrimRight(before, "_-")
	for _, word := range [...]string{"page", "next", "continuation", "sync"} {
		if len(before) >= len(word) && letters.EqualFold(before[len(before)-len(word):], word) {
			return true
		}
	}
	return false
}

// ownName tells whether a short word is a part of its name by itself: DB_PW, adminPass, but not compass; and of key, which
// is in every name of a member, only what something else stands before: taxjarKEY.
func (c reading) ownName(from, at int, word []byte) bool {
	before := c.Bytes[from:at]
	for _, short := range otherNames {
		if !letters.EqualFold(word, short.word) {
			continue
		}
		for _, other := range short.others {
			if len(before) >= len(other) && letters.EqualFold(before[len(before)-len(other):], other) {
				return false
			}
		}
	}
	apart := len(before) == 0 || word[0] == '_' || !letters.IsAlnum(before[len(before)-1]) || letters.IsUpper(word[0]) && !letters.IsUpper(before[len(before)-1])
	if letters.EqualFold(word, "key") {
		if len(before) == 0 { // acme key: ...
			return !c.File.Code && c.ByteAt(at-1) == ' ' && letters.IsAlpha(c.ByteAt(at-2)) && c.ByteAt(at+len(word)) == ':' && !c.otherKey(at-1)
		}
		return len(before) > 2 && apart && letters.IsUpper(word[len(word)-1]) && letters.IsLower(before[len(before)-1])
	}
	return apart || letters.EqualFold(word, "pass")
}

// otherKey tells whether the word before a place says that a key is none that opens something.
func (c reading) otherKey(at int) bool {
	from := at
	for from > 0 && at-from < 16 && letters.IsWord(c.Bytes[from-1]) {
		from--
	}
	var scratch [16]byte
	word := letters.AppendFolded(scratch[:0], c.Bytes[from:at])
	return IsOtherKey(word) || string(word) == "gpg" || string(word) == "pgp"
}

// IsOtherKey tells a word that says of a key that it opens nothing.
func IsOtherKey(word []byte) bool {
	return slices.ContainsFunc(OtherKeys, func(other string) bool { return letters.EqualFold(word, other) })
}

// tokenInName is where a name ends with which a key was joined by a dash: acme-secret-key-GX7...; -1 if none was.
func (c reading) tokenInName(from, end int) int {
	if end-from < 20 {
		return -1
	}
	dash := bytes.LastIndexByte(c.Bytes[from:end], '-')
	if dash < 0 || end-from-dash < 20 || !suffixFits(c.Bytes[from:from+dash]) || !guess.IsKey(c.Bytes[from+dash+1:end]) {
		return -1
	}
	return from + dash
}

func suffixFits(rest []byte) bool {
	if len(rest) > 0 && letters.IsAlpha(rest[0]) && !beginsSuffix[rest[0]|0x20] {
		return false // most often another word, of which that one is a part
	}
	w := letters.Words{Text: rest}
	for word := w.Next(); word != nil; word = w.Next() {
		switch {
		case string(word) == "for": // whomever it is for
			return true
		case len(word) > 1 && word[0] == 'v' && letters.IsNumber(word[1:]): // v2
		case !nameSuffixes.Has(word) && !letters.IsNumber(word):
			return false
		}
	}
	return true
}

// isGetter tells a call that asks for a secret from one that sets it.
func isGetter(name []byte) bool {
	for _, verb := range [...]string{"get", "fetch", "find", "read", "load", "has", "is", "delete", "remove", "create", "parse", "validate", "verify", "check"} {
		if len(name) > len(verb) && letters.EqualFold(name[:len(verb)], verb) && !letters.IsLower(name[len(verb)]) {
			return true
		}
	}
	return false
}

// judge hands on a value that a name was given, if it can be a secret.
func (c reading) judge(n secretName, g given) {
	if g.Len() > ValueLimit || g.Len() < 4 {
		return
	}
	n.password = n.password || g.password
	v := c.Bytes[g.Start:g.End]
	if !g.quoted && c.File.Code && (strings.IndexByte("\"'`", c.ByteAt(n.End)) >= 0 || !c.inLiteral(n.Start)) { // the program's own names
		return
	}
	if bytes.IndexByte(v, '%') >= 0 { // said is made only where it is needed
		var said [ValueLimit]byte
		if unescaped := percentDecoded(said[:0], v); unescaped != nil {
			v = unescaped
		}
	}
	if g.quoted && bytes.IndexByte(v, '\\') >= 0 {
		var plain [ValueLimit]byte
		v = bytes.Clone(unescaped(plain[:0], v))
	}
	if !g.quoted && guess.IsSelf(v) && bytes.IndexByte(v, '.') >= 0 { // result.password
		return
	}
	if letters.AllOf(v, letters.IsHex) && (letters.ContainsFold(n.text, "gpg") || letters.ContainsFold(n.text, "pgp")) {
		return // the number of a key, which everybody may have
	}
	confidence, ok := guess.Given(v, n.text, n.password, g.listed)
	var said [ValueLimit]byte
	if plain := decoded(said[:0], v); plain != nil { // what chance draws says no text
		if !ok || confidence == guess.Doubtful || !n.password || guess.IsPlaceholder(plain) {
			confidence, ok = guess.Given(plain, n.text, true, g.listed)
		}
	}
	if !ok {
		return
	}
	whole := letters.Between(min(n.Start, g.Start), max(n.End, g.End))
	says := c.Bytes[g.Start:g.End]
	if len(v) != len(says) {
		says = bytes.Clone(v) // v itself lies on the stack, where all that is judged and not handed over stays
	}
	if confidence == guess.Doubtful || g.doubt {
		c.Doubt(g.Span, whole, says)
	} else {
		c.EmitSaid(g.Span, whole, says)
	}
}

// marksLiteral are the bytes of a line of code that tell whether a string is open behind them.
var marksLiteral = [256]bool{'\\': true, '"': true, '\'': true, '`': true, '#': true, '/': true}

// inLiteral tells whether a place in a program stands within a string: "host=db password=...".
func (c reading) inLiteral(at int) bool {
	line := c.Line(letters.Between(at, at), look.CodeLine)
	quote, escaped := byte(0), false
	for _, b := range c.Bytes[line.Start:at] {
		if !marksLiteral[b] && !escaped {
			continue
		}
		switch {
		case escaped:
			escaped = false
		case b == '\\':
			escaped = true
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'' || b == '`':
			quote = b
		case b == '#' || b == '/': // an apostrophe in a comment opens nothing
			if b == '#' {
				return false
			}
		}
	}
	return quote != 0
}

// percentDecoded is what a value with escapes of a URL says; nil if it has none.
func percentDecoded(dst, v []byte) []byte {
	if bytes.IndexByte(v, '%') < 0 {
		return nil
	}
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && letters.IsPercent(v, i) {
			dst = append(dst, letters.HexByte(v[i+1], v[i+2]))
			i += 2
		} else {
			dst = append(dst, v[i])
		}
	}
	if len(dst) == len(v) || !utf8.Valid(dst) {
		return nil // %ACME% begins with no escape
	}
	return dst
}

// unescaped is what a string says in which signs are escaped as JSON and most languages have it, perhaps more than once.
func unescaped(dst, v []byte) []byte {
	for range 3 {
		dst = dst[:0]
		for i := 0; i < len(v); i++ {
			if v[i] != '\\' || i+1 == len(v) {
				dst = append(dst, v[i])
				continue
			}
			i++
			switch {
			case v[i] == 'u' && i+4 < len(v) && v[i+1] == '0' && v[i+2] == '0' && letters.IsHex(v[i+3]) && letters.IsHex(v[i+4]):
				dst = append(dst, letters.HexByte(v[i+3], v[i+4]))
				i += 4
			case v[i] == '\\' || v[i] == '"' || v[i] == '\'' || v[i] == '/':
				dst = append(dst, v[i])
			default:
				dst = append(dst, '\\', v[i])
			}
		}
		if len(dst) == len(v) {
			break
		}
		v = append(v[:0:0], dst...)
	}
	return dst
}

// decoded is what base64 says, as in a Kubernetes Secret, if that is text; nil otherwise.
func decoded(dst, v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] == '=' {
		v = v[:len(v)-1]
	}
	if len(v) < 8 || len(v) > ValueLimit || len(v)%4 == 1 || !letters.IsBase64(v[len(v)-1]) && v[len(v)-1] != '\n' {
		return nil
	}
	for _, b := range v[:8] { // what has a sign in it is told soonest
		if !letters.IsBase64(b) && b != '\n' && b != '\r' {
			return nil
		}
	}
	dst, err := base64.RawStdEncoding.AppendDecode(dst, v)
	if err != nil {
		return nil
	}
	dst = bytes.TrimRight(dst, "\n")
	for _, b := range dst {
		if !letters.IsText(b) {
			return nil
		}
	}
	return dst
}

// findAuthorization reads the credentials of an HTTP header: Authorization: Bearer ..., Basic ....
func findAuthorization(c *look.Text, at letters.Span) {
	text := c.Bytes
	if letters.IsWord(c.Before(at.Start)) {
		return
	}
	bearer := letters.EqualFold(text[at.Start:at.End], "bearer ")
	if !letters.ContainsFold(text[max(0, at.Start-40):at.Start], "authorization") && !bearer {
		return
	}
	i := at.End
	for i < len(text) && letters.IsBlank(text[i]) {
		i++
	}
	from := i
	for i < len(text) && i-from <= ValueLimit && (letters.IsBase64(text[i]) || strings.IndexByte("-_.~=", text[i]) >= 0) {
		i++
	}
	for i > from && text[i-1] == '.' {
		i--
	}
	v := text[from:i]
	if guess.IsReference(v) || guess.IsPlaceholder(v) || guess.IsDummy(v) {
		return
	}
	if letters.EqualFold(text[at.Start:at.End], "basic ") {
		var said [ValueLimit]byte
		if user, password, ok := bytes.Cut(decoded(said[:0], v), []byte(":")); !ok || len(user)+len(password) < 4 || guess.IsPlaceholder(password) {
			return
		}
	} else if len(v) < 12 || !guess.IsKey(v) {
		return
	}
	c.Emit(letters.Between(from, i), letters.Between(at.Start, i))
}
