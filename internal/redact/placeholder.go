package redact

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

const (
	alphabet   = detect.PlaceholderAlphabet
	bodyLen    = detect.PlaceholderBody
	filePrefix = "REDACTED_"
	typeLimit  = 24
)

// placeholder makes the token of a value. round is 0 but for the rare values whose tokens collide.
func placeholder(keyed *macs, scope Scope, typ string, value []byte, round byte) string {
	mac := keyed.sum([]byte{byte(scope), round}, []byte(typ), []byte{0}, value)
	n := binary.BigEndian.Uint64(mac[:])
	head := typ + "_"
	if scope == File {
		head = filePrefix + head
	}
	token := make([]byte, 0, len(head)+bodyLen)
	token = append(token, head...)
	for range bodyLen - 1 {
		token = append(token, alphabet[n%31])
		n /= 31
	}
	return string(append(token, detect.PlaceholderCheck(token)))
}

func isBody(c byte) bool { return strings.IndexByte(alphabet, c) >= 0 }

func isType(c byte) bool { return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' }

// Span is where a placeholder stands in a text.
type Span struct {
	Start, End int
	Scope      Scope
}

// Find lists the places of text that have the form of a placeholder, check character included. Whether
// one was issued is the vault's to say.
func Find(text []byte) []Span {
	var out []Span
	for i := 0; ; {
		s, ok := next(text, i, func(int, int) bool { return true })
		if !ok {
			return out
		}
		out = append(out, s)
		i = s.End
	}
}

// next finds the first placeholder at or after from that accept agrees to. A TYPE may be joined to
// capitals before it (MAX_EMAIL_sy8cab, where a value stood within a name), so the longest is asked
// about first, and then shorter ones. What reads REDACTED_ is a file's and nothing else.
func next(text []byte, from int, accept func(start, end int) bool) (Span, bool) {
	for i := from; ; i++ {
		at := bytes.IndexByte(text[min(i, len(text)):], '_')
		if i += at; at < 0 || i+bodyLen >= len(text) {
			return Span{}, false
		}
		if i == from || !bodyAt(text, i+1) {
			continue
		}
		end := i + 1 + bodyLen
		start := i
		for start > from && i-start < len(filePrefix)+typeLimit && isType(text[start-1]) {
			start--
		}
		for ; i-start >= 2; start++ {
			if c := text[start]; c < 'A' || c > 'Z' {
				continue
			}
			token := text[start:end]
			scope := Wire
			if strings.HasPrefix(string(token[:min(len(filePrefix), len(token))]), filePrefix) && i-start > len(filePrefix) {
				scope = File
			}
			if (scope == File || i-start <= typeLimit) && detect.PlaceholderCheck(token[:len(token)-1]) == token[len(token)-1] && accept(start, end) {
				return Span{start, end, scope}, true
			}
			if scope == File {
				break
			}
		}
	}
}

func bodyAt(text []byte, at int) bool {
	for _, c := range text[at : at+bodyLen] {
		if !isBody(c) {
			return false
		}
	}
	return true
}

// tail is where in text a placeholder may have begun that is not yet whole.
func tail(text []byte) int {
	end := len(text)
	// Some of the body, then the underscore before it; or no underscore yet.
	for n := 0; n < bodyLen && end-n > 0; n++ {
		i := end - n
		if start, ok := head(text, i); ok && (n == 0 || text[i-1] == '_') {
			return start
		}
		if !isBody(text[i-1]) {
			break
		}
	}
	return end
}

// head is where the run of capitals, digits and underscores begins that ends at i, from its first capital.
func head(text []byte, i int) (int, bool) {
	start := i
	for start > 0 && i-start < len(filePrefix)+typeLimit+1 && isType(text[start-1]) {
		start--
	}
	for start < i && (text[start] < 'A' || text[start] > 'Z') {
		start++
	}
	return start, start < i
}
