package find

import (
	"bytes"
	"encoding/base64"
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
// page of ordinary code, and a regular expression at each would cost more than all else together.
var secretWords = []secretWord{
	{"password", password, false}, {"passwd", password, false}, {"passphrase", password, false}, {"pwd", password, false}, {"passcode", password, false},
	{"_pass", password, false}, {"dbpass", password, false}, {"pass=", password, true}, {"pass:", password, true}, {"pass\"", password, true},
	{"passwort", password, false}, {"kennwort", password, false}, {"contrasena", password, false}, {"contraseña", password, false}, {"senha", password, false},
	{"mot_de_passe", password, false}, {"motdepasse", password, false}, {"wachtwoord", password, false}, {"haslo", password, false}, {"パスワード", password, false},

	{"secret", key, false}, {"token", key, false}, {"credential", key, false}, {"apikey", key, false}, {"api.key", key, false}, {"api key", key, false},
	{"accesskey", key, false}, {"privatekey", key, false}, {"secretkey", key, false}, {"authkey", key, false}, {"encryptionkey", key, false}, {"signingkey", key, false},
	{"masterkey", key, false}, {"accountkey", key, false}, {"sharedkey", key, false}, {"secret key", key, false}, {"access key", key, false}, {"license key", key, false},
	{"signing key", key, false}, {"encryption key", key, false}, {"_key", key, false}, {"-key", key, false}, {"appkey", key, false}, {"sessionkey", key, false},
	{"webhookkey", key, false}, {"licensekey", key, false}, {"servicekey", key, false}, {"adminkey", key, false}, {"_salt", key, false},
}

// secretWord is a word in a name that says what the name is given, in small letters.
type secretWord struct {
	word string
	kind secretKind
	// signed words end in the sign that gives the value, or in the quote that closes the name.
	signed bool
}

// secretKind is how a value is judged: a key is random, and a password need not be.
type secretKind uint8

const (
	key secretKind = iota
	password
)

func secretTriggers() (triggers []string) {
	for _, w := range secretWords {
		triggers = append(triggers, w.word)
	}
	return triggers
}

// secretWordsBy are those of a length in bytes.
var secretWordsBy = func() (by [32][]*secretWord) {
	for i := range secretWords {
		w := &secretWords[i]
		by[len(w.word)] = append(by[len(w.word)], w)
	}
	return by
}()

// secretWordOf is the word that a trigger is; nil if it only stands for other letters of the same class.
func secretWordOf(trigger []byte) *secretWord {
	for _, w := range secretWordsBy[len(trigger)] {
		if first := w.word[0]; first < 0x80 && first != trigger[0] && first != trigger[0]|0x20 {
			continue
		}
		if bytes.EqualFold(trigger, []byte(w.word)) {
			return w
		}
	}
	return nil
}

// OtherKeys say in front of _key that it opens nothing.
var OtherKeys = strings.Fields("public pub primary foreign cache sort partition idempotency translation routing object hash map dict lookup index group row i18n locale message lang ssh_host host unique composite")

// After the word that says secret a name may go on with these and still name the value itself;
// password_field, token_count and secretName do not.
var nameSuffixes = letters.ListOf("key keys value val prod production live dev development stage staging test testing base64 b64 hex raw plain plaintext text string str db root admin user default old new current previous primary secondary main master local remote base env env_var json id_token aws gcp azure github gitlab")

// What a name and a value have at most.
const (
	NameLimit  = 64
	ValueLimit = 512
)

// publicNames are in names of keys that everybody may have: PublicKeyToken, NEXT_PUBLIC_API_KEY. A public secret is one.
var publicNames = []string{"publickey", "public_key", "public-key", "publishable", "next_public_"}

func isPublicName(name []byte) bool {
	for _, p := range publicNames {
		if letters.ContainsFold(name, p) {
			return !letters.ContainsFold(name, "secret") && !letters.ContainsFold(name, "password")
		}
	}
	return false
}

func findAssignment(c *look.Text, at letters.Span) {
	text := c.Bytes
	word := text[at.Start:at.End]
	of := secretWordOf(word)
	if of == nil {
		return
	}
	// The name around the trigger. A dot or dash may join it: api.key, client-secret.
	from, to := at.Start, at.End
	for from > 0 && at.Start-from < NameLimit && (letters.IsWord(text[from-1]) || text[from-1] == '-' && from > 1 && letters.IsWord(text[from-2])) {
		from--
	}
	if of.signed {
		to--
	}
	end := to
	for end < len(text) && end-at.End < NameLimit && (letters.IsWord(text[end]) || (text[end] == '-' || text[end] == '.') && end+1 < len(text) && letters.IsWord(text[end+1])) {
		end++
	}
	if !suffixFits(text[to:end]) {
		return
	}
	if letters.IsDigit(text[from]) || from > 0 && letters.IsWord(text[from-1]) {
		return
	}
	if isPublicName(text[from:end]) {
		return
	}
	if letters.EqualFold(word, "pwd") && !letters.EqualFold(text[from:end], "pwd") && text[at.Start-min(1, at.Start-from)] != '_' && !letters.IsUpper(text[at.Start]) {
		return // ".pwd" of a larger word
	}
	if of.signed {
		for _, other := range []string{"com", "by", "tres", "sur", "under", "over"} { // compass, bypass
			if before := text[from:at.Start]; len(before) >= len(other) && letters.EqualFold(before[len(before)-len(other):], other) {
				return
			}
		}
	}
	if c.ByteAt(end) == '(' && isGetter(text[from:end]) {
		return
	}
	if word[0] == '_' || word[0] == '-' {
		for _, other := range OtherKeys {
			if before := text[from:at.Start]; len(before) >= len(other) && letters.EqualFold(before[len(before)-len(other):], other) {
				return
			}
		}
	}
	if len(word) == 5 && word[0] == 'P' && bytes.Equal(word, []byte("PASS:")) {
		return // a test's result
	}
	if c.ByteAt(from-1) == ':' && c.ByteAt(end) == ':' {
		return // a part of a resource's name: arn:aws:secretsmanager:...:secret:name
	}
	value, quoted, ok := assigned(c, from, end)
	if !ok || value.Len() > ValueLimit || !quoted && c.File.Code { // the program's own names
		return
	}
	if !quoted {
		value = wholeLine(c, from, end, value)
	}
	v, asPassword := text[value.Start:value.End], of.kind == password
	var said [ValueLimit]byte
	if unescaped := percentDecoded(said[:0], v); unescaped != nil {
		v = unescaped
	}
	if !guess.IsSecret(v, text[from:end], asPassword) {
		var said [ValueLimit]byte
		plain := decoded(said[:0], v)
		if plain == nil || !guess.IsSecret(plain, text[from:end], asPassword) {
			return
		}
	}
	says := text[value.Start:value.End]
	if len(v) != len(says) {
		says = bytes.Clone(v) // v itself lies on the stack, where all that is judged and not handed over stays
	}
	c.EmitSaid(value, letters.Between(from, value.End), says)
}

func suffixFits(rest []byte) bool {
	w := letters.Words{Text: rest}
	for word := w.Next(); word != nil; word = w.Next() {
		if !nameSuffixes.Has(word) && !letters.IsNumber(word) {
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

// assigned reads what follows a name: the sign and the value. It knows where the value ends.
func assigned(c *look.Text, start, end int) (value letters.Span, quoted, ok bool) {
	text, i := c.Bytes, end
	skip := func() {
		for i < len(text) && letters.IsBlank(text[i]) {
			i++
		}
	}
	// A quote, bracket or escape that closes the name: "name": , ['name'] = , \"name\":
	closed := false
	for n := 0; n < 4 && i < len(text) && strings.IndexByte("\"'`]\\)*", text[i]) >= 0; n++ {
		closed = true
		i++
	}
	if after := valueKey(c, i); after > 0 {
		i = after
		skip()
		return assignedValue(c, i)
	}
	signAt := i
	skip()
	sign := c.ByteAt(i)
	flag := start >= 2 && text[start-1] == '-' && (text[start-2] == '-' || letters.IsBlank(text[start-2]))
	switch {
	case sign == ':' && c.ByteAt(i+1) == '=', sign == '=' && c.ByteAt(i+1) == '>', sign == '-' && c.ByteAt(i+1) == '>', sign == '?' && c.ByteAt(i+1) == '=', sign == '+' && c.ByteAt(i+1) == '=':
		i += 2
	case sign == '=':
		for n := 0; n < 3 && c.ByteAt(i) == '='; n++ {
			i++
		}
	case sign == '!' && c.ByteAt(i+1) == '=':
		i += 2
		if c.ByteAt(i) == '=' {
			i++
		}
	case sign == ':':
		i++
		// A type may stand between: password: string = "..."
		j := i
		for j < len(text) && j-i < 32 && (letters.IsWord(text[j]) || letters.IsBlank(text[j]) || text[j] == '?' || text[j] == '|' || text[j] == '&') {
			j++
		}
		if j > i && c.ByteAt(j) == '=' && c.ByteAt(j+1) != '=' && c.ByteAt(j+1) != '>' {
			i = j + 1
		}
	case closed && i > signAt && bytes.HasPrefix(text[i:min(i+8, len(text))], []byte("value=")): // <add key="apiKey" value="..."/>
		i += len("value=")
	case sign == '>' && !closed: // an XML element
		i++
	case sign == '(' && !closed, sign == ',' && closed: // setPassword("..."), put("password", "...")
		i++
		skip()
		if q := c.ByteAt(i); q != '"' && q != '\'' {
			return letters.Span{}, false, false
		}
	case flag && i > signAt && !closed: // --password value
	case (sign == '"' || sign == '\'') && i > signAt && !closed && c.ByteAt(start-1) != ':': // storePassword "..."
		value, quoted, ok = assignedValue(c, i)
		return value, quoted, ok && !guess.IsUUID(text[value.Start:value.End])
	case i > signAt && !closed && !c.File.Code && spokenWord(c, i) > 0: // the password is ...
		return spokenValue(c, i+spokenWord(c, i))
	case i > signAt && !closed && !c.File.Code && (start == 0 || letters.IsSpace(text[start-1])): // use the access token 6FTY...
		value, _, ok = spokenValue(c, i)
		v := text[value.Start:value.End]
		return value, false, ok && len(v) >= 16 && !guess.IsUUID(v) && guess.IsKey(v) && !guess.IsHashContext(text[max(0, start-16):value.Start])
	default:
		return letters.Span{}, false, false
	}
	skip()
	return assignedValue(c, i)
}

// spokenWord is the length of the word at i that gives a name its value in prose, with the blank after it; 0 if there
// is none.
func spokenWord(c *look.Text, i int) int {
	for _, word := range [...]string{"is ", "is: ", "was ", "ist ", "lautet ", "est ", "es "} {
		if letters.EqualFold(c.Bytes[i:min(i+len(word), len(c.Bytes))], word) {
			return len(word)
		}
	}
	return 0
}

// spokenValue reads a value in prose: in quotes, or a word without what ends its sentence.
func spokenValue(c *look.Text, i int) (value letters.Span, quoted, ok bool) {
	value, quoted, ok = assignedValue(c, i)
	if quoted || !ok {
		return value, quoted, ok
	}
	for value.End < len(c.Bytes) && value.Len() <= ValueLimit && !letters.IsSpace(c.Bytes[value.End]) {
		value.End++
	}
	for value.End > value.Start && strings.IndexByte(".,;:!?)\"'", c.Bytes[value.End-1]) >= 0 {
		value.End--
	}
	return value, false, value.Len() > 0
}

// valueKey reads what stands between a name and its value where both are values of their own:
//
//   - name: DB_PASSWORD          {"name": "DB_PASSWORD", "value": ...}       <name>x</name><value>y</value>
//     value: ...
//
// It answers with the offset after the sign of the key "value", or 0.
func valueKey(c *look.Text, i int) int {
	rest := c.Bytes[i:min(len(c.Bytes), i+64)]
	first := 0
	for first < len(rest) && letters.IsBlank(rest[first]) {
		first++
	}
	if first == len(rest) {
		return 0
	}
	if b := rest[first]; b == '{' || (b == ':' || b == '=') && first+1 < len(rest) && (rest[first+1] == '{' || first+2 < len(rest) && rest[first+2] == '{') {
		return inBraces(c, i+first)
	}
	if strings.IndexByte("\r\n,<", rest[first]) < 0 {
		return 0
	}
	v := letters.IndexFold(rest, "value")
	if v < 0 {
		return 0
	}
	for k := 0; k < v; k++ {
		if strings.IndexByte(" \t\r\n,\"'<-", rest[k]) >= 0 {
			continue
		}
		if bytes.HasPrefix(rest[k:], []byte("/name>")) || bytes.HasPrefix(rest[k:], []byte("/key>")) {
			k += bytes.IndexByte(rest[k:], '>')
			continue
		}
		return 0
	}
	for k := v + len("value"); k < len(rest); k++ {
		switch b := rest[k]; {
		case b == ':' || b == '=' || b == '>':
			return i + k + 1
		case b != '"' && b != '\'' && !letters.IsBlank(b):
			return 0
		}
	}
	return 0
}

// inBraces reads what a name is given within braces: "db_password": {"value": ...}, variable "db_password" { default = ... }.
// It answers with the offset after the sign, or 0.
func inBraces(c *look.Text, i int) int {
	rest := c.Bytes[i:min(len(c.Bytes), i+128)]
	if end := bytes.IndexByte(rest, '}'); end >= 0 {
		rest = rest[:end]
	}
	for _, key := range [...]string{"value", "default"} {
		at := letters.IndexFold(rest, key)
		if at <= 0 || letters.IsWord(rest[at-1]) {
			continue
		}
		for k := at + len(key); k < len(rest) && (letters.IsBlank(rest[k]) || strings.IndexByte("\"':=", rest[k]) >= 0); k++ {
			if rest[k] == ':' || rest[k] == '=' {
				return i + k + 1
			}
		}
	}
	return 0
}

// assignedValue reads a value after its sign: a string in quotes, or what goes on to the next blank.
func assignedValue(c *look.Text, i int) (value letters.Span, quoted, ok bool) {
	text := c.Bytes
	// A sequence of prefixes that strings may have: b"", f"", r'', @"", L"", &"".
	for n := 1; n <= 2 && i+n < len(text) && strings.IndexByte("bBfFrRuUL@&", text[i+n-1]) >= 0; n++ {
		if text[i+n] == '"' || text[i+n] == '\'' {
			i += n
			break
		}
	}
	escaped := c.ByteAt(i) == '\\' && (c.ByteAt(i+1) == '"' || c.ByteAt(i+1) == '\'')
	if escaped {
		i++
	}
	if q := c.ByteAt(i); q == '"' || q == '\'' || q == '`' {
		from := i + 1
		for i = from; i < len(text) && i-from <= ValueLimit; i++ {
			switch {
			case text[i] == '\n':
				return letters.Span{}, false, false
			case escaped && text[i] == '\\' && c.ByteAt(i+1) == q:
				return letters.Between(from, i), true, true
			case text[i] == '\\':
				i++
			case text[i] == q:
				return letters.Between(from, i), true, true
			}
		}
		return letters.Span{}, false, false
	}
	if next := blockValue(c, i); next > 0 {
		i = next
	}
	from := i
	for i < len(text) && i-from <= ValueLimit && !letters.IsSpace(text[i]) && strings.IndexByte("\"'`,;<>&|(){}[]\\", text[i]) < 0 {
		i++
	}
	// A call, an index or a literal follows: this is an expression, not a value.
	if b := c.ByteAt(i); b == '(' || b == '[' || b == '{' {
		return letters.Span{}, false, false
	}
	return letters.Between(from, i), false, i > from
}

// blockValue is where the value of a YAML block begins, whose sign | or > stands at i: on the next line. 0 if there is none.
func blockValue(c *look.Text, i int) int {
	if b := c.ByteAt(i); b != '|' && b != '>' {
		return 0
	}
	i++
	if b := c.ByteAt(i); b == '-' || b == '+' {
		i++
	}
	if c.ByteAt(i) == '\r' {
		i++
	}
	if c.ByteAt(i) != '\n' {
		return 0
	}
	from := i
	for i++; i < len(c.Bytes) && i-from < 64 && letters.IsBlank(c.Bytes[i]); i++ {
	}
	return i
}

// wholeLine lengthens a value without quotes to its line's end, where the line is that of an .env file or a
// shell's: NAME=value from the line's start, and nothing blank in it. Such a value may hold any sign.
func wholeLine(c *look.Text, from, end int, value letters.Span) letters.Span {
	text := c.Bytes
	if value.Start != end+1 || text[end] != '=' {
		return value
	}
	start := from
	for start > 0 && from-start < 16 && text[start-1] != '\n' {
		start--
	}
	switch string(bytes.TrimLeft(text[start:from], " \t")) {
	case "", "export ", "set ", "ENV ", "- ":
	default:
		return value
	}
	i := value.End
	for i < len(text) && i-value.Start <= ValueLimit && !letters.IsSpace(text[i]) {
		i++
	}
	if last := text[i-1]; i < len(text) && !letters.IsSpace(text[i]) || strings.IndexByte("\"'`,;)]}>", last) >= 0 {
		return value // code, or a list
	}
	return letters.Between(value.Start, i)
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

// decoded is what base64 says, as in a Kubernetes Secret, if that is text; nil otherwise.
func decoded(dst, v []byte) []byte {
	v = bytes.TrimRight(v, "=")
	if len(v) < 8 || len(v) > ValueLimit || len(v)%4 == 1 {
		return nil
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
	if at.Start > 0 && letters.IsWord(text[at.Start-1]) {
		return
	}
	if !letters.ContainsFold(text[max(0, at.Start-40):at.Start], "authorization") {
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
