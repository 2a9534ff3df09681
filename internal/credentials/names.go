package credentials

import "strings"

// snake writes a key's words as variables do: accessToken is access_Token, //host/:_authToken ends in auth_Token. So
// the same words say secret wherever they stand.
func snake(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' && i > 0 {
			before := name[i-1]
			next := i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'
			if before >= 'a' && before <= 'z' || before >= '0' && before <= '9' || before >= 'A' && before <= 'Z' && next {
				b.WriteByte('_')
			}
		}
		switch c {
		case ':', '/', ' ', '[', ']', '"', '\'':
			c = '_'
		}
		b.WriteByte(c)
	}
	return strings.Trim(b.String(), "_")
}

// passwordWords end the keys below which, in a file of credentials, a password stands. Some tools have no sign
// between the words of theirs.
var passwordWords = map[string]bool{}

func init() {
	for _, w := range strings.Fields("password passwd passwort pwd passphrase pass secret token auth authtoken apikey accesstoken refreshtoken identitytoken registrytoken idtoken secretkey httppassword httppasswd ftppassword proxypassword proxypasswd cleartextpassword") {
		passwordWords[w] = true
	}
}

// kindOf tells what a key of a file of credentials says of its value, and names it so that its words show.
func kindOf(key string) (Kind, string) {
	name := snake(key)
	last := strings.ToLower(name[strings.LastIndexAny(name, "_-.")+1:])
	if passwordWords[last] {
		return Password, name
	}
	return Named, name
}

// isEncoded tells the keys whose values are base64: npm's _auth and _password, yarn's npmAuthIdent, Docker's auth,
// the data of a kubeconfig.
func isEncoded(key string) bool {
	key = key[strings.LastIndexAny(key, ":/.")+1:]
	switch key {
	case "_auth", "_password", "auth", "npmAuthIdent":
		return true
	}
	return strings.HasSuffix(key, "-key-data")
}

// isPath tells the keys that say where a token is: a kubeconfig's, AWS's.
func isPath(key string) bool {
	return key == "tokenFile" || key == "web_identity_token_file" || key == "token_file"
}

// keyed takes a value of a file of credentials by what its key says.
func (v *values) keyed(key, text string) {
	kind, name := kindOf(key)
	switch {
	case isPath(key):
		v.add(Path, name, text)
	case isEncoded(key):
		v.encoded(Password, name, text)
	case strings.EqualFold(key, "header") || strings.HasSuffix(strings.ToLower(key), "extraheader"):
		v.header(text)
	default:
		v.add(kind, name, text)
	}
}

// header takes the value of a header's line that logs in: Authorization: Bearer ..., PRIVATE-TOKEN: ...
func (v *values) header(text string) {
	v.add(Named, "header", text)
	name, value, ok := strings.Cut(text, ":")
	if !ok {
		return
	}
	scheme, rest, two := strings.Cut(strings.TrimSpace(value), " ")
	kind, name := kindOf(strings.TrimSpace(name))
	switch {
	case two && strings.EqualFold(scheme, "basic"):
		v.encoded(Password, "password", strings.TrimSpace(rest))
	case two && strings.EqualFold(name, "authorization"), two && strings.HasSuffix(strings.ToLower(name), "-authorization"):
		v.add(Password, "token", strings.TrimSpace(rest))
	default:
		v.add(kind, name, strings.TrimSpace(value))
	}
}
