package proof

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Numbers of persons and firms in the south and east of Asia, the Middle East, Africa and New Zealand.

// validThai: thirteen digits of which the last is a check.
func validThai(v []byte) bool {
	return v[0] >= '1' && v[0] <= '8' && (11-weighted(v, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(v[12]-'0')
}

// pakistani: the province first, the last digit says the sex.
func pakistani(v []byte) bool { return v[0] >= '1' && v[0] <= '7' && v[12] != '0' }

// malaysian: a date of birth and a place.
func malaysian(v []byte) bool {
	place := value(v[6:8])
	given := place > 0 && place < 17 || place > 20 && place < 94 || place == 98 || place == 99
	return IsDate(2000, value(v[2:4]), value(v[4:6])) && given
}

// indonesian: province, town, district, a date of birth (women have 40 more in the day), serial.
func indonesian(v []byte) bool {
	day := value(v[6:8])
	if day > 40 {
		day -= 40
	}
	return v[0] != '0' && value(v[:2]) >= 11 && value(v[:2]) <= 96 && IsDate(2000, value(v[8:10]), day) && value(v[12:]) > 0
}

// validNPWP: Indonesian taxpayers.
func validNPWP(v []byte) bool { return digitsLuhn(v[:9]) }

// vietnamese: province, sex and century, year, serial.
func vietnamese(v []byte) bool {
	province := value(v[:3])
	return province >= 1 && province <= 96 && v[3] <= '3' && value(v[6:]) > 0
}

// validTaiwanese: a letter that counts as two digits, sex, serial, check.
func validTaiwanese(v []byte) bool {
	if strings.IndexByte("1289", v[1]) < 0 || !letters.IsUpper(v[0]) {
		return false
	}
	n := [26]int{10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33}[v[0]-'A']
	return (n/10+n%10*9+weighted(v[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0
}

// validHKID: one letter or two, six digits, and a digit or A.
func validHKID(v []byte) bool {
	sum, at := 36*9, 1
	if letters.IsUpper(v[1]) {
		sum, at = (int(v[0]-'A')+10)*9, 2
	}
	sum += (int(v[at-1]-'A')+10)*8 + weighted(v[at:], 7, 6, 5, 4, 3, 2)
	check := 10
	if last := v[len(v)-1]; letters.IsDigit(last) {
		check = int(last - '0')
	} else if last != 'A' {
		return false
	}
	return (sum+check)%11 == 0
}

// validGSTIN: a state, a taxpayer, Z, and a check of base 36.
func validGSTIN(v []byte) bool {
	state := value(v[:2])
	if state < 1 || state > 38 && state != 97 && state != 99 || v[13] != 'Z' || !validPAN(v[2:12]) {
		return false
	}
	sum := 0
	for i, b := range v[:14] {
		n := base36(b) * (1 + i%2)
		sum += n/36 + n%36
	}
	return (36-sum%36)%36 == base36(v[14])
}

func base36(b byte) int {
	if letters.IsDigit(b) {
		return int(b - '0')
	}
	return int(b-'A') + 10
}

// validEPIC: India's voters: three letters, and Luhn over the digits.
func validEPIC(v []byte) bool { return digitsLuhn(v[3:]) }

// validSaudi: 1 is a citizen, 2 a resident.
func validSaudi(v []byte) bool { return (v[0] == '1' || v[0] == '2') && digitsLuhn(v) }

// validEmirati: the country's code, a year of birth, and Luhn.
func validEmirati(v []byte) bool {
	return value(v[:3]) == 784 && value(v[3:7]) >= 1900 && value(v[3:7]) < 2040 && digitsLuhn(v)
}

// validKuwaiti: century, date of birth, serial, check.
func validKuwaiti(v []byte) bool {
	return v[0] >= '1' && v[0] <= '3' && IsDate(2000, value(v[3:5]), value(v[5:7])) && 11-weighted(v, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11 == int(v[11]-'0')
}

// egyptian: century, date of birth, governorate, serial.
func egyptian(v []byte) bool {
	place := value(v[7:9])
	return (v[0] == '2' || v[0] == '3') && IsDate(2000, value(v[3:5]), value(v[5:7])) && (place >= 1 && place <= 35 || place == 88)
}

// lanka: the year and the day of birth, women with 500 more.
func lanka(v []byte) bool {
	day := value(v[2:5]) % 500
	if len(v) == 12 {
		day = value(v[4:7]) % 500
		if year := value(v[:4]); year < 1900 || year > 2039 {
			return false
		}
	} else if v[9] != 'V' && v[9] != 'X' {
		return false
	}
	return day >= 1 && day <= 366
}

// validIRD: New Zealand's taxpayers: eight or nine digits, and a second sum where the first gives ten.
func validIRD(v []byte) bool {
	var digits [9]byte
	copy(digits[:], "0")
	copy(digits[9-len(v):], v)
	n := value(digits[:])
	if n < 10000000 || n > 150000000 {
		return false
	}
	check := (11 - weighted(digits[:], 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	if check == 10 {
		check = (11 - weighted(digits[:], 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return check == int(digits[8]-'0')
}

// validNHI: New Zealand's patients: three letters without I and O, four digits of which the last is a check.
func validNHI(v []byte) bool {
	sum := weighted(v[3:], 4, 3, 2)
	for i, b := range v[:3] {
		n := strings.IndexByte("ABCDEFGHJKLMNPQRSTUVWXYZ", b)
		if n < 0 {
			return false
		}
		sum += (n + 1) * (7 - i)
	}
	return sum%11 != 0 && (11-sum%11)%10 == int(v[6]-'0')
}

// validACN: Australia's firms.
func validACN(v []byte) bool { return (10-weighted(v, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(v[8]-'0') }

// notSame tells digits that somebody drew from those that somebody typed.
func notSame(v []byte) bool {
	var seen [256]bool
	different := 0
	for _, b := range v {
		if letters.IsDigit(b) && !seen[b] {
			seen[b] = true
			different++
		}
	}
	return different > 2
}
