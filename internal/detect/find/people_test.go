package find_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
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
		if found := detect.Default().Find(c.path, []byte(c.text)); len(found) != c.want {
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
		got := ids(detect.Default().Find("", []byte(c.text)))
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
		found := detect.Default().Find(c.path, []byte(c.text))
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

// TestFirstNames: a given name alone is a person, in doubt, where somebody is addressed or says something.
func TestFirstNames(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Hi Anna,\n\nthe build is red.", "Anna"}, {"Hello Meera!", "Meera"}, {"hey Zbigniew, can you look?", "Zbigniew"}, {"Hallo Ingrid,", "Ingrid"}, {"Hi Mark,", "Mark"}, {"Anna wrote that it works.", "Anna"}, {"as Ingrid said yesterday", "Ingrid"},
		{"To: Anna\nSubject: x", "Anna"}, {"Cc: Ingrid", "Ingrid"}, {"See you\n\nBest,\nAnna\n", "Anna"}, {"Viele Grüße\nIngrid", "Ingrid"}, {"please ask Ingrid about it", "Ingrid"}, {"thanks Ingrid", "Ingrid"},
		{"Hi all,", ""}, {"Hi There,", ""}, {"Hello World", ""}, {"to: Berlin", ""}, {"May said", ""}, {"Hi Mark Down", ""}, {"Grace asked", ""}, {"Delhi Anna", ""}, {"Best,\nAnna Street 5", ""},
	} {
		got := ""
		for _, f := range detect.Default().Find("", []byte(c.text)) {
			if f.Rule.ID == "person-name" {
				if got = c.text[f.Start:f.End]; f.Confidence > detect.ConfidenceLow {
					t.Errorf("%q: %q is in no doubt", c.text, got)
				}
			}
		}
		if got != c.want {
			t.Errorf("%q gives %q, want %q", c.text, got, c.want)
		}
	}
}

// TestNamesInProse: persons of many countries in sentences are found; towns, firms, products and models are none.
func TestNamesInProse(t *testing.T) {
	sentences := []string{"Yesterday %s called about the invoice.", "We met with %s and agreed on it.", "The report was written by %s.", "%s has moved to Leeds.", "According to %s, nothing changed.", "Please forward this to %s today.", "It was %s who found the fault.", "I spoke to %s at noon", "(see the note by %s)", "Both %s and the team agree."}
	found, wrong, tried := 0, 0, 0
	for i, name := range strings.Split("Anna Nowak,Zbigniew Kowalski,Jamal Robertson,Priya Raghunathan,Thandiwe Nkosi,Oluwaseun Adebayo,Siobhan Gallagher,Ricardo Figueiredo,Chiara Bianchi,Jürgen Schröder,Mikkel Sørensen,Aino Virtanen,Péter Szabó,Elif Yılmaz,Tomáš Novotný,Marek Wiśniewski,Guadalupe Hernández,Lucas Moreau,Nguyen Thanh,Wei Zhang,Kenji Watanabe,Min-jun Kim,Fatima Zahra,Omar Haddad,Ingeborg Bachmann,Sanne de Vries,Kwame Mensah,Dmitri Volkov,Olena Shevchenko,Maeve O'Brien,Gertrude Blankenship,Hubert Wojciechowski,Agnieszka Zielińska,Bartholomew Higgins,Cordelia Featherstone,Rajesh Venkataraman,Xiomara Castellanos,Ludovic Beauchamp,Torvald Lindqvist,Marguerite Delacroix", ",") {
		for j := range 3 {
			text := strings.Replace(sentences[(i*3+j)%len(sentences)], "%s", name, 1)
			at := strings.Index(text, name)
			tried++
			for _, f := range detect.Default().Find("", []byte(text)) {
				if f.Rule.ID == "person-name" && f.Start == at && f.End == at+len(name) {
					found++
				}
			}
		}
	}
	for i, name := range strings.Split("Morgan Stanley,Claude Opus,Claude Code,Gemini Pro,Mistral Large,Jenkins Pipeline,Visual Studio,San Francisco,Goldman Sachs,Alfa Romeo,Hello World,Docker Desktop,Apache Maven,Spring Boot,Ruby Gems,Santa Clara,Johnson Controls Inc,Warner Bros,Stanford University,Victoria Station,Google Cloud,Amazon Linux,Django Framework,Madison Avenue,Turing Award,Euler Method,Lloyds Bank,New York,Costa Rica,Monday Morning,Unit Tests,Pull Request,Black Friday,Charles Schwab,Maria Server,Ada Programming,Alexa Skills,Cassandra Cluster,Jasmine Tests,Katana Fabric", ",") {
		text := strings.Replace(sentences[i%len(sentences)], "%s", name, 1)
		for _, f := range detect.Default().Find("", []byte(text)) {
			if f.Rule.ID == "person-name" {
				wrong++
				t.Logf("%q is taken for a person (%s)", text[f.Start:f.End], f.Confidence)
			}
		}
	}
	t.Logf("%d of %d persons, %d others", found, tried, wrong)
	if found*10 < tried*7 || wrong*10 > (found+wrong)/3 {
		t.Errorf("%d of %d persons are found, and %d that are none", found, tried, wrong)
	}
}

// TestCredits: who is named as the maker of something is named in public.
func TestCredits(t *testing.T) {
	for _, c := range []struct {
		path, text string
		want       detect.Severity
	}{
		{"", "mail maria@poczta.onet.pl", detect.Low}, {"LICENSE", "mail maria@poczta.onet.pl", detect.Info}, {"docs/AUTHORS.md", "Maria Kowalska", detect.Info}, {".github/CODEOWNERS", "* maria@poczta.onet.pl", detect.Info},
		{"", "// Copyright 2026 Maria Kowalska", detect.Info}, {"", "Signed-off-by: Maria Kowalska", detect.Info}, {"", " * @author maria@poczta.onet.pl", detect.Info},
		{"", "copyright is due\nmail maria@poczta.onet.pl", detect.Low},
	} {
		found := detect.Default().Find(c.path, []byte(c.text))
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
		{"phone 1234567890", 0}, {"phone 2026-11-20 10:00", 0}, {"phone 1790000000", 0},
		{"+44 20 7031 3000", 1},
	} {
		if found := detect.Default().Find("", []byte(c.text)); len(found) != c.want {
			t.Errorf("%q gives %v, want %d", c.text, ids(found), c.want)
		}
	}
}

// TestNobodys: what is reserved for documents and films is information, and never more.
func TestNobodys(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"phone: 202-555-0143", "national-phone-number"}, {"phone 07700 900123", "national-phone-number"}, {"telephone 01632 960123", "national-phone-number"}, {"tel 06 39 98 12 34", "national-phone-number"},
		{"+1 202 555 0143", "phone-number"}, {"call +44 20 7946 0123", "phone-number"}, {"{\"tel\":\"+12025550143\"}", "phone-number"},
		{"mail jane@example.com", "email-address"}, {"jane.roe@mail.example.org", "email-address"}, {"jane@acme.test", "email-address"}, {"{\"to\":\"j@shop.example\"}", "email-address"}, {"user@example.com", "email-address"}, {"your.name@acme.io", "email-address"},
		{"ssn 000-12-3456", "us-ssn"}, {"666-12-3456", "us-ssn"}, {"ssn: 912-34-5678", "us-ssn"}, {"ssn 900 12 3456", "us-ssn"}, {"078-05-1120", "us-ssn"}, {"pay with 4111 1111 1111 1111", "payment-card"},
		{"cvc: 123", "card-verification-code"},
	} {
		found := detect.Default().Find("", []byte(c.text))
		if len(found) != 1 || found[0].Rule.ID != c.want || found[0].Severity != detect.Info {
			t.Errorf("%q gives %v, want %s as information", c.text, found, c.want)
		}
	}
	secret := "DB_PASSWORD='" + "Xq7kW2!j8" + "+1-202-555-0143'" // what holds one may be something else
	if found := shown(detect.Default().Find("", []byte(secret))); len(found) != 1 || found[0].Rule.ID != "generic-secret" {
		t.Errorf("a secret with a number in it gives %v", ids(found))
	}
	for _, text := range []string{"git@example.com:a/b.git", "noreply@github.com", "root@localhost", "icon@2x.png"} {
		if found := detect.Default().Find("", []byte(text)); len(found) > 0 {
			t.Errorf("%q gives %v", text, ids(found))
		}
	}
}

// TestNumbers: the checks of personal and payment numbers, at their edges.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"4012 8888 8888 1881", 0}, {"371449635398431", 0}, {"4539 1488 " + "0343 6467", 1}, {"4012888888881882", 0}, {"1234567890123452", 0}, // cards; some are published
		{"GR16 0110 1050 0000 1054 7023 795", 1}, {"GB82WEST12345698765433", 0}, {"DE8937040044053201300", 0},
		{"536-90-4399", 1}, {"219-09-9998", 1}, {"666-12-3456", 0}, {"000-12-3456", 0},
		{"+44 20 7031 3000", 1}, {"+1790000000000", 0}, {"8.20.15.1", 1}, {"256.1.1.1", 0}, {"192.0.2.7", 0},
	} {
		if got := shown(detect.Default().Find("", []byte("value "+c.text+" there"))); len(got) != c.want {
			t.Errorf("%s: %d findings, want %d", c.text, len(got), c.want)
		}
	}
}

// TestNamedPersons: a key tells what its value is, as a label does.
func TestNamedPersons(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"nhs_number", "9434765" + "870", "uk-nhs-number"}, {"customerName", "Anna Nowak", "person-name"}, {"dob", "1984-03-12", "date-of-birth"}, {"bsn", "123456" + "782", "nl-bsn"},
		{"mrn", "0045" + "8821", "medical-record-number"}, {"total", "9434765" + "870", ""}, {"created", "1984-03-12", ""}, {"name", "get_weather", ""}, {"street", "12 Rue de la Paix", "postal-address"},
	} {
		got := ids(detect.Default().FindNamed([]byte(c.name), []byte(c.value)))
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

// shown are the findings that say more than that a value is nobody's.
func shown(found []detect.Finding) []detect.Finding {
	return slices.DeleteFunc(found, func(f detect.Finding) bool { return f.Severity == detect.Info })
}

func ids(found []detect.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.Rule.ID)
	}
	return out
}
