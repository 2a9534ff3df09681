package detect

import "strings"

// numerals is every kind of number that numeral.go looks for.
var numerals = []*numeral{
	{name: "cn-ric", forms: digitsForm(17) + "A|" + digitsForm(18), check: validRIC,
		words: vocabularyOf("resident identity,resident id,id card,identity card,身份证,身份證,公民身份")},
	{name: "fr-nir", forms: digitsForm(15) + "|ddddddAdddddddd|d dd dd dd ddd ddd dd|d dd dd dA ddd ddd dd", check: validNIR,
		words: vocabularyOf("nir,insee,securite sociale,sécurité sociale,secu,numero de securite,social security")},
	{name: "mx-curp", forms: "UUUUddddddUUUUUUXd", check: validCURP, words: vocabularyOf("curp")},
	{name: "mx-rfc", forms: rfcForms(), check: validRFC, words: vocabularyOf("rfc,contribuyente")},
	{name: "br-cnpj", forms: "dd.ddd.ddd/^dddd-dd", labelled: digitsForm(14), spoken: "XX.XXX.XXX/XXXX-dd|XXXXXXXXXXXXdd", labels: "cnpj", check: validCNPJ, words: vocabularyOf("cnpj,empresa,pessoa juridica")},
	{name: "br-cpf", forms: digitsForm(11) + "|ddd.ddd.ddd-dd", check: validCPF, words: vocabularyOf("cpf,cadastro de pessoa,contribuinte")},
	{name: "no-fnr", forms: digitsForm(11) + "|dddddd ddddd", check: validFNR, words: vocabularyOf("fodselsnummer,fødselsnummer,fnr,personnummer,d nummer,dnr")},
	{name: "tr-tckn", forms: digitsForm(11), check: validTCKN, words: vocabularyOf("tckn,tc kimlik,kimlik,t c kimlik,tc,vatandaslik")},
	{name: "be-rrn", forms: digitsForm(11) + "|dd dd dd ddd dd|dd.dd.dd-ddd.dd", check: validRRN,
		words: vocabularyOf("rijksregister,rijksregisternummer,registre national,numero national,national register,rrn,insz,niss,nn")},
	{name: "pl-pesel", forms: digitsForm(11), check: validPESEL, words: vocabularyOf("pesel")},
	{name: "de-idnr", forms: digitsForm(11) + "|dd ddd ddd ddd", check: validIdNr,
		words: vocabularyOf("steuer id,steuerid,steueridentifikationsnummer,steuerliche identifikationsnummer,identifikationsnummer,idnr,steuernummer,steuer idnr,tax id,tin")},
	{name: "au-abn", forms: "dd ddd ddd ddd", labelled: digitsForm(11), check: validABN, words: vocabularyOf("abn,business number")},
	{name: "kr-rrn", forms: "dddddd-ddddddd", labelled: digitsForm(13), check: validKoreanRRN, words: koreanWords},
	// Since October 2020 the last digits are drawn by lot, and carry no check.
	{name: "kr-rrn", labelled: "dddddd-ddddddd", check: koreanForm, unproved: true, words: koreanWords},
	{name: "za-id", forms: digitsForm(13), check: func(v []byte) bool { return !sinceEpoch(v) && validZA(v) }, words: southAfricanWords},
	{name: "za-id", labelled: digitsForm(13), check: validZA, words: southAfricanWords},
	{name: "fi-hetu", forms: "ddddddhdddX", check: validHETU, words: vocabularyOf("hetu,henkilotunnus,henkilötunnus,personbeteckning")},
	{name: "se-personnummer", forms: "dddddd-dddd|dddddd+dddd|dddddddd-dddd|dddddddd+dddd|" + digitsForm(12), labelled: digitsForm(10), check: validPersonnummer,
		words: vocabularyOf("personnummer,personnr,samordningsnummer,pnr")},
	{name: "dk-cpr", labelled: "dddddd-dddd|" + digitsForm(10), check: validCPR, unproved: true, words: vocabularyOf("cpr,personnummer,cpr nr")},
	{name: "in-aadhaar", forms: "dddd dddd dddd", labelled: digitsForm(12), check: validAadhaar, words: vocabularyOf("aadhaar,aadhar,uidai,uid,आधार")},
	{name: "jp-my-number", labelled: "dddd dddd dddd|" + digitsForm(12), check: validMyNumber, words: vocabularyOf("my number,mynumber,individual number,マイナンバー,個人番号")},
	{name: "in-pan", forms: "UUUUUddddU", check: validPAN, unproved: true, words: vocabularyOf("pan,permanent account,income tax")},
	{name: "sg-nric", forms: "UdddddddU", check: validNRIC, words: vocabularyOf("nric,fin,uinfin,identity card")},
	{name: "es-nie", forms: "AdddddddA|A-dddddddA|Addddddd-A|A-ddddddd-A", check: validNIE, words: vocabularyOf("nie,extranjero,extranjeria")},
	{name: "es-dni", forms: "ddddddddU|dddddddd-U", labelled: "ddddddddA|dddddddd-A|dddddddd A", check: validDNI, words: vocabularyOf("dni,nif,documento nacional")},
	{name: "uk-nino", forms: "UUddddddU", labelled: "AAddddddA", spoken: "AA dd dd dd A", labels: "nino,national insurance,ni number,ni no", check: validNINO, unproved: true, words: ninoWords},

	{name: "us-npi", labelled: digitsForm(10), check: validNPI, words: vocabularyOf("npi,national provider,provider id,provider identifier,prescriber,rendering provider,billing provider")},
	{name: "us-dea", labelled: "UUddddddd|U^dddddddd", check: validDEA, words: vocabularyOf("dea,prescriber,drug enforcement,practitioner")},
	{name: "us-mbi", spoken: "dXXdXXdAAdd|dXXd XXd AAdd", labels: "mbi,medicare,beneficiary", check: validMBI, unproved: true},
	{name: "uk-nhs", labelled: "ddd ddd dddd|" + digitsForm(10), check: validNHS, words: vocabularyOf("nhs,national health,health service")},
	{name: "au-medicare", labelled: "dddd ddddd d|dddd ddddd d d|dddd ddddd d/d|" + digitsForm(10) + "|" + digitsForm(11), check: validMedicare, words: vocabularyOf("medicare,medicare card")},

	{name: "us-itin", forms: "ddd-dd-dddd", labelled: "ddd dd dddd|" + digitsForm(9), check: validITIN, unproved: true,
		words: vocabularyOf("itin,individual taxpayer,taxpayer id,tax id,taxpayer identification,tin")},
	{name: "us-ssn", forms: "ddd-dd-dddd", labelled: "ddd dd dddd|" + digitsForm(9), check: validSSN, unproved: true,
		words: vocabularyOf("ssn,social security,socialsecurity,soc sec,tax id,taxpayer id")},
	{name: "us-aba", labelled: digitsForm(9), check: validABA, words: vocabularyOf("aba,routing,rtn,routing transit,transit,bank routing")},
	{name: "ca-sin", labelled: "ddd ddd ddd|" + digitsForm(9), check: validSIN, words: vocabularyOf("sin,social insurance,numero d assurance sociale,assurance sociale,nas")},
	{name: "au-tfn", labelled: "ddd ddd ddd|" + digitsForm(9), check: validTFN, words: vocabularyOf("tfn,tax file")},
	{name: "nl-bsn", labelled: "dddd.dd.ddd|" + digitsForm(9), check: validBSN, words: vocabularyOf("bsn,burgerservice,burgerservicenummer,sofi,sofinummer,burger service")},

	{name: "imei", labelled: digitsForm(15) + "|dddddddd dddddd d|dd dddddd dddddd d", check: validIMEI, words: vocabularyOf("imei,meid,device id,handset")},
	{name: "vin", labelled: vinForms(), check: validVIN, words: vocabularyOf("vin,vehicle,vehicle identification,chassis,fahrgestell,fahrgestellnummer,fin,bastidor")},
	{name: "passport-mrz", forms: "MMMMMMMMMdMMM^dddddddMddddddd" + strings.Repeat("M", 15) + "d", check: validMRZ},
}

var (
	koreanWords       = vocabularyOf("rrn,resident registration,주민등록번호,주민번호,jumin")
	southAfricanWords = vocabularyOf("id,id number,identity,rsa id,sa id,said,south african")
	ninoWords         = vocabularyOf("nino,national insurance,ni,insurance")
)

func digitsForm(n int) string { return strings.Repeat("d", n) }

// rfcForms: three letters for a firm, four for a person, the date, and a homoclave that may hold digits
// at every place, so that it joins the date's run of digits or not.
func rfcForms() string {
	var forms []string
	for _, letters := range []string{"RRR", "RRRR"} {
		for _, mark := range []string{"UXX", "dUX", "ddU", "ddd"} {
			forms = append(forms, letters+"dddddd"+mark)
		}
		forms = append(forms, letters+" dddddd XXX")
	}
	return strings.Join(forms, "|")
}

// vinForms: 17 letters and digits of which the last four or more are digits.
func vinForms() string {
	var forms []string
	for n := 4; n <= 14; n++ {
		forms = append(forms, strings.Repeat("X", 16-n)+"A^"+digitsForm(n))
	}
	return strings.Join(forms, "|")
}

func value(v []byte) int {
	n := 0
	for _, b := range v {
		n = n*10 + int(b-'0')
	}
	return n
}

// weighted is the sum of digits times their weights, as many as there are weights.
func weighted(v []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(v[i]-'0') * w
	}
	return sum
}

func isDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days = 29
	}
	return day <= days
}

// digitsLuhn is luhn of 1 to 32 digits in ASCII.
func digitsLuhn(v []byte) bool {
	var digits [32]byte
	if len(v) == 0 || len(v) > len(digits) {
		return false
	}
	for i, b := range v {
		digits[i] = b - '0'
	}
	return luhn(digits[:len(v)])
}

// sinceEpoch tells thirteen digits that can be milliseconds since 1970, of the years 2001 to 2033.
func sinceEpoch(v []byte) bool { return v[0] == '1' && len(v) == 13 }
