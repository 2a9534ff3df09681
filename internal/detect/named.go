package detect

import "bytes"

// FindNamed returns the findings of a value whose name stands elsewhere: the key of its member in a
// JSON object, its column's header. It finds what Find does, and what only the name gives away.
func (e *Engine) FindNamed(name, value []byte) []Finding {
	password, ok := saysSecret(name)
	if !ok || len(value) > valueLimit {
		return e.Find("", value)
	}
	c := e.newCheck("", value)
	defer c.release()
	c.run(Span{0, len(value)})
	whole := Span{0, len(value)}
	for _, r := range e.rules {
		if r.named && c.isSecretValue(value, name, password, true) {
			c.emit(r, whole, whole)
		}
	}
	return resolve(c.found, nil)
}

// saysSecret tells whether a name gives its value away, and whether as a password, which need not be random.
func saysSecret(name []byte) (password, ok bool) {
	if len(name) > nameLimit {
		return false, false
	}
	folded := bytes.ToLower(name)
	for _, word := range assignmentTriggers {
		i := bytes.Index(folded, []byte(word))
		if i >= 0 && suffixFits(name[i+len(word):]) {
			return isPasswordWord(name[i : i+len(word)]), true
		}
	}
	return false, false
}

// isPasswordWord tells the words that name passwords from those that name keys and tokens.
func isPasswordWord(word []byte) bool {
	return (word[0] == 'p' || word[0] == 'P' || word[0] == '_') && !containsFold(word, "key") && !containsFold(word, "salt")
}
