package proof

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Taxpayers and insured persons in the west of Europe.

// validPPS: Irish; the second letter of newer numbers counts nine times, that of older ones nothing.
func validPPS(v []byte) bool {
	const alphabet = "WABCDEFGHIJKLMNOPQRSTUV"
	sum := weighted(v, 8, 7, 6, 5, 4, 3, 2)
	if len(v) == 9 {
		if strings.IndexByte("ABCDEFGHIWTX", v[8]) < 0 {
			return false
		}
		if v[8] <= 'I' {
			sum += 9 * int(v[8]-'A'+1)
		}
	}
	return v[7] == alphabet[sum%23]
}

// validEAN is the check of a good's number, which the Swiss have for persons.
func validEAN(v []byte) bool {
	return weighted(v, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// validAHV: Switzerland's own beginning, and an EAN's check.
func validAHV(v []byte) bool { return value(v[:3]) == 756 && validEAN(v) }

// validSVNR: Austrians: order, check, date; where a day's numbers ran out the month is above twelve.
func validSVNR(v []byte) bool {
	month := value(v[6:8])
	return v[0] != '0' && (IsDate(2000, month, value(v[4:6])) || month > 12 && month < 16) &&
		weighted(v, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(v[3]-'0')
}

// validKennitala: Icelanders; firms have 40 more in the day. The last digit says of which century.
func validKennitala(v []byte) bool {
	day := value(v[:2])
	if day > 40 {
		day -= 40
	}
	return (v[9] == '9' || v[9] == '0') && IsDate(2000, value(v[2:4]), day) && weighted(v, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// validRVNR: Germany's pension insurance: area, date, the name's first letter as two digits, serial, check.
func validRVNR(v []byte) bool {
	if !letters.IsUpper(v[8]) || !IsDate(2000, value(v[4:6]), value(v[2:4])) {
		return false
	}
	letter := v[8] - 'A' + 1
	digits := append(append(append(make([]byte, 0, 12), v[:8]...), '0'+letter/10, '0'+letter%10), v[9:11]...)
	return crossSum(digits, 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)%10 == int(v[11]-'0')
}

// validKVNR: Germany's health insurance: a letter, as two digits, eight digits, check.
func validKVNR(v []byte) bool {
	letter := v[0] - 'A' + 1
	digits := append(append(make([]byte, 0, 10), '0'+letter/10, '0'+letter%10), v[1:9]...)
	return crossSum(digits, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)%10 == int(v[9]-'0')
}

// crossSum adds the digits of digits times their weights.
func crossSum(v []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		p := int(v[i]-'0') * w
		sum += p/10 + p%10
	}
	return sum
}

// validSPI: French taxpayers: the last three digits are the rest of the others.
func validSPI(v []byte) bool { return v[0] <= '3' && value(v[:10])%511 == value(v[10:]) }

// validNSS: Spain's social security: province, number, and the rest of both.
func validNSS(v []byte) bool {
	n := value(v[2:10])
	if n < 10000000 {
		n += value(v[:2]) * 10000000
	} else {
		n = value(v[:10])
	}
	return value(v[:2]) > 0 && value(v[:2]) < 67 && n%97 == value(v[10:])
}

// validNIF: Portuguese taxpayers.
func validNIF(v []byte) bool {
	return v[0] != '0' && v[0] != '4' && (11-weighted(v, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(v[8]-'0')
}

// validCitizenCard: Portugal's: eight digits and their check, two letters or digits for the edition, and a check over all.
func validCitizenCard(v []byte) bool {
	sum := 0
	for i, b := range v {
		n := int(b - '0')
		if letters.IsAlpha(b) {
			n = int(b-'A') + 10
		}
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// validNIP: Polish taxpayers.
func validNIP(v []byte) bool {
	return v[0] != '0' && weighted(v, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(v[9]-'0')
}

// validDowod: Poland's identity cards: three letters, a check, five digits.
func validDowod(v []byte) bool {
	sum := weighted(v[4:], 7, 3, 1, 7, 3)
	for i, b := range v[:3] {
		sum += (int(b-'A') + 10) * [3]int{7, 3, 1}[i]
	}
	return sum%10 == int(v[3]-'0')
}

// validUTR: British taxpayers: the first digit is the check.
func validUTR(v []byte) bool {
	return v[0] == "21987654321"[weighted(v[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]
}

// validMatricule: Luxembourgers: a date, and the checks of Luhn and of Verhoeff.
func validMatricule(v []byte) bool {
	var scratch [12]byte
	return value(v[:4]) >= 1880 && value(v[:4]) < 2040 && IsDate(value(v[:4]), value(v[4:6]), value(v[6:8])) && digitsLuhn(v[:12]) &&
		verhoeff(append(append(scratch[:0], v[:11]...), v[12]))
}

// validPartitaIVA: Italian firms: the tax office's number, and Luhn.
func validPartitaIVA(v []byte) bool {
	office := value(v[7:10])
	return (office >= 1 && office <= 100 || office == 120 || office == 121 || office == 888 || office == 999) && value(v[:7]) > 0 && digitsLuhn(v)
}
