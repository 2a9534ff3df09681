package proof

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

func validPESEL(v []byte) bool {
	month := value(v[2:4])
	year := value(v[:2])
	switch month / 20 { // 80 is added for the 19th century, then 0, 20, 40, 60
	case 4:
		year += 1800
	default:
		year += 1900 + 100*(month/20)
	}
	return len(v) == 11 && IsDate(year, month%20, value(v[4:6])) && weighted(v, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// validIdNr: one digit stands twice or three times among the first ten, no other more than once; ISO 7064 mod 11,10.
func validIdNr(v []byte) bool {
	if v[0] == '0' {
		return false
	}
	var counts [10]int
	for _, b := range v[:10] {
		counts[b-'0']++
	}
	repeated := 0
	for _, n := range counts {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return repeated == 1 && validMod1110(v)
}

// validNIR: sex, year, month, place (2A and 2B are Corsica), order, and 97 less the rest as the key.
func validNIR(v []byte) bool {
	var d [15]byte
	if copy(d[:], v) < 15 || d[0] != '1' && d[0] != '2' && d[0] != '3' && d[0] != '4' && d[0] != '7' && d[0] != '8' {
		return false
	}
	if d[5] == '2' && (d[6] == 'A' || d[6] == 'B') {
		d[5], d[6] = '1', '9'-(d[6]-'A')
	}
	for _, b := range d {
		if !letters.IsDigit(b) {
			return false
		}
	}
	month := value(d[3:5])
	known := month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50
	return known && value(d[13:]) == 97-value(d[:13])%97
}

func validBSN(v []byte) bool {
	return weighted(v, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

// validRRN: the key is 97 less the rest of the nine before, with a 2 in front for who was born since 2000.
func validRRN(v []byte) bool {
	month, day, key, body := value(v[2:4]), value(v[4:6]), value(v[9:]), value(v[:9])
	if month >= 40 {
		month -= 40
	} else if month >= 20 {
		month -= 20
	}
	// Month and day are zero where only the year of birth is known.
	if yearOnly := month == 0 && day == 0 && body >= 10000000; !yearOnly && !IsDate(2000, month, day) {
		return false
	}
	return key == 97-body%97 || key == 97-(2000000000+body)%97
}

// validPersonnummer: ten digits, or twelve with the century; the day of a coordination number has 60 added.
func validPersonnummer(v []byte) bool {
	year := 2000 // a leap year
	if len(v) == 12 {
		if c := value(v[:2]); c < 18 || c > 20 {
			return false
		}
		year, v = value(v[:4]), v[2:]
	} else {
		year += value(v[:2])
	}
	day := value(v[4:6])
	if day > 60 {
		day -= 60
	}
	return IsDate(year, value(v[2:4]), day) && digitsLuhn(v)
}

// validHETU: date, century, a number of the day, and a check character; the century's sign is taken out
// where it is none of the letters.
func validHETU(v []byte) bool {
	if len(v) == 11 { // the century is a letter
		if !strings.ContainsRune("ABCDEFUVWXY", rune(v[6])) {
			return false
		}
		v = bytes.Join([][]byte{v[:6], v[7:]}, nil)
	}
	if len(v) != 10 || !IsDate(2000, value(v[2:4]), value(v[:2])) || value(v[6:9]) < 2 {
		return false
	}
	n := value(v[:6])*1000 + value(v[6:9])
	return v[9] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31]
}

// validCPR: a real date; the seventh digit says of which century. The sum has not been kept since 2007.
func validCPR(v []byte) bool {
	year, seventh := value(v[4:6]), v[6]-'0'
	switch {
	case seventh < 4, (seventh == 4 || seventh == 9) && year >= 37:
		year += 1900
	case seventh == 4 || seventh == 9, year <= 57:
		year += 2000
	default:
		year += 1800
	}
	return IsDate(year, value(v[2:4]), value(v[:2]))
}

// validFNR: two check digits; 40 is added to the day for residents without a number, 40 or 80 to the
// month for synthetic ones.
func validFNR(v []byte) bool {
	day, month := value(v[:2]), value(v[2:4])
	if day > 40 {
		day -= 40
	}
	if month > 80 {
		month -= 80
	} else if month > 40 {
		month -= 40
	}
	return IsDate(2000, month, day) && weighted(v, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weighted(v, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func validTCKN(v []byte) bool {
	odd, even, sum := 0, 0, 0
	for i, b := range v[:10] {
		d := int(b - '0')
		sum += d
		if i < 9 && i%2 == 0 {
			odd += d
		} else if i < 9 {
			even += d
		}
	}
	return v[0] != '0' && (7*odd-even+90)%10 == int(v[9]-'0') && sum%10 == int(v[10]-'0')
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func validDNI(v []byte) bool { return v[8] == dniLetters[value(v[:8])%23] }

func validNIE(v []byte) bool {
	if v[0] < 'X' || v[0] > 'Z' {
		return false
	}
	return v[8] == dniLetters[(int(v[0]-'X')*10000000+value(v[1:8]))%23]
}

// validNINO: two letters that are given out, six digits, A to D. It has no check.
func validNINO(v []byte) bool {
	if len(v) != 9 || bytes.IndexByte([]byte("DFIQUV"), v[0]) >= 0 || bytes.IndexByte([]byte("DFIOQUV"), v[1]) >= 0 || v[8] < 'A' || v[8] > 'D' {
		return false
	}
	switch string(v[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

const (
	fiscalMonths = "ABCDEHLMPRST"
	// omocodia are the letters that stand for digits where two persons would have the same code.
	omocodia = "LMNPQRSTUV"
)

// fiscalOdd is what a letter or digit at an odd place counts.
var fiscalOdd = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// CodiceFiscale: names, year, month, day (40 added for women), place, check letter.
func CodiceFiscale(v []byte) bool {
	if len(v) != 16 {
		return false
	}
	digit := func(i int) int {
		if letters.IsDigit(v[i]) {
			return int(v[i] - '0')
		}
		return strings.IndexByte(omocodia, v[i])
	}
	for i := range v {
		switch i {
		case 6, 7, 9, 10, 12, 13, 14:
			if digit(i) < 0 {
				return false
			}
		default:
			if !letters.IsUpper(v[i]) {
				return false
			}
		}
	}
	day := digit(9)*10 + digit(10)
	if day > 40 {
		day -= 40
	}
	if !IsDate(2000, strings.IndexByte(fiscalMonths, v[8])+1, day) {
		return false
	}
	sum := 0
	for i, b := range v[:15] {
		n := int(b - 'A')
		if letters.IsDigit(b) {
			n = int(b - '0')
		}
		if i%2 == 0 {
			n = fiscalOdd[n]
		}
		sum += n
	}
	return int(v[15]-'A') == sum%26
}
