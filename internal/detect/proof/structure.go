package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// JWT: the first two parts are JSON objects and the first names an algorithm.
func JWT(v []byte) Result {
	parts := bytes.Split(v, []byte("."))
	if len(parts) < 3 {
		return Failed
	}
	if !JWTHeader(parts[0]) {
		return Failed
	}
	if len(parts) == 5 {
		return Proved // encrypted: the second part is a key
	}
	claims := map[string]json.RawMessage{}
	body, err := base64.RawURLEncoding.DecodeString(string(parts[1]))
	return yes(err == nil && json.Unmarshal(body, &claims) == nil)
}

// JWTHeader tells the first part of such a token.
func JWTHeader(part []byte) bool {
	var header struct {
		Alg string `json:"alg"`
	}
	head, err := base64.RawURLEncoding.DecodeString(string(part))
	return err == nil && json.Unmarshal(head, &header) == nil && header.Alg != ""
}

// Base64Text decodes a value of either alphabet, padded or not.
func Base64Text(v []byte) []byte {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(string(v), "="))
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return b
}

// shaped is for what has a structure and no checksum: without it the value is something else, with it it
// is likely, and not proved.
func shaped(ok bool) Result {
	if ok {
		return Unproved
	}
	return Failed
}

func base64Of32(v []byte) Result { return shaped(len(Base64Text(v)) == 32) }

// sesSMTP: 33 bytes, of which the first is the version, 4.
func sesSMTP(v []byte) Result {
	b := Base64Text(v)
	return shaped(len(b) == 33 && b[0] == 4)
}

// elasticAPIKey: an id and a key, 20 and 22 characters.
func elasticAPIKey(v []byte) Result {
	id, key, ok := bytes.Cut(Base64Text(v), []byte(":"))
	return shaped(ok && len(id) == 20 && len(key) == 22 && letters.AllOf(id, letters.IsBase64URL) && letters.AllOf(key, letters.IsBase64URL))
}

// atlassianPAT: a number, a colon and random bytes.
func atlassianPAT(v []byte) Result {
	id, key, ok := bytes.Cut(Base64Text(v), []byte(":"))
	return shaped(ok && len(id) >= 6 && len(key) >= 16 && letters.AllOf(id, letters.IsDigit))
}

// basicAuth: a user, a colon and a password that is one.
func basicAuth(v []byte) Result {
	user, password, ok := bytes.Cut(Base64Text(v), []byte(":"))
	return shaped(ok && len(user) > 0 && len(password) >= 4 && letters.AllOf(user, letters.IsText) && letters.AllOf(password, letters.IsText) && !guess.IsPlaceholder(password) && !guess.IsReference(password))
}

// clerkHost: after its prefix the key says a host's name and a dollar sign.
func clerkHost(v []byte) Result {
	at := bytes.LastIndexByte(v, '_')
	host, ok := bytes.CutSuffix(Base64Text(v[at+1:]), []byte("$"))
	return shaped(ok && bytes.IndexByte(host, '.') > 0)
}

// discordID: the first part says when the bot was made: a number of 17 digits and more.
func discordID(v []byte) Result {
	first, _, _ := bytes.Cut(v, []byte("."))
	id := Base64Text(first)
	return shaped(len(id) >= 17 && len(id) <= 20 && letters.AllOf(id, letters.IsDigit))
}

// jsonWith is for tokens whose body, after a prefix that ends in _, is a JSON object with some keys.
func jsonWith(keys ...string) Check {
	return func(v []byte) Result {
		fields := map[string]json.RawMessage{}
		if json.Unmarshal(Base64Text(v[bytes.IndexByte(v, '_')+1:]), &fields) != nil {
			return Failed
		}
		for _, k := range keys {
			if fields[k] == nil {
				return Failed
			}
		}
		return Proved
	}
}

// sentryOrg: sntrys_, a JSON object that says for whom, _ and the key. The other prefixes carry none.
func sentryOrg(v []byte) Result {
	body, ok := bytes.CutPrefix(v, []byte("sntrys_"))
	if !ok {
		return Unproved
	}
	claims, _, _ := bytes.Cut(body, []byte("_"))
	return jsonWith("iat", "org")(append([]byte("_"), claims...))
}
