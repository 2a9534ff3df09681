// Package guess tells a secret from what only stands in a secret's place: a dummy, a reference to where the value really
// is, a word, an identifier, a documented example. No checksum helps here, only what people and machines write.
package guess

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// IsDummy tells a value that somebody made up to show the form: ghp_xxxxxxxx, sk-..., AKIA<...>.
func IsDummy(v []byte) bool {
	t := TraitsOf(v)
	return isDummy(v, &t)
}

// isDummy is IsDummy of a value that was looked at: which bytes it has tells most at once.
func isDummy(v []byte, t *traits) bool {
	body := v
	for i := len(v) - 1; i >= 0 && t.any(&joints); i-- {
		if c := v[i]; c == '_' || c == '-' || c == '.' {
			if len(v)-i > 8 {
				body = v[i+1:]
			}
			break
		}
	}
	if len(body) >= 8 {
		n := t.Distinct()
		if len(body) < len(v) {
			n = Distinct(body)
		}
		// A number in which only a few digits occur is a number still: one of eight digits in eight has four of them.
		if n < 5 && (n < 3 || len(body) >= 12 || !letters.AllOf(body, letters.IsDigit)) {
			return true
		}
	}
	return (len(v) >= longFiller || t.any(&fillers)) && isFiller(v) || t.Has('.') && bytes.HasSuffix(v, []byte("...")) || t.high > 0 && bytes.HasSuffix(v, []byte("…")) ||
		(t.any(&markLetters) || t.Digits >= digitMark) && hasDummyMark(v) || IsRun(body)
}

var (
	joints  = TraitsOf([]byte("_-."))
	fillers = TraitsOf([]byte("xX*."))
	// markLetters are letters of which each of dummyMarks has one, but for a row of digitMark digits.
	markLetters = TraitsOf([]byte("eEyY"))
)

const (
	digitMark = 15
	// longFiller is how often any byte may stand in a row in what is no filler.
	longFiller = 20
)

// IsExample tells a dummy of a token that says so: AKIA...EXAMPLE.
func IsExample(v []byte) bool { return letters.ContainsFold(v, "example") && !isFiller(v) }

// hasDummyMark looks for a word that only made-up values have.
func hasDummyMark(v []byte) bool {
	for i, c := range v {
		for _, mark := range dummyMarks[c] {
			if i+len(mark) <= len(v) && letters.EqualFold(v[i:i+len(mark)], mark) {
				return true
			}
		}
	}
	return false
}

// dummyMarks are those words by what they begin with, in either case.
var dummyMarks = func() (marks [256][]string) {
	for _, mark := range []string{"example", "placeholder", "changeme", "your_", "your-", "redacted", "0123456789abcdef", "123456789012345", "abcdefghijkl"} {
		c := mark[0]
		marks[c] = append(marks[c], mark)
		if letters.IsLower(c) {
			marks[c-'a'+'A'] = marks[c]
		}
	}
	return marks
}()

// isFiller tells a value in which x, * or a point stands six times in a row, or whatever else twenty times.
func isFiller(v []byte) bool {
	marks, same := 0, 0
	for i, c := range v {
		if c == 'x' || c == 'X' || c == '*' || c == '.' {
			marks++
		} else {
			marks = 0
		}
		if same++; i > 0 && c != v[i-1] {
			same = 1
		}
		if marks >= 6 || same >= longFiller && (2*same > len(v) || i+1 == len(v)) { // zeros within a long key are its own
			return true
		}
	}
	return false
}

// IsRun tells whether nearly every byte follows or equals the one before: abcdefgh, 12345678, aaaa.
func IsRun(v []byte) bool {
	if len(v) < 6 {
		return false
	}
	others := (len(v) - 1) / 8 // as many may be no step
	for i := 1; i < len(v) && others >= 0; i++ {
		if d := int(v[i]) - int(v[i-1]); d < -1 || d > 1 {
			others--
		}
	}
	return others >= 0
}

// IsReference tells a value that names where the secret is: a variable, a template, a store.
func IsReference(v []byte) bool {
	if len(v) == 0 {
		return true
	}
	t := TraitsOf(v)
	return isReference(v, &t)
}

// isReference is IsReference of a value that was looked at and has a byte.
func isReference(v []byte, t *traits) bool {
	rest := v[1:]
	switch v[0] {
	case '$', ':', '&', '*', '!': // $NAME, $(command), the :name of a query, YAML's anchors and tags
		name, _, _ := bytes.Cut(rest, []byte(" "))
		if v[0] == '$' && bytes.HasPrefix(rest, []byte("(")) {
			return true
		}
		if IsVariable(bytes.TrimRight(name, ",;")) {
			return true
		}
	case '@':
		if name, _, _ := bytes.Cut(rest, []byte("(")); IsVariable(name) || bytes.HasPrefix(rest, []byte("{")) && isHole(rest[1:], "}") {
			return true
		}
	case '%': // %NAME%, %s, %[1]s
		if IsVariable(bytes.TrimSuffix(rest, []byte("%"))) || bytes.HasPrefix(rest, []byte("[")) && len(v) < 8 {
			return true
		}
	case '<', '{', '[', '(', '`':
		if closing := closings[v[0]]; v[len(v)-1] == closing && len(v) > 1 && !IsRandom(v[1:len(v)-1]) {
			return true
		}
		if bytes.HasPrefix(v, []byte("<%")) || bytes.HasPrefix(v, []byte("{%")) {
			return true
		}
	case '~', '.':
		if len(v) < 3 || IsVariable(bytes.TrimLeft(v, "~./")) || v[0] == '.' && v[1] == '.' {
			return true
		}
		if first, _, below := bytes.Cut(bytes.TrimLeft(v, "~./"), []byte("/")); below && IsVariable(first) {
			return true
		}
	case '?':
		if len(v) < 3 {
			return true
		}
	}
	if t.any(&templateSigns) && isTemplate(v) {
		return true
	}
	if !startsStore[v[0]] {
		return false
	}
	for _, mark := range storePrefixes {
		if bytes.HasPrefix(v, []byte(mark)) {
			return true
		}
	}
	return false
}

var closings = map[byte]byte{'<': '>', '{': '}', '[': ']', '(': ')', '`': '`'}

// IsVariable tells a name as programs have them from letters and digits that somebody drew.
func IsVariable(v []byte) bool { return IsName(v) && !IsRandom(v) }

// IsRandom tells what a machine drew rather than what a person calls something: letters and digits take turns in it.
func IsRandom(v []byte) bool {
	return len(v) >= 6 && (turns(v) >= 3 || turns(v) > 0 && len(v) >= 10 && bytes.IndexByte(v, '_') < 0 || IsKey(v)) && !IsWordy(v)
}

// templateSigns are bytes of which a template's holes and look-ups have one.
var templateSigns = TraitsOf([]byte("$#{<%\\.[v"))

// isTemplate tells a value with a template's hole in it, opened and closed, or a look-up.
func isTemplate(v []byte) bool {
	looked := false
	for i, c := range v[:len(v)-1] {
		if !templateSigns.Has(c) {
			continue
		}
		next := v[i+1]
		switch c {
		case '$', '#':
			if next == '{' && isHole(v[i+2:], "}") || c == '$' && next == '(' && isHole(v[i+2:], ")") {
				return true
			}
			if next == '{' && c == '#' {
				return true
			}
		case '{':
			if next == '{' && isHole(v[i+2:], "}}") {
				return true
			}
			if i > 0 && next != '{' && isField(v[i+1:]) {
				return true
			}
		case '<':
			if next == '%' {
				return true
			}
		case '%', '\\':
			if next == '(' && isHole(v[i+2:], ")") && (c == '\\' || isFormat(v[i+2:])) {
				return true
			}
		case '.', '[', 'v':
			if c == '[' && next == '^' && (bytes.Contains(v[i:], []byte("]*")) || bytes.Contains(v[i:], []byte("]+")) || bytes.Contains(v[i:], []byte("])"))) {
				return true
			}
			if c == '[' && i+3 < len(v) && v[i+2] == '-' && strings.IndexByte("0aA", next) >= 0 && strings.IndexByte("9zZfF", v[i+3]) >= 0 { // an expression's class
				return true
			}
			if !looked && hasLookUp(v) {
				return true
			}
			looked = true
		}
	}
	return false
}

// isHole tells whether what stands up to a closing mark can be a name or an expression.
func isHole(rest []byte, closing string) bool {
	end := bytes.Index(rest, []byte(closing))
	return end >= 0 && !IsRandom(bytes.TrimSpace(rest[:end]))
}

// isFormat tells what Python formats: %(name)s.
func isFormat(rest []byte) bool {
	end := bytes.IndexByte(rest, ')')
	return end > 0 && end+1 < len(rest) && strings.IndexByte("srdifg0.", rest[end+1]) >= 0
}

// isField tells the name in a string that is formatted: user-{name}, {host}:{port:d}.
func isField(rest []byte) bool {
	end := bytes.IndexByte(rest, '}')
	if end < 0 {
		return false
	}
	name, _, _ := bytes.Cut(rest[:end], []byte(":"))
	return len(name) > 2 && IsVariable(name) && allLower(name)
}

func allLower(v []byte) bool {
	return letters.AllOf(v, func(b byte) bool { return letters.IsLower(b) || b == '_' || b == '.' })
}

// hasLookUp is asked only of a value with a point, a bracket or a v, one of which every mark has.
func hasLookUp(v []byte) bool {
	for _, mark := range lookUps {
		if bytes.Contains(v, mark) {
			return true
		}
	}
	return false
}

var lookUps = func() (marks [][]byte) {
	for m := range strings.FieldsSeq("process.env os.environ getenv Getenv ENV[ secrets. valueFrom import.meta") {
		marks = append(marks, []byte(m))
	}
	return marks
}()

var storePrefixes = []string{"op://", "vault:", "ref+", "aws-sm://", "arn:aws", "projects/", "@Microsoft.KeyVault", "file://", "/run/secrets", "ENC[", "ENC(", "!vault", "$ANSIBLE_VAULT", "sha256:", "sha1:", "md5:", "sha512-", "sha384-", "sha256-", "sha1-", "data:", "http://", "https://", "encrypted:"}

// IsName tells a plain identifier or a chain of them: config.db.password, user_password, apiKey.
func IsName(v []byte) bool {
	if len(v) == 0 || letters.IsDigit(v[0]) {
		return false
	}
	for _, c := range v {
		if !letters.IsWord(c) && c != '.' && c != '-' && c != ':' {
			return false
		}
	}
	return true
}

var startsStore = func() (first [256]bool) {
	for _, p := range storePrefixes {
		first[p[0]] = true
	}
	return first
}()

// placeholderWords stand in a secret's place in documents, tests and defaults. A value is a dummy when
// it is one of them, or when all its parts between separators are.
var placeholderWords = letters.ListOf(`changeme changeit change me it example examples sample dummy fake test tests testing placeholder secret
	secrets password passwort passwd pass passw0rd p@ssword p@ssw0rd p@55w0rd pa$$word pa$$w0rd opensesame mypassword pwd token tokens apikey api key keys your my insert replace with enter put here
	todo fixme tbd none null nil undefined empty redacted removed masked hidden censored omitted foo bar baz qux lorem ipsum
	hunter2 letmein qwerty notasecret not a real goes the this abc123 default admin root user username guest demo string
	value text type true false yes no on off optional required unknown anonymous public private local localhost dev
	development staging production prod client server access refresh bearer basic auth authorization oauth id name
	field input label some any new old invalid valid wrong correct bad good and or is to from for in of env var
	variable config db database login email mail missing expired session cookie csrf xsrf jwt hash salt encryption
	encrypted signing master service account abc xyz qwertyuiop asdf asdfgh minioadmin postgres mysql redis rabbitmq mongo
	sensitive data deleted x-oauth-basic super strong long very random generated generate set use supersecret topsecret secretkey s3cr3t s3cret p4ssw0rd pa55word test123 password1 password123 admin123 secret123 123456 12345678 123456789 1234567890`)

// IsPlaceholder tells a value made of such words only.
func IsPlaceholder(v []byte) bool {
	if placeholderWords.HasFolded(v) {
		return true
	}
	w := letters.Words{Text: v}
	for word := w.Next(); word != nil; word = w.Next() {
		if !placeholderWords.Has(word) && !letters.IsNumber(word) {
			return false
		}
	}
	return true
}

// IsChosen tells what people do take for a password although lists of words have it: hunter2, admin123, Passw0rd!. What only
// says that something belongs there has neither a digit nor a sign, or says example, test, change or your.
func IsChosen(v []byte) bool {
	if len(v) < 6 || len(v) > 24 {
		return false
	}
	plain := bytes.TrimRight(v, "!?.#$*")
	if chosenWords.HasFolded(plain) {
		return true
	}
	digits := len(plain)
	for digits > 0 && letters.IsDigit(plain[digits-1]) {
		digits--
	}
	return (digits < len(plain) || len(plain) < len(v)) && chosenStems.HasFolded(plain[:digits])
}

var (
	chosenWords = letters.ListOf("hunter2 letmein letmein1 abc123 abcd1234 opensesame passw0rd p@ssword p@ssw0rd p@55w0rd pa$$word pa$$w0rd p4ssw0rd pa55word s3cr3t s3cret supersecret topsecret qwerty qwertyuiop 1q2w3e4r 123456 12345678 123456789 1234567890")
	// chosenStems are words that a digit or a sign behind them makes a password of.
	chosenStems = letters.ListOf("admin administrator root user guest login master access demo service password passwd passwort pass secret qwerty asdf asdfgh letmein welcome passw0rd p@ssword p@ssw0rd pa$$word hunter mypassword postgres mysql redis mongo rabbitmq minioadmin dev prod production staging")
)

// IsKey judges a value by itself: has a machine drawn it at random?
func IsKey(v []byte) bool {
	if len(v) < 10 {
		return false
	}
	var digits, lowers, uppers int
	hexFrom, hexDigits, hexLetters := 0, 0, 0 // of the run of hex that i stands in
	for i, c := range v {
		switch {
		case letters.IsDigit(c):
			digits++
		case letters.IsLower(c):
			lowers++
		case letters.IsUpper(c):
			uppers++
		}
		if !letters.IsHex(c) {
			hexFrom, hexDigits, hexLetters = i+1, 0, 0
			continue
		}
		if letters.IsDigit(c) {
			hexDigits++
		} else {
			hexLetters++
		}
		if n := i + 1 - hexFrom; n >= 16 && hexDigits*5 >= n && hexLetters*5 >= n && Entropy(v[hexFrom:i+1]) >= 2.6 {
			return true
		}
	}
	if hexFrom == 0 {
		return false // hex, and too regular
	}
	cost := Surprise(v)
	switch {
	case digits == 0 && lowers > 0 && uppers > 0:
		return len(v) >= 16 && cost > naturalBelow+8
	case digits == 0:
		return len(v) >= 20 && cost > naturalBelow+16
	}
	return (cost > naturalBelow || turns(v) >= 8) && Entropy(v) >= 2.9
}

// turns is how often letters and digits take turns, which they do in words once or twice.
func turns(v []byte) (n int) {
	for i := 1; i < len(v); i++ {
		if letters.IsDigit(v[i]) != letters.IsDigit(v[i-1]) && letters.IsAlnum(v[i]) && letters.IsAlnum(v[i-1]) {
			n++
		}
	}
	return n
}

// IsWordy tells a value whose letters split into words: MyPasswordField, test-user-token, login.title.
// A run of letters of one case with vowels counts as a word: from three letters, or six beside a digit.
func IsWordy(v []byte) bool {
	alphas, inWords := 0, 0
	for i := 0; i < len(v); {
		if !letters.IsAlpha(v[i]) {
			i++
			continue
		}
		j, vowels := i+1, 0
		for j < len(v) && letters.IsAlpha(v[j]) && !(letters.IsUpper(v[j]) && letters.IsLower(v[j-1])) {
			j++
		}
		for _, c := range v[i:j] {
			switch c | 0x20 {
			case 'a', 'e', 'i', 'o', 'u', 'y':
				vowels++
			}
		}
		alphas += j - i
		sameCase := letters.AllOf(v[i+1:j], letters.IsLower) || letters.AllOf(v[i:j], letters.IsUpper)
		beside := i > 0 && letters.IsDigit(v[i-1]) || j < len(v) && letters.IsDigit(v[j])
		if n := j - i; (n >= 6 || n >= 3 && !beside) && sameCase && vowels*6 >= n && vowels*10 <= n*7 {
			inWords += n
		}
		i = j
	}
	return alphas > 0 && inWords*10 >= alphas*7
}
