package guess

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// IsSecret judges a value that a secret-like name was given.
func IsSecret(v, name []byte, password bool) bool {
	if len(v) < 6 {
		return false
	}
	t := TraitsOf(v)
	return isSecret(v, name, password, &t)
}

// isSecret is IsSecret of a value of six bytes and more that was looked at.
func isSecret(v, name []byte, password bool, t *traits) bool {
	if t.Has(' ') || t.Has('\t') {
		return false // prose, a prompt, a label
	}
	if t.high > 0 && !password || t.Digits+t.Symbols == 0 && !IsKey(v) {
		return false
	}
	if t.Letters == 0 && (t.Symbols == 0 && len(v) < 8 || t.Digits == 0) {
		return false // a number, a line of dashes
	}
	if t.Distinct() < 5 || t.Has(':') && bytes.Contains(v, []byte("://")) || t.Has('/') && IsPath(v) || t.Has('\\') && (escapes(v) > 1 || isExpression(v)) {
		return false
	}
	if isReference(v, t) || IsPlaceholder(v) || isMadeUp(v, t) || isRuleList(v) || len(v) == len(name) && bytes.EqualFold(v, name) {
		return false
	}
	if !password {
		if IsUUID(v) {
			return letters.ContainsFold(name, "secret") || letters.ContainsFold(name, "token") || letters.ContainsFold(name, "key")
		}
		return IsKey(v)
	}
	// A password need not be random. Words joined by signs, without a digit, are a name.
	return t.Digits > 0 || !(IsName(v) || t.Symbols <= 1 && IsWordy(v) && IsName(bytes.TrimRight(v, "!?.:")))
}

// Likelihood says how sure a guess is.
type Likelihood uint8

const (
	// Doubtful: it stands where a secret would stand, and nothing says that it is none.
	Doubtful Likelihood = iota
	Likely
)

// Given judges a value that a name which says secret was given. One of several must look like a secret by itself.
func Given(v, name []byte, password, listed bool) (Likelihood, bool) {
	t := TraitsOf(v)
	if listed && (!IsKey(v) || t.Letters < 3 || IsSelf(v) || IsName(v) && t.Has('.')) && !(password && t.Digits > 0 && t.Letters > 0 && turns(v) > 0 && !IsWordy(v)) {
		return Doubtful, false
	}
	if len(v) < 6 {
		return Doubtful, false
	}
	if isSecret(v, name, password, &t) {
		return Likely, true
	}
	if password && !listed && IsChosen(v) && !bytes.EqualFold(v, name) {
		return Doubtful, true
	}
	if t.Distinct() < 5 || isReference(v, &t) || IsPlaceholder(v) || isMadeUp(v, &t) || isRuleList(v) || len(v) == len(name) && bytes.EqualFold(v, name) || IsSelf(v) {
		return Doubtful, false
	}
	chosen := password || letters.ContainsFold(name, "secret_key") || letters.ContainsFold(name, "secretkey")
	if t.Has(' ') || t.Has('\t') {
		if !chosen {
			return Doubtful, false
		}
		return blanks(v)
	}
	if scheme, _, url := bytes.Cut(v, []byte("://")); url && IsWordy(scheme) || t.Has('/') && IsPath(v) {
		return Doubtful, false
	}
	if chosen && isPhrase(v) {
		return Doubtful, true
	}
	if !password {
		if t.Letters == len(v) {
			return Doubtful, len(v) >= 12 && IsScramble(v) && !isCamel(v) && (chosen || mixesCases(v)) || chosen && len(v) >= 12 && letters.AllOf(v, letters.IsLower)
		}
		return Doubtful, len(v) >= 12 && t.high == 0 && t.Digits > 0 && t.Letters > 0 && t.Distinct() >= 8 && turns(v) >= 2 && !IsWordy(v) && !IsUUID(v) && !isExpression(v)
	}
	if _, after, ok := bytes.Cut(v, []byte{':'}); ok && len(after) >= 8 && IsScramble(after) { // bob:xKqPz...
		return Doubtful, true
	}
	switch {
	case t.Letters == len(v): // letters alone: drawn, or a word that somebody chose
		switch {
		case len(v) < 8:
			return Doubtful, false
		case IsKey(v) || IsScramble(v):
			return Likely, true
		case isCamel(v):
			return Doubtful, false
		}
		return Doubtful, true
	case t.Digits > 0 && t.Letters > 0 && t.Symbols > 0 && t.high == 0 && !isExpression(v) && !IsWordy(v):
		return Likely, true
	}
	return Doubtful, false
}

// IsDrawn tells what a generator makes of letters, digits and signs, in a place that a sign may also end.
func IsDrawn(v []byte) bool {
	t := TraitsOf(v)
	if len(v) < 8 || t.Letters < 2 || t.high > 0 || t.Distinct() < 6 || IsReference(v) || IsDummy(v) || IsSelf(v) || isExpression(v) {
		return false
	}
	if t.Digits > 0 {
		return (turns(v) > 0 || t.Symbols > 0) && !IsWordy(v) && !(t.Has('/') && IsPath(v))
	}
	return t.Symbols >= 3 && Surprise(v) > naturalBelow && !IsWordy(v)
}

// IsStrong tells a password that nobody takes for a word, wherever it stands: letters and digits take turns in it, or small
// letters, capitals and digits or signs are mixed.
func IsStrong(v []byte) bool {
	t := TraitsOf(v)
	if len(v) < 8 || t.high > 0 || !IsDrawn(v) && !(t.Letters == len(v) && len(v) >= 10 && mixesCases(v) && IsScramble(v) && !isCamel(v) && !IsSelf(v) && !IsWordy(v)) {
		return false
	}
	if IsName(v) && (bytes.IndexByte(v, '_') >= 0 || bytes.IndexByte(v, '.') >= 0 || bytes.IndexByte(v, ':') >= 0) || isVersion(v) || hasClass(v) || IsUUID(v) {
		return false
	}
	return t.Digits == 0 || mixesCases(v) || turns(v) >= 3 || turns(v) >= 2 && len(v) >= 12 && t.Digits >= 2 || t.Symbols >= 2 && turns(v) > 0
}

// hasClass tells an expression by a class of letters: [l-nA-C].
func hasClass(v []byte) bool {
	open := bytes.IndexByte(v, '[')
	if open < 0 || open+3 >= len(v) {
		return false
	}
	end := bytes.IndexByte(v[open:], ']')
	dash := bytes.IndexByte(v[open:], '-')
	return dash > 1 && dash < end && letters.IsAlnum(v[open+dash-1]) && letters.IsAlnum(v[open+dash+1]) && v[open+dash-1] < v[open+dash+1]
}

// isVersion tells v1.2.3-rc1, 12.4.1 and a date.
func isVersion(v []byte) bool {
	return letters.AllOf(v, func(b byte) bool {
		return letters.IsDigit(b) || letters.IsLower(b) && b != 'x' || b == '.' || b == '-' || b == ':' || b == 'T' || b == 'Z' || b == '+'
	}) && TraitsOf(v).Letters*3 <= len(v)
}

// IsSelf tells a value that says what should stand there.
func IsSelf(v []byte) bool {
	for _, word := range [...]string{"password", "passwd", "passphrase", "secret", "token", "credential", "passwort", "kennwort", "vergessen", "forgot", "oubli", "olvid", "contras", "senha", "required", "string"} {
		if letters.ContainsFold(v, word) {
			return true
		}
	}
	return false
}

// isCamel tells a name of several words that programs give something: useSystemStore.
func isCamel(v []byte) bool {
	return letters.IsLower(v[0]) && IsWordy(v) && !letters.AllOf(v, letters.IsLower)
}

// blanks judges a password with blanks in it: parts that were drawn, or a phrase; a sentence is none.
func blanks(v []byte) (Likelihood, bool) {
	drawn := true
	words, mixed, strange := 0, 0, true
	for rest := bytes.TrimLeftFunc(v, unicode.IsSpace); len(rest) > 0; rest = bytes.TrimLeftFunc(rest, unicode.IsSpace) {
		w := rest
		if end := bytes.IndexFunc(rest, unicode.IsSpace); end >= 0 {
			w = rest[:end]
		}
		rest = rest[len(w):]
		words++
		t := TraitsOf(w)
		drawn = drawn && len(w) >= 6 && t.Digits > 0 && t.Letters > 0 && !IsWordy(w)
		strange = strange && len(w) >= 5 && !IsWordy(w)
		if t.Digits > 0 && t.Letters > 1 {
			mixed++
		}
	}
	if drawn {
		return Likely, true
	}
	return Doubtful, isPhrase(v) || strange && mixed > 0 && words < 4
}

// isPhrase tells a passphrase: three to eight words that no sentence and no program has, joined by one sign, all in small
// letters, all in capitals or all with one, and perhaps a number behind them.
func isPhrase(v []byte) bool {
	sign := bytes.IndexFunc(v, func(r rune) bool { return r >= 0x80 || !letters.IsAlpha(byte(r)) })
	if sign < 3 || strings.IndexByte(" -_.", v[sign]) < 0 || len(v) < 11 {
		return false
	}
	joint, words, poor, form := v[sign], 0, 0, byte(0)
	least := 3
	if joint == '.' || joint == ' ' {
		least = 4
	}
	for rest, more := v, true; more; {
		var w []byte
		w, rest, more = bytes.Cut(rest, []byte{joint})
		if !more && words > 2 && len(w) < 5 && len(w) > 0 && letters.IsNumber(w) {
			break
		}
		if len(w) < least || len(w) > 12 || !letters.AllOf(w, letters.IsAlpha) {
			return false
		}
		var is byte
		switch {
		case letters.AllOf(w, letters.IsLower):
			is = 'a'
		case letters.AllOf(w, letters.IsUpper):
			is = 'A'
		case letters.IsUpper(w[0]) && letters.AllOf(w[1:], letters.IsLower):
			is = 'C'
		default:
			return false
		}
		var scratch [16]byte
		folded := letters.AppendFolded(scratch[:0], w)
		if speech.Has(folded) || form != 0 && form != is {
			return false
		}
		if placeholderWords.Has(folded) || programWords.Has(folded) {
			poor++
		}
		form = is
		words++
	}
	if joint == ' ' && poor > 0 && words < 4 || poor > 1 {
		return false
	}
	return words >= 3 && words <= 8
}

// programWords are in names of what programs have, and seldom in phrases.
var programWords = letters.ListOf("app apps settings setting options option page form title button message error warning info status type class style color size view screen dialog controller service manager handler provider factory module component request response header content index list item items count date time path file files folder host port address network system device policy rule rules format charset encoding version build release internal external common util utils helper model schema table column row group role roles permission permissions action actions event events state cluster node pod namespace resource image container kube aws azure gcp google github gitlab docker org com net www http https oauth openid saml ldap sso kerberos sha hmac rsa aes enabled disabled length minimum maximum min max expired expires reset forgot confirm confirmation change changed update updated failed mismatch match matches hint help")

func mixesCases(v []byte) bool {
	return bytes.IndexFunc(v, func(r rune) bool { return letters.IsUpper(byte(r)) }) >= 0 && bytes.IndexFunc(v, func(r rune) bool { return letters.IsLower(byte(r)) }) >= 0
}

// isMadeUp is IsDummy but for what somebody drew and glued a dummy's word to: changeme-x7Kq...
func isMadeUp(v []byte, t *traits) bool { return isDummy(v, t) && !isGlued(v) }

func isGlued(v []byte) bool {
	if len(v) < 16 || bytes.HasSuffix(v, []byte("...")) || bytes.HasSuffix(v, []byte("…")) || isFiller(v) || IsRun(v) {
		return false
	}
	for _, mark := range [...]string{"changeme", "example", "placeholder", "your_", "your-", "redacted"} {
		if i := bytes.Index(v, []byte(mark)); i >= 0 {
			before, after := bytes.Trim(v[:i], "-_."), bytes.Trim(v[i+len(mark):], "-_.")
			for _, rest := range [][]byte{before, after} {
				if len(rest) >= 10 && IsRandom(rest) && !IsDummy(rest) {
					return true
				}
			}
		}
	}
	return false
}

// isRuleList tells what a form has to fulfil: required|string|min:8.
func isRuleList(v []byte) bool {
	if bytes.IndexByte(v, '|') < 0 {
		return false
	}
	for rest, more := v, true; more; { // an iterator would have all values that are judged lie on the heap
		var part []byte
		part, rest, more = bytes.Cut(rest, []byte{'|'})
		name, _, _ := bytes.Cut(part, []byte{':'})
		if len(name) < 2 || !allLower(name) {
			return false
		}
	}
	return true
}

// speech are words that sentences have, and phrases that are passwords have not.
var speech = letters.ListOf("a an the of to in on at for and or is are be been must should can cannot will would not no your our their his her this that with without by from as if when please enter use used using it its has have had you we they do does must least least than more least characters")

const (
	// scrambledFrom is the judge's cost from which a value of letters is none of words: 1 in 100 random values of eight
	// letters costs less, and 7 in 100 longer words cost more.
	scrambledFrom   = 80
	longestScramble = 4 << 10
)

// IsScramble tells letters that somebody drew at random, in one case or in both. Where its capitals stand says nothing.
func IsScramble(v []byte) bool {
	var folded [longestScramble]byte
	return len(v) <= longestScramble && letters.AllOf(v, letters.IsAlpha) && Surprise(letters.AppendFolded(folded[:0], v)) >= scrambledFrom
}

// traits are what one look at a value tells: how many of which it has, and which bytes stand in it.
type traits struct {
	Digits, Letters, Symbols, high int
	set                            [4]uint64
}

// mostTraits is how many bytes the lanes of traitOf count.
const mostTraits = 1<<16 - 1

// traitOf is what a byte adds to a value's counts, in lanes of 16 bits: digits, letters, symbols and what is not ASCII.
var traitOf = func() (of [256]uint64) {
	for b := range of {
		switch c := byte(b); {
		case letters.IsAlpha(c):
			of[b] = 1 << 16
		case letters.IsDigit(c):
			of[b] = 1
		case c >= 0x80:
			of[b] = 1 << 48
		default:
			of[b] = 1 << 32
		}
	}
	return of
}()

func TraitsOf(v []byte) (t traits) {
	if len(v) > mostTraits {
		rest := TraitsOf(v[mostTraits:])
		head := TraitsOf(v[:mostTraits])
		for i := range t.set {
			t.set[i] = head.set[i] | rest.set[i]
		}
		t.Digits, t.Letters, t.Symbols, t.high = head.Digits+rest.Digits, head.Letters+rest.Letters, head.Symbols+rest.Symbols, head.high+rest.high
		return t
	}
	var n uint64
	for _, b := range v {
		t.set[b>>6] |= 1 << (b & 63)
		n += traitOf[b]
	}
	const lane = 1<<16 - 1
	t.Digits, t.Letters, t.Symbols, t.high = int(n&lane), int(n>>16&lane), int(n>>32&lane), int(n>>48)
	return t
}

func (t *traits) Has(b byte) bool { return t.set[b>>6]&(1<<(b&63)) != 0 }

// any tells whether the two have a byte in common.
func (t *traits) any(o *traits) bool {
	return t.set[0]&o.set[0]|t.set[1]&o.set[1]|t.set[2]&o.set[2]|t.set[3]&o.set[3] != 0
}

func (t *traits) Distinct() int {
	return bits.OnesCount64(t.set[0]) + bits.OnesCount64(t.set[1]) + bits.OnesCount64(t.set[2]) + bits.OnesCount64(t.set[3])
}

// escapes counts what says bytes and signs in a string: such a string is a table or an emoji.
func escapes(v []byte) int {
	n := 0
	for i := 0; i+1 < len(v); i++ {
		if v[i] == '\\' {
			if b := v[i+1] | 0x20; b == 'x' || b == 'u' {
				n++
			}
			i++
		}
	}
	return n
}

// IsMixed tells letters and digits that are no words with a number.
func IsMixed(v []byte) bool {
	t := TraitsOf(v)
	return t.Digits > 0 && t.Letters > 0 && !IsWordy(v) && !IsReference(v)
}

// isExpression tells a value that begins with an escape, of a byte or of a class of letters.
func isExpression(v []byte) bool {
	return len(v) > 1 && v[0] == '\\' && strings.IndexByte("xu0wdsWDSbB.", v[1]) >= 0
}

// IsPath tells a file's path: separated by slashes, most parts wordy.
func IsPath(v []byte) bool {
	if bytes.IndexByte(v, '/') < 0 {
		return false
	}
	if v[0] == '/' || bytes.HasPrefix(v, []byte("./")) || bytes.HasPrefix(v, []byte("../")) {
		return len(v) < 20 && !IsRandom(v[1:]) || IsWordy(v) // base64 may begin with a slash, too
	}
	if host, rest, ok := bytes.Cut(v, []byte(":")); ok {
		if port, _, below := bytes.Cut(rest, []byte("/")); below && len(host) > 0 && len(port) > 0 && letters.IsNumber(port) {
			return true // host:port/path
		}
	}
	return IsWordy(v) && Entropy(v) < 4.2
}

// IsUUID tells an identifier by its dashes; it is a secret only under a name that says so most clearly.
func IsUUID(v []byte) bool {
	return len(v) == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-'
}
