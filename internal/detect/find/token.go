package find

import (
	"bytes"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// findPEM reads a private key from its BEGIN line to its END line, in whatever it is wrapped: lines,
// indented YAML, a JSON string with \n, strings that are joined with a sign.
func findPEM(c *look.Text, at letters.Span) {
	const limit = 8 << 10
	if c.Bytes[at.Start] != '-' {
		findKeyBody(c, at)
		return
	}
	rest := c.Bytes[at.Start:min(at.Start+limit, len(c.Bytes))]
	head, _, ok := bytes.Cut(rest[len("-----BEGIN"):], []byte("-----"))
	if !ok || len(head) > 40 || !bytes.Contains(head, []byte("PRIVATE KEY")) {
		return
	}
	from := len("-----BEGIN") + len(head) + len("-----")
	body := rest[from:]
	end := bytes.Index(body, []byte("-----END"))
	stop := 0
	if end >= 0 {
		if other := bytes.Index(body[:end], []byte("-----BEGIN")); other >= 0 {
			return
		}
		stop = from + end + len("-----END")
		if i := bytes.Index(rest[stop:], []byte("-----")); i >= 0 && i <= 40 {
			stop += i + len("-----")
		}
		body = body[:end]
	} else {
		// The end is missing: the file was cut, or the key is being typed. What looks like key material counts.
		if other := bytes.Index(body, []byte("-----")); other >= 0 {
			body = body[:other]
		}
		n := 0
		for n < len(body) && (letters.IsBase64(body[n]) || bytes.IndexByte([]byte(" \t\r\n\\\"'=,:-#*;>|"), body[n]) >= 0) {
			n++
		}
		body = bytes.TrimRight(body[:n], " \t\r\n")
		stop = from + len(body)
	}
	// What a passphrase locks is as safe as that is.
	locked := bytes.Contains(head, []byte("ENCRYPTED")) || bytes.Contains(body, []byte("Proc-Type: 4,ENCRYPTED"))
	material := 0
	for _, b := range body {
		if letters.IsBase64(b) {
			material++
		}
	}
	if material < 40 || guess.Distinct(body) < 16 || bytes.Contains(body, []byte("...")) {
		return
	}
	v := letters.Between(at.Start, at.Start+stop)
	if locked {
		c.Doubt(v, v, c.Bytes[v.Start:v.End])
		return
	}
	c.Emit(v, v)
}

// keyHeads begin the body of a private key, or stand at the head of its first line: RSA's in PKCS #1 and #8, elliptic
// curves', Ed25519's, and OpenSSH's without a passphrase.
var keyHeads = []string{"IBAAKC", "IBADANBgkqhkiG9w0BAQEF", "MHcCAQEE", "MIGkAgEBBDA", "MIGHAgEAMBMGByqGSM49", "MIG2AgEAMBAGByqGSM49", "MC4CAQAwBQYDK2Vw", "b3BlbnNzaC1rZXktdjEAAAAABG5vbm"}

// findKeyBody reads a private key whose BEGIN line is not there, as in a part of a file or a variable.
func findKeyBody(c *look.Text, at letters.Span) {
	const limit, least, longestLine = 8 << 10, 60, 80
	text, from := c.Bytes, at.Start
	if !slices.Contains(keyHeads, string(text[from:at.End])) {
		return // in other letters it is no key
	}
	if text[from] == 'I' { // its length stands before it: MIIEow, MIIEvg
		for from > 0 && at.Start-from < 8 && letters.IsBase64(text[from-1]) {
			from--
		}
		if at.Start-from < 3 || text[from] != 'M' || text[from+1] != 'I' {
			return
		}
	}
	if letters.IsBase64URL(c.Before(from)) {
		return
	}
	// All lines are as long as the first but the last, however their ends are written.
	end, material, first := from, 0, 0
	for i := from; i < len(text) && i-from < limit; {
		line := i
		for i < len(text) && (letters.IsBase64(text[i]) || text[i] == '=') {
			i++
		}
		if i == line {
			break
		}
		end, material = i, material+i-line
		if first == 0 {
			first = i - line
		}
		if i-line != first || text[i-1] == '=' || first > longestLine {
			break
		}
		for i < len(text) && i-end < 64 && (letters.IsSpace(text[i]) || text[i] == '\\' && (c.ByteAt(i+1) == 'n' || c.ByteAt(i+1) == 'r')) {
			if text[i] == '\\' {
				i++
			}
			i++
		}
	}
	tail := text[end:min(len(text), end+64)]
	if i := bytes.Index(tail, []byte("-----END")); i >= 0 && i <= 16 {
		stop := i + len("-----END")
		if n := bytes.Index(tail[stop:], []byte("-----")); n >= 0 {
			end += stop + n + len("-----")
		}
	}
	if material < least || guess.Distinct(text[from:end]) < 16 {
		return
	}
	v := letters.Between(from, end)
	c.Emit(v, v)
}

// findJWT reads a token of three or five parts, of which the first decodes to a header.
func findJWT(c *look.Text, at letters.Span) {
	const limit = 7 << 10
	text := c.Bytes
	if b := c.Before(at.Start); letters.IsBase64URL(b) || b == '.' || b == '/' || b == '+' {
		return
	}
	i, dots := at.Start, 0
	for i < len(text) && i-at.Start < limit && (letters.IsBase64URL(text[i]) || text[i] == '.') {
		if text[i] == '.' {
			if dots++; dots > 4 {
				return
			}
		}
		i++
	}
	for i > at.Start && text[i-1] == '.' {
		i, dots = i-1, dots-1
	}
	v := letters.Between(at.Start, i)
	if (dots == 2 || dots == 4) && v.Len() >= 32 && proof.JWT(text[v.Start:v.End]) != proof.Failed {
		c.Emit(v, v)
		return
	}
	// One that is cut off, or mistyped behind its header, is in doubt.
	head, rest, _ := bytes.Cut(text[v.Start:v.End], []byte("."))
	if bytes.HasPrefix(rest, []byte("eyJ")) && len(rest) >= 16 && guess.IsKey(rest) && proof.JWTHeader(head) {
		c.Doubt(v, v, text[v.Start:v.End])
	}
}

// findURLCredential reads the password of scheme://user:password@host, and the key that stands alone there:
// scheme://key@host, scheme://key:@host.
func findURLCredential(c *look.Text, at letters.Span) {
	text := c.Bytes
	if at.Start == 0 || !letters.IsAlnum(text[at.Start-1]) {
		return
	}
	scheme := at.Start
	for scheme > 0 && at.Start-scheme < 32 && (letters.IsAlnum(text[scheme-1]) || bytes.IndexByte([]byte("+-."), text[scheme-1]) >= 0) {
		scheme--
	}
	colon, last, i := -1, -1, at.End
	for i < len(text) && i-at.End < urlReach {
		b := text[i]
		if b == '@' {
			last = i
		} else if b == ':' && colon < 0 && last < 0 {
			colon = i
		} else if letters.IsSpace(b) || bytes.IndexByte([]byte("/\"'`<>\\,?"), b) >= 0 {
			break
		}
		i++
	}
	if host := longHost(c, scheme, i); colon >= 0 && host > last && host > colon+1 && isUnescaped(text[colon+1:host]) {
		last = host // signs that a URL has to escape, and nobody did
	}
	isHost := func(i int) bool {
		return i+1 < len(text) && (letters.IsAlnum(text[i+1]) || bytes.IndexByte([]byte("[$%{(<"), text[i+1]) >= 0)
	}
	switch {
	case last < 0 || !isHost(last):
		return
	case colon < 0 || last == colon+1: // a key as the user
		user := letters.Between(at.End, last)
		if colon >= 0 {
			user.End = colon
		}
		if user.Len() >= 20 && isURLKey(text[user.Start:user.End]) {
			c.Emit(user, letters.Between(scheme, last))
		}
		return
	}
	user := letters.Between(at.End, colon)
	const gitHub = "x-oauth-basic" // its way to pass a token; of its own host's a rule knows more
	if word := text[colon+1 : last]; user.Len() >= 20 && (string(word) == gitHub && !bytes.HasPrefix(text[last+1:], []byte("github.com")) || isHexKey(text[user.Start:user.End]) && isHexKey(word)) && isURLKey(text[user.Start:user.End]) {
		c.Emit(user, letters.Between(scheme, last)) // or two keys that are one credential
	}
	v := letters.Between(colon+1, last)
	value, name := text[v.Start:v.End], text[user.Start:user.End]
	if guess.IsChosen(value) && !bytes.EqualFold(name, value) {
		c.Doubt(v, letters.Between(scheme, last), value)
		return
	}
	if guess.IsReference(value) || guess.IsPlaceholder(value) || guess.IsDummy(value) || guess.Distinct(value) < 2 || bytes.EqualFold(name, value) && len(value) < 8 || len(value) < 4 {
		return
	}
	// A port that looks like a password: http://host:8080@... does not occur; host:port has no @.
	if bytes.EqualFold(name, value) {
		c.Doubt(v, letters.Between(scheme, last), value)
		return
	}
	c.Emit(v, letters.Between(scheme, last))
}

// urlReach is how far behind its scheme a URL's host may begin.
const urlReach = 512

// longHost is the last @ of a URL that a host follows, where all signs but a blank and the quote before the URL may stand in
// a password; -1 if there is none.
func longHost(c *look.Text, scheme, from int) int {
	text, quote := c.Bytes, c.ByteAt(scheme-1)
	if from >= len(text) || letters.IsSpace(text[from]) || quote == text[from] && quote != 0 || quote == '<' && text[from] == '>' || text[from] == '\\' {
		return -1
	}
	high := min(len(text), from+urlReach/4)
	for i := from; i < high; i++ {
		switch b := text[i]; {
		case letters.IsSpace(b) || b == quote && bytes.IndexByte([]byte("\"'`"), b) >= 0 || b == '\\' || b == ':' && bytes.HasPrefix(text[i:], []byte("://")):
			return -1
		case b == '@' && i+1 < len(text) && letters.IsAlnum(text[i+1]):
			return i
		}
	}
	return -1
}

// isUnescaped tells a password from a port, and from what goes on behind it: no number stands before its first sign, and with
// a slash in it it was drawn.
func isUnescaped(v []byte) bool {
	sign := bytes.IndexAny(v, "/?,#")
	return (sign < 0 || !letters.IsNumber(v[:sign])) && (!bytes.ContainsAny(v, "/?#") || guess.IsDrawn(v))
}

func isURLKey(v []byte) bool {
	return letters.AllOf(v, letters.IsBase64URL) && guess.IsKey(v) && !guess.IsPlaceholder(v) && !guess.IsUUID(v)
}

func isHexKey(v []byte) bool { return len(v) >= 32 && letters.AllOf(v, letters.IsHex) }
