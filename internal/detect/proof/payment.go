package proof

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// Luhn is ISO/IEC 7812's check.
func Luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// Issued tells whether an issuer has cards of that beginning and length (validators: credit_card).
func Issued(d []byte) bool {
	n := len(d)
	p := func(k int) int {
		v := 0
		for _, x := range d[:k] {
			v = v*10 + int(x)
		}
		return v
	}
	p2, p3, p4, p6 := p(2), p(3), p(4), p(6)
	switch {
	case d[0] == 4:
		return n == 13 || n == 16 || n == 19
	case p2 >= 51 && p2 <= 55 || p4 >= 2221 && p4 <= 2720:
		return n == 16
	case p2 == 34 || p2 == 37:
		return n == 15
	case p4 == 6011 || p3 >= 644 && p3 <= 649 || p2 == 65 || p6 >= 622126 && p6 <= 622925:
		return n >= 16
	case p3 >= 300 && p3 <= 305 || p4 == 3095 || p2 == 36 || p2 == 38 || p2 == 39:
		return n >= 14
	case p4 >= 3528 && p4 <= 3589, p2 == 62:
		return n >= 16
	case p2 == 50 || p2 >= 56 && p2 <= 58 || p2 == 63 || p2 == 67:
		return n >= 12
	}
	return false
}

// IbanForms is the length of a country's IBAN and the form of its bank part: n digits, a upper-case
// letters, c both. Source: the SWIFT IBAN registry.
var IbanForms = func() map[string]string {
	m := map[string]string{}
	for f := range strings.FieldsSeq(`AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n
		CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n
		GR7n16c GT4c20c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c
		LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD2c18c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n
		OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c
		SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c`) {
		m[f[:2]] = f[2:]
	}
	return m
}()

// Mod97 is ISO 7064's: the first four to the end, letters as 10 to 35.
func Mod97(v []byte) int {
	m := 0
	for i := range v {
		b := v[(i+4)%len(v)]
		if letters.IsDigit(b) {
			m = (m*10 + int(b-'0')) % 97
		} else {
			m = (m*100 + int(b-'A') + 10) % 97
		}
	}
	return m
}
