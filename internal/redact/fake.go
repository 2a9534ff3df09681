package redact

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Fakes are values in the place of real ones, for test data: of the same form, and from ranges that are kept free for
// examples, so that they are nobody's. The same seed gives the same fake.

// fakers make a fake of a value, by the type of its placeholder; the draw is from 0 to 2^32-1.
var fakers = map[string]func(value string, draw uint32) string{
	"EMAIL":  func(_ string, draw uint32) string { return fmt.Sprintf("user%d@example.com", draw%100_000) },
	"PERSON": func(_ string, draw uint32) string { return fakeNames[draw%uint32(len(fakeNames))] },
	"IP":     fakeIP,
	"PHONE":  fakePhone,
	"CARD":   fakeCard,
	"SSN":    func(value string, draw uint32) string { return inForm(value, fmt.Sprintf("98765432%d", draw%10)) }, // kept for advertisements
	"IBAN":   fakeIBAN,
	"MAC": func(value string, draw uint32) string { // RFC 7042
		return inForm(value, fmt.Sprintf("00005e0053%02x", draw%256))
	},
	"HOST": func(_ string, draw uint32) string { return fmt.Sprintf("host%d.example.com", draw%100_000) },
}

// fakeNames are those that standards and manuals use for nobody.
var fakeNames = []string{"Jane Doe", "John Doe", "Jane Roe", "Richard Roe", "Erika Mustermann", "Max Mustermann", "Juan Pérez", "Mario Rossi", "Jan Kowalski"}

// Fake is a value in the place of one of a type; ok is false for types of which no values are kept free.
func Fake(typ string, value []byte, seed string) (fake string, ok bool) {
	fakerOf := fakers[typ]
	if fakerOf == nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(typ + "\x00" + seed))
	fake = fakerOf(string(value), binary.BigEndian.Uint32(sum[:]))
	return fake, fake != ""
}

// fakeIP is of the networks for documentation, RFC 5737 and RFC 3849.
func fakeIP(value string, draw uint32) string {
	if strings.Contains(value, ":") {
		return fmt.Sprintf("2001:db8::%x", draw%0xffff+1)
	}
	return fmt.Sprintf("%s.%d", []string{"192.0.2", "198.51.100", "203.0.113"}[draw%3], draw/3%254+1)
}

// freePhones are numbers that regulators keep for films and the like: how each begins, without a sign, and how many more
// digits there are that can be chosen.
var freePhones = []struct {
	country, number string
	free            int
}{
	{"44", "7700900000", 3}, {"33", "199000000", 4}, {"49", "3023125000", 3}, {"1", "2025550100", 2},
}

// fakePhone keeps the form where the country's numbers are as long as its free ones.
func fakePhone(value string, draw uint32) string {
	digits, abroad := onlyDigits(value), strings.HasPrefix(strings.TrimSpace(value), "+")
	for _, p := range freePhones {
		before := "0" // what stands before a number at home
		if abroad {
			before = p.country
		} else if p.country == "1" {
			before = ""
		}
		if strings.HasPrefix(digits, before) && len(digits) == len(before)+len(p.number) {
			drawn := fmt.Sprintf("%0*d", p.free, draw%uint32(pow10(p.free)))
			return inForm(value, before+p.number[:len(p.number)-p.free]+drawn)
		}
	}
	return fmt.Sprintf("+1 202-555-01%02d", draw%100)
}

func pow10(n int) (p int) {
	for p = 1; n > 0; n-- {
		p *= 10
	}
	return p
}

// testCards are numbers that card networks give to those who test, by length.
var testCards = []string{"4242424242424242", "5555555555554444", "4000056655665556", "378282246310005", "36227206271667"}

func fakeCard(value string, draw uint32) string {
	digits := onlyDigits(value)
	cards := slices.DeleteFunc(slices.Clone(testCards), func(c string) bool { return len(c) != len(digits) })
	if len(cards) == 0 {
		return testCards[0]
	}
	for _, c := range cards {
		if c[0] == digits[0] {
			return inForm(value, c)
		}
	}
	return inForm(value, cards[draw%uint32(len(cards))])
}

// exampleIBANs are those of the registry, in parts: scanners take them for somebody's.
var exampleIBANs = []struct{ country, check, account string }{
	{"DE", "89", "370400440532013000"}, {"GB", "29", "NWBK60161331926819"}, {"FR", "14", "20041010050500013M02606"},
	{"CH", "93", "00762011623852957"}, {"NL", "91", "ABNA0417164300"}, {"ES", "91", "21000418450200051332"},
}

// fakeIBAN is one that banks print as an example.
func fakeIBAN(value string, _ uint32) string {
	for _, iban := range exampleIBANs {
		if strings.HasPrefix(strings.ToUpper(value), iban.country) {
			return inForm(value, iban.country+iban.check+iban.account)
		}
	}
	return exampleIBANs[0].country + exampleIBANs[0].check + exampleIBANs[0].account
}

// inForm writes letters and digits in the places where a value has some; its other signs stay. If the counts differ, the
// fake is written as it is.
func inForm(value, fake string) string {
	var out strings.Builder
	at := 0
	for i := range len(value) {
		c := value[i]
		switch {
		case !isAlnum(c):
			out.WriteByte(c)
		case at == len(fake):
			return fake
		default:
			out.WriteByte(fake[at])
			at++
		}
	}
	if at != len(fake) {
		return fake
	}
	return out.String()
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
