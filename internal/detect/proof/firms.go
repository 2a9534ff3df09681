package proof

import (
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Numbers that offices give to firms, immigrants and telephones, and of which no digit proves the others.

// validEIN: the campuses of the IRS have not given out all prefixes.
func validEIN(v []byte) bool {
	switch prefix := value(v[:2]); prefix {
	case 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97:
		return false
	}
	return notSame(v)
}

var receiptOffices = letters.Set("EAC WAC LIN SRC MSC NBC IOE YSC VSC NSC TSC CSC")

// validUSCIS: A and eight or nine digits for a person, an office and ten digits for what somebody asked for.
func validUSCIS(v []byte) bool {
	if len(v) == 13 {
		return receiptOffices[string(v[:3])]
	}
	return v[0] == 'A' && !letters.IsAlpha(v[1])
}

// validIMSI: countries' codes begin with 2 to 7.
func validIMSI(v []byte) bool { return v[0] >= '2' && v[0] <= '7' && notSame(v) }

// validICCID: 89 is for telecommunication; the last digit is Luhn's.
func validICCID(v []byte) bool { return v[0] == '8' && v[1] == '9' && digitsLuhn(v) }

// vatCountries are the forms that countries of the European Union and beside it give a firm's number for value added tax.
var vatCountries = map[string]string{"AT": "Adddddddd", "BE": "dddddddddd", "BG": "ddddddddd|dddddddddd", "CY": "ddddddddA", "CZ": "dddddddd|ddddddddd|dddddddddd", "DE": "ddddddddd", "DK": "dddddddd", "EE": "ddddddddd",
	"EL": "ddddddddd", "ES": "XdddddddX", "FI": "dddddddd", "FR": "XXddddddddd", "GB": "ddddddddd|dddddddddddd", "HR": "ddddddddddd", "HU": "dddddddd", "IE": "dddddddA|dddddddAA", "IT": "ddddddddddd", "LT": "ddddddddd|dddddddddddd", "LU": "dddddddd",
	"LV": "ddddddddddd", "MT": "dddddddd", "NL": "dddddddddAdd", "PL": "dddddddddd", "PT": "ddddddddd", "RO": "dddddddd|ddddddddd|dddddddddd", "SE": "dddddddddddd", "SI": "dddddddd", "SK": "dddddddddd", "XI": "ddddddddd"}

// vatForms are all of them behind two letters.
var vatForms = func() string {
	var forms []string
	for _, list := range vatCountries {
		for form := range strings.SplitSeq(list, "|") {
			forms = append(forms, "AA"+form)
		}
	}
	slices.Sort(forms)
	return strings.Join(slices.Compact(forms), "|")
}()

func validVAT(v []byte) bool {
	for form := range strings.SplitSeq(vatCountries[string(v[:2])], "|") {
		if form != "" && Fits(form, v[2:]) {
			return string(v[:2]) != "DE" || elevenTen(v[2:])
		}
	}
	return false
}

// elevenTen is ISO 7064, modulo 11,10.
func elevenTen(v []byte) bool {
	product := 10
	for _, b := range v[:len(v)-1] {
		sum := (int(b-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == int(v[len(v)-1]-'0')
}
