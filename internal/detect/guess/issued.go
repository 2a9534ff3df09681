package guess

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

func Spaced(v []byte) bool { return bytes.IndexByte(v, ' ') > 0 }

// IsHashContext tells what introduces digests and identifiers, which have the form of keys.
func IsHashContext(before []byte) bool {
	for _, w := range hashWords {
		if i := letters.LastFold(before, w); i >= 0 && !letters.IsAlpha(At(before, i-1)) {
			return true
		}
	}
	return false
}

var hashWords = strings.Fields("sha1 sha256 sha-256 sha512 sha md5 commit checksum digest etag revision integrity fingerprint uuid guid h1")

func At(text []byte, i int) byte {
	if i < 0 {
		return 0
	}
	return text[i]
}

// IsIssued tells what a machine made from a word, a dotted name or a number of the same length.
func IsIssued(v []byte) bool {
	if Spaced(v) {
		return Surprise(v) > naturalBelow && Distinct(v) >= 6
	}
	digits, alphas, lowers, uppers := 0, 0, 0, 0
	for _, b := range v {
		switch {
		case letters.IsDigit(b):
			digits++
		case letters.IsLower(b):
			alphas, lowers = alphas+1, lowers+1
		case letters.IsUpper(b):
			alphas, uppers = alphas+1, uppers+1
		}
	}
	if digits == 0 {
		return lowers > 0 && uppers > 0 && len(v) >= 20 && Surprise(v) > naturalBelow || len(v) >= 16 && Surprise(v) > naturalBelow+12
	}
	return alphas > 0 && (len(v) < 20 || isHexParts(v) || Surprise(v) > naturalBelow) && Distinct(v) >= 6
}

// isHexParts tells hex digits, as they are, joined as in a UUID or behind a prefix; random hex reads like words.
func isHexParts(v []byte) bool {
	hex, all := 0, 0
	for _, b := range v {
		if letters.IsAlnum(b) {
			all++
		}
		if letters.IsHex(b) {
			hex++
		}
	}
	return hex >= 16 && hex*4 >= all*3
}
