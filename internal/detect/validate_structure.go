package detect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// jwtStructure: the first two parts are JSON objects and the first names an algorithm.
func jwtStructure(v []byte) proof {
	parts := bytes.Split(v, []byte("."))
	if len(parts) < 3 {
		return failed
	}
	var header struct {
		Alg string `json:"alg"`
	}
	head, err := base64.RawURLEncoding.DecodeString(string(parts[0]))
	if err != nil || json.Unmarshal(head, &header) != nil || header.Alg == "" {
		return failed
	}
	if len(parts) == 5 {
		return proved // encrypted: the second part is a key
	}
	claims := map[string]json.RawMessage{}
	body, err := base64.RawURLEncoding.DecodeString(string(parts[1]))
	return yes(err == nil && json.Unmarshal(body, &claims) == nil)
}

// base64Text decodes a value of either alphabet, padded or not.
func base64Text(v []byte) []byte {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(string(v), "="))
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return b
}

// shaped is for what has a structure and no checksum: without it the value is something else, with it it
// is likely, and not proved.
func shaped(ok bool) proof {
	if ok {
		return unproved
	}
	return failed
}

func base64Of32(v []byte) proof { return shaped(len(base64Text(v)) == 32) }

// sesSMTP: 33 bytes, of which the first is the version, 4.
func sesSMTP(v []byte) proof {
	b := base64Text(v)
	return shaped(len(b) == 33 && b[0] == 4)
}

// elasticAPIKey: an id and a key, 20 and 22 characters.
func elasticAPIKey(v []byte) proof {
	id, key, ok := bytes.Cut(base64Text(v), []byte(":"))
	return shaped(ok && len(id) == 20 && len(key) == 22 && letters.AllOf(id, letters.IsBase64URL) && letters.AllOf(key, letters.IsBase64URL))
}

// atlassianPAT: a number, a colon and random bytes.
func atlassianPAT(v []byte) proof {
	id, key, ok := bytes.Cut(base64Text(v), []byte(":"))
	return shaped(ok && len(id) >= 6 && len(key) >= 16 && letters.AllOf(id, letters.IsDigit))
}

// basicAuth: a user, a colon and a password that is one.
func basicAuth(v []byte) proof {
	user, password, ok := bytes.Cut(base64Text(v), []byte(":"))
	return shaped(ok && len(user) > 0 && len(password) >= 4 && letters.AllOf(user, letters.IsText) && letters.AllOf(password, letters.IsText) && !isPlaceholder(password) && !isReference(password))
}

// clerkHost: after its prefix the key says a host's name and a dollar sign.
func clerkHost(v []byte) proof {
	at := bytes.LastIndexByte(v, '_')
	host, ok := bytes.CutSuffix(base64Text(v[at+1:]), []byte("$"))
	return shaped(ok && bytes.IndexByte(host, '.') > 0)
}

// discordID: the first part says when the bot was made: a number of 17 digits and more.
func discordID(v []byte) proof {
	first, _, _ := bytes.Cut(v, []byte("."))
	id := base64Text(first)
	return shaped(len(id) >= 17 && len(id) <= 20 && letters.AllOf(id, letters.IsDigit))
}

// jsonWith is for tokens whose body, after a prefix that ends in _, is a JSON object with some keys.
func jsonWith(keys ...string) validator {
	return func(v []byte) proof {
		fields := map[string]json.RawMessage{}
		if json.Unmarshal(base64Text(v[bytes.IndexByte(v, '_')+1:]), &fields) != nil {
			return failed
		}
		for _, k := range keys {
			if fields[k] == nil {
				return failed
			}
		}
		return proved
	}
}

// sentryOrg: sntrys_, a JSON object that says for whom, _ and the key. The other prefixes carry none.
func sentryOrg(v []byte) proof {
	body, ok := bytes.CutPrefix(v, []byte("sntrys_"))
	if !ok {
		return unproved
	}
	claims, _, _ := bytes.Cut(body, []byte("_"))
	return jsonWith("iat", "org")(append([]byte("_"), claims...))
}
