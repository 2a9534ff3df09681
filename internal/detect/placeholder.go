package detect

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// The form of a placeholder, which package redact makes: rules must know it, or they would find in
// DB_PASSWORD=SECRET_sy8cab what has been hidden already.
const (
	// PlaceholderAlphabet leaves out 0, 1, i, l and o. It has 31 characters, a prime, so that the weighted
	// check character catches every wrong and every exchanged character.
	PlaceholderAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"
	// PlaceholderBody is the length of what follows the TYPE's underscore: five characters and the check.
	PlaceholderBody = 6
)

// PlaceholderCheck is the check character of a placeholder that lacks only that.
func PlaceholderCheck(token []byte) byte {
	sum := 0
	for i, c := range token {
		n := strings.IndexByte(PlaceholderAlphabet, c)
		if n < 0 {
			n = int(c)
		}
		sum += (i%30 + 1) * n
	}
	return PlaceholderAlphabet[sum%31]
}

// isToken tells whether a value is a placeholder.
func isToken(v []byte) bool {
	n := len(v) - PlaceholderBody - 1
	if n < 2 || v[n] != '_' || !letters.IsUpper(v[0]) {
		return false
	}
	for _, c := range v[:n] {
		if !letters.IsUpper(c) && !letters.IsDigit(c) && c != '_' {
			return false
		}
	}
	for _, c := range v[n+1:] {
		if strings.IndexByte(PlaceholderAlphabet, c) < 0 {
			return false
		}
	}
	return PlaceholderCheck(v[:len(v)-1]) == v[len(v)-1]
}
