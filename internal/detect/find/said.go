package find

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// What people write to each other gives a label its value without a sign of a program's: Password - ..., the password was
// changed to ..., use ... as the password, credentials: admin / ..., your PIN is .... given.go reads the signs that programs
// have; this file the rest. Few of these signs say for certain that a value follows, so that the value must look drawn.

// saidKind is what a label is the label of.
type saidKind int

const (
	saidPassword saidKind = iota
	saidSpoken            // a word that says so only where a verb follows it
	saidKey               // a machine draws it
	saidPair              // a user's name and a password
	saidNumber            // a few digits
	saidCode              // digits and letters in groups
)

// saidLabels are the labels, separated by commas. Of those that are own, no other check reads the signs of programs either.
var saidLabels = []struct {
	kind   saidKind
	own    bool
	labels string
}{
	{saidPassword, false, "password,passwd,passphrase,passwort,passcode,kennwort,contrasena,senha,mot de passe,motdepasse,wachtwoord,haslo,heslo,parola,passord,salasana,adgangskode"},
	{saidPassword, true, "mdp,palavra-passe,geslo,lozinka,parool,kodeord,kata sandi,sandi,kata laluan,contrasenya,pasahitza,tunnussana,clave de acceso,parola d'ordine,jelszo,sifre"},
	{saidSpoken, false, "pass"},
	{saidKey, false, "api key,apikey,api_key,api-key,access token,auth token,secret key,access key,private key,token"},
	{saidKey, true, "clave api,clave de api,chave de api,chave api,chave secreta,chiave api,chiave segreta,klucz api,klucz prywatny,jeton,geheimnis,schluessel"},
	{saidPair, true, "login,log in,credentials,creds,zugangsdaten,wifi,wi-fi,wlan,logins,identifiants,credenciales,credenciais"},
	{saidNumber, true, "pin,otp,verification code,one-time code,one time code,one-time password,security code,confirmation code,passcode,tan"},
	{saidCode, true, "recovery code,backup code,recovery key"},
}

// said is a label of theirs.
type said struct {
	kind saidKind
	own  bool
}

// saidTriggers are all labels, saidOf what each of them is and saidWhich its place among them.
var (
	saidTriggers, saidOf = func() (all []string, of []said) {
		for _, row := range saidLabels {
			for label := range strings.SplitSeq(row.labels, ",") {
				if !slices.Contains(all, label) {
					all, of = append(all, label), append(of, said{row.kind, row.own})
				}
			}
		}
		return all, of
	}()
	saidWhich = letters.ListOfAll(saidTriggers)
)

const (
	// saidGap is how much may stand between a label and its value, saidReach how far from a label is looked.
	saidGap   = 96
	saidReach = look.CodeLine + saidGap + ValueLimit + 64
)

func findSaid(c *look.Text, at letters.Span) {
	if letters.IsWord(c.ByteAt(at.End)) {
		return
	}
	if before := c.Before(at.Start); letters.IsAlnum(before) || before >= 0x80 && at.Len() < 8 || before == '-' && at.Len() < 8 {
		return
	}
	var scratch [24]byte
	if n := saidWhich.Index(letters.AppendFolded(scratch[:0], c.Bytes[at.Start:at.End])); n >= 0 {
		of := saidOf[n]
		Said(c, at, of.kind == saidKey, of.own, of.kind)
	}
}

// Foreign reads what follows a label of another language.
func Foreign(c *look.Text, label letters.Span, key bool) {
	kind := saidPassword
	if key {
		kind = saidKey
	}
	Said(c, label, key, key, kind)
}

// Said reads what a label is given, with the signs of programs too if no other check does.
func Said(c *look.Text, label letters.Span, key, own bool, kind saidKind) {
	if own && kind <= saidKey {
		r, n := reading{c}, secretName{Span: label, password: !key}
		r.given(n, func(g given) { r.judge(n, g) })
	}
	as := kind <= saidKey && kind != saidSpoken && c.ByteAt(label.Start-1) == ' '
	if kind != saidPair && !as && !goesOn[c.ByteAt(label.End)] {
		return
	}
	if c.File.Code && !c.Data(letters.Between(label.Start, label.Start)) {
		return
	}
	s := saying{c, label, kind}
	if kind == saidPair {
		s.pair()
		return
	}
	if as {
		s.before()
	}
	s.behind()
}

// goesOn are the bytes behind a label with which may begin what gives it a value.
var goesOn = func() (is [256]bool) {
	for b := range is {
		is[b] = b >= 0x80 || strings.IndexByte("\"'`*_ \t([:=-|.\r\n\\", byte(b)) >= 0
	}
	return is
}()

// saying is a label and its surroundings.
type saying struct {
	*look.Text
	label letters.Span
	kind  saidKind
}

// saidWords are words between a label and its value: for whom it is, and the verb.
var (
	saidFor = letters.ListOf(`for of on to at in für von zum zur der des die pour de du des le la l d del della do da no na para per от для к до за va ir til för för från från voor van het pentru al a och the our my your
		do od dla k pro na za db`)
	// saidVerbs are told with the blank that they have, the longest first.
	saidVerbs = strings.Split(`has been changed to |has been set to |has been reset to |was changed to |was reset to |was set to |is now set to |is set to |changed to |reset to |set to |will be |should be |is now |is: |is |was |now |to |from |`+
		`ist jetzt |lautet: |lautet |ist |est |es |é |è: |è |è |e |to |je |jest |är |er |on |är: |είναι |היא |הוא |هي |هو |là |adalah |ialah |é: |是: |是：|是|为 |为：|为|為 |為|は「|は |は|는 |은 |이 |가 `, "|")
)

// beginsVerb are the bytes with which one of them begins, in either case.
var beginsVerb = func() (is [256]bool) {
	for _, v := range saidVerbs {
		is[v[0]] = true
		if letters.IsLower(v[0]) {
			is[v[0]-'a'+'A'] = true
		}
	}
	return is
}()

// vagueVerbs are so common that what follows one is in doubt.
var vagueVerbs = map[string]bool{"to ": true, "from ": true, "on ": true, "e ": true, "er ": true, "es ": true}

// closesLabel are the bytes that may close a label.
var closesLabel = [256]bool{'"': true, '\'': true, '`': true, '*': true, '_': true}

// behind reads the value behind the label.
func (s *saying) behind() {
	i := s.label.End
	if s.kind <= saidKey && s.kind != saidSpoken { // what a program has most often is not asked for what prose has
		sign := i
		for sign-i < 8 && s.ByteAt(sign) == ' ' {
			sign++
		}
		if b := s.ByteAt(sign); (b == '=' || b == ':') && !s.endsLine(sign+1) {
			s.phrase(sign + 1) // given.go reads the rest
			return
		}
	}
	// The quotes, stars or brackets that close a label.
	for n := 0; n < 4 && closesLabel[s.ByteAt(i)]; n++ {
		i++
	}
	spaces, strange := s.blanks(i)
	i += spaces
	qualified := false
	if b := s.ByteAt(i); b == '(' || b == '[' {
		end := bytes.IndexAny(s.Bytes[i+1:min(len(s.Bytes), i+48)], ")]\n")
		if end < 0 || s.Bytes[i+1+end] == '\n' {
			return
		}
		inner, next := letters.Between(i+1, i+1+end), i+end+2
		if i = next + s.skip(next); !s.isSign(i) {
			if s.kind != saidSpoken {
				s.take(inner, false)
			}
			return
		}
		qualified = true
	} else if spaces > 0 && s.kind <= saidKey {
		if n := s.whom(i); n > 0 {
			i, qualified = i+n, true
		}
	}
	if n := s.verb(i, qualified || spaces > 0); n > 0 {
		word := string(s.Bytes[i : i+n])
		sure := !vagueVerbs[word] || s.Bytes[s.label.End-1] >= 0x80
		if sure || s.kind != saidSpoken {
			s.value(i+n, sure, word == "from ")
		}
		return
	}
	if s.kind == saidSpoken {
		return
	}
	switch n, strong := s.sign(i); {
	case n > 0 && strong:
		ends := s.endsLine(i + n)
		if !qualified && !strange && !ends && s.plainSign(i) && s.kind <= saidKey {
			s.phrase(i + n) // given.go reads the rest
			return
		}
		if ends {
			s.nextLine(i + n)
			return
		}
		s.value(i+n, true, false)
	case n > 0:
		s.value(i+n, true, false)
	case s.endsLine(i) && spaces == 0 && !s.File.Code:
		s.nextLine(i)
	case spaces > 1 || strange || s.ByteAt(s.label.End) == '\t':
		s.value(i, false, false)
	case spaces == 1 && s.kind <= saidKey:
		s.value(i, false, false)
	}
}

// blanks is the length of the blanks at i; strange tells that one of them does not break or is a tab.
func (s *saying) blanks(i int) (n int, strange bool) {
	for n < 64 && i+n < len(s.Bytes) {
		switch b := s.Bytes[i+n]; {
		case b == ' ':
			n++
			continue
		case b == '\t':
			n, strange = n+1, true
			continue
		case b >= 0xc2:
			if r, size := utf8.DecodeRune(s.Bytes[i+n:]); r == 0xa0 || r == 0x202f || r == 0x2009 || r == 0x3000 {
				n, strange = n+size, true
				continue
			}
		}
		break
	}
	return n, strange
}

func (s *saying) skip(i int) int {
	n, _ := s.blanks(i)
	return n
}

// whom is the length of the words that say for whom or what it is, which begin with one of saidFor, up to a sign or a verb; 0
// if there are none.
func (s *saying) whom(i int) int {
	at := i
	for n := range 6 {
		from := at
		for at < len(s.Bytes) && at-from < 32 && (letters.IsWord(s.Bytes[at]) || s.Bytes[at] == '-' || s.Bytes[at] >= 0x80 && !s.isSign(at) && s.skip(at) == 0) {
			at++
		}
		if at == from || n == 0 && !isFor(s.Bytes[from:at]) {
			return 0
		}
		if s.ByteAt(at) == '\'' && at-from == 1 { // d'ordine
			at++
			continue
		}
		at += s.skip(at)
		if s.isSign(at) || s.verb(at, true) > 0 {
			return at - i
		}
	}
	return 0
}

// isFor tells one of saidFor in any case.
func isFor(word []byte) bool {
	if bytes.IndexFunc(word, func(r rune) bool { return r >= 0x80 }) >= 0 {
		return saidFor.Has(bytes.ToLower(word))
	}
	return saidFor.HasFolded(word)
}

// verb is the length of a word at i that gives the label its value; 0 if none does.
func (s *saying) verb(i int, apart bool) int {
	if !beginsVerb[s.ByteAt(i)] {
		return 0
	}
	rest := s.Bytes[min(i, len(s.Bytes)):min(i+32, len(s.Bytes))]
	for _, v := range saidVerbs {
		if len(rest) >= len(v) && (v[0] == rest[0] || v[0] == rest[0]|0x20) && (v[0] >= 0xe0 || apart) && letters.EqualFold(rest[:len(v)], v) {
			return len(v)
		}
	}
	return 0
}

func (s *saying) isSign(i int) bool {
	n, _ := s.sign(i)
	return n > 0
}

// saidSigns stand between a label and its value, as the colon and the sign of equality do; those that are strong do nothing else.
var saidSigns = []struct {
	sign   string
	strong bool
}{
	{"：", true}, {"﹕", true}, {"︰", true}, {"꞉", true}, {"→", true}, {"➜", true}, {"⇒", true}, {"->", true},
	{"- ", false}, {"– ", false}, {"— ", false}, {"― ", false}, {"— ", false}, {"| ", false}, {"│ ", false}, {"....", false},
}

// sign is the length of the sign at i, 0 if none stands there.
func (s *saying) sign(i int) (n int, strong bool) {
	switch b := s.ByteAt(i); {
	case b == ':' || b == '=':
		return 1, true
	case b < 0x80 && b != '-' && b != '|' && b != '.':
		return 0, false
	}
	rest := s.Bytes[i:min(len(s.Bytes), i+8)]
	for _, sign := range saidSigns {
		if bytes.HasPrefix(rest, []byte(sign.sign)) {
			n = len(sign.sign)
			for sign.sign == "...." && s.ByteAt(i+n) == '.' && n < saidGap {
				n++
			}
			return n, sign.strong
		}
	}
	return 0, false
}

// plainSign tells a sign that programs have.
func (s *saying) plainSign(i int) bool {
	b := s.ByteAt(i)
	return b == ':' || b == '=' || b == '-' || bytes.HasPrefix(s.Bytes[i:], []byte("："))
}

// endsLine tells whether nothing more stands on the line.
func (s *saying) endsLine(i int) bool {
	i += s.skip(i)
	if s.ByteAt(i) == '\\' {
		i++
	}
	return s.ByteAt(i) == '\r' || s.ByteAt(i) == '\n'
}

// phrase reads words that are a passphrase, to the line's end.
func (s *saying) phrase(i int) {
	if !letters.EqualFold(s.Bytes[s.label.Start:s.label.End], "passphrase") {
		return
	}
	i += s.skip(i)
	line := s.Bytes[i:min(len(s.Bytes), i+ValueLimit/4)]
	if end := bytes.IndexAny(line, "\r\n\"'`"); end >= 0 {
		line = line[:end]
	}
	if _, ok := guess.Given(line, nil, true, false); ok && bytes.IndexByte(line, ' ') > 0 {
		s.Doubt(letters.Between(i, i+len(line)), letters.Between(s.label.Start, i+len(line)), line)
	}
}

// nextLine reads a value that stands alone on the line after its label. Behind a delimiter the label is a column's name, and
// the next line a row.
func (s *saying) nextLine(i int) {
	before := bytes.TrimRight(s.Bytes[:s.label.Start], "\"'` ")
	if len(before) > 0 && strings.IndexByte(",;\t|", before[len(before)-1]) >= 0 {
		return
	}
	line := bytes.IndexByte(s.Bytes[i:min(len(s.Bytes), i+saidGap)], '\n')
	if line < 0 {
		return
	}
	i += line + 1
	i += s.skip(i)
	v := s.word(i)
	end := v.End
	for end < len(s.Bytes) && strings.IndexByte("\"'`,; \r", s.Bytes[end]) >= 0 {
		end++
	}
	if !isSetting(s.Bytes[v.Start:v.End]) && (end == len(s.Bytes) || s.Bytes[end] == '\n' || s.Bytes[end] == '}') {
		s.take(v, false)
	}
}

// isSetting tells a line that sets a variable of its own: NAME=value.
func isSetting(line []byte) bool {
	i := 0
	for i < len(line) && (letters.IsAlpha(line[i]) || line[i] == '_') {
		i++
	}
	return i > 0 && i < len(line)-1 && line[i] == '='
}

// value reads what follows a sign; more is the value behind a to as well.
func (s *saying) value(i int, sure, more bool) {
	v := s.word(i + s.skip(i))
	s.take(v, sure)
	if more && bytes.HasPrefix(s.Bytes[v.End:], []byte(" to ")) {
		s.take(s.word(v.End+len(" to ")), sure)
	}
}

// word is the word at i, without its quotes and what ends its sentence.
func (s *saying) word(i int) letters.Span {
	opening, size := utf8.DecodeRune(s.Bytes[min(i, len(s.Bytes)):])
	if strings.ContainsRune("\"'`“„”«「『*", opening) {
		i += size
	}
	end := i
	for end < len(s.Bytes) && end-i <= ValueLimit && s.Bytes[end] < 0x80 && !letters.EndsValue(s.Bytes, end) && strings.IndexByte("\"<>`", s.Bytes[end]) < 0 && !(s.Bytes[end] == '\\' && end+1 < len(s.Bytes) && strings.IndexByte("nrt\"u", s.Bytes[end+1]) >= 0) {
		end++
	}
	for end > i && strings.IndexByte(".,;:!?)]}'*|", s.Bytes[end-1]) >= 0 {
		end--
	}
	return letters.Between(i, end)
}

// before reads the value before the label: use ... as the password.
func (s *saying) before() {
	i := s.label.End
	if s.ByteAt(i) == ' ' { // a password provider is none
		to := i + 1
		for to < len(s.Bytes) && letters.IsAlpha(s.Bytes[to]) && to-i < 16 {
			to++
		}
		if !isFor(s.Bytes[i+1 : to]) {
			return
		}
	}
	from := max(0, s.label.Start-saidGap)
	before := s.Bytes[from:s.label.Start]
	for _, words := range [...]string{" as the ", " as your ", " as my ", " as a ", " as ", " als ", " als das ", " comme ", " como "} {
		if len(before) <= len(words) || !letters.EqualFold(before[len(before)-len(words):], words) {
			continue
		}
		end := s.label.Start - len(words)
		for end > from && strings.IndexByte("\"'`", s.Bytes[end-1]) >= 0 {
			end--
		}
		start := end
		for start > from && !letters.IsSpace(s.Bytes[start-1]) && strings.IndexByte("\"'`", s.Bytes[start-1]) < 0 {
			start--
		}
		if start > from {
			s.take(letters.Between(start, end), false)
		}
		return
	}
}

// pair reads a user's name and a password: credentials: admin / ....
func (s *saying) pair() {
	text := s.Bytes[s.label.End:min(len(s.Bytes), s.label.End+saidGap)]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	slash := bytes.Index(text, []byte(" / "))
	if slash < 0 {
		return
	}
	// One word stands before it, and a sign or a word such as with before that.
	head := bytes.Fields(text[:slash])
	if len(head) == 0 || len(head) > 4 || len(head) == 1 && text[0] != ':' {
		return
	}
	s.take(s.word(s.label.End+slash+len(" / ")), true)
}

// take judges a value; sure tells that a sign says that it is one.
func (s *saying) take(v letters.Span, sure bool) {
	text := s.Bytes[v.Start:v.End]
	whole := letters.Between(min(s.label.Start, v.Start), max(s.label.End, v.End))
	switch s.kind {
	case saidNumber, saidCode:
		if s.isCode(text) && s.AloneNumber(v) {
			s.Doubt(v, whole, text)
		}
		return
	}
	if v.Len() > ValueLimit || !drawn(text, s.kind == saidKey) {
		return
	}
	if sure && (s.kind == saidKey && guess.IsKey(text) || s.kind != saidKey && guess.IsSecret(text, nil, true)) {
		s.EmitSaid(v, whole, text)
	} else {
		s.Doubt(v, whole, text)
	}
}

// isCode tells a number that is typed off, or a code of letters and digits.
func (s *saying) isCode(text []byte) bool {
	n, _ := countDigits(text)
	if s.kind == saidNumber {
		return n == len(text) && n >= 4 && n <= 8 && !proof.IsSequence(text) && guess.Distinct(text) > 1
	}
	return len(text) >= 8 && n > 0 && n < len(text) && guess.IsMixed(text) && !guess.IsDummy(text)
}

// drawn tells a value that no word, date, address or path is.
func drawn(v []byte, key bool) bool {
	if len(v) < 6 || key && len(v) < 16 || guess.IsDummy(v) || guess.IsPlaceholder(v) || guess.IsReference(v) || guess.IsUUID(v) || guess.IsSelf(v) ||
		guess.IsPath(v) || bytes.Contains(v, []byte("://")) || bytes.IndexByte(v, '@') > 0 && bytes.IndexByte(v, '.') > 0 && !bytes.ContainsAny(v, "!#$%^&") {
		return false
	}
	if _, date := readDate(v); date {
		return false
	}
	t := guess.TraitsOf(v)
	upper, lower := bytes.IndexFunc(v, unicode.IsUpper) >= 0, bytes.IndexFunc(v, unicode.IsLower) >= 0
	switch {
	case t.Has('(') || t.Has('{') || t.Has('/') && !guess.IsKey(v):
		return false
	case key:
		return guess.IsKey(v)
	case t.Digits == 0:
		return guess.IsScramble(v) && len(v) >= 10
	case t.Letters == 0 || guess.IsWordy(v):
		return false
	}
	return t.Symbols > 0 && !t.Has('.') && !t.Has('-') && !t.Has('_') || upper && lower && len(v) >= 8 || guess.IsKey(v)
}
