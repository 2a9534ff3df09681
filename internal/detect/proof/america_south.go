package proof

import "strings"

// Numbers of persons and firms in Central and South America.

// validCUIT: Argentina: kind, the document's number, check.
func validCUIT(v []byte) bool {
	switch value(v[:2]) {
	case 20, 23, 24, 27, 30, 33, 34, 50, 51, 55:
	default:
		return false
	}
	return v[10] == "012345678990"[11-weighted(v, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11]
}

// validRUT: Chile: seven or eight digits, and a digit or K.
func validRUT(v []byte) bool {
	sum, last := 0, len(v)-1
	for i := range last {
		sum += int(v[last-1-i]-'0') * (2 + i%6)
	}
	return v[0] != '0' && v[last] == "0K987654321"[sum%11]
}

// validNIT: Colombian taxpayers.
func validNIT(v []byte) bool {
	weights := [...]int{3, 7, 13, 17, 19, 23, 29, 37, 41}
	sum, last := 0, len(v)-1
	for i := range last {
		sum += int(v[last-1-i]-'0') * weights[i]
	}
	return v[0] != '0' && v[last] == "01987654321"[sum%11]
}

// validUruguayan: seven digits and their check.
func validUruguayan(v []byte) bool {
	return v[0] != '0' && (10-weighted(v, 2, 9, 8, 7, 6, 3, 4)%10)%10 == int(v[7]-'0')
}

func ecuadorProvince(v []byte) bool {
	p := value(v[:2])
	return p >= 1 && p <= 24 || p == 30 || p == 50
}

// validEcuadorian: province, a digit below six, and Luhn.
func validEcuadorian(v []byte) bool { return ecuadorProvince(v) && v[2] < '6' && digitsLuhn(v) }

// validRUC: Ecuador's taxpayers: a person's number, a public body's or a firm's, and the branch.
func validRUC(v []byte) bool {
	switch {
	case !ecuadorProvince(v):
		return false
	case v[2] == '6':
		return weighted(v, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && value(v[9:]) > 0
	case v[2] == '9':
		return weighted(v, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && value(v[10:]) > 0
	}
	return v[2] < '6' && digitsLuhn(v[:10]) && value(v[10:]) > 0
}

// validPeruvianRUC: kind, the document's number, check.
func validPeruvianRUC(v []byte) bool {
	switch value(v[:2]) {
	case 10, 15, 17, 20:
	default:
		return false
	}
	return (11-weighted(v, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%10 == int(v[10]-'0')
}

// validRIF: Venezuelan taxpayers.
func validRIF(v []byte) bool {
	kind := strings.IndexByte("VEJPG", v[0]) + 1
	return kind > 0 && v[9] == "00987654321"[(4*kind+weighted(v[1:], 3, 2, 7, 6, 5, 4, 3, 2))%11]
}

// validPIS: Brazil's workers.
func validPIS(v []byte) bool {
	return elevenLess(weighted(v, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(v[10]-'0')
}

// validCNS: Brazil's health cards.
func validCNS(v []byte) bool {
	return strings.IndexByte("12789", v[0]) >= 0 && weighted(v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// validCNH: Brazil's drivers.
func validCNH(v []byte) bool {
	first, less := weighted(v, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11, 0
	if first == 10 {
		first, less = 0, 2
	}
	second := weighted(v, 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11
	if second == 10 {
		second = 0
	} else if second -= less; second < 0 {
		second += 11
	}
	return first == int(v[9]-'0') && second%10 == int(v[10]-'0')
}

// validPHN: health numbers of British Columbia.
func validPHN(v []byte) bool {
	check := 11 - weighted(v[1:], 2, 4, 8, 5, 10, 9, 7, 3)%11
	return v[0] == '9' && check < 10 && check == int(v[9]-'0')
}
