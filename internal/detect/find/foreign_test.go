package find_test

import (
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestLabelsOfOtherLanguages: what stands behind a label in any of them is found, whole, as what the label says.
func TestLabelsOfOtherLanguages(t *testing.T) {
	for _, c := range []struct{ text, value, rule string }{
		{"Data urodzenia: 12.03.1984", "12.03.1984", "date-of-birth"},
		{"ur. 12 marca 1984", "12 marca 1984", "date-of-birth"},
		{"Datum narození: 12. 3. 1984", "12. 3. 1984", "date-of-birth"},
		{"született: 1984.03.12", "1984.03.12", "date-of-birth"},
		{"születési idő: 1984. március 12", "1984. március 12", "date-of-birth"},
		{"doğum tarihi: 12.03.1984", "12.03.1984", "date-of-birth"},
		{"Født: 12.03.1984", "12.03.1984", "date-of-birth"},
		{"född 1984-03-12", "1984-03-12", "date-of-birth"},
		{"syntymäaika: 12.3.1984", "12.3.1984", "date-of-birth"},
		{"Дата рождения: 12 марта 1984", "12 марта 1984", "date-of-birth"},
		{"дата народження: 12.03.1984", "12.03.1984", "date-of-birth"},
		{"Ημερομηνία γέννησης: 12/03/1984", "12/03/1984", "date-of-birth"},
		{"תאריך לידה: 12/03/1984", "12/03/1984", "date-of-birth"},
		{"تاريخ الميلاد: 12/03/1984", "12/03/1984", "date-of-birth"},
		{"出生日期：1984年3月12日", "1984年3月12日", "date-of-birth"},
		{"生年月日: 1984年03月12日", "1984年03月12日", "date-of-birth"},
		{"생년월일: 1984년 3월 12일", "1984년 3월 12일", "date-of-birth"},
		{"fecha de nacimiento: 12 de marzo de 1984", "12 de marzo de 1984", "date-of-birth"},
		{"geboortedatum: 12 maart 1984", "12 maart 1984", "date-of-birth"},
		{"data di nascita: 12/03/1984", "12/03/1984", "date-of-birth"},
		{"data de nascimento: 12/03/1984", "12/03/1984", "date-of-birth"},
		{`{"dataNascimento": "12/03/1984"}`, "12/03/1984", "date-of-birth"},
		{"date_naissance=12/03/1984", "12/03/1984", "date-of-birth"},
		{"姓名：王小明", "王小明", "person-name"},
		{"氏名: 山田 太郎", "山田 太郎", "person-name"},
		{"이름: 김민준", "김민준", "person-name"},
		{"ФИО: Иванов Пётр Сергеевич", "Иванов Пётр Сергеевич", "person-name"},
		{"Ονοματεπώνυμο: Γιώργος Παπαδόπουλος", "Γιώργος Παπαδόπουλος", "person-name"},
		{"الاسم: محمد أحمد", "محمد أحمد", "person-name"},
		{"Prénom: Amélie", "Amélie", "person-name"},
		{"Imię i nazwisko: Zbigniew Wójcik", "Zbigniew Wójcik", "person-name"},
		{"jméno: Jiří Dvořák", "Jiří Dvořák", "person-name"},
		{"nazwisko: Kowalska", "Kowalska", "person-name"},
		{"地址：北京市朝阳区建国路88号", "北京市朝阳区建国路88号", "postal-address"},
		{"住所：東京都千代田区丸の内1-9-1", "東京都千代田区丸の内1-9-1", "postal-address"},
		{"주소: 서울특별시 강남구 테헤란로 152", "서울특별시 강남구 테헤란로 152", "postal-address"},
		{"адрес: ул. Ленина, д. 15, Москва", "ул. Ленина, д. 15, Москва", "postal-address"},
		{"Adres: Marszałkowska 15, 00-950 Warszawa", "Marszałkowska 15, 00-950 Warszawa", "postal-address"},
		{"διεύθυνση: Ερμού 15, Αθήνα", "Ερμού 15, Αθήνα", "postal-address"},
		{"lakcím: Kossuth Lajos utca 12, Budapest", "Kossuth Lajos utca 12, Budapest", "postal-address"},
		{"护照号码：E12345678", "E12345678", "passport-number"},
		{"паспорт: AB1234567", "AB1234567", "passport-number"},
		{"여권번호: M12345678", "M12345678", "passport-number"},
	} {
		got := ""
		for _, f := range detect.Default().Find("", []byte(c.text)) {
			if f.Rule.ID == c.rule && f.Severity > detect.Info {
				got = c.text[f.Start:f.End]
			}
		}
		if got != c.value {
			t.Errorf("%q gives %q, want %q", c.text, got, c.value)
		}
	}
	for _, text := range []string{"имя файла: Отчёт", "姓名不能为空", "地址：无", "生日快乐", "название: Москва", "адрес: 10.0.0.1:80", "イベント名: 発表会", "prénom: string", "出生率: 1.2"} {
		for _, f := range detect.Default().Find("", []byte(text)) {
			if f.Confidence > detect.ConfidenceLow {
				t.Errorf("%q gives %s", text, f.Rule.ID)
			}
		}
	}
}
