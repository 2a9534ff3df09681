package proof

// Numbers of persons and firms in Asia, Africa and Australia.

const chineseProvinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91 "

// validRIC: place, date of birth, order, and ISO 7064 mod 11,2.
func validRIC(v []byte) bool {
	if len(v) != 18 || !isProvince(v) {
		return false
	}
	year := value(v[6:10])
	if year < 1850 || year > 2026 || !IsDate(year, value(v[10:12]), value(v[12:14])) {
		return false
	}
	return v[17] == "10X98765432"[weighted(v, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11]
}

func isProvince(v []byte) bool {
	for i := 1; i < len(chineseProvinces); i += 3 {
		if chineseProvinces[i] == v[0] && chineseProvinces[i+1] == v[1] {
			return true
		}
	}
	return false
}

// koreanForm: a date of birth; the seventh digit says of which century, and who is a foreigner.
func koreanForm(v []byte) bool {
	year := value(v[:2])
	switch v[6] {
	case '9', '0':
		year += 1800
	case '1', '2', '5', '6':
		year += 1900
	default:
		year += 2000
	}
	return IsDate(year, value(v[2:4]), value(v[4:6]))
}

// koreanDrawn: whoever was born since their last digits are drawn.
func koreanDrawn(v []byte) bool {
	return koreanForm(v) && (v[6] == '3' || v[6] == '4' || v[6] == '7' || v[6] == '8') && value(v[:4]) >= 2010
}

func validKoreanRRN(v []byte) bool {
	sum := weighted(v, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
	return koreanForm(v) && (11-sum%11)%10 == int(v[12]-'0')
}

func validMyNumber(v []byte) bool {
	return elevenLess(weighted(v, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) == int(v[11]-'0')
}

// verhoeff's tables: multiplication in the dihedral group of ten, and a permutation by place.
var (
	verhoeffProduct = [10][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
		{5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
	verhoeffPlace = [10]uint8{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
)

// validAadhaar: it begins with 2 to 9, reads otherwise from behind, and passes Verhoeff's check.
func validAadhaar(v []byte) bool {
	palindrome := true
	for i, b := range v {
		palindrome = palindrome && b == v[len(v)-1-i]
	}
	return v[0] >= '2' && !palindrome && verhoeff(v)
}

func verhoeff(v []byte) bool {
	sum := uint8(0)
	for i := range v {
		d := v[len(v)-1-i] - '0'
		for range i % 8 {
			d = verhoeffPlace[d]
		}
		sum = verhoeffProduct[sum][d]
	}
	return sum == 0
}

// validPAN: the fourth letter says what kind of person; the last is a check whose recipe is not public.
func validPAN(v []byte) bool {
	kind := v[3]
	return (kind == 'A' || kind == 'B' || kind == 'C' || kind == 'F' || kind == 'G' || kind == 'H' || kind == 'J' || kind == 'K' || kind == 'L' || kind == 'P' || kind == 'T') &&
		value(v[5:9]) != 0
}

// validNRIC: the first letter says when and to whom it was given, and which letters check it.
func validNRIC(v []byte) bool {
	sum := weighted(v[1:], 2, 7, 6, 5, 4, 3, 2)
	switch v[0] {
	case 'S':
		return v[8] == "JZIHGFEDCBA"[sum%11]
	case 'T':
		return v[8] == "JZIHGFEDCBA"[(sum+4)%11]
	case 'F':
		return v[8] == "XWUTRQPNMLK"[sum%11]
	case 'G':
		return v[8] == "XWUTRQPNMLK"[(sum+4)%11]
	case 'M':
		return v[8] == "XWUTRQPNJLK"[(sum+3)%11]
	}
	return false
}

// validZA: date of birth, order, citizenship (2 is a refugee), and Luhn.
func validZA(v []byte) bool {
	return IsDate(2000+value(v[:2]), value(v[2:4]), value(v[4:6])) && v[10] <= '2' && digitsLuhn(v)
}

func validTFN(v []byte) bool { return weighted(v, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 }

func validABN(v []byte) bool {
	return v[0] != '0' && (weighted(v, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}
