package detect

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Values that a person has in variables and in files of credentials are secrets by where they stand: no rule has to
// recognise them. What is asked here is which variables those are, and which values could not be one.

// KnownLimits are the shortest and the longest value that counts. A shorter one stands in texts by chance.
const (
	KnownShortest = 8
	KnownLongest  = 4 << 10
)

// lastWords say secret at the end of a variable's name: DEPLOY_KEY, but not KEY_COUNT.
var lastWords = letters.Set("key keys auth salt pin dsn")

// anyWords say it wherever they stand: SECRET_FOR_STAGING.
var anyWords = letters.Set("secret secrets token tokens password passwords passwd passphrase passcode pwd credential credentials apikey authkey privatekey secretkey accesskey")

// elsewhere say at the end of a name that the secret is not in the variable itself.
var elsewhere = letters.Set("path file dir directory name id url uri host port user username type length size ttl expiry expires count enabled header prefix endpoint region algorithm")

// NamesSecret tells whether a variable's name says that its value is secret: *_KEY, *_TOKEN, *_SECRET, *PASS*.
func NamesSecret(name []byte) bool {
	if letters.EqualFold(name, "pwd") || letters.EqualFold(name, "oldpwd") { // where the shell is
		return false
	}
	secret, last := false, ""
	for part := range bytes.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		if letters.ContainsFold(part, "public") || letters.EqualFold(part, "publishable") {
			return false
		}
		last = string(bytes.ToLower(part))
		secret = secret || anyWords[last] || len(last) <= 16 && letters.ContainsFold(part, "pass") && last != "compass" && last != "bypass"
	}
	if lastWords[last] {
		before := bytes.TrimRight(bytes.ToLower(name[:len(name)-len(last)]), "_-.")
		for _, other := range find.OtherKeys {
			if last[0] == 'k' && bytes.HasSuffix(before, []byte(other)) {
				return false
			}
		}
		return true
	}
	return secret && !elsewhere[last]
}

// CouldBeSecret tells whether a value is worth hiding wherever it stands: not one that is short or common, a path,
// a word, an example, or a reference to where the secret is.
func CouldBeSecret(v []byte) bool {
	if len(v) < KnownShortest || len(v) > KnownLongest || guess.IsReference(v) || guess.IsPlaceholder(v) || guess.IsDummy(v) || isIdentifier(v) && !isPassphrase(v) {
		return false
	}
	t := guess.TraitsOf(v)
	switch {
	case t.Has('/') && (guess.IsPath(v) || bytes.Contains(v, []byte("://"))), t.Has('\\') && v[0] == '\\':
		return false
	case (v[0] == '/' || v[0] == '~') && bytes.Count(v, []byte("/")) > 1 && !t.Has('+') && !t.Has('='): // a path
		return false
	case t.Letters == 0 && (t.Symbols == 0 && len(v) < 12 || t.Digits == 0): // a number, a date, a line
		return false
	case t.Has(' ') && !guess.IsKey(bytes.ReplaceAll(v, []byte(" "), nil)):
		return isPassphrase(v)
	}
	return t.Distinct() >= 5 && (guess.IsKey(v) || guess.IsScramble(v) || t.Digits > 0 && t.Letters > 0 && !guess.IsWordy(v) || t.Digits > 0 && t.Symbols > 0)
}

// CouldBePassword tells whether what stands where a password stands is worth hiding wherever else it stands: whatever it
// looks like, but for one that is short, an example, a reference, or one word as texts have them.
func CouldBePassword(v []byte) bool {
	return len(v) >= KnownShortest && len(v) <= KnownLongest && !guess.IsReference(v) && !guess.IsPlaceholder(v) && !guess.IsDummy(v) && (len(v) >= longWord || !IsWord(v))
}

// longWord is a length from which letters stand in texts as rarely as keys do.
const longWord = 16

// isIdentifier tells words joined by signs, without a digit: my-app-production.
func isIdentifier(v []byte) bool {
	for _, b := range v {
		if letters.IsDigit(b) {
			return false
		}
	}
	return (guess.IsWordy(v) || guess.IsName(v)) && !guess.IsScramble(v)
}

// IsWord tells letters that are a word, or words.
func IsWord(v []byte) bool {
	return len(v) > 0 && letters.AllOf(v, letters.IsAlpha) && !CouldBeSecret(v)
}

const (
	// A phrase of so many words, as long as this, stands in a text by chance as rarely as a key does.
	phraseWords, phraseLength = 4, 20
)

// isPassphrase tells some words that are a password together: correct horse battery staple.
func isPassphrase(v []byte) bool {
	words := bytes.Fields(v)
	for _, w := range words {
		if !letters.AllOf(w, letters.IsAlpha) {
			return false
		}
	}
	return len(words) >= phraseWords && len(v) >= phraseLength
}
