package proof

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Number is one kind of number that somebody has: how it is written and the check that it passes. All of
// them are listed in Numbers, the more specific before the less; where two fit the same digits, the one
// whose word stands nearest before them wins, and then the one that is listed first.
//
// A form is read byte for byte:
//
//	d digit   A letter   U upper-case letter   X letter or digit
//	R upper-case letter or &   M upper-case letter, digit or <
//	' ' a blank or a dash, the same throughout   h - + or a letter (a century)   any other byte itself
//
// It is tried where the run of digits begins that wakes it: its first of four or more, or where ^ stands
// before one. A form without such a run is woken by "three digits, a blank, a digit" or by "digit, dot,
// digit" within it.
type Number struct {
	Name string
	// Forms are those that mean this kind wherever they stand, labelled those that need one of words before. Doubtful ones
	// are in doubt without a word, and nothing beside other numbers; hinted ones need a word, and stay in doubt.
	Forms, Labelled, Doubtful, Hinted string
	// Words name the kind, separated by commas.
	Words string
	// Spoken are forms that nothing wakes but a label before them: labels, separated by commas.
	Spoken, Labels string
	// Check is asked about the letters and digits, letters in upper case. Without one the form is all there is.
	Check func(v []byte) bool
	// Reserved numbers have the form and are given to nobody: they are information.
	Reserved func(v []byte) bool
	// Unproved: passing the check proves nothing, since it is only a form or a date.
	Unproved bool
}

// Longest is how many letters and digits a number may have.
const Longest = 48

// FormBytes is which bytes a letter of a form stands for.
var FormBytes = func() map[byte]*[256]bool {
	m := map[byte]*[256]bool{}
	for letter, is := range map[byte]func(b byte) bool{
		'd': letters.IsDigit, 'A': letters.IsAlpha, 'U': letters.IsUpper, 'X': letters.IsAlnum,
		'R': func(b byte) bool { return letters.IsUpper(b) || b == '&' },
		'M': func(b byte) bool { return letters.IsUpper(b) || letters.IsDigit(b) || b == '<' },
		'h': func(b byte) bool { return b == '-' || b == '+' || b >= 'A' && b <= 'F' || b >= 'U' && b <= 'Y' },
		' ': func(b byte) bool { return b == ' ' || b == '-' },
		'-': func(b byte) bool { return b == '-' },
		'+': func(b byte) bool { return b == '+' },
		'.': func(b byte) bool { return b == '.' },
		'/': func(b byte) bool { return b == '/' },
		'(': func(b byte) bool { return b == '(' },
		')': func(b byte) bool { return b == ')' },
		'G': func(b byte) bool { return b == 'G' },
		'H': func(b byte) bool { return b == 'H' },
	} {
		table := new([256]bool)
		for b := range table {
			table[b] = is(byte(b))
		}
		m[letter] = table
	}
	return m
}()

// Compact appends the letters, digits and < of a number, letters in upper case.
func Compact(dst, v []byte) []byte {
	for _, b := range v {
		if letters.IsLower(b) {
			b -= 'a' - 'A'
		}
		if letters.IsAlnum(b) || b == '<' || b == '&' {
			dst = append(dst, b)
		}
	}
	return dst
}

// IsSequence tells 0000000000, 0123456789 and 1234567890: numbers that somebody typed.
func IsSequence(v []byte) bool {
	same, steps := true, true
	for i := 1; i < len(v); i++ {
		if !letters.IsDigit(v[i]) {
			return false
		}
		same = same && v[i] == v[i-1]
		steps = steps && (v[i]-'0' == (v[i-1]-'0'+1)%10)
	}
	return same || steps
}

// proof is a numeral's check as a rule's validate. The check relies on a form, and a rule may give it anything.
func (n *Number) proof(v []byte) Result {
	var scratch [Longest]byte
	compact := Compact(scratch[:0], v)
	for _, list := range []string{n.Forms, n.Doubtful, n.Labelled, n.Spoken} {
		for pattern := range strings.SplitSeq(list, "|") {
			if Fits(pattern, compact) {
				return yes(n.Check(compact))
			}
		}
	}
	return Failed
}

// Fits tells whether letters in upper case and digits are those of a form, without what it has between them.
func Fits(pattern string, v []byte) bool {
	i := 0
	for _, p := range []byte(pattern) {
		if strings.IndexByte("^ -./+()", p) >= 0 || p == 'h' && i < len(v) && letters.IsDigit(v[i]) {
			continue
		}
		if i == len(v) || !FormBytes[p][v[i]] {
			return false
		}
		i++
	}
	return i == len(v) && i > 0
}
