package detect

import (
	"bytes"
	"sync"
)

// FindNamed returns the findings of a value whose name stands elsewhere: the key of its member in a
// JSON object, its column's header. It finds what Find does, and what only the name gives away.
func (e *Engine) FindNamed(name, value []byte) []Finding {
	password, secret := saysSecret(name)
	person := saysPerson(name)
	if len(value) > valueLimit || !secret && !person {
		return e.Find("", value)
	}
	c := e.newCheck("", value)
	defer c.release()
	c.run(Span{0, len(value)})
	whole := Span{0, len(value)}
	for _, r := range e.rules {
		if secret && r.named && c.isSecretValue(value, name, password, true) {
			c.emit(r, whole, whole)
		}
	}
	if person {
		c.addLabelled(name, value)
	}
	return resolve(c.found, nil)
}

// addLabelled adds what is found of persons when the value stands behind its name.
func (c *check) addLabelled(name, value []byte) {
	text := bytes.Join([][]byte{name, value}, []byte(": "))
	shift := len(text) - len(value)
	l := c.engine.newCheck("", text)
	defer l.release()
	l.run(Span{0, len(text)})
	for _, f := range l.found {
		if f.Start >= shift && f.Rule.Class != Credential {
			f.Start, f.End, f.anchor = f.Start-shift, f.End-shift, f.anchor-shift
			c.found = append(c.found, f)
		}
	}
}

// saysPerson tells whether a name holds a word that gives a value of somebody's away.
func saysPerson(name []byte) bool {
	if len(name) > nameLimit {
		return false
	}
	var scratch [2 * nameLimit]byte
	for word := range bytes.FieldsSeq(appendWords(scratch[:0], name)) {
		if labelWords()[string(word)] {
			return true
		}
	}
	return false
}

// labelWords are the words of all labels and vocabularies.
var labelWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	add := func(phrases ...string) {
		for _, p := range phrases {
			for word := range bytes.FieldsSeq(appendWords(nil, []byte(p))) {
				words[string(word)] = true
			}
		}
	}
	for _, n := range numerals {
		add(n.words...)
		add(n.labels)
	}
	for _, l := range labelledNumbers {
		add(l.triggers...)
	}
	for _, list := range [][]string{walletWords, addressWords, addressLabels, birthLabels, personLabels, phoneLabels, macLabels, {"diagnosis diagnoses icd icd10 dx bic swift sort sortcode dateofbirth birthdate birthday fullname firstname lastname surname"}} {
		add(list...)
	}
	return words
})

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
