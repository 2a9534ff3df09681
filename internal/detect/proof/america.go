package proof

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Numbers of persons and firms in the Americas.

// validSSN: area, group and serial are given out; the area tells a taxpayer's number apart.
func validSSN(v []byte) bool {
	area := value(v[:3])
	return area != 0 && area != 666 && area < 900 && value(v[3:5]) != 0 && value(v[5:]) != 0
}

// reservedSSN: areas that are given to nobody. Those of 900 and more with a taxpayer's group are taxpayers'.
func reservedSSN(v []byte) bool { return !validSSN(v) && !validITIN(v) }

func validITIN(v []byte) bool {
	group := value(v[3:5])
	return v[0] == '9' && (group >= 50 && group <= 65 || group >= 70 && group <= 88 || group >= 90 && group <= 92 || group >= 94)
}

// validABA: the Federal Reserve's prefixes, then weights of 3, 7 and 1.
func validABA(v []byte) bool {
	prefix := value(v[:2])
	return (prefix <= 12 || prefix >= 21 && prefix <= 32 || prefix >= 61 && prefix <= 72 || prefix == 80) &&
		weighted(v, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

func validSIN(v []byte) bool { return v[0] != '0' && v[0] != '8' && digitsLuhn(v) }

// elevenLess is the check digit that Brazil's numbers make of a sum.
func elevenLess(sum int) int {
	if sum%11 < 2 {
		return 0
	}
	return 11 - sum%11
}

func validCPF(v []byte) bool {
	return elevenLess(weighted(v, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(v[9]-'0') &&
		elevenLess(weighted(v, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(v[10]-'0')
}

// validCNPJ: letters are allowed among the first twelve since 2026, and count what they are in ASCII.
func validCNPJ(v []byte) bool {
	return len(v) == 14 && letters.IsDigit(v[12]) && letters.IsDigit(v[13]) && !IsSequence(v) &&
		elevenLess(weighted(v, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(v[12]-'0') &&
		elevenLess(weighted(v, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(v[13]-'0')
}

var mexicanStates = letters.Set("AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE")

// validCURP: names, date of birth, sex, state, consonants, and a check digit over an alphabet with Ñ in it.
func validCURP(v []byte) bool {
	if len(v) != 18 || strings.IndexByte("AEIOUX", v[1]) < 0 || v[10] != 'H' && v[10] != 'M' || !mexicanStates[string(v[11:13])] {
		return false
	}
	for _, b := range v[13:16] {
		if strings.IndexByte("AEIOU", b) >= 0 {
			return false
		}
	}
	year := 1900 + value(v[4:6])
	if letters.IsAlpha(v[16]) {
		year += 100
	}
	if !IsDate(year, value(v[6:8]), value(v[8:10])) {
		return false
	}
	sum := 0
	for i, b := range v[:17] {
		n := int(b - '0')
		if letters.IsAlpha(b) {
			if n = int(b-'A') + 10; b > 'N' {
				n++ // Ñ stands between
			}
		}
		sum += n * (18 - i)
	}
	return (10-sum%10)%10 == int(v[17]-'0')
}

// validRFC: three letters for a firm or four for a person, a date, two characters and a check.
func validRFC(v []byte) bool {
	if len(v) != 12 && len(v) != 13 {
		return false
	}
	date := v[len(v)-9 : len(v)-3]
	if !IsDate(2000+value(date[:2]), value(date[2:4]), value(date[4:])) {
		return false
	}
	const alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ "
	sum, weight := 0, 13
	if len(v) == 12 {
		sum = 37 * 13 // a firm's counts with a blank before it
		weight = 12
	}
	for i, b := range v[:len(v)-1] {
		sum += strings.IndexByte(alphabet, b) * (weight - i)
	}
	return v[len(v)-1] == "0A987654321"[sum%11]
}
