package find

import (
	"bytes"
	"slices"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// labelledReach: a label, the gap, the value, and the line of code before it.
const labelledReach = 512

// countDigits is how many there are; others tells whether all else is upper-case letters and dashes.
func countDigits(v []byte) (n int, others bool) {
	others = true
	for _, b := range v {
		if letters.IsDigit(b) {
			n++
		} else if !letters.IsUpper(b) && b != '-' {
			others = false
		}
	}
	return n, others
}

// labelled is a check of what follows a label: shortest to longest characters with enough digits.
type labelled struct {
	name              string
	triggers          []string
	shortest, longest int
	digits            int
	// fits says more of the form, where there is more to say.
	fits func(v []byte) bool
	// forms are those that countries give it, separated by |, and sure others of which more is to be said. What has none of
	// them is in doubt, as is one in small letters or with no sign between label and value. Empty: any will do.
	forms string
	sure  func(v []byte) bool
}

var labelledNumbers = []labelled{
	{"passport-number", []string{"passport", "reisepass", "pasaporte", "passeport", "passaporto", "paszport", "paspoort", "passnummer"}, 6, 9, 4, notDate, passportForms, isGermanDocument},
	{"drivers-license", []string{"driver's licen", "drivers licen", "driver licen", "driver_licen", "drivers_licen", "driver-licen", "driverslicen", "driverlicen",
		"driving licen", "driving_licen", "drivinglicen", "führerschein", "fuehrerschein", "dl number", "dl no", "dl#", "dl:", "permis de conduire", "patente di guida", "permiso de conducir"}, 5, 20, 4, notDate, licenceForms, isLicence},
	{"medical-record-number", []string{"mrn", "medical record", "medical_record", "medicalrecord", "patient id", "patient_id", "patientid", "patient no", "patient number", "hospital number", "chart number"}, 5, 15, 4, notDate, "", nil},
	{"bank-account", []string{"bank account", "bank_account", "bankaccount", "account number", "account_number", "accountnumber", "account no", "acct no", "acct num", "kontonummer", "kontonr", "konto-nr"}, 6, 17, 6, isAccount, "", nil},
	{"insurance-number", []string{"member id", "member_id", "memberid", "member number", "subscriber id", "subscriber_id", "subscriberid", "policy number", "policy_number", "policynumber", "policy no", "insurance id", "insurance_id", "insuranceid", "insurance number", "insurance_number",
		"insurance no", "health plan", "versichertennummer", "versicherungsnummer", "versicherungsnr", "numéro d'assuré"}, 7, 20, 6, notDate, "", nil},
	{"customer-number", []string{"customer number", "customer_number", "customernumber", "customer no", "customer id", "kundennummer", "kundennr", "kunden-nr", "numéro client", "client number", "student id", "student_id", "studentid", "student number", "student_number", "student no", "matrikelnummer", "matrikelnr",
		"loan number", "loan_number", "loannumber", "loan no", "loan id", "visa number", "visa no", "visa_number"}, 6, 16, 5, notDate, "", nil},
	{"employee-id", []string{"employee id", "employee_id", "employee-id", "employeeid", "employee no", "employee number", "employee_number", "employee_no", "employeenumber", "emp id", "emp_id", "empid", "emp no", "emp_no", "staff id", "staff_id", "staffid", "staff no",
		"personnel no", "personnel number", "badge number", "badge id", "badge_id", "badge no", "personalnummer", "mitarbeiternummer", "mitarbeiter-id", "mitarbeiternr", "matricule salari", "numéro employé"}, 3, 16, 3, notDate, "", nil},
}

const (
	passportForms = "ddddddddd|dddddddd|Adddddd|Addddddd|Adddddddd|AAdddddd|AAddddddd|AAAdddddd|ddAAddddd|AdddddddA|AAXXXXXXd|AdddAdddd"
	licenceForms  = "dddddd|ddddddd|dddddddd|ddddddddd|dddddddddd|ddddddddddd|dddddddddddd|Adddddd|Addddddd|Adddddddd|Addddddddd|Adddddddddd|Addddddddddd|Adddddddddddd|Addddddddddddd|Adddddddddddddd|" +
		"AAdddddd|AAddddddd|AAdddddddA|AXdddddddA|AAddddddddddddd|ddddddddA|AAAdddddd|ddddddddddA|AAAdddddddd"
)

// isGermanDocument: letters that are no vowels and cannot be taken for others, the first says which office gave it.
func isGermanDocument(v []byte) bool {
	if len(v) != 9 || bytes.IndexByte([]byte("CFGHJKL"), v[0]) < 0 {
		return false
	}
	for _, b := range v[1:] {
		if !letters.IsDigit(b) && bytes.IndexByte([]byte("CFGHJKLMNPRTVWXYZ"), b) < 0 {
			return false
		}
	}
	return true
}

// isLicence: a Briton's name, date and initials; a German office, number and edition.
func isLicence(v []byte) bool {
	for _, form := range []string{"AAAAAddddddAXdAA", "AAAAAddddddXXXAA", "AAAAdddddddXXXAA", "AddXXXXXXdX"} {
		if proof.Fits(form, v) {
			return true
		}
	}
	return false
}

// certain tells a value that has one of the forms, behind a label and a sign or a word such as number.
func (l *labelled) certain(c *look.Text, at, v letters.Span) bool {
	if l.forms == "" {
		return true
	}
	var scratch [32]byte
	compact := proof.Compact(scratch[:0], c.Bytes[v.Start:v.End])
	if !l.sure(compact) && !slices.ContainsFunc(strings.Split(l.forms, "|"), func(form string) bool { return proof.Fits(form, compact) }) {
		return false
	}
	return signed(c, at.End, v.Start)
}

// signed tells whether a sign stands between a label and its value that says so, or a word such as number.
func signed(c *look.Text, from, to int) bool {
	between := c.Bytes[min(from, to):to]
	if bytes.ContainsAny(between, ":=#\"'>|") {
		return true
	}
	for word := range strings.FieldsFuncSeq(string(between), func(r rune) bool { return r < 0x80 && !letters.IsAlpha(byte(r)) }) {
		if numberWords[strings.ToLower(word)] {
			return true
		}
	}
	return false
}

var numberWords = letters.Set("number numbers numero no nr num nummer id code is was ist lautet")

// labelEndings go on where a trigger was cut short: driving licen-ce number.
var labelEndings = []string{"ses", "ces", "se", "ce"}

func (l *labelled) find(c *look.Text, at letters.Span) {
	for _, end := range labelEndings {
		if letters.EqualFold(c.Bytes[at.End:min(len(c.Bytes), at.End+len(end))], end) {
			at.End += len(end)
			break
		}
	}
	v, text := c.LabelledToken(at, l.longest+1)
	digits, plain := countDigits(text)
	if digits > 0 && l.sure != nil && signed(c, at.End, v.Start) && l.sure(text) {
		digits = l.digits // a form that is certain may have fewer
	}
	if len(text) < l.shortest || len(text) > l.longest || digits < l.digits || !plain && (l.forms == "" || !signed(c, at.End, v.Start)) || !c.Apart(v) || proof.IsSequence(text) || !l.fits(text) || !c.Data(v) {
		return
	}
	certain := l.certain(c, at, v)
	switch {
	case certain && plain:
		c.Emit(v, v)
	case certain || plain:
		c.Doubt(v, v, text)
	}
}

// notDate refuses 2026-11-20 and 20261120.
func notDate(v []byte) bool { _, ok := readDate(v); return !ok }

// isAccount: digits only, but for dashes, and no cloud's account of twelve.
func isAccount(v []byte) bool {
	n, _ := countDigits(v)
	for _, b := range v {
		if letters.IsUpper(b) {
			return false
		}
	}
	return n != 12 && notDate(v)
}

// findSortCode reads three pairs of digits: a British bank's branch.
func findSortCode(c *look.Text, at letters.Span) {
	v, text := c.LabelledToken(at, 9)
	switch {
	case len(text) == 8 && text[2] == '-' && text[5] == '-':
	case len(text) != 6:
		return
	}
	if n, _ := countDigits(text); n == 6 && guess.Distinct(text) > 2 && c.Apart(v) && c.Data(v) {
		c.Emit(v, v)
	}
}

// plateLabels come before what stands on a car.
var plateLabels = []string{"license plate", "licence plate", "license_plate", "licence_plate", "licenseplate", "licenceplate", "plate number", "plate_number", "platenumber", "number plate", "plate no", "kennzeichen", "vehicle registration", "vehicle_registration", "registration plate",
	"immatriculation", "matrícula", "matricula del", "kenteken", "tablica rejestracyjna", "nr rejestracyjny", "numer rejestracyjny"}

const (
	plateShortest, plateLongest = 4, 8
	plateGroups                 = 3
)

// findPlate reads groups of capitals and digits, of both together four to eight.
func findPlate(c *look.Text, at letters.Span) {
	v, text := c.LabelledToken(at, plateLongest+2)
	if len(text) == 0 || !c.Data(v) {
		return
	}
	for n := 1; n < plateGroups; n++ {
		end := v.End
		if b := c.ByteAt(end); b != ' ' && b != '-' && b != '.' {
			break
		}
		for end++; end < len(c.Bytes) && end-v.End < 6 && (letters.IsUpper(c.Bytes[end]) || letters.IsDigit(c.Bytes[end])); end++ {
		}
		if end == v.End+1 || letters.IsWord(c.ByteAt(end)) {
			break
		}
		v.End = end
	}
	var scratch [24]byte
	digits, plain := countDigits(c.Bytes[v.Start:v.End])
	signs := len(proof.Compact(scratch[:0], c.Bytes[v.Start:v.End]))
	for _, b := range c.Bytes[v.Start:v.End] {
		plain = plain || b == ' ' || b == '.'
		if letters.IsLower(b) {
			return
		}
	}
	if plain && digits > 0 && digits < signs && signs >= plateShortest && signs <= plateLongest && c.Apart(v) && signed(c, at.End, v.Start) {
		c.Emit(v, v)
	}
}

// findBIC reads a bank's code: four letters, a country that has IBANs or large banks, a place, a branch.
func findBIC(c *look.Text, at letters.Span) {
	v, text := c.LabelledToken(at, 12)
	if len(text) != 8 && len(text) != 11 {
		return
	}
	var scratch [16]byte
	code := proof.Compact(scratch[:0], text)
	upper, lower := 0, 0
	for i, b := range text {
		switch {
		case letters.IsUpper(b):
			upper++
		case letters.IsLower(b):
			lower++
		case i < 6 || !letters.IsDigit(b):
			return
		}
	}
	if upper > 0 && lower > 0 || len(code) != len(text) || proof.IbanForms[string(code[4:6])] == "" && !bankCountries[string(code[4:6])] || !c.Alone(v) {
		return
	}
	// LANGUAGE has the form: a word is none, and what stands behind no sign may be one.
	word := string(code[:1]) + strings.ToLower(string(code[1:]))
	switch {
	case nameLists().common[word], guess.IsDummy(text):
	case lower == 0 && signed(c, at.End, v.Start):
		c.Emit(v, v)
	case lower == 0 || signed(c, at.End, v.Start):
		c.Doubt(v, v, text)
	}
}

var bankCountries = letters.Set("US CA AU NZ JP CN HK SG IN KR ZA MX TH MY ID PH VN TW AR CL CO PE NG KE MA")

// findICD reads the codes after a word such as diagnosis: those that follow it at once, and on the rest of
// the line those with a point in them.
func findICD(c *look.Text, at letters.Span) {
	if letters.IsAlpha(c.Bytes[at.End-1]) {
		at.End = wordEnd(c, at.End)
	} else {
		at.End = at.Start + len("dx") // the sign is read by AfterLabel
	}
	from, ok := c.AfterLabel(at)
	if !ok {
		from = at.End
	}
	for i := from; i < len(c.Bytes) && i-at.End < icdLine && c.Bytes[i] != '\n'; i++ {
		to := icdCode(c, i)
		if to == 0 || i != from && to-i == 3 {
			continue
		}
		if v := (letters.Between(i, to)); c.Data(v) {
			c.Emit(v, v)
		}
		from = to
		for bytes.IndexByte([]byte(" ,;/\"'"), c.ByteAt(from)) >= 0 && c.ByteAt(from) != 0 && from-to < 4 {
			from++
		}
		i = from - 1
	}
}

// icdLine is how far after its word a diagnosis may stand.
const icdLine = 128

// wordEnd goes on to the end of a word that a trigger is the beginning of: diagnos-is, diagnos-es.
func wordEnd(c *look.Text, from int) int {
	to := from
	for to < len(c.Bytes) && to-from < 8 && letters.IsLower(c.Bytes[to]) {
		to++
	}
	return to
}

// icdCode is where a code of ICD-10 ends that begins at from, or 0.
func icdCode(c *look.Text, from int) int {
	text := c.Bytes
	if from+3 > len(text) || !letters.IsUpper(text[from]) || text[from] == 'U' || !letters.IsDigit(text[from+1]) || !letters.IsDigit(text[from+2]) && text[from+2] != 'A' && text[from+2] != 'B' || letters.IsWord(c.Before(from)) {
		return 0
	}
	to := from + 3
	if c.ByteAt(to) == '.' && letters.IsAlnum(c.ByteAt(to+1)) {
		for to++; to < len(text) && to-from < 9 && (letters.IsDigit(text[to]) || letters.IsUpper(text[to])); {
			to++
		}
		if to-from > 8 {
			return 0
		}
	}
	if b := c.ByteAt(to); letters.IsWord(b) || (b == '.' || b == '-') && letters.IsAlnum(c.ByteAt(to+1)) {
		return 0
	}
	return to
}
