package proof

import "github.com/scrubjay-dev/scrubjay/internal/detect/letters"

// validMRZ reads the second line of a passport's machine-readable zone (ICAO 9303-4): number, birth,
// expiry, personal number and all of them together each have a digit that checks them.
func validMRZ(v []byte) bool {
	if len(v) != 44 || !IsDate(2000, value(v[15:17]), value(v[17:19])) || v[20] != 'M' && v[20] != 'F' && v[20] != '<' && v[20] != 'X' {
		return false
	}
	for _, b := range v[10:13] {
		if letters.IsDigit(b) {
			return false
		}
	}
	personal := v[42]
	if personal == '<' {
		personal = '0'
	}
	all := append(append(append(make([]byte, 0, 40), v[:10]...), v[13:20]...), v[21:43]...)
	return mrzDigit(v[:9]) == v[9] && mrzDigit(v[13:19]) == v[19] && mrzDigit(v[21:27]) == v[27] &&
		mrzDigit(v[28:42]) == personal && mrzDigit(all) == v[43]
}

// mrzDigit: weights of 7, 3 and 1, letters from 10, < is nothing.
func mrzDigit(v []byte) byte {
	sum := 0
	for i, b := range v {
		n := 0
		switch {
		case letters.IsDigit(b):
			n = int(b - '0')
		case letters.IsUpper(b):
			n = int(b-'A') + 10
		}
		sum += n * [3]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}
