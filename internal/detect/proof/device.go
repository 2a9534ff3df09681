package proof

import "github.com/scrubjay-dev/scrubjay/internal/detect/letters"

// validIMEI: type, serial number, Luhn.
func validIMEI(v []byte) bool { return digitsLuhn(v) }

// vinValues are what letters count; I, O and Q are not used.
const vinValues = "12345678.12345.7.923456789"

// validVIN: the ninth character is the check of all, as it must be in North America and China.
func validVIN(v []byte) bool {
	sum := 0
	for i, b := range v {
		n := int(b - '0')
		if letters.IsAlpha(b) {
			if n = int(vinValues[b-'A']) - '0'; n < 0 {
				return false
			}
		}
		sum += n * [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}[i]
	}
	return v[8] == "0123456789X"[sum%11]
}
