package find

import (
	"strings"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/phones"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// findPhone reads an international number after its plus. What has the form is judged by
// libphonenumber's tables, which cost microseconds; so the form is checked first.
func findPhone(c *look.Text, at letters.Span) {
	text := c.Bytes
	if b := c.Before(at.Start); letters.IsWord(b) || b == '+' || b == '.' || b == ')' || b == ']' {
		return
	}
	digits, open, groups, i := 0, 0, 0, at.Start+1
	end := i
	for i < len(text) && i-at.Start < 32 && digits <= 15 {
		b := text[i]
		switch {
		case letters.IsDigit(b):
			if digits++; end < i {
				groups++
			}
			end = i + 1
		case b == '(' && open == 0:
			open++
		case b == ')' && open == 1:
			open++
		case b == ' ' || b == '-' || b == '.' || b == '/':
			if p := text[i-1]; p == '-' || p == '.' || p == '/' || p == ' ' && b == ' ' {
				i = len(text)
			}
		default:
			i = len(text)
		}
		i++
	}
	if digits < 8 || digits > 15 || letters.IsWord(c.ByteAt(end)) || c.ByteAt(end) == '.' && letters.IsDigit(c.ByteAt(end+1)) {
		return
	}
	var scratch [16]byte
	number := scratch[:0]
	for _, b := range text[at.Start:end] {
		if letters.IsDigit(b) {
			number = append(number, b)
		}
	}
	v := letters.Between(at.Start, end)
	code, national, ok := phones.International(string(number))
	switch {
	case fictional(code, national):
		emitNobodys(c, v)
	case !ok:
	case groups > 1 || c.Named(v, phoneWords) > 0: // groups are set for who dials it
		c.Emit(v, v)
	default:
		c.Doubt(v, v, text[v.Start:v.End])
	}
}

// phoneWords stand before a telephone number.
var phoneWords = look.VocabularyOf("phone,telephone,tel,mobile,cell,cellphone,fax,call,dial,ring,text,sms,whatsapp,signal,contact,hotline,pager,landline,telefon,tel nr,mobil,handy,rufnummer,portable,téléphone,tél,telefono,teléfono,móvil,celular,telefone,telemovel,telemóvel,gsm,tlf,puhelin,telefoon,komórka,тел,телефон,電話,电话,手机,携帯,전화,휴대폰,ph,mob,msisdn")

// emitNobodys makes information of what has the form and is kept for documents and films.
func emitNobodys(c *look.Text, v letters.Span) {
	if c.Emit(v, v) {
		c.Inform()
	}
}

// fictions are the beginnings of numbers that regulators keep for films and documents, by country.
var fictions = map[string][]string{
	"44": strings.Fields(`2079460 1134960 1144960 1154960 1164960 1174960 1184960 1214960 1314960 1414960 1514960 1614960 1914980 2896496 2890180 2920180 1632960 7700900 8081570 9098790 3069990`),
	"33": strings.Fields("19900 26191 35301 46571 53649 63998"),
	"61": strings.Fields("255501 255700 355501 370101 755501 755700 855501 870101 491570 180016011"),
	"49": strings.Fields("3023125 6990009 4066969 2214710 8999998 15228817 15228895 17199999 17200000 17600000"),
	"46": strings.Fields("31390 4062891 8465004 980319 701740"),
}

// fictional tells a number that can be nobody's.
func fictional(code, national string) bool {
	if code == "1" {
		return len(national) == 10 && (national[3:8] == "55501" || national[3:] == "5551212") || guess.IsRun([]byte(national))
	}
	for _, prefix := range fictions[code] {
		if strings.HasPrefix(national, prefix) {
			return true
		}
	}
	return guess.IsRun([]byte(national))
}

// phoneLabels come before a number that is written as one does at home, without a plus.
var phoneLabels = []string{"phone", "telephone", "tel", "mobile", "cell ", "cell:", "cellphone", "fax", "call ", "telefon", "handy", "mobil", "portable", "telefone", "celular", "whatsapp", "sms", "telefono", "rufnummer", "tlf", "ph:", "ph.", "fone", "telefoon", "puhelin", "cel:", "cel.", "gsm", "natel", "telf", "my number", "reach me", "reach us", "reach him", "reach her", "dial ", "text me", "erreichbar", "durchwahl", "joindre au", "joignable", "hotline", "mob:", "mob.", "msisdn", "ring ", "ruf mich an", "anrufen", "appelle", "llamame", "llame al", "telp", "cep:", "cep tel", "contact no", "contact_no", "contact num", "contact_num", "contact number", "contact:", "contact :", "kom:", "kom.", "numer tel", "telemovel", "komorka", "matkapuh", "mobiel", "telepon", "hp:", "hp.", "puh.", "puh:"}

const phoneReach = look.LabelGap + look.CodeLine + 64

// homes are the countries whose own way of writing is known, by what a number there begins with.
var homes = []struct {
	region, begins  string
	fewest, longest int
}{
	{"US", "23456789", 10, 10}, {"US", "1", 11, 11}, {"GB", "0", 10, 11}, {"DE", "0", 9, 13}, {"FR", "0", 10, 10}, {"IT", "0", 9, 11}, {"IT", "3", 9, 10},
	{"NL", "0", 10, 10}, {"AU", "0", 10, 10}, {"JP", "0", 10, 11}, {"ES", "6789", 9, 9}, {"PL", "123456789", 9, 9}, {"BR", "123456789", 10, 11}, {"IN", "6789", 10, 10},
	{"CN", "1", 11, 11}, {"CN", "0", 10, 12}, {"RU", "8", 11, 11}, {"RU", "9", 10, 10}, {"KR", "0", 9, 11}, {"SE", "0", 8, 10}, {"FI", "0", 7, 11}, {"CH", "0", 10, 10}, {"AT", "0", 8, 13},
	{"BE", "0", 9, 10}, {"PT", "29", 9, 9}, {"MX", "123456789", 10, 10}, {"TR", "05", 10, 11}, {"NZ", "0", 8, 11}, {"ZA", "0", 10, 10}, {"IL", "0", 9, 10}, {"GR", "26", 10, 10}, {"TW", "0", 9, 10},
	{"IE", "0", 8, 10}, {"CZ", "234567", 9, 9}, {"SK", "0", 9, 10}, {"HU", "0", 9, 11}, {"RO", "0", 10, 10}, {"BG", "0", 8, 10}, {"HR", "0", 8, 10}, {"SI", "0", 8, 9}, {"RS", "0", 8, 11}, {"UA", "0", 10, 10}, {"LT", "08", 9, 9},
	{"AR", "0123", 10, 11}, {"CL", "29346578", 9, 9}, {"CO", "36", 10, 10}, {"PE", "9", 9, 9}, {"PE", "0", 8, 9}, {"VE", "0", 11, 11}, {"UY", "0", 9, 9}, {"EC", "0", 9, 10},
	{"TH", "0", 9, 10}, {"PH", "0", 9, 11}, {"MY", "0", 9, 11}, {"ID", "0", 9, 13}, {"VN", "0", 10, 11}, {"PK", "0", 9, 12}, {"BD", "0", 9, 11}, {"LK", "0", 10, 10}, {"SA", "0", 9, 10}, {"AE", "0", 9, 10}, {"EG", "0", 9, 11}, {"NG", "0", 9, 11}, {"KE", "0", 9, 10}, {"GH", "0", 10, 10},
	// Eight digits are many things: they count beside the plainest labels, in doubt.
	{"NO", "23456789", 8, 8}, {"DK", "23456789", 8, 8}, {"SG", "3689", 8, 8}, {"HK", "2345679", 8, 8}, {"EE", "5", 8, 8}, {"LV", "26", 8, 8}, {"LT", "3456", 8, 8}, {"CY", "29", 8, 8}, {"UY", "2", 8, 8}, {"CR", "2468", 8, 8},
}

// findHomePhone reads a number after a word such as phone, which is the trigger, or three groups as in North America.
func findHomePhone(c *look.Text, at letters.Span) {
	if letters.IsDigit(c.Bytes[at.Start]) {
		findUnlabelledPhone(c, at)
		return
	}
	from, ok := c.AfterLabel(at)
	if !ok || !letters.IsDigit(c.ByteAt(from)) {
		return
	}
	if c.ByteAt(from-1) == '(' {
		from--
	} else if c.ByteAt(from-1) == '+' || c.ByteAt(from-1) == '.' {
		return
	}
	text := c.Bytes
	digits, groups, end, i := 0, 0, from, from
	var scratch [16]byte
	for ; i < len(text) && i-from < 24 && digits < len(scratch); i++ {
		b := text[i]
		if letters.IsDigit(b) {
			scratch[digits] = b
			digits, end = digits+1, i+1
			continue
		}
		if strings.IndexByte(" -./()", b) < 0 {
			break
		}
		if i > from && letters.IsDigit(text[i-1]) {
			groups++
		} else if b == ' ' && text[i-1] == ' ' || b == '-' && text[i-1] == '-' {
			break
		}
	}
	v := letters.Between(from, end)
	number := scratch[:digits]
	// Ten digits that begin with 1 are seconds since 1970, or a number in São Paulo.
	seconds := groups == 0 && digits == 10 && number[0] == '1'
	if digits == 7 && groups == 1 && end-from == 8 && (text[from+3] == '-' || text[from+3] == ' ') && signed(c, at.End, from) { // without its area
		if number[0] > '1' && !proof.IsSequence(number) && !letters.IsWord(c.ByteAt(end)) && c.Data(v) {
			c.Doubt(v, v, text[from:end])
		}
		return
	}
	if digits < 8 || digits == 8 && groups > 3 || letters.IsWord(c.ByteAt(end)) || proof.IsSequence(number) || beginsDate(text[from:min(len(text), from+16)]) || !c.Data(v) {
		return
	}
	valid := false
	for _, home := range homes {
		if strings.IndexByte(home.begins, number[0]) < 0 || digits < home.fewest || digits > home.longest {
			continue
		}
		code, national, ok := phones.In(home.region, string(number))
		if fictional(code, national) { // though elsewhere it may be somebody's
			emitNobodys(c, v)
			return
		}
		valid = valid || ok
	}
	switch {
	case valid && (digits == 8 || seconds):
		c.Doubt(v, v, text[from:end])
	case valid:
		c.Emit(v, v)
	}
}

// beginsDate tells 2026-11-20 from 06-12-37-00-96.
func beginsDate(text []byte) bool {
	n, ok := readDate(text)
	return ok && !(n+1 < len(text) && (text[n] == '-' || text[n] == '.') && letters.IsDigit(text[n+1]))
}

// findUnlabelledPhone reads three digits, three and four, the first perhaps in brackets: what North America's numbers look
// like in directories. The trigger is one of the groups of three.
func findUnlabelledPhone(c *look.Text, at letters.Span) {
	from, first := at.Start, at.Start
	if b := c.ByteAt(from - 1); (b == ' ' || b == ')') && from >= 6 {
		close := from - 1
		if b == ' ' {
			close--
		}
		if c.ByteAt(close) != ')' || c.ByteAt(close-4) != '(' || !letters.IsNumber(c.Bytes[close-3:close]) {
			return
		}
		from, first = close-4, close-3
	}
	var number [10]byte
	copy(number[:], c.Bytes[first:first+3])
	i := at.Start
	if first == from {
		if c.ByteAt(from-1) == '(' {
			return // the group behind the bracket finds it
		}
		i += 4
	}
	if i+8 > len(c.Bytes) || !letters.IsNumber(c.Bytes[i:i+3]) || !letters.IsNumber(c.Bytes[i+4:i+8]) {
		return
	}
	sign := c.Bytes[i+3]
	if sign != '-' && sign != ' ' || first == from && c.Bytes[first+3] != sign {
		return
	}
	copy(number[3:], c.Bytes[i:i+3])
	copy(number[6:], c.Bytes[i+4:i+8])
	v := letters.Between(from, i+8)
	if first == from && sign == ' ' || !c.Apart(v) || c.AmongNumbers(v) || !c.Data(v) {
		return
	}
	if _, national, ok := phones.In("US", string(number[:])); ok && !fictional("1", national) {
		c.Doubt(v, v, c.Bytes[v.Start:v.End])
	}
}
