package find_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// vectorRules is the rule of each kind of vector, and the label that a kind needs before it. Without
// alone the label is needed.
var vectorRules = map[string]struct {
	rule, label string
	alone       bool
}{
	"credit_card": {"payment-card", "card", true}, "iban": {"iban", "iban", true}, "us_ssn": {"us-ssn", "ssn", true}, "us_itin": {"us-itin", "itin", true},
	"us_npi": {"us-npi", "npi", false}, "us_dea": {"us-dea", "dea", false}, "us_mbi": {"us-mbi", "mbi", false}, "us_aba": {"us-aba-routing", "routing", false},
	"uk_nhs": {"uk-nhs-number", "nhs", false}, "uk_nino": {"uk-nino", "nino", false}, "ca_sin": {"ca-sin", "sin", false}, "au_tfn": {"au-tfn", "tfn", false},
	"au_abn": {"au-abn", "abn", true}, "au_medicare": {"au-medicare", "medicare", false}, "in_aadhaar": {"in-aadhaar", "aadhaar", false}, "in_pan": {"in-pan", "pan", true},
	"sg_nric": {"sg-nric", "nric", true}, "es_dni": {"es-dni", "dni", true}, "es_nie": {"es-nie", "nie", true}, "it_cf": {"it-codice-fiscale", "codice fiscale", true},
	"pl_pesel": {"pl-pesel", "pesel", true}, "de_idnr": {"de-idnr", "Steuer-ID", true}, "fr_nir": {"fr-nir", "nir", true}, "nl_bsn": {"nl-bsn", "bsn", false},
	"be_rrn": {"be-rrn", "rijksregister", true}, "se_pnr": {"se-personnummer", "personnummer", true}, "fi_hetu": {"fi-hetu", "hetu", true}, "dk_cpr": {"dk-cpr", "cpr", false},
	"no_fnr": {"no-fnr", "fnr", true}, "br_cpf": {"br-cpf", "cpf", true}, "br_cnpj": {"br-cnpj", "cnpj", false}, "mx_curp": {"mx-curp", "curp", true},
	"mx_rfc": {"mx-rfc", "rfc", true}, "cn_ric": {"cn-resident-id", "identity card", true}, "kr_rrn": {"kr-rrn", "", true}, "jp_mynumber": {"jp-my-number", "my number", false},
	"za_id": {"za-id", "identity", true}, "tr_tckn": {"tr-tckn", "kimlik", true}, "btc_base58": {"bitcoin-address", "wallet", true}, "btc_bech32": {"bitcoin-address", "wallet", true},
	"eth_eip55": {"ethereum-address", "wallet", true}, "imei": {"imei", "imei", false}, "vin": {"vin", "vin", false}, "mac": {"mac-address", "mac", true},
	"icd10": {"icd-10-code", "diagnosis", false}, "mrz_td3": {"passport-mrz", "mrz", true},
}

// TestNumbersOfPersons: of every kind the valid numbers are found as just that kind, where a word says so
// and, if the check leaves nothing to chance, without; the invalid ones never.
func TestNumbersOfPersons(t *testing.T) {
	text, err := os.ReadFile("../../../testdata/detect/validators.json")
	if err != nil {
		t.Fatal(err)
	}
	var kinds map[string]struct{ Valid, Invalid []string }
	if err := json.Unmarshal(text, &kinds); err != nil {
		t.Fatal(err)
	}
	if len(kinds) != len(vectorRules) {
		t.Fatalf("%d kinds have vectors and %d have rules", len(kinds), len(vectorRules))
	}
	e := detect.Default()
	for kind, vectors := range kinds {
		want := vectorRules[kind]
		for i, v := range vectors.Valid {
			for label, text := range around(want.label, strings.ReplaceAll(v, "¦", "")) {
				if label == "alone" && !want.alone {
					continue
				}
				found := e.Find("", []byte(text))
				if len(found) != 1 || found[0].Rule.ID != want.rule {
					t.Errorf("%s: valid number %d (%s) gives %v, want %s", kind, i, label, ids(found), want.rule)
				}
			}
		}
		for i, v := range vectors.Invalid {
			for label, text := range around(want.label, strings.ReplaceAll(v, "¦", "")) {
				for _, f := range e.Find("", []byte(text)) {
					if f.Rule.ID == want.rule && f.Severity > detect.Info { // a published number is information
						t.Errorf("%s: invalid number %d (%s) is found", kind, i, label)
					}
				}
			}
		}
	}
}

// around writes a number as it stands in texts: alone, after a label, as a member in JSON, in a line of a file.
func around(label, number string) map[string]string {
	return map[string]string{
		"alone":   "see " + number + " there",
		"label":   label + ": " + number,
		"member":  `{"` + label + `": "` + number + `", "kept": true}`,
		"setting": label + " = '" + number + "'\n",
	}
}
