package detect

import (
	"unicode"
	"unicode/utf8"
)

// A word is a run of letters and digits of any script. Where small letters are followed by a capital a part
// begins, which is a word too: AcmeOrion is one word, and the two of acme orion. A character of Chinese or
// Japanese that is not katakana is a word by itself, because no blank tells where one ends.
//
// What begins and ends where depends on the characters beside it only, wherever reading began.

const (
	// wordLongest is how many bytes a word of a term may have, gapLongest how many may lie between two.
	wordLongest = 64
	gapLongest  = 64
)

type kind uint8

const (
	noWord kind = iota
	small       // and letters without case, and marks
	digit
	capital
	alone
	wide // not ASCII: its bytes must be read together
)

var wordKind = func() (kinds [256]kind) {
	for i := range kinds {
		switch b := byte(i); {
		case b >= utf8.RuneSelf:
			kinds[i] = wide
		case isDigit(b):
			kinds[i] = digit
		case isUpper(b):
			kinds[i] = capital
		case isLower(b):
			kinds[i] = small
		}
	}
	return kinds
}()

func kindAt(text []byte, i int) (k kind, size int) {
	if k = wordKind[text[i]]; k != wide {
		return k, 1
	}
	r, size := utf8.DecodeRune(text[i:])
	return kindOfRune(r), size
}

func kindBefore(text []byte, i int) kind {
	if i == 0 {
		return noWord
	}
	if k := wordKind[text[i-1]]; k != wide {
		return k
	}
	r, _ := utf8.DecodeLastRune(text[max(0, i-utf8.UTFMax):i])
	return kindOfRune(r)
}

func kindOfRune(r rune) kind {
	switch {
	case unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r):
		return alone
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return capital
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return small
	case unicode.IsNumber(r):
		return digit
	}
	return noWord
}

type wordStart uint8

const (
	noStart wordStart = iota
	partStart
	runStart
)

// startAt tells whether a word begins at i.
func startAt(text []byte, i int) wordStart {
	k, size := kindAt(text, i)
	if k == noWord {
		return noStart
	}
	return startBetween(text, kindBefore(text, i), k, i+size)
}

// startBetween tells whether a word begins with a character of kind k, by the one before it and what follows
// at next: in HTTPServer the second begins with the last capital.
func startBetween(text []byte, before, k kind, next int) wordStart {
	switch {
	case before == noWord || before == alone || k == alone:
		return runStart
	case k != capital:
		return noStart
	case before != capital:
		return partStart
	}
	if next < len(text) {
		if k, _ := kindAt(text, next); k == small {
			return partStart
		}
	}
	return noStart
}

// endsOf is where the part and the run that begin at i end. Of one that is longer than wordLongest the end is
// not looked for: it is given as farther than that.
func endsOf(text []byte, i int) (part, run int) {
	before, size := kindAt(text, i)
	at := i + size
	for at < len(text) && at-i <= wordLongest {
		k, size := kindAt(text, at)
		if k == noWord {
			break
		}
		if k == capital || k == alone || before == alone {
			switch startBetween(text, before, k, at+size) {
			case runStart:
				if part == 0 {
					part = at
				}
				return part, at
			case partStart:
				if part == 0 {
					part = at
				}
			}
		}
		before, at = k, at+size
	}
	if part == 0 {
		part = at
	}
	return part, at
}

// between are what may stand between the words of a term, besides white space: what joins names and identifiers,
// and what stands before a comment's next line.
var between = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, '-': true, '_': true, '.': true, ',': true, '\'': true, '&': true, '/': true, '*': true, '#': true, '+': true}

// nextWord is where the word begins that goes on from one that ends at i, -1 if none does.
func nextWord(text []byte, i int) int {
	for from := i; i < len(text) && i-from <= gapLongest; {
		switch b := text[i]; {
		case between[b]:
			i++
		case b < utf8.RuneSelf:
			if wordKind[b] == noWord {
				return -1
			}
			return i
		default:
			r, size := utf8.DecodeRune(text[i:])
			if kindOfRune(r) != noWord {
				return i
			}
			if !unicode.IsSpace(r) && r != '’' && r != '‐' && r != '‑' && r != '–' {
				return -1
			}
			i += size
		}
	}
	return -1
}
