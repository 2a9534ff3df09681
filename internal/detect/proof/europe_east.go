package proof

// Numbers of persons and firms in the east and south-east of Europe, and beyond.

// validRodneCislo: Czechs and Slovaks; women have 50 more in the month, and 20 more where a day's numbers ran out.
func validRodneCislo(v []byte) bool {
	month := value(v[2:4])
	if month > 50 {
		month -= 50
	}
	if month > 20 {
		month -= 20
	}
	year := 1900 + value(v[:2])
	if year < 1954 {
		year += 100
	}
	return IsDate(year, month, value(v[4:6])) && (value(v)%11 == 0 || value(v[:9])%11 == 10 && v[9] == '0')
}

// validCNP: Romanians: sex and century, date, county, order.
func validCNP(v []byte) bool {
	if v[0] == '0' || !IsDate(2000, value(v[3:5]), value(v[5:7])) {
		return false
	}
	sum := weighted(v, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if sum == 10 {
		sum = 1
	}
	return sum == int(v[12]-'0')
}

// validEGN: Bulgarians; the month has 20 more before 1900 and 40 more since 2000.
func validEGN(v []byte) bool {
	year, month := 1900+value(v[:2]), value(v[2:4])
	switch {
	case month > 40:
		year, month = year+100, month-40
	case month > 20:
		year, month = year-100, month-20
	}
	return IsDate(year, month, value(v[4:6])) && weighted(v, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(v[9]-'0')
}

// validBaltic: Estonians and Lithuanians: sex and century, date, order, and a second sum where the first gives ten.
func validBaltic(v []byte) bool {
	if v[0] < '1' || v[0] > '8' || !IsDate(1800+int(v[0]-'1')/2*100+value(v[1:3]), value(v[3:5]), value(v[5:7])) {
		return false
	}
	sum := weighted(v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if sum == 10 {
		sum = weighted(v, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return sum == int(v[10]-'0')
}

// validLatvian: a date and a sum.
func validLatvian(v []byte) bool {
	return IsDate(2000, value(v[2:4]), value(v[:2])) && (1+weighted(v, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == int(v[10]-'0')
}

// newLatvian: since 2017 they begin with 32 and tell nothing.
func newLatvian(v []byte) bool { return v[0] == '3' && v[1] >= '2' }

// validAdoazonosito: Hungarian taxpayers.
func validAdoazonosito(v []byte) bool {
	return v[0] == '8' && weighted(v, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(v[9]-'0')
}

// validTAJ: Hungary's health insurance.
func validTAJ(v []byte) bool { return weighted(v, 3, 7, 3, 7, 3, 7, 3, 7)%10 == int(v[8]-'0') }

// validSzemelyi: Hungarians: sex and century, date, order; those born since 1997 count from the other end.
func validSzemelyi(v []byte) bool {
	return v[0] >= '1' && v[0] <= '8' && IsDate(2000, value(v[3:5]), value(v[5:7])) &&
		(weighted(v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)%11 == int(v[10]-'0') || weighted(v, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == int(v[10]-'0'))
}

// validMod1110 is ISO 7064 mod 11,10, which Croatia's OIB has.
func validMod1110(v []byte) bool {
	product := 10
	for _, b := range v[:len(v)-1] {
		sum := (int(b-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(v[len(v)-1]-'0')
}

// validJMBG: what was Yugoslavia: date with three digits of the year, region, order.
func validJMBG(v []byte) bool {
	year := 1000 + value(v[4:7])
	if year < 1800 {
		year += 1000
	}
	return year < 2040 && IsDate(year, value(v[2:4]), value(v[:2])) && (11-weighted(v, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(v[12]-'0')
}

// validDavcna: Slovenian taxpayers.
func validDavcna(v []byte) bool {
	check := 11 - weighted(v, 8, 7, 6, 5, 4, 3, 2)%11
	return v[0] != '0' && check < 11 && check%10 == int(v[7]-'0')
}

// validRNOKPP: Ukrainian taxpayers: days since 1899, order.
func validRNOKPP(v []byte) bool {
	sum := weighted(v, 0, 5, 7, 9, 4, 6, 10, 5, 7) - int(v[0]-'0')
	return (sum+11)%11%10 == int(v[9]-'0')
}

// validINN: Russian taxpayers: firms have one check digit, persons two.
func validINN(v []byte) bool {
	if len(v) == 10 {
		return weighted(v, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(v[9]-'0')
	}
	return weighted(v, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(v[10]-'0') && weighted(v, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(v[11]-'0')
}

// validSNILS: Russia's pension insurance.
func validSNILS(v []byte) bool {
	return weighted(v, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == value(v[9:])
}

// validIIN: Kazakhs: date, sex and century, order.
func validIIN(v []byte) bool {
	sum := weighted(v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if sum == 10 {
		sum = weighted(v, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return IsDate(2000, value(v[2:4]), value(v[4:6])) && v[6] <= '6' && sum == int(v[11]-'0')
}

// validAFM: Greek taxpayers.
func validAFM(v []byte) bool {
	return weighted(v, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(v[8]-'0')
}

// validAMKA: Greece's social insurance: a date, and Luhn.
func validAMKA(v []byte) bool {
	return IsDate(2000, value(v[2:4]), value(v[:2])) && digitsLuhn(v)
}
