package letters

// LastFold is where word, in lower case, stands last in text, in any case; -1 if nowhere.
func LastFold(text []byte, word string) int {
	for i := len(text) - len(word); i >= 0; i-- {
		if EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// AppendFolded appends v with its letters in lower case, ASCII only.
func AppendFolded(dst, v []byte) []byte {
	for _, c := range v {
		if IsUpper(c) {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// ContainsFold tells whether v holds word, which is in lower case, in any case.
func ContainsFold(v []byte, word string) bool { return IndexFold(v, word) >= 0 }

// IndexFold is where word, in lower case, stands first in v, in any case; -1 if nowhere.
func IndexFold(v []byte, word string) int {
	if word == "" {
		return 0
	}
	first := word[0] // in most places already this is another
	for i := 0; i+len(word) <= len(v); i++ {
		if (v[i] == first || v[i]|0x20 == first) && EqualFold(v[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// EqualFold compares with a word in lower case, ASCII only.
func EqualFold(v []byte, word string) bool {
	if len(v) != len(word) {
		return false
	}
	for i := range v {
		c := v[i]
		if IsUpper(c) {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// IsNumber tells up to six digits.
func IsNumber(word []byte) bool {
	for _, c := range word {
		if !IsDigit(c) {
			return false
		}
	}
	return len(word) <= 6
}

// AllOf tells whether each byte is of a class.
func AllOf(v []byte, is func(byte) bool) bool {
	for _, c := range v {
		if !is(c) {
			return false
		}
	}
	return true
}
