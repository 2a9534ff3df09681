package automaton

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Triggers that are no literals; the finders that need them name them. What
// follows the zero byte is as long as what is matched, but for coin, of which it is the end.
const (
	FourDigits  = "\x00dddd"
	DigitDot    = "\x00d.d"
	PlusDigit   = "\x00+d"
	ThreeDigits = "\x00ddd d"               // three digits, a blank or a dash, a digit: a number in groups
	BirthDay    = "\x00ddmdd"               // year, a letter for the month, day: an Italian tax code
	LongHex     = "\x000xhhhhhhhhhhhhhhhhh" // more than 64 bits after 0x
	Coin        = "\x00dl"                  // a word of 1 or 3, up to two digits more, and a letter: bitcoin's addresses
	HexPairs    = "\x00hh:hh:hh:h"          // three pairs of hex digits and the fourth's first: a network card's address
)

const (
	// leadReach is how many bytes any of them depends on.
	leadReach = 20
	// leadBytes are those that some of them tells from the rest.
	leadBytes = "0123456789abcdefghijklmnopqrstuvwxyz_.+- :"
	// longHexAfter is how many hex digits may follow 0x in a constant of a program.
	longHexAfter = 16
	monthLetters = "abcdehlmprst"
)

// lead is what the digit patterns know of the bytes before: their own little automaton's state.
// The zero lead stands after a byte that is no part of a word or number.
type lead struct {
	// run is how many digits stand in a row, 4 is four and more.
	run uint8
	// mark is what the run began after, or began with, where that matters.
	mark uint8
	// pairs counts hex digits and signs of xx:xx:xx, from 1; noPairs inside a word.
	pairs uint8
	// hex is one more than the number of hex digits since 0x. A constant's digits are no number's, so
	// nothing else is looked for while it lasts.
	hex   uint8
	emits string
}

const (
	inWord     uint8 = iota + 1
	afterDot         // "digit dot"
	afterPlus        // "+"
	afterThree       // exactly three digits, then a blank or a dash
	afterMonth       // two digits, then a month's letter
	withZero         // the run is one zero
	withCoin         // the run is a word's beginning, and began with 1 or 3

	noPairs = 11
)

func (s lead) step(c byte) lead {
	if s.hex > 0 && letters.IsHex(c) {
		next := lead{hex: min(s.hex+1, longHexAfter+3), pairs: noPairs}
		if s.hex == longHexAfter+1 {
			next.emits = LongHex
		}
		return next
	}
	var next lead
	switch {
	case letters.IsDigit(c):
		next.run = min(s.run+1, 4)
		switch {
		case s.run == 0 && s.mark != inWord && s.mark != afterMonth && (c == '1' || c == '3'), s.mark == withCoin && next.run < 4:
			next.mark = withCoin
		case s.run == 0 && c == '0' && s.mark != afterMonth:
			next.mark = withZero
		case s.run == 0 && s.mark == afterMonth:
			next.mark = afterMonth
		}
		switch {
		case s.run == 3:
			next.emits = FourDigits
		case s.run == 1 && s.mark == afterMonth:
			next.emits = BirthDay
		case s.run > 0:
		case s.mark == afterDot:
			next.emits = DigitDot
		case s.mark == afterPlus:
			next.emits = PlusDigit
		case s.mark == afterThree:
			next.emits = ThreeDigits
		}
	case c == 'x' && s.mark == withZero && s.run == 1:
		return lead{hex: 1, pairs: noPairs}
	case letters.IsAlpha(c):
		next.mark = inWord
		if s.run == 2 && strings.IndexByte(monthLetters, c) >= 0 {
			next.mark = afterMonth
		}
		if s.mark == withCoin {
			next.emits = Coin
		}
	case c == '_':
		next.mark = inWord
	case c == '.' && s.run > 0:
		next.mark = afterDot
	case c == '+':
		next.mark = afterPlus
	case (c == ' ' || c == '-') && s.run == 3:
		next.mark = afterThree
	}
	next.pairs = s.pair(c)
	if s.pairs == 9 && letters.IsHex(c) {
		next.emits = HexPairs
	}
	return next
}

// pair steps through xx:xx:xx:x, three states a pair: 0 before it, then its digits, then its sign. The
// check finds out whether the signs are the same.
func (s lead) pair(c byte) uint8 {
	digit := letters.IsHex(c)
	switch {
	case s.pairs < 9 && s.pairs%3 < 2 && digit:
		return s.pairs + 1
	case s.pairs < 9 && s.pairs%3 == 2 && (c == ':' || c == '-'):
		return s.pairs + 1
	case letters.IsWord(c):
		return noPairs
	}
	return 0
}

// leads are all states that can be reached, and the way between them.
type leads struct {
	all  []lead
	next []int32 // state*classes + class
}

func newLeads(members []byte) *leads {
	l := &leads{all: []lead{{}}}
	ids := map[lead]int32{{}: 0}
	for n := 0; n < len(l.all); n++ {
		for _, c := range members {
			to := l.all[n].step(c)
			id, ok := ids[to]
			if !ok {
				id = int32(len(l.all))
				ids[to] = id
				l.all = append(l.all, to)
			}
			l.next = append(l.next, id)
		}
	}
	return l
}
