package proof

import "strings"

// Numbers is every kind of number that is looked for.
var Numbers = []*Number{
	{Name: "cn-ric", Forms: digitsForm(17) + "A|" + digitsForm(18), Check: validRIC,
		Words: "resident identity,resident id,id card,identity card,身份证,身份證,公民身份"},
	{Name: "fr-nir", Forms: digitsForm(15) + "|ddddddAdddddddd|d dd dd dd ddd ddd dd|d dd dd dA ddd ddd dd", Check: validNIR,
		Words: "nir,insee,securite sociale,sécurité sociale,secu,numero de securite,social security"},
	{Name: "mx-curp", Forms: "UUUUddddddUUUUUUXd", Check: validCURP, Words: "curp"},
	{Name: "mx-rfc", Forms: rfcForms(), Check: validRFC, Words: "rfc,contribuyente"},
	{Name: "br-cnpj", Forms: "dd.ddd.ddd/^dddd-dd", Labelled: digitsForm(14), Spoken: "XX.XXX.XXX/XXXX-dd|XXXXXXXXXXXXdd", Labels: "cnpj", Check: validCNPJ, Words: "cnpj,empresa,pessoa juridica"},
	{Name: "br-cpf", Forms: digitsForm(11) + "|ddd.ddd.ddd-dd", Check: validCPF, Words: "cpf,cadastro de pessoa,contribuinte"},
	{Name: "no-fnr", Forms: digitsForm(11) + "|dddddd ddddd", Check: validFNR, Words: "fodselsnummer,fødselsnummer,fnr,personnummer,d nummer,dnr"},
	{Name: "tr-tckn", Forms: digitsForm(11), Check: validTCKN, Words: "tckn,tc kimlik,kimlik,t c kimlik,tc,vatandaslik"},
	{Name: "be-rrn", Forms: digitsForm(11) + "|dd dd dd ddd dd|dd.dd.dd-ddd.dd", Check: validRRN,
		Words: "rijksregister,rijksregisternummer,registre national,numero national,national register,rrn,insz,niss,nn"},
	{Name: "pl-pesel", Forms: digitsForm(11), Check: validPESEL, Words: "pesel"},
	{Name: "de-idnr", Forms: digitsForm(11) + "|dd ddd ddd ddd", Check: validIdNr,
		Words: "steuer id,steuerid,steueridentifikationsnummer,steuerliche identifikationsnummer,identifikationsnummer,idnr,steuernummer,steuer idnr,tax id,tin"},
	{Name: "au-abn", Forms: "dd ddd ddd ddd", Labelled: digitsForm(11), Check: validABN, Words: "abn,business number"},
	{Name: "kr-rrn", Forms: "dddddd-ddddddd", Labelled: digitsForm(13), Check: validKoreanRRN, Words: koreanWords},
	// Since October 2020 the last digits are drawn by lot, and carry no check.
	{Name: "kr-rrn", Labelled: "dddddd-ddddddd", Check: koreanForm, Unproved: true, Words: koreanWords},
	{Name: "za-id", Forms: digitsForm(13), Check: func(v []byte) bool { return !sinceEpoch(v) && validZA(v) }, Words: southAfricanWords},
	{Name: "za-id", Labelled: digitsForm(13), Check: validZA, Words: southAfricanWords},
	{Name: "fi-hetu", Forms: "ddddddhdddX", Check: validHETU, Words: "hetu,henkilotunnus,henkilötunnus,personbeteckning"},
	{Name: "se-personnummer", Forms: "dddddd-dddd|dddddd+dddd|dddddddd-dddd|dddddddd+dddd|" + digitsForm(12), Labelled: digitsForm(10), Check: validPersonnummer,
		Words: "personnummer,personnr,samordningsnummer,pnr"},
	{Name: "dk-cpr", Labelled: "dddddd-dddd|" + digitsForm(10), Check: validCPR, Unproved: true, Words: "cpr,personnummer,cpr nr"},
	{Name: "in-aadhaar", Forms: "dddd dddd dddd", Labelled: digitsForm(12), Check: validAadhaar, Words: "aadhaar,aadhar,uidai,uid,आधार"},
	{Name: "jp-my-number", Labelled: "dddd dddd dddd|" + digitsForm(12), Check: validMyNumber, Words: "my number,mynumber,individual number,マイナンバー,個人番号"},
	{Name: "in-pan", Forms: "UUUUUddddU", Check: validPAN, Unproved: true, Words: "pan,permanent account,income tax"},
	{Name: "sg-nric", Forms: "UdddddddU", Check: validNRIC, Words: "nric,fin,uinfin,identity card"},
	{Name: "es-nie", Forms: "AdddddddA|A-dddddddA|Addddddd-A|A-ddddddd-A", Check: validNIE, Words: "nie,extranjero,extranjeria"},
	{Name: "es-dni", Forms: "ddddddddU|dddddddd-U", Labelled: "ddddddddA|dddddddd-A|dddddddd A", Check: validDNI, Words: "dni,nif,documento nacional"},
	{Name: "uk-nino", Forms: "UUddddddU", Labelled: "AAddddddA", Spoken: "AA dd dd dd A", Labels: "nino,national insurance,ni number,ni no", Check: validNINO, Unproved: true, Words: ninoWords},

	{Name: "us-npi", Labelled: digitsForm(10), Check: validNPI, Words: "npi,national provider,provider id,provider identifier,prescriber,rendering provider,billing provider"},
	{Name: "us-dea", Labelled: "UUddddddd|U^dddddddd", Check: validDEA, Words: "dea,prescriber,drug enforcement,practitioner"},
	{Name: "us-mbi", Spoken: "dXXdXXdAAdd|dXXd XXd AAdd", Labels: "mbi,medicare,beneficiary", Check: validMBI, Unproved: true},
	{Name: "uk-nhs", Labelled: "ddd ddd dddd|" + digitsForm(10), Check: validNHS, Words: "nhs,national health,health service"},
	{Name: "au-medicare", Labelled: "dddd ddddd d|dddd ddddd d d|dddd ddddd d/d|" + digitsForm(10) + "|" + digitsForm(11), Check: validMedicare, Words: "medicare,medicare card"},

	{Name: "us-itin", Forms: "ddd-dd-dddd", Labelled: "ddd dd dddd|" + digitsForm(9), Check: validITIN, Unproved: true,
		Words: "itin,individual taxpayer,taxpayer id,tax id,taxpayer identification,tin"},
	{Name: "us-ssn", Forms: "ddd-dd-dddd", Labelled: "ddd dd dddd|" + digitsForm(9), Check: validSSN, Unproved: true,
		Words: "ssn,social security,socialsecurity,soc sec,tax id,taxpayer id"},
	{Name: "us-aba", Labelled: digitsForm(9), Check: validABA, Words: "aba,routing,rtn,routing transit,transit,bank routing"},
	{Name: "ca-sin", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validSIN, Words: "sin,social insurance,numero d assurance sociale,assurance sociale,nas"},
	{Name: "au-tfn", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validTFN, Words: "tfn,tax file"},
	{Name: "nl-bsn", Labelled: "dddd.dd.ddd|" + digitsForm(9), Check: validBSN, Words: "bsn,burgerservice,burgerservicenummer,sofi,sofinummer,burger service"},

	{Name: "imei", Labelled: digitsForm(15) + "|dddddddd dddddd d|dd dddddd dddddd d", Check: validIMEI, Words: "imei,meid,device id,handset"},
	{Name: "vin", Labelled: vinForms(), Check: validVIN, Words: "vin,vehicle,vehicle identification,chassis,fahrgestell,fahrgestellnummer,fin,bastidor"},
	{Name: "passport-mrz", Forms: "MMMMMMMMMdMMM^dddddddMddddddd" + strings.Repeat("M", 15) + "d", Check: validMRZ},
}

const (
	koreanWords       = "rrn,resident registration,주민등록번호,주민번호,jumin"
	southAfricanWords = "id,id number,identity,rsa id,sa id,said,south african"
	ninoWords         = "nino,national insurance,ni,insurance"
)

// A kind of number is also a check that a rule's validate may name.
func init() {
	for _, n := range Numbers {
		if other := Checks[n.Name]; n.Unproved && other != nil {
			Checks[n.Name] = func(v []byte) Result { return max(other(v), Unproved) }
		} else if !n.Unproved {
			Checks[n.Name] = n.proof
		}
	}
}

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

func IsDate(year, month, day int) bool {
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
	return Luhn(digits[:len(v)])
}

// sinceEpoch tells thirteen digits that can be milliseconds since 1970, of the years 2001 to 2033.
func sinceEpoch(v []byte) bool { return v[0] == '1' && len(v) == 13 }
