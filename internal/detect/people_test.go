package detect

import (
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// TestWhereNumbersStand: digits are a number of somebody only as a value of their own.
func TestWhereNumbersStand(t *testing.T) {
	pesel := "440514" + "01359"
	for _, c := range []struct {
		path, text string
		want       int
	}{
		{"", pesel, 1}, {"", "id " + pesel + ".", 1}, {"", `"` + pesel + `"`, 1}, {"", "码" + pesel + "码", 1},
		{"", "a" + pesel, 0}, {"", pesel + "_x", 0}, {"", "3." + pesel, 0}, {"", pesel + ".5", 0}, {"", pesel + "-a1", 0}, {"", "é" + pesel, 0},
		{"", "0x" + pesel, 0}, {"", "1" + pesel, 0}, {"", "deadbeef-" + pesel, 0}, {"", "+" + pesel, 0}, {"", "$" + pesel, 0}, {"", "#" + pesel, 0},
		{"a.go", "x := " + pesel, 0}, {"a.go", `x := "` + pesel + `"`, 1}, {"a.go", "// x " + pesel, 1}, {"a.py", "x = 1 # " + pesel, 1},
		{"a.go", `f("x", ` + pesel + ")", 0}, {"a.go", `f("\"", ` + pesel + ")", 0}, {"a.js", "f(`" + pesel + "`)", 1}, {"a.c", " * " + pesel, 1},
		{"a.csv", "x," + pesel + ",y", 1},
	} {
		if found := Default().Find(c.path, []byte(c.text)); len(found) != c.want {
			t.Errorf("%s: %q gives %v, want %d", c.path, c.text, ids(found), c.want)
		}
	}
}

// TestWordsBefore: a number that needs a word is found beside it in any of its spellings, on the same line
// and near, and is what the nearest word says.
func TestWordsBefore(t *testing.T) {
	const nhs = "9434765" + "870"
	const nine = "123456" + "782" // a SIN, a TFN and a BSN
	for _, c := range []struct{ text, want string }{
		{"NHS number: " + nhs, "uk-nhs-number"}, {"nhsNumber=" + nhs, "uk-nhs-number"}, {"patient.nhs_no = " + nhs, "uk-nhs-number"}, {"<nhsnumber>" + nhs, "uk-nhs-number"},
		{`{"nhs":{"number":"` + nhs + `"}}`, "uk-nhs-number"}, {"NHSNumber " + nhs, "uk-nhs-number"}, {"the National Health Service gave " + nhs, "uk-nhs-number"},
		{"xnhs " + nhs, ""}, {"nhsx " + nhs, ""}, {nhs + " NHS", ""}, {"NHS\n" + nhs, ""},
		{"NHS and then a long way of more than fifty-six bytes before it " + nhs, ""},
		{"SIN " + nine, "ca-sin"}, {"TFN " + nine, "au-tfn"}, {"BSN " + nine, "nl-bsn"}, {"TFN none, SIN " + nine, "ca-sin"}, {"SIN none, BSN " + nine, "nl-bsn"},
		{"burgerservicenummer " + nine, "nl-bsn"}, {"NAS " + nine, "ca-sin"}, {"using " + nine, ""}, {"single " + nine, ""}, {"NPIs " + "1245" + "319599", "us-npi"},
	} {
		got := ids(Default().Find("", []byte(c.text)))
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("%q gives %v, want %q", c.text, got, c.want)
		}
	}
}

// TestNames: what makes two words a person.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		path, text, want string
	}{
		{"", "Maria Kowalska called.", "Maria Kowalska"}, {"", "we met Jean-Pierre de la Fontaine today", "Jean-Pierre de la Fontaine"}, {"", "ask Pierre de la Fontaine today", "Pierre de la Fontaine"},
		{"", "Dr. Jekyll", "Jekyll"}, {"", "Frau Dr. Müller", "Müller"}, {"", "Mrs O'Connor said", "O'Connor"}, {"", "MRS SMITH", ""},
		{"", "customer: Anna Nowak, 12", "Anna Nowak"}, {"", `"author":"Wei Zhang"`, "Wei Zhang"}, {"", "patient_name = Lukas Huber", "Lukas Huber"},
		{"", "lastName: Kowalska", "Kowalska"}, {"", "first_name,Ingrid", "Ingrid"}, {"", "name: Ingrid", ""},
		{"", "Mark Twain", ""}, {"", "name: Mark Johnson", "Mark Johnson"}, {"", "Grace Period", ""}, {"", "maria kowalska", ""}, {"", "Maria  Kowalska", ""},
		{"", "Maria Kowalska2", ""}, {"", "Anna.Nowak Klasse", ""},
		{"a.go", "Maria Kowalska called.", ""}, {"a.go", "// Maria Kowalska wrote this", ""}, {"a.go", `Name: "Maria Kowalska"`, "Maria Kowalska"},
		{"a.go", "name = MariaKowalska", ""}, {"a.go", "// ask Dr. Kowalska", "Kowalska"},
	} {
		found := Default().Find(c.path, []byte(c.text))
		got := ""
		for _, f := range found {
			if f.Rule.ID == "person-name" {
				got = c.text[f.Start:f.End]
			}
		}
		if got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.path, c.text, got, c.want)
		}
	}
}

// TestCredits: who is named as the maker of something is named in public.
func TestCredits(t *testing.T) {
	for _, c := range []struct {
		path, text string
		want       Severity
	}{
		{"", "mail maria@poczta.onet.pl", Low}, {"LICENSE", "mail maria@poczta.onet.pl", Info}, {"docs/AUTHORS.md", "Maria Kowalska", Info}, {".github/CODEOWNERS", "* maria@poczta.onet.pl", Info},
		{"", "// Copyright 2026 Maria Kowalska", Info}, {"", "Signed-off-by: Maria Kowalska", Info}, {"", " * @author maria@poczta.onet.pl", Info},
		{"", "copyright is due\nmail maria@poczta.onet.pl", Low},
	} {
		found := Default().Find(c.path, []byte(c.text))
		if len(found) != 1 || found[0].Severity != c.want {
			t.Errorf("%s: %q gives %v, want one of severity %v", c.path, c.text, found, c.want)
		}
	}
}

// TestHomePhones: a number without a plus is one where a word says so, and nobody's in films.
func TestHomePhones(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"phone 415-555-2671", 1}, {"Call (415) 555-2671", 1}, {"mobile: 07911 123456", 1}, {"Handy 0151 12345678", 1}, {"tél téléphone: 01 42 68 53 00", 1}, {"cell: 4155552671", 1}, {"fax_number = '020 7031 3000'", 1},
		{"phone: 202-555-0143", 0}, {"phone 07700 900123", 0}, {"telephone 01632 960123", 0}, {"tel 06 39 98 12 34", 0}, {"phone 1234567890", 0}, {"phone 2026-11-20 10:00", 0}, {"phone 1790000000", 0},
		{"+1 202 555 0143", 0}, {"+44 20 7946 0123", 0}, {"+44 20 7031 3000", 1},
	} {
		if found := Default().Find("", []byte(c.text)); len(found) != c.want {
			t.Errorf("%q gives %v, want %d", c.text, ids(found), c.want)
		}
	}
}

// TestDates: ReadDate reads real dates in the ways they are written, and says how long they are.
func TestDates(t *testing.T) {
	for text, want := range map[string]int{
		"1984-03-12 x": 10, "12.03.1984": 10, "03/12/1984": 10, "19840312": 8, "12 March 1984": 13, "Mar 12, 1984": 12, "12-Mar-1984": 11, "12. März 1984": 14, "3rd": 0, "March 3rd, 1984": 15, "12 de marzo de 1984": 19, "12.3.84": 7,
		"1984-13-12": 0, "30.02.1984": 0, "1884-03-12": 0, "12.03": 0, "12345": 0, "1984": 0, "29.02.1983": 0, "29.02.1984": 10,
	} {
		if n, ok := find.ReadDate([]byte(text)); ok != (want > 0) || ok && n != want {
			t.Errorf("%q: %d, %v, want %d", text, n, ok, want)
		}
	}
}

// TestKeccak: the hash of the empty text is the one that every Ethereum client prints.
func TestKeccak(t *testing.T) {
	if got := hex.EncodeToString(proof.Keccak256(nil)); got != "c5d2460186f7233c927e7db2dcc703c0"+"e500b653ca82273b7bfad8045d85a470" {
		t.Errorf("keccak256 of nothing is %s", got)
	}
}

// TestChecksNeedTheirDigits: a check that still passes with one digit changed would prove nothing.
// Each kind's own vectors are changed at each place; few may pass, where letters are only a form.
func TestChecksNeedTheirDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range proof.Numbers {
		rule := Default().Rule(n.Name)
		if n.Unproved || rule == nil || len(rule.Examples) == 0 {
			continue
		}
		for _, example := range rule.Examples {
			f := Default().Find("", []byte(example))[0]
			v := proof.Compact(nil, []byte(example[f.Start:f.End]))
			passed, tried := 0, 0
			for i, b := range v {
				if !letters.IsDigit(b) {
					continue
				}
				changed := slices.Clone(v)
				changed[i] = '0' + (b-'0'+1+byte(r.IntN(9)))%10
				tried++
				if n.Check(changed) {
					passed++
				}
			}
			if tried == 0 || passed*4 > tried {
				t.Errorf("%s: %d of %d numbers with a changed digit pass", n.Name, passed, tried)
			}
		}
	}
}

// TestNamedPersons: a key tells what its value is, as a label does.
func TestNamedPersons(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"nhs_number", "9434765" + "870", "uk-nhs-number"}, {"customerName", "Anna Nowak", "person-name"}, {"dob", "1984-03-12", "date-of-birth"}, {"bsn", "123456" + "782", "nl-bsn"},
		{"mrn", "0045" + "8821", "medical-record-number"}, {"total", "9434765" + "870", ""}, {"created", "1984-03-12", ""}, {"name", "get_weather", ""}, {"street", "12 Rue de la Paix", "postal-address"},
	} {
		got := ids(Default().FindNamed([]byte(c.name), []byte(c.value)))
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

// TestEditInCode: in code, where the line before a value counts, an edit gives what a new scan gives.
func TestEditInCode(t *testing.T) {
	pieces := append(material(t), "// ", "\"", "'", "`", "/*", "Copyright ", "Signed-off-by: ", "x := ", "diagnosis ", "phone: ", "name: ")
	r := rand.New(rand.NewPCG(9, 10))
	e := Default()
	for range 40 / trial.Thorough {
		var text []byte
		for range 30 {
			text = append(text, pieces[r.IntN(len(pieces))]...)
		}
		scan := e.Open("a.go", text)
		for step := range 30 {
			at := r.IntN(len(text) + 1)
			end := min(len(text), at+r.IntN(1+[]int{1, 3, 40, 400}[r.IntN(4)]))
			insert := pieces[r.IntN(len(pieces))]
			text = slices.Concat(text[:at], []byte(insert), text[end:])
			scan = scan.Edit(text, letters.Between(at, end), len(insert))
			if want := e.Open("a.go", text).Findings(); !slices.Equal(scan.Findings(), want) {
				t.Fatalf("step %d: got %v, want %v", step, scan.Findings(), want)
			}
		}
	}
}

// TestNumbers: the checks of personal and payment numbers, at their edges.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"4012 8888 8888 1881", 1}, {"371449635398431", 1}, {"4012888888881882", 0}, {"1234567890123452", 0}, // cards; the good ones are published
		{"GR16 0110 1050 0000 1054 7023 795", 1}, {"GB82WEST12345698765433", 0}, {"DE8937040044053201300", 0},
		{"536-90-4399", 1}, {"219-09-9998", 1}, {"666-12-3456", 0}, {"000-12-3456", 0},
		{"+44 20 7031 3000", 1}, {"+1790000000000", 0}, {"8.20.15.1", 1}, {"256.1.1.1", 0}, {"192.0.2.7", 0},
	} {
		if got := Default().Find("", []byte("value "+c.text+" there")); len(got) != c.want {
			t.Errorf("%s: %d findings, want %d", c.text, len(got), c.want)
		}
	}
}
