package guess

import (
	"bytes"
	"math/bits"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// IsSecret judges a value that a secret-like name was given.
func IsSecret(v, name []byte, password bool) bool {
	if len(v) < 6 {
		return false
	}
	t := TraitsOf(v)
	if t.Has(' ') || t.Has('\t') {
		return false // prose, a prompt, a label
	}
	if t.high > 0 && !password || t.Digits+t.Symbols == 0 && !IsKey(v) {
		return false
	}
	if t.Letters == 0 && (t.Symbols == 0 && len(v) < 8 || t.Digits == 0) {
		return false // a number, a line of dashes
	}
	if t.Distinct() < 5 || t.Has(':') && bytes.Contains(v, []byte("://")) || t.Has('/') && IsPath(v) || t.Has('\\') && (escapes(v) > 1 || v[0] == '\\') {
		return false
	}
	if IsReference(v) || IsPlaceholder(v) || IsDummy(v) || len(v) == len(name) && bytes.EqualFold(v, name) {
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

// traits are what one look at a value tells: how many of which it has, and which bytes stand in it.
type traits struct {
	Digits, Letters, Symbols, high int
	set                            [4]uint64
}

func TraitsOf(v []byte) (t traits) {
	for _, b := range v {
		t.set[b>>6] |= 1 << (b & 63)
		switch {
		case letters.IsAlpha(b):
			t.Letters++
		case letters.IsDigit(b):
			t.Digits++
		case b >= 0x80:
			t.high++
		default:
			t.Symbols++
		}
	}
	return t
}

func (t *traits) Has(b byte) bool { return t.set[b>>6]&(1<<(b&63)) != 0 }

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

// IsPath tells a file's path: separated by slashes, most parts wordy.
func IsPath(v []byte) bool {
	if bytes.IndexByte(v, '/') < 0 {
		return false
	}
	if v[0] == '/' || bytes.HasPrefix(v, []byte("./")) || bytes.HasPrefix(v, []byte("../")) {
		return len(v) < 20 || IsWordy(v) // base64 may begin with a slash, too
	}
	if port := bytes.IndexByte(v, ':'); port > 0 && port+1 < len(v) && letters.IsDigit(v[port+1]) && bytes.IndexByte(v[port:], '/') > 0 {
		return true // host:port/path
	}
	return IsWordy(v) && Entropy(v) < 4.2
}

// IsUUID tells an identifier by its dashes; it is a secret only under a name that says so most clearly.
func IsUUID(v []byte) bool {
	return len(v) == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-'
}
