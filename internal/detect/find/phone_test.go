package find_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// phoneRegions are those whose numbers are asked for, and what a telephone is called there.
var phoneRegions = map[string][]string{
	"US": {"Phone: ", "cell: ", "call me on "}, "CA": {"Phone: ", "tél. : "}, "GB": {"Tel: ", "mobile "}, "DE": {"Telefon: ", "Tel.: ", "Rufnummer "}, "FR": {"Tél. : ", "téléphone : "}, "JP": {"電話番号：", "TEL: "},
	"IN": {"Phone: ", "Mob: "}, "CN": {"手机：", "电话: "}, "BR": {"telefone: ", "celular: "}, "AU": {"Ph: ", "Phone: "}, "NO": {"Tlf: ", "mobil: "}, "DK": {"Tlf.: ", "telefon: "}, "SG": {"Tel: "}, "HK": {"電話: "}, "KR": {"전화: ", "휴대폰: "},
	"ES": {"teléfono: ", "móvil: "}, "IT": {"telefono: ", "cell: "}, "NL": {"telefoon: ", "mobiel: "}, "SE": {"telefon: ", "mobil: "}, "FI": {"puhelin: ", "puh. "}, "PL": {"telefon: ", "tel. "}, "MX": {"teléfono: ", "cel: "}, "RU": {"телефон: ", "тел. "}, "CH": {"Tel.: ", "Natel: "},
	"AT": {"Telefon: "}, "BE": {"tel: ", "gsm: "}, "PT": {"telefone: ", "telemóvel: "}, "TR": {"telefon: "}, "NZ": {"phone: "}, "ZA": {"phone: "}, "IL": {"טלפון: "}, "GR": {"τηλ: ", "Τηλέφωνο: "}, "TW": {"電話: "}, "IE": {"tel: "}, "CZ": {"telefon: ", "mobil: "}, "SK": {"telefón: "},
	"HU": {"telefon: "}, "RO": {"telefon: "}, "HR": {"telefon: "}, "UA": {"телефон: "}, "TH": {"โทร: ", "โทรศัพท์: "}, "PH": {"phone: "}, "MY": {"tel: "}, "ID": {"telepon: ", "HP: "}, "VN": {"điện thoại: "}, "SA": {"هاتف: ", "جوال: "}, "EG": {"هاتف: "}, "NG": {"phone: "}, "KE": {"phone: "}, "AR": {"teléfono: "}, "CL": {"teléfono: "}, "CO": {"celular: "},
}

// TestPhonesAtHome: numbers of many countries, as the library writes them there, behind what a telephone is called there.
func TestPhonesAtHome(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for region, labels := range phoneRegions {
		tried, missed, example := 0, 0, ""
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
			first := phonenumbers.GetExampleNumberForType(region, kind)
			if first == nil {
				continue
			}
			for range 60 {
				digits := []byte(phonenumbers.GetNationalSignificantNumber(first))
				for i := len(digits) - 6; i < len(digits); i++ {
					digits[i] = byte('0' + r.IntN(10))
				}
				number, err := phonenumbers.Parse("+"+strconv.Itoa(int(first.GetCountryCode()))+string(digits), region)
				if err != nil || !phonenumbers.IsValidNumberForRegion(number, region) || strings.Contains(string(digits), "55501") {
					continue
				}
				written := phonenumbers.Format(number, phonenumbers.NATIONAL)
				switch r.IntN(3) {
				case 0:
					written = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(written)
				case 1:
					written = strings.ReplaceAll(written, " ", "-")
				}
				label := labels[r.IntN(len(labels))]
				text := label + written + "\n"
				found := detect.Default().Find("", []byte(text))
				tried++
				if hidden := coveredDigits(found, text, len(label)); !hidden {
					missed++
					example = text
				}
			}
		}
		if tried < 20 || missed*20 > tried {
			t.Errorf("%s: missed %d of %d, such as %q", region, missed, tried, example)
		}
	}
}

// coveredDigits tells whether findings of telephones hide all digits from a place on.
func coveredDigits(found []detect.Finding, text string, from int) bool {
	hidden := make([]bool, len(text))
	for _, f := range found {
		for i := f.Start; i < f.End; i++ {
			hidden[i] = true
		}
	}
	for i := from; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' && !hidden[i] {
			return false
		}
	}
	return true
}
