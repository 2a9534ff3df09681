package find

import (
	"bytes"
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// birthLabels introduce a date of birth.
var birthLabels = []string{"dob", "d.o.b", "birth", "born", "geboren", "geburtsdatum", "geburtstag", "geb.", "geb:", "geb.datum", "geb am", "né le", "née le",
	"nacido", "nacida", "nato il", "nata il",
	"geboortedatum", "födelsedatum", "fødselsdato", "fodselsdato", "fodelsedatum", "syntymaaika", "syntynyt", "syntymaika", "urodzon", "ur. ", "data ur", "datum narozeni", "datum narodenia", "narozen", "szuletesi", "dogum tarihi", "dogum_tarihi",
	"nascido", "nascida", "nacimiento", "nascimento", "naissance", "nascita", "urodzenia", "tanggal lahir", "ngay sinh", "datum rodenja", "datum rođenja", "rojstva", "geburtsdat", "fødedato", "fodt "}

// findBirth reads the date after a label.
func findBirth(c *look.Text, at letters.Span) {
	from, ok := c.AfterLabel(letters.Between(at.Start, wordRest(c, at.End)))
	if !ok {
		return
	}
	n, ok := readDate(c.Bytes[from:min(len(c.Bytes), from+dateLongest)])
	if !ok {
		return
	}
	v := letters.Between(from, from+n)
	if letters.IsWord(c.ByteAt(v.End)) || !c.Data(v) || nobodysBirth(c, v) {
		return
	}
	c.Emit(v, v)
}

// wordRest takes in what a compound adds to birth: birthday, birthdate.
func wordRest(c *look.Text, from int) int {
	for _, rest := range []string{"day", "date"} {
		if letters.EqualFold(c.Bytes[from:min(len(c.Bytes), from+len(rest))], rest) {
			return from + len(rest)
		}
	}
	return from
}

// nobodysBirth tells the dates that programs begin to count at.
func nobodysBirth(c *look.Text, v letters.Span) bool {
	switch string(c.Bytes[v.Start:v.End]) {
	case "1970-01-01", "1900-01-01", "2000-01-01", "01/01/1970", "01/01/1900", "01.01.1970", "19700101":
		return true
	}
	return false
}

// dateLongest is how many bytes a date may have.
const dateLongest = 48

// months are the beginnings of the months' names: in English, German, French, Spanish, Italian, Portuguese, Dutch, Danish,
// Swedish, Polish, Czech, Hungarian, Turkish, Russian, Ukrainian, Greek. Where two languages differ, either is a month.
var months = map[string]int{"jan": 1, "ene": 1, "gen": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "apr": 4, "abr": 4, "avr": 4, "may": 5, "mai": 5, "mag": 5,
	"jun": 6, "jui": 6, "giu": 6, "jul": 7, "lug": 7, "aug": 8, "ago": 8, "aoû": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "out": 10,
	"nov": 11, "dec": 12, "dez": 12, "déc": 12, "dic": 12, "des": 12, "mrt": 3, "mei": 5, "maj": 5, "maa": 3,
	"sty": 1, "lut": 2, "kwi": 4, "cze": 6, "lip": 7, "sie": 8, "wrz": 9, "paź": 10, "lis": 11, "gru": 12,
	"led": 1, "úno": 2, "bře": 3, "dub": 4, "kvě": 5, "čer": 6, "srp": 8, "zář": 9, "říj": 10, "pro": 12,
	"már": 3, "ápr": 4, "máj": 5, "jún": 6, "júl": 7, "sze": 9, "oca": 1, "şub": 2, "nis": 4, "haz": 6, "tem": 7, "ağu": 8, "eyl": 9, "eki": 10, "kas": 11, "ara": 12,
	"tam": 1, "hel": 2, "huh": 4, "tou": 5, "kes": 6, "hei": 7, "elo": 8, "syy": 9, "lok": 10, "jou": 12,
	"янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
	"січ": 1, "лют": 2, "бер": 3, "кві": 4, "тра": 5, "чер": 6, "лип": 7, "сер": 8, "вер": 9, "жов": 10, "лис": 11, "гру": 12,
	"ιαν": 1, "φεβ": 2, "μαρ": 3, "μάρ": 3, "απρ": 4, "μαΐ": 5, "μαι": 5, "μάι": 5, "ιου": 6, "ιού": 6, "αυγ": 8, "αύγ": 8, "σεπ": 9, "οκτ": 10, "νοε": 11, "νοέ": 11, "δεκ": 12}

// readDate reads a real date of the years 1900 to 2039 at the beginning of text: its length.
// 2026-11-20, 20.11.2026, 11/20/26, 20261120, 20 November 2026, Nov 20, 2026, 20-Nov-2026.
func readDate(text []byte) (length int, ok bool) {
	i := 0
	number := func() (n, digits int) {
		for i < len(text) && letters.IsDigit(text[i]) && digits < 9 {
			n, i, digits = n*10+int(text[i]-'0'), i+1, digits+1
		}
		return n, digits
	}
	name := func() int {
		from := i
		for i < len(text) && (letters.IsAlpha(text[i]) || text[i] >= 0x80) && i-from < 26 {
			i++
		}
		word := []rune(strings.ToLower(string(text[from:i])))
		if len(word) < 3 {
			return 0
		}
		return months[string(word[:3])]
	}
	gap := func() {
		for i < len(text) && (text[i] == ' ' || text[i] == '.' || text[i] == ',' || text[i] == '-') {
			i++
		}
		if i+3 < len(text) && text[i] == 'd' && text[i+1] == 'e' && text[i+2] == ' ' { // 20 de noviembre de 2026
			i += 3
		}
	}
	first, digits := number()
	if digits == 0 {
		if n, from := eraOf(text); n > 0 { // 昭和55年5月12日
			i = n
			if year, digits := number(); digits == 1 || digits == 2 {
				if n, ok := eastAsian(text[i:], from+year); ok {
					return i + n, true
				}
			}
			return 0, false
		}
		month := name()
		gap()
		day, n := number()
		if n > 0 && n <= 2 && i+1 < len(text) && letters.IsLower(text[i]) && letters.IsLower(text[i+1]) { // 3rd
			i += 2
		}
		gap()
		year, yearDigits := number()
		return i, n <= 2 && yearDigits == 4 && isBirth(year, month, day)
	}
	if digits == 8 {
		return i, isBirth(first/10000, first/100%100, first%100) || isBirth(first%10000, first/10000%100, first/1000000)
	}
	if digits == 4 || digits == 2 {
		if n, ok := eastAsian(text[i:], first); ok {
			return i + n, true
		}
	}
	if i+1 >= len(text) || digits > 2 && digits != 4 {
		return 0, false
	}
	sign := text[i]
	if j := i + 1; (sign == ' ' || sign == '-' || sign == '.') && (letters.IsAlpha(text[j]) || text[j] == ' ' || text[j] >= 0x80) {
		gap()
		month, named := 0, 0
		if month, named = number(); named == 0 { // 12. 3. 1984
			month = name()
		}
		gap()
		last, n := number()
		if digits == 4 { // 1984. március 12
			return i, n > 0 && n <= 2 && named <= 2 && isBirth(first, month, last)
		}
		return i, n == 4 && named <= 2 && isBirth(last, month, first)
	}
	if sign != '-' && sign != '.' && sign != '/' && sign != ' ' {
		return 0, false
	}
	i++
	second, secondDigits := number()
	if secondDigits == 0 || secondDigits > 2 || i >= len(text) || text[i] != sign {
		return 0, false
	}
	i++
	third, thirdDigits := number()
	switch {
	case digits == 4:
		return i, thirdDigits > 0 && thirdDigits <= 2 && isBirth(first, second, third)
	case thirdDigits == 4:
		return i, isBirth(third, second, first) || isBirth(third, first, second)
	case thirdDigits == 2 && sign != ' ':
		return i, isBirth(1900+third, second, first) || isBirth(1900+third, first, second)
	}
	return 0, false
}

// eraOf reads the name of one of Japan's eras: its length, and the year before its first.
func eraOf(text []byte) (length, from int) {
	for _, era := range [...]struct {
		name string
		from int
	}{{"昭和", 1925}, {"平成", 1988}, {"令和", 2018}, {"大正", 1911}} {
		if bytes.HasPrefix(text, []byte(era.name)) {
			return len(era.name), era.from
		}
	}
	return 0, 0
}

// eastAsian reads what follows the year: 年3月12日, 년 3월 12일.
func eastAsian(text []byte, year int) (length int, ok bool) {
	var parts [2]int
	for n, units := range [...][2]string{{"年", "년"}, {"月", "월"}, {"日", "일"}} {
		for length < len(text) && text[length] == ' ' {
			length++
		}
		if !bytes.HasPrefix(text[length:], []byte(units[0])) && !bytes.HasPrefix(text[length:], []byte(units[1])) {
			return 0, false
		}
		length += len(units[0])
		for length < len(text) && text[length] == ' ' && n < 2 {
			length++
		}
		for n < 2 && length < len(text) && letters.IsDigit(text[length]) && parts[n] < 100 {
			parts[n] = parts[n]*10 + int(text[length]-'0')
			length++
		}
	}
	return length, isBirth(year, parts[0], parts[1])
}

func isBirth(year, month, day int) bool {
	return year >= 1900 && year < 2040 && proof.IsDate(year, month, day)
}
