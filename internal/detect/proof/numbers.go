package proof

import "strings"

// Numbers is every kind of number that is looked for.
var Numbers = []*Number{
	{Name: "cn-ric", Forms: digitsForm(17) + "A|" + digitsForm(18), Check: validRIC,
		Words: "resident identity,resident id,id card,identity card,身份证,身份證,公民身份,身份号码,证件号," + idWords},
	{Name: "fr-nir", Doubtful: digitsForm(15), Forms: "ddddddAdddddddd|d dd dd dd ddd ddd dd|d dd dd dA ddd ddd dd", Check: validNIR,
		Words: "nir,insee,securite sociale,sécurité sociale,secu,numero de securite,numéro de sécu,sécu,social security"},
	{Name: "mx-curp", Forms: "UUUUddddddUUUUUUXd", Check: validCURP, Words: "curp"},
	{Name: "mx-rfc", Forms: rfcForms(), Check: validRFC, Words: "rfc,contribuyente"},
	{Name: "br-cnpj", Forms: "dd.ddd.ddd/^dddd-dd", Labelled: digitsForm(14), Spoken: "XX.XXX.XXX/XXXX-dd|XXXXXXXXXXXXdd", Labels: "cnpj", Check: validCNPJ, Words: "cnpj,empresa,pessoa juridica"},
	{Name: "br-cpf", Forms: "ddd.ddd.ddd-dd", Doubtful: digitsForm(11), Check: validCPF, Words: "cpf,cadastro de pessoa,contribuinte," + taxWords},
	{Name: "no-fnr", Doubtful: digitsForm(11) + "|dddddd ddddd", Check: validFNR, Words: "fodselsnummer,fødselsnummer,fnr,fodselsnr,fødselsnr,personnummer,d nummer,dnr," + idWords},
	{Name: "tr-tckn", Doubtful: digitsForm(11) + "|ddd ddd ddd dd", Check: validTCKN, Words: "tckn,tc kimlik,kimlik,t c kimlik,tc,vatandaslik,vatandaşlık,kimlik no,kimlik numarası," + idWords},
	{Name: "be-rrn", Forms: "dd.dd.dd-ddd.dd", Doubtful: digitsForm(11) + "|dd dd dd ddd dd", Check: validRRN,
		Words: "rijksregister,rijksregisternummer,registre national,numero national,national register,rrn,insz,niss,nn,numéro national,rijksregisternr,rijksregisternummer,numéro de registre national," + idWords},
	{Name: "pl-pesel", Doubtful: digitsForm(11), Check: validPESEL, Words: "pesel,numer ewidencyjny," + idWords},
	{Name: "de-idnr", Doubtful: digitsForm(11) + "|dd ddd ddd ddd|ddd ddd ddd dd", Check: validIdNr,
		Words: "steuer id,steuerid,steueridentifikationsnummer,steuerliche identifikationsnummer,identifikationsnummer,idnr,steuernummer,steuer idnr,steuer identifikationsnummer,steuer id nr,persönliche identifikationsnummer,id nr," + taxWords},
	{Name: "au-abn", Doubtful: "dd ddd ddd ddd", Labelled: digitsForm(11), Check: validABN, Words: "abn,business number,australian business"},
	{Name: "kr-rrn", Forms: "dddddd-ddddddd", Labelled: digitsForm(13), Check: validKoreanRRN, Words: koreanWords},
	// Since October 2020 the last digits are drawn by lot, and carry no check. Who was born before may have such a number.
	{Name: "kr-rrn", Labelled: "dddddd-ddddddd|" + digitsForm(13), Check: koreanDrawn, Unproved: true, Words: koreanWords},
	{Name: "kr-rrn", Hinted: "dddddd-ddddddd", Check: koreanForm, Unproved: true, Words: koreanWords},
	{Name: "za-id", Doubtful: digitsForm(13), Check: func(v []byte) bool { return !sinceEpoch(v) && validZA(v) }, Words: southAfricanWords},
	{Name: "za-id", Labelled: digitsForm(13) + "|dddddd dddd d dd|dddddd dddd ddd", Check: validZA, Words: southAfricanWords},
	{Name: "fi-hetu", Forms: "ddddddhdddX", Check: validHETU, Words: "hetu,henkilotunnus,henkilötunnus,personbeteckning,sosiaaliturvatunnus"},
	{Name: "se-personnummer", Forms: "dddddddd-dddd|dddddddd+dddd", Doubtful: "dddddd-dddd|dddddd+dddd|" + digitsForm(12), Labelled: digitsForm(10), Check: validPersonnummer,
		Words: "personnummer,personnr,samordningsnummer,pnr," + idWords},
	{Name: "dk-cpr", Labelled: "dddddd-dddd|dddddd dddd|" + digitsForm(10), Check: validCPR, Unproved: true, Words: "cpr,personnummer,cpr nr,cprnr,cprnummer"},
	{Name: "in-aadhaar", Doubtful: "dddd dddd dddd", Labelled: digitsForm(12), Check: validAadhaar, Words: "aadhaar,aadhar,adhaar,uidai,uid,आधार"},
	{Name: "jp-my-number", Labelled: "dddd dddd dddd|" + digitsForm(12), Check: validMyNumber, Words: "my number,mynumber,individual number,mynumber card,kojin bango,マイナンバー,個人番号"},
	{Name: "in-pan", Doubtful: "UUUUUddddU", Labelled: "AAAAAddddA", Check: validPAN, Unproved: true, Words: "pan,permanent account,income tax,pan card,pan no"},
	{Name: "sg-nric", Doubtful: "UdddddddU", Labelled: "AdddddddA", Check: validNRIC, Words: "nric,fin,uinfin,identity card,nric fin," + idWords},
	{Name: "es-nie", Doubtful: "AdddddddA|A-dddddddA|Addddddd-A|A-ddddddd-A", Labelled: "A ddddddd A", Check: validNIE, Words: "nie,extranjero,extranjeria,extranjería"},
	{Name: "es-dni", Doubtful: "ddddddddU|dddddddd-U", Labelled: "ddddddddA|dddddddd-A|dddddddd A|dd.ddd.ddd-A|dd.ddd.ddd A", Check: validDNI, Words: "dni,nif,documento nacional,documento de identidad"},
	{Name: "uk-nino", Doubtful: "UUddddddU", Labelled: "AAddddddA", Spoken: "AA dd dd dd A", Labels: "nino,national insurance,national_insurance,nationalinsurance,ni number,ni_number,ninumber,ni no,ni_no", Check: validNINO, Unproved: true, Words: ninoWords},

	{Name: "us-npi", Labelled: digitsForm(10), Check: validNPI, Words: "npi,national provider,provider id,provider identifier,prescriber,rendering provider,billing provider"},
	{Name: "us-dea", Labelled: "UUddddddd|U^dddddddd", Check: validDEA, Words: "dea,prescriber,drug enforcement,practitioner"},
	{Name: "us-mbi", Spoken: "dXXdXXdAAdd|dXXd XXd AAdd", Labels: "mbi,medicare,beneficiary", Check: validMBI, Unproved: true},
	{Name: "uk-nhs", Labelled: "ddd ddd dddd|" + digitsForm(10), Check: validNHS, Words: "nhs,national health,health service"},
	{Name: "au-medicare", Labelled: "dddd ddddd d|dddd ddddd d d|dddd ddddd d/d|" + digitsForm(10) + "|" + digitsForm(11), Check: validMedicare, Words: "medicare,medicare card"},

	{Name: "us-itin", Forms: "ddd-dd-dddd", Labelled: "ddd dd dddd|" + digitsForm(9), Check: validITIN, Unproved: true,
		Words: "itin,individual taxpayer,taxpayer id,tax id,taxpayer identification,tin"},
	{Name: "us-ssn", Forms: "ddd-dd-dddd", Labelled: "ddd dd dddd|ddd.dd.dddd|" + digitsForm(9), Check: validSSN, Reserved: reservedSSN, Unproved: true,
		Words: "ssn,social security,socialsecurity,soc sec,tax id,taxpayer id"},
	{Name: "us-ein", Labelled: "dd-ddddddd", Check: validEIN, Unproved: true, Words: einWords + "," + taxWords},
	{Name: "us-ein", Hinted: digitsForm(9), Check: validEIN, Unproved: true, Words: einWords},
	{Name: "us-uscis", Labelled: "Adddddddd|Addddddddd|A-dddddddd|A-ddddddddd|AAAdddddddddd", Check: validUSCIS, Unproved: true,
		Words: "alien registration,alien number,a number,green card,uscis,permanent resident,receipt number,immigration"},
	{Name: "us-aba", Labelled: digitsForm(9), Check: validABA, Words: "aba,routing,rtn,routing transit,transit,bank routing"},
	{Name: "ca-sin", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validSIN, Words: "sin,social insurance,numero d assurance sociale,assurance sociale,nas"},
	{Name: "au-tfn", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validTFN, Words: "tfn,tax file"},
	{Name: "nl-bsn", Labelled: "dddd.dd.ddd|" + digitsForm(9), Check: validBSN, Words: "bsn,burgerservice,burgerservicenummer,sofi,sofinummer,burger service"},

	{Name: "imei", Labelled: digitsForm(15) + "|dddddddd dddddd d|dd dddddd dddddd d", Check: validIMEI, Words: "imei,meid,device id,handset"},
	{Name: "vin", Labelled: vinForms(), Check: validVIN, Words: "vin,vehicle,vehicle identification,chassis,fahrgestell,fahrgestellnummer,fin,bastidor"},
	{Name: "imsi", Labelled: digitsForm(15) + "|ddd dd dddddddddd", Check: validIMSI, Unproved: true, Words: "imsi,subscriber identity"},
	{Name: "iccid", Labelled: digitsForm(19) + "|" + digitsForm(20), Check: validICCID, Words: "iccid,sim,sim card"},
	{Name: "passport-mrz", Forms: "MMMMMMMMMdMMM^dddddddMddddddd" + strings.Repeat("M", 15) + "d", Check: validMRZ},

	// Europe.
	{Name: "eu-vat", Labelled: vatForms, Check: validVAT, Unproved: true, Words: "vat,vat number,vat id,vat no,vatin,ust idnr,ust id nr,u st id nr,st id nr,ust id,ustid,ustidnr,umsatzsteuer identifikationsnummer,umsatzsteuer id,uid nummer,btw nummer,btw,tva,numéro de tva,tva intracommunautaire,partita iva,nip,nif,cif,moms,dph,áfa,tax id,tax number"},
	{Name: "ru-passport", Labelled: "dddd dddddd|dd dd dddddd", Check: notSame, Unproved: true, Words: "паспорт,серия,серия и номер,passport"},
	{Name: "ch-ahv", Forms: "ddd.dddd.dddd.dd", Doubtful: digitsForm(13), Labelled: "ddd dddd dddd dd", Check: validAHV, Words: "ahv,avs,ahv nr,ahvn,navs,sozialversicherung,sozialversicherungsnummer,oasi,assurance vieillesse,ssn"},
	{Name: "at-svnr", Labelled: digitsForm(10) + "|dddd dddddd|dddd/dddddd", Check: validSVNR, Words: "svnr,sozialversicherung,sozialversicherungsnummer,sv nummer,sv nr,versicherungsnummer,vsnr," + socialWords},
	{Name: "de-rvnr", Doubtful: "ddddddddUddd", Labelled: "ddddddddAddd|dd dddddd A ddd|dd dddddd A dd d", Check: validRVNR, Words: "rentenversicherung,rentenversicherungsnummer,rvnr,sozialversicherungsnummer,sv nummer,svnr,versicherungsnummer,vsnr," + socialWords},
	{Name: "de-kvnr", Labelled: "Addddddddd|A ddd ddd ddd", Check: validKVNR, Words: "krankenversichertennummer,krankenversicherungsnummer,krankenversicherung,versichertennummer,versicherten nr,versicherungsnummer,kvnr,krankenkasse,egk," + healthWords},
	{Name: "de-steuernummer", Labelled: "dd/ddd/ddddd|ddd/ddd/ddddd|ddd/dddd/dddd|ddddd/ddddd", Check: notSame, Unproved: true, Words: "steuernummer,steuer nr,steuernr,st nr,stnr," + taxWords},
	{Name: "ie-pps", Labelled: "dddddddA|dddddddAA", Check: validPPS, Words: "pps,ppsn,pps no,personal public service," + idWords + "," + taxWords},
	{Name: "gr-amka", Labelled: digitsForm(11), Check: validAMKA, Words: "amka,αμκα,α μ κ α," + socialWords},
	{Name: "gr-afm", Labelled: digitsForm(9), Check: validAFM, Words: "afm,αφμ,α φ μ," + taxWords},
	{Name: "is-kennitala", Labelled: "dddddd-dddd|" + digitsForm(10), Check: validKennitala, Words: "kennitala,kt,kennitölu," + idWords},
	{Name: "cz-rodne-cislo", Forms: "dddddd/dddd", Labelled: digitsForm(10), Check: validRodneCislo, Words: "rodne cislo,rodné číslo,rodne c,rod c,rč,rc,rodné č,rodného čísla,birth number," + idWords},
	{Name: "ro-cnp", Doubtful: digitsForm(13), Check: validCNP, Words: "cnp,cod numeric personal,cod numeric," + idWords},
	{Name: "bg-egn", Labelled: digitsForm(10), Check: validEGN, Words: "egn,егн,единен граждански," + idWords},
	{Name: "ee-isikukood", Doubtful: digitsForm(11), Check: validBaltic, Words: "isikukood,isikukoodi,ik,estonian id," + idWords},
	{Name: "lt-asmens-kodas", Doubtful: digitsForm(11), Check: validBaltic, Words: "asmens kodas,asmens kodo,asmens kodą,ak,lithuanian id"},
	{Name: "lv-personas-kods", Forms: "dddddd-ddddd", Labelled: digitsForm(11), Check: validLatvian, Words: "personas kods,personas kodu,pk,latvian id," + idWords},
	{Name: "lv-personas-kods", Labelled: "dddddd-ddddd|" + digitsForm(11), Check: newLatvian, Unproved: true, Words: "personas kods,personas kodu,latvian id"},
	{Name: "hu-adoazonosito", Labelled: digitsForm(10), Check: validAdoazonosito, Words: "adoazonosito,adóazonosító,adoazonosito jel,adóazonosító jel,adószám,adoszam," + taxWords},
	{Name: "hu-taj", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validTAJ, Words: "taj,taj szam,taj szám,tajszám,tajszam," + socialWords},
	{Name: "hu-szemelyi", Labelled: "d-dddddd-dddd|d dddddd dddd|" + digitsForm(11), Check: validSzemelyi, Words: "szemelyi szam,személyi szám,szemelyi azonosito,személyi azonosító,személyazonosító,szemelyazonosito," + idWords},
	{Name: "hr-oib", Labelled: digitsForm(11), Check: validMod1110, Words: "oib,osobni identifikacijski," + idWords + "," + taxWords},
	{Name: "si-emso", Doubtful: digitsForm(13), Check: validJMBG, Words: "emso,emšo,jmbg,jmb,embg,jedinstveni maticni,jedinstveni matični,maticni broj,matični broj,матични број,ембг,јмбг," + idWords},
	{Name: "si-davcna", Labelled: digitsForm(8), Check: validDavcna, Words: "davcna,davčna,davčna številka,davcna stevilka," + taxWords},
	{Name: "pt-nif", Labelled: digitsForm(9) + "|ddd ddd ddd", Check: validNIF, Words: "nif,contribuinte,numero de contribuinte,número de contribuinte,identificacao fiscal,identificação fiscal," + taxWords},
	{Name: "pt-cartao-cidadao", Labelled: "dddddddd d AAd|dddddddd d XXd|dddddddddAAd", Check: validCitizenCard, Words: "cartao de cidadao,cartão de cidadão,cartao cidadao,cc," + idWords},
	{Name: "pl-nip", Labelled: digitsForm(10) + "|ddd ddd dd dd|ddd dd dd ddd", Check: validNIP, Words: "nip,identyfikacji podatkowej," + taxWords},
	{Name: "pl-dowod", Labelled: "AAAdddddd|AAA dddddd", Check: validDowod, Words: "dowod osobisty,dowód osobisty,dowodu,dowod,dowód,seria i numer," + idWords},
	{Name: "uk-utr", Labelled: digitsForm(10) + "|ddddd ddddd", Check: validUTR, Words: "utr,unique taxpayer,tax reference," + taxWords},
	{Name: "fr-spi", Labelled: digitsForm(13) + "|dd dd ddd ddd ddd", Check: validSPI, Words: "numero fiscal,numéro fiscal,spi,identifiant fiscal,reference fiscale,référence fiscale," + taxWords},
	{Name: "es-nss", Labelled: digitsForm(12) + "|dd dddddddd dd|dd/dddddddd/dd|dd/dddddddddd", Check: validNSS, Words: "seguridad social,nuss,nss,naf,afiliacion,afiliación," + socialWords},
	{Name: "it-partita-iva", Labelled: digitsForm(11), Check: validPartitaIVA, Words: "partita iva,p iva,piva,partitaiva," + taxWords},
	{Name: "lu-matricule", Doubtful: digitsForm(13), Check: validMatricule, Words: "matricule,numero d identification,numéro d identification," + idWords},
	{Name: "ua-rnokpp", Labelled: digitsForm(10), Check: validRNOKPP, Words: "rnokpp,рнокпп,іпн,ідентифікаційний код,ідентифікаційний номер,ipn," + taxWords},
	{Name: "ru-inn", Labelled: digitsForm(12) + "|" + digitsForm(10), Check: validINN, Words: "inn,инн," + taxWords},
	{Name: "ru-snils", Labelled: "ddd-ddd-ddd dd|ddd ddd ddd dd|" + digitsForm(11), Check: validSNILS, Words: "snils,снилс,страховой номер,страховое свидетельство," + socialWords},
	{Name: "kz-iin", Labelled: digitsForm(12), Check: validIIN, Words: "iin,иин,жсн," + idWords},

	// The Americas.
	{Name: "ar-cuit", Forms: "dd-dddddddd-d", Labelled: digitsForm(11) + "|dd dddddddd d|dd.dddddddd.d", Check: validCUIT, Words: "cuit,cuil,c u i t," + taxWords},
	{Name: "ar-dni", Labelled: "dd.ddd.ddd|d.ddd.ddd", Hinted: digitsForm(8) + "|" + digitsForm(7), Check: notSame, Unproved: true, Words: "dni,documento nacional,documento de identidad,nro de documento,documento"},
	{Name: "cl-rut", Forms: "dd.ddd.ddd-X|d.ddd.ddd-X", Labelled: "dddddddd-X|ddddddd-X|ddddddddA|dddddddA|" + digitsForm(9) + "|" + digitsForm(8), Check: validRUT, Words: "rut,rol unico,rol único,cedula de identidad,cédula de identidad," + idWords},
	{Name: "co-nit", Labelled: "ddd.ddd.ddd-d|ddddddddd-d|" + digitsForm(10), Check: validNIT, Words: "nit,identificacion tributaria,identificación tributaria," + taxWords},
	{Name: "co-cedula", Labelled: "d.ddd.ddd.ddd|dd.ddd.ddd|" + digitsForm(10) + "|" + digitsForm(8) + "|" + digitsForm(7), Check: notSame, Unproved: true, Words: "cedula,cédula,cedula de ciudadania,cédula de ciudadanía,ciudadania,ciudadanía"},
	{Name: "uy-ci", Labelled: "d.ddd.ddd-d|ddddddd-d|" + digitsForm(8), Check: validUruguayan, Words: "c i,cedula,cédula,cedula de identidad,cédula de identidad," + idWords},
	{Name: "ec-cedula", Labelled: digitsForm(10) + "|ddddddddd-d", Check: validEcuadorian, Words: "cedula,cédula,c i,cedula de identidad,cédula de identidad," + idWords},
	{Name: "ec-ruc", Labelled: digitsForm(13), Check: validRUC, Words: "ruc,registro unico," + taxWords},
	{Name: "pe-ruc", Labelled: digitsForm(11), Check: validPeruvianRUC, Words: "ruc,registro unico," + taxWords},
	{Name: "ve-rif", Labelled: "A-dddddddd-d|Addddddddd|A-ddddddddd", Check: validRIF, Words: "rif,registro de informacion fiscal," + taxWords},
	{Name: "do-cedula", Labelled: "ddd-ddddddd-d|" + digitsForm(11), Check: digitsLuhn, Words: "cedula,cédula,cedula de identidad,cédula de identidad"},
	{Name: "mx-nss", Labelled: digitsForm(11) + "|dd dd dd dddd d", Check: digitsLuhn, Words: "nss,imss,seguridad social,seguro social," + socialWords},
	{Name: "br-pis", Labelled: "ddd.ddddd.dd-d|" + digitsForm(11), Check: validPIS, Words: "pis,pasep,nis,nit,pis pasep," + socialWords},
	{Name: "br-cns", Labelled: digitsForm(15) + "|ddd dddd dddd dddd", Check: validCNS, Words: "cns,cartao nacional de saude,cartão nacional de saúde,cartao sus,cartão sus,sus," + healthWords},
	{Name: "br-cnh", Labelled: digitsForm(11), Check: validCNH, Words: "cnh,carteira de motorista,habilitacao,habilitação,carteira de habilitação"},
	{Name: "br-rg", Labelled: "dd.ddd.ddd-X|dddddddd-X", Hinted: "ddddddddA|" + digitsForm(9), Check: notSame, Unproved: true, Words: "rg,registro geral,carteira de identidade,identidade"},
	{Name: "ca-health-card", Labelled: "dddd ddd ddd|" + digitsForm(10), Check: digitsLuhn, Words: "ohip,health card,ontario health,hcn," + healthWords},
	{Name: "ca-phn", Labelled: "dddd ddd ddd|" + digitsForm(10), Check: validPHN, Words: "phn,personal health number,care card,carecard,msp," + healthWords},

	// Asia, Africa, the Pacific.
	{Name: "th-id", Forms: "d-dddd-ddddd-dd-d", Labelled: digitsForm(13) + "|d dddd ddddd dd d", Check: validThai, Words: "thai id,thai national,citizen id,บัตรประชาชน,เลขประจำตัวประชาชน,เลขบัตรประชาชน,เลขประจำตัวผู้เสียภาษี," + idWords + "," + taxWords},
	{Name: "ph-sss", Labelled: "dd-ddddddd-d|" + digitsForm(10), Check: notSame, Unproved: true, Words: "sss,sss no,philippine social security"},
	{Name: "ph-tin", Labelled: "ddd ddd ddd ddd|ddd ddd ddd ddddd|ddd ddd ddd|" + digitsForm(12), Check: notSame, Unproved: true, Words: "tin,taxpayer identification,bir tin"},
	{Name: "ph-philhealth", Labelled: "dd-ddddddddd-d|" + digitsForm(12), Check: notSame, Unproved: true, Words: "philhealth,phil health,phic"},
	{Name: "ph-psn", Labelled: "dddd dddd dddd|dddd dddd dddd dddd|" + digitsForm(12) + "|" + digitsForm(16), Check: notSame, Unproved: true, Words: "philsys,phil sys,psn,pcn,philid,phil id,crn,umid,philippine id"},
	{Name: "ph-psn", Labelled: "dddd-ddddddd-d", Check: notSame, Unproved: true, Words: "philsys,phil sys,psn,philid,phil id,crn,umid"},
	{Name: "pk-cnic", Labelled: "ddddd-ddddddd-d|" + digitsForm(13), Check: pakistani, Unproved: true, Words: "cnic,nicop,nadra,snic,computerized national,شناختی کارڈ," + idWords},
	{Name: "my-nric", Labelled: "dddddd-dd-dddd|" + digitsForm(12), Check: malaysian, Unproved: true, Words: "nric,mykad,my kad,kad pengenalan,no kp,ic,ic no,ic number," + idWords},
	{Name: "id-nik", Labelled: digitsForm(16), Check: indonesian, Unproved: true, Words: "nik,ktp,no ktp,induk kependudukan,kependudukan,e ktp," + idWords},
	{Name: "id-npwp", Labelled: "dd.ddd.ddd.d-ddd.ddd|" + digitsForm(15), Check: validNPWP, Unproved: true, Words: "npwp,pokok wajib pajak," + taxWords},
	{Name: "vn-cccd", Labelled: digitsForm(12) + "|ddd ddd ddd ddd", Check: vietnamese, Unproved: true, Words: "cccd,căn cước,can cuoc,cmnd,căn cước công dân,can cuoc cong dan,chứng minh nhân dân,số định danh," + idWords},
	{Name: "tw-id", Doubtful: "Uddddddddd", Labelled: "Addddddddd", Check: validTaiwanese, Words: "身分證,身分證字號,身份證字號,統一編號,居留證,taiwan id,arc," + idWords},
	{Name: "hk-hkid", Forms: "Udddddd(X)|UUdddddd(X)", Labelled: "Adddddd(X)|AddddddA|AAddddddA|Addddddd|AAddddddd", Check: validHKID, Words: "hkid,hong kong id,hong kong identity,身份證,香港身份證,identity card," + idWords},
	{Name: "in-gstin", Forms: "ddUUUUU^ddddUXUX", Labelled: "ddAAAAA^ddddAXAX", Check: validGSTIN, Words: "gstin,gst,goods and services"},
	{Name: "in-epic", Labelled: "AAAddddddd", Check: validEPIC, Words: voterWords},
	{Name: "in-epic", Hinted: "AAAddddddd", Check: notSame, Unproved: true, Words: voterWords}, // older ones have no check
	{Name: "lk-nic", Labelled: "dddddddddA|" + digitsForm(12), Check: lanka, Unproved: true, Words: "nic,nic no,sri lanka,national identity card," + idWords},
	{Name: "bd-nid", Hinted: digitsForm(10) + "|" + digitsForm(13) + "|" + digitsForm(17), Check: notSame, Unproved: true, Words: "nid,smart card,জাতীয় পরিচয়পত্র,এনআইডি"},
	{Name: "il-id", Labelled: digitsForm(9) + "|d dddddddd|dddddddd-d", Check: digitsLuhn, Words: "teudat zehut,tz,mispar zehut,zehut,israeli id,תעודת זהות,ת ז,תז,מספר זהות,מס זהות," + idWords},
	{Name: "sa-id", Labelled: digitsForm(10), Check: validSaudi, Words: "iqama,saudi id,national id,رقم الهوية,الهوية,الإقامة,رقم الإقامة," + idWords},
	{Name: "ae-emirates-id", Forms: "ddd-dddd-ddddddd-d", Labelled: digitsForm(15), Check: validEmirati, Words: "emirates id,eid,رقم الهوية,الهوية," + idWords},
	{Name: "kw-civil-id", Labelled: digitsForm(12), Check: validKuwaiti, Words: "civil id,paci,الرقم المدني,البطاقة المدنية," + idWords},
	{Name: "eg-national-id", Labelled: digitsForm(14), Check: egyptian, Unproved: true, Words: "egyptian id,رقم قومي,الرقم القومي,رقم البطاقة," + idWords},
	{Name: "ng-nin", Labelled: digitsForm(11) + "|dddd ddd dddd", Check: notSame, Unproved: true, Words: "nin,bvn,nimc,bank verification,national identification number"},
	{Name: "ke-pin", Labelled: "AdddddddddA", Check: notSame, Unproved: true, Words: "kra pin,kra"},
	{Name: "gh-card", Forms: "GHA-ddddddddd-d", Check: notSame, Unproved: true, Words: "ghana card"},
	{Name: "nz-ird", Labelled: "ddd ddd ddd|dd ddd ddd|" + digitsForm(9) + "|" + digitsForm(8), Check: validIRD, Words: "ird,ird no,inland revenue," + taxWords},
	{Name: "nz-nhi", Labelled: "AAAdddd", Check: validNHI, Words: "nhi,national health index," + healthWords},
	{Name: "au-acn", Labelled: "ddd ddd ddd|" + digitsForm(9), Check: validACN, Words: "acn,company number,australian company"},
}

const (
	// What any country's number of the kind is called.
	idWords     = "national id,national identification,national identity,identity number,identity no,identity card,id card,id number,id no,personal id,personal identification,personal number,citizen id,government id"
	taxWords    = "tax id,tax number,tax no,taxpayer id,tax identification,taxpayer,tin,vat,vat number,vat id"
	socialWords = "social security,social insurance,ssn"
	healthWords = "health insurance,health card,health number,insurance number,insurance id"

	einWords   = "ein,fein,employer identification,employer id,federal tax,federal id,federal employer"
	voterWords = "epic,voter,voter id,election card,elector,voter card,voters"

	koreanWords       = "rrn,resident registration,주민등록번호,주민번호,jumin"
	southAfricanWords = "id,identity,rsa id,sa id,said,south african," + idWords
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
