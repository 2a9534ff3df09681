package detect

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// What has no form of its own is found by the label before it: "date of birth: ...", passport_number = ...,
// {"mrn": ...}. The label wakes the check, which reads what follows it.

const (
	// labelGap is how much may stand between a label's first word and its value.
	labelGap = 48
	// labelledReach: a label, the gap, the value, and the line of code before it.
	labelledReach = 512
)

// labelFillers may stand between a label and its value.
var labelFillers = letters.Set(`number numbers numero no nr num nummer id ids code codes value val text str string field s is was are of for the a an my his her
	their your this date day on in at am le el il em op den dnia ist lautet card holder mrn bank account acct new current full primary home work main
	cm who type name os record file patient to by and und birth dob`)

// afterLabel is where the value begins that follows the label at a place, on the same line.
func (c *check) afterLabel(at letters.Span) (from int, ok bool) {
	text := c.text
	first := text[at.Start]
	if b := c.before(at.Start); letters.IsDigit(b) || b == '%' || letters.IsAlpha(b) && letters.IsAlpha(first) && (letters.IsLower(first) || letters.IsUpper(b)) {
		return 0, false
	}
	apart := !letters.IsWord(text[at.End-1])
	for i := at.End; i < len(text) && i-at.End < labelGap; {
		b := text[i]
		switch {
		case letters.IsAlpha(b):
			to := i + 1
			for to < len(text) && letters.IsAlpha(text[to]) && !(letters.IsUpper(text[to]) && letters.IsLower(text[to-1])) && to-i < 16 {
				to++
			}
			var scratch [16]byte
			if !labelFillers[string(letters.AppendFolded(scratch[:0], text[i:to]))] || letters.IsDigit(c.byteAt(to)) {
				return i, apart
			}
			i = to
		case letters.IsDigit(b) && !apart && i-at.End < 3: // ICD10, line2
			i++
		case letters.IsDigit(b) || b >= 0x80:
			return i, apart
		case bytes.IndexByte([]byte(" \t:=#\"'`([<>.,-_*|/&;?\\"), b) >= 0:
			apart = apart || b != '_' && b != '-' && b != '.'
			i++
		default:
			return 0, false
		}
	}
	return 0, false
}

// token is the word of letters, digits and dashes that begins at a place.
func (c *check) token(from, limit int) letters.Span {
	to := from
	for to < len(c.text) && to-from <= limit && (letters.IsAlnum(c.text[to]) || c.text[to] == '-' && to > from && letters.IsAlnum(c.byteAt(to+1))) {
		to++
	}
	return letters.Between(from, to)
}

// labelledToken is the token that follows a label; it is empty if none does.
func (c *check) labelledToken(at letters.Span, limit int) (v letters.Span, text []byte) {
	if from, ok := c.afterLabel(at); ok {
		v = c.token(from, limit)
	}
	return v, c.text[v.Start:v.End]
}

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
}

var labelledNumbers = []labelled{
	{"passport-number", []string{"passport", "reisepass", "pasaporte", "passeport", "passaporto", "paszport"}, 6, 9, 4, notDate},
	{"drivers-license", []string{"driver's licen", "drivers licen", "driver licen", "driver_licen", "drivers_licen", "driver-licen", "driverslicen", "driverlicen",
		"driving licen", "driving_licen", "drivinglicen", "führerschein", "fuehrerschein", "permis de conduire", "patente di guida", "permiso de conducir"}, 5, 20, 4, notDate},
	{"medical-record-number", []string{"mrn", "medical record", "medical_record", "medicalrecord", "patient id", "patient_id", "patientid", "patient no", "patient number", "hospital number", "chart number"}, 5, 15, 4, notDate},
	{"bank-account", []string{"bank account", "bank_account", "bankaccount", "account number", "account_number", "accountnumber", "account no", "acct no", "acct num", "kontonummer", "kontonr", "konto-nr"}, 6, 17, 6, isAccount},
}

// labelEndings go on where a trigger was cut short: driving licen-ce number.
var labelEndings = []string{"ses", "ces", "se", "ce"}

func (l *labelled) find(c *check, r *Rule, at letters.Span) {
	for _, end := range labelEndings {
		if letters.EqualFold(c.text[at.End:min(len(c.text), at.End+len(end))], end) {
			at.End += len(end)
			break
		}
	}
	v, text := c.labelledToken(at, l.longest+1)
	digits, plain := countDigits(text)
	if len(text) < l.shortest || len(text) > l.longest || digits < l.digits || !plain || !c.apart(v) || proof.IsSequence(text) || !l.fits(text) || !c.data(v) {
		return
	}
	c.emit(r, v, v)
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
func findSortCode(c *check, r *Rule, at letters.Span) {
	v, text := c.labelledToken(at, 9)
	switch {
	case len(text) == 8 && text[2] == '-' && text[5] == '-':
	case len(text) != 6:
		return
	}
	if n, _ := countDigits(text); n == 6 && guess.Distinct(text) > 2 && c.apart(v) && c.data(v) {
		c.emit(r, v, v)
	}
}

// findBIC reads a bank's code: four letters, a country that has IBANs or large banks, a place, a branch.
func findBIC(c *check, r *Rule, at letters.Span) {
	v, text := c.labelledToken(at, 12)
	if len(text) != 8 && len(text) != 11 {
		return
	}
	for i, b := range text {
		if !letters.IsUpper(b) && (i < 6 || !letters.IsDigit(b)) {
			return
		}
	}
	if proof.IbanForms[string(text[4:6])] == "" && !bankCountries[string(text[4:6])] {
		return
	}
	if c.alone(v) {
		c.emit(r, v, v)
	}
}

var bankCountries = letters.Set("US CA AU NZ JP CN HK SG IN KR ZA MX TH MY ID PH VN TW AR CL CO PE NG KE MA")

// findICD reads the codes after a word such as diagnosis: those that follow it at once, and on the rest of
// the line those with a point in them.
func findICD(c *check, r *Rule, at letters.Span) {
	if letters.IsAlpha(c.text[at.End-1]) {
		at.End = c.wordEnd(at.End)
	} else {
		at.End = at.Start + len("dx") // the sign is read by afterLabel
	}
	from, ok := c.afterLabel(at)
	if !ok {
		from = at.End
	}
	for i := from; i < len(c.text) && i-at.End < icdLine && c.text[i] != '\n'; i++ {
		to := c.icdCode(i)
		if to == 0 || i != from && to-i == 3 {
			continue
		}
		if v := (letters.Between(i, to)); c.data(v) {
			c.emit(r, v, v)
		}
		from = to
		for bytes.IndexByte([]byte(" ,;/\"'"), c.byteAt(from)) >= 0 && c.byteAt(from) != 0 && from-to < 4 {
			from++
		}
		i = from - 1
	}
}

// icdLine is how far after its word a diagnosis may stand.
const icdLine = 128

// wordEnd goes on to the end of a word that a trigger is the beginning of: diagnos-is, diagnos-es.
func (c *check) wordEnd(from int) int {
	to := from
	for to < len(c.text) && to-from < 8 && letters.IsLower(c.text[to]) {
		to++
	}
	return to
}

// icdCode is where a code of ICD-10 ends that begins at from, or 0.
func (c *check) icdCode(from int) int {
	text := c.text
	if from+3 > len(text) || !letters.IsUpper(text[from]) || text[from] == 'U' || !letters.IsDigit(text[from+1]) || !letters.IsDigit(text[from+2]) && text[from+2] != 'A' && text[from+2] != 'B' || letters.IsWord(c.before(from)) {
		return 0
	}
	to := from + 3
	if c.byteAt(to) == '.' && letters.IsAlnum(c.byteAt(to+1)) {
		for to++; to < len(text) && to-from < 9 && (letters.IsDigit(text[to]) || letters.IsUpper(text[to])); {
			to++
		}
		if to-from > 8 {
			return 0
		}
	}
	if b := c.byteAt(to); letters.IsWord(b) || (b == '.' || b == '-') && letters.IsAlnum(c.byteAt(to+1)) {
		return 0
	}
	return to
}
