// Package words tells where words begin and end in text and in identifiers of any script. Its answer depends on the
// characters beside a place only, so that a text can be read in parts.
package words

import (
	"unicode"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// A word is a run of letters and digits of any script. Where small letters are followed by a capital a part
// begins, which is a word too: AcmeOrion is one word, and the two of acme orion. A character of Chinese or
// Japanese that is not katakana is a word by itself, because no blank tells where one ends.
//
// What begins and ends where depends on the characters beside it only, wherever reading began.

const (
	// Longest is how many bytes a word of a term may have, GapLongest how many may lie between two.
	Longest    = 64
	GapLongest = 64
)

type Kind uint8

const (
	None  Kind = iota
	Small      // and letters without case, and marks
	digit
	Capital
	alone
	wide // not ASCII: its bytes must be read together
)

var ByteKind = func() (kinds [256]Kind) {
	for i := range kinds {
		switch b := byte(i); {
		case b >= utf8.RuneSelf:
			kinds[i] = wide
		case letters.IsDigit(b):
			kinds[i] = digit
		case letters.IsUpper(b):
			kinds[i] = Capital
		case letters.IsLower(b):
			kinds[i] = Small
		}
	}
	return kinds
}()

func KindAt(text []byte, i int) (k Kind, size int) {
	if k = ByteKind[text[i]]; k != wide {
		return k, 1
	}
	r, size := utf8.DecodeRune(text[i:])
	return KindOf(r), size
}

func KindBefore(text []byte, i int) Kind {
	if i == 0 {
		return None
	}
	if k := ByteKind[text[i-1]]; k != wide {
		return k
	}
	r, _ := utf8.DecodeLastRune(text[max(0, i-utf8.UTFMax):i])
	return KindOf(r)
}

func KindOf(r rune) Kind {
	switch {
	case unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r):
		return alone
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return Capital
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return Small
	case unicode.IsNumber(r):
		return digit
	}
	return None
}

type Start uint8

const (
	NoStart Start = iota
	partStart
	RunStart
)

// StartAt tells whether a word begins at i.
func StartAt(text []byte, i int) Start {
	k, size := KindAt(text, i)
	if k == None {
		return NoStart
	}
	return startBetween(text, KindBefore(text, i), k, i+size)
}

// startBetween tells whether a word begins with a character of kind k, by the one before it and what follows
// at next: in HTTPServer the second begins with the last capital.
func startBetween(text []byte, before, k Kind, next int) Start {
	switch {
	case before == None || before == alone || k == alone:
		return RunStart
	case k != Capital:
		return NoStart
	case before != Capital:
		return partStart
	}
	if next < len(text) {
		if k, _ := KindAt(text, next); k == Small {
			return partStart
		}
	}
	return NoStart
}

// EndsOf is where the part and the run that begin at i end. Of one that is longer than Longest the end is
// not looked for: it is given as farther than that.
func EndsOf(text []byte, i int) (part, run int) {
	before, size := KindAt(text, i)
	at := i + size
	for at < len(text) && at-i <= Longest {
		k, size := KindAt(text, at)
		if k == None {
			break
		}
		if k == Capital || k == alone || before == alone {
			switch startBetween(text, before, k, at+size) {
			case RunStart:
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

// Next is where the word begins that goes on from one that ends at i, -1 if none does.
func Next(text []byte, i int) int {
	for from := i; i < len(text) && i-from <= GapLongest; {
		switch b := text[i]; {
		case between[b]:
			i++
		case b < utf8.RuneSelf:
			if ByteKind[b] == None {
				return -1
			}
			return i
		default:
			r, size := utf8.DecodeRune(text[i:])
			if KindOf(r) != None {
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
