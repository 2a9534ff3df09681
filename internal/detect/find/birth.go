package find

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// birthLabels introduce a date of birth.
var birthLabels = []string{"dob", "d.o.b", "birth", "born", "geboren", "geburtsdatum", "geburtstag", "geb.", "geb:", "geb.datum", "geb am", "né le", "née le", "date de naissance",
	"fecha de nacimiento", "fecha_nacimiento", "fechanacimiento", "nacido", "nacida", "data di nascita", "data de nascimento", "data_nascimento", "nato il", "nata il", "data urodzenia", "data_urodzenia",
	"geboortedatum", "födelsedatum", "fødselsdato", "syntymäaika"}

// findBirth reads the date after a label.
func findBirth(c *look.Text, at letters.Span) {
	from, ok := c.AfterLabel(letters.Between(at.Start, wordRest(c, at.End)))
	if !ok {
		return
	}
	n, ok := readDate(c.Bytes[from:min(len(c.Bytes), from+32)])
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

// months are the beginnings of the months' names in English, German, French, Spanish, Italian, Portuguese.
var months = map[string]int{"jan": 1, "ene": 1, "gen": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "apr": 4, "abr": 4, "avr": 4, "may": 5, "mai": 5, "mag": 5,
	"jun": 6, "jui": 6, "giu": 6, "jul": 7, "lug": 7, "aug": 8, "ago": 8, "aoû": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "out": 10,
	"nov": 11, "dec": 12, "dez": 12, "déc": 12, "dic": 12}

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
		for i < len(text) && (letters.IsAlpha(text[i]) || text[i] >= 0x80) && i-from < 16 {
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
	if i+1 >= len(text) || digits > 2 && digits != 4 {
		return 0, false
	}
	sign := text[i]
	if j := i + 1; digits <= 2 && (sign == ' ' || sign == '-' || sign == '.') && (letters.IsAlpha(text[j]) || text[j] == ' ') {
		gap()
		month := name()
		gap()
		year, n := number()
		return i, n == 4 && isBirth(year, month, first)
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

func isBirth(year, month, day int) bool {
	return year >= 1900 && year < 2040 && proof.IsDate(year, month, day)
}
