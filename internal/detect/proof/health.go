package proof

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Numbers of health care: who gives it, who is insured, who was treated, and with what.

// validNPI: Luhn over the number with the health industry's prefix before it.
func validNPI(v []byte) bool {
	var digits [15]byte
	copy(digits[:], "80840")
	copy(digits[5:], v)
	return (v[0] == '1' || v[0] == '2') && digitsLuhn(digits[:])
}

// validDEA: kind of registrant, the name's first letter or 9, and the last digit of a sum.
func validDEA(v []byte) bool {
	d := v[2:]
	return bytes.IndexByte([]byte("ABCDEFGHJKLMPRSTUX"), v[0]) >= 0 && (letters.IsUpper(v[1]) || v[1] == '9') &&
		weighted(d, 1, 2, 1, 2, 1, 2)%10 == int(d[6]-'0')
}

func validNHS(v []byte) bool {
	return weighted(v, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// validMedicare: eight digits, their check, the issue, and perhaps which person on the card.
func validMedicare(v []byte) bool {
	return v[0] >= '2' && v[0] <= '6' && v[9] != '0' && weighted(v, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(v[8]-'0')
}

// mbiForm is the order of a beneficiary's eleven: C 1-9, N digit, A letter, X either. SLOIBZ are not used.
const mbiForm = "CAXNAXNAANN"

func validMBI(v []byte) bool {
	if len(v) != len(mbiForm) || v[0] == '0' {
		return false
	}
	for i, b := range v {
		letter := letters.IsUpper(b) && bytes.IndexByte([]byte("SLOIBZ"), b) < 0
		switch mbiForm[i] {
		case 'A':
			if !letter {
				return false
			}
		case 'X':
			if !letter && !letters.IsDigit(b) {
				return false
			}
		default:
			if !letters.IsDigit(b) {
				return false
			}
		}
	}
	return true
}
