package find_test

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// TestLabelsOfOtherLanguages: what stands behind a label in any of them is found, whole, as what the label says.
func TestLabelsOfOtherLanguages(t *testing.T) {
	for _, c := range []struct{ text, value, rule string }{
		{"Data urodzenia: %s", "12.03.1984", "date-of-birth"},
		{"ur. %s", "12 marca 1984", "date-of-birth"},
		{"Datum narození: %s", "12. 3. 1984", "date-of-birth"},
		{"született: %s", "1984.03.12", "date-of-birth"},
		{"születési idő: %s", "1984. március 12", "date-of-birth"},
		{"doğum tarihi: %s", "12.03.1984", "date-of-birth"},
		{"Født: %s", "12.03.1984", "date-of-birth"},
		{"född %s", "1984-03-12", "date-of-birth"},
		{"syntymäaika: %s", "12.3.1984", "date-of-birth"},
		{"Дата рождения: %s", "12 марта 1984", "date-of-birth"},
		{"дата народження: %s", "12.03.1984", "date-of-birth"},
		{"Ημερομηνία γέννησης: %s", "12/03/1984", "date-of-birth"},
		{"תאריך לידה: %s", "12/03/1984", "date-of-birth"},
		{"تاريخ الميلاد: %s", "12/03/1984", "date-of-birth"},
		{"出生日期：%s", "1984年3月12日", "date-of-birth"},
		{"生年月日: %s", "1984年03月12日", "date-of-birth"},
		{"생년월일: %s", "1984년 3월 12일", "date-of-birth"},
		{"fecha de nacimiento: %s", "12 de marzo de 1984", "date-of-birth"},
		{"geboortedatum: %s", "12 maart 1984", "date-of-birth"},
		{"data di nascita: %s", "12/03/1984", "date-of-birth"},
		{"data de nascimento: %s", "12/03/1984", "date-of-birth"},
		{`{"dataNascimento": "%s"}`, "12/03/1984", "date-of-birth"},
		{"date_naissance=%s", "12/03/1984", "date-of-birth"},
		{"姓名：%s", "王小明", "person-name"},
		{"氏名: %s", "山田 太郎", "person-name"},
		{"이름: %s", "김민준", "person-name"},
		{"ФИО: %s", "Иванов Пётр Сергеевич", "person-name"},
		{"Ονοματεπώνυμο: %s", "Γιώργος Παπαδόπουλος", "person-name"},
		{"الاسم: %s", "محمد أحمد", "person-name"},
		{"Prénom: %s", "Amélie", "person-name"},
		{"Imię i nazwisko: %s", "Zbigniew Wójcik", "person-name"},
		{"jméno: %s", "Jiří Dvořák", "person-name"},
		{"nazwisko: %s", "Kowalska", "person-name"},
		{"地址：%s", "北京市朝阳区建国路88号", "postal-address"},
		{"住所：%s", "東京都千代田区丸の内1-9-1", "postal-address"},
		{"주소: %s", "서울특별시 강남구 테헤란로 152", "postal-address"},
		{"адрес: %s", "ул. Ленина, д. 15, Москва", "postal-address"},
		{"Adres: %s", "Marszałkowska 15, 00-950 Warszawa", "postal-address"},
		{"διεύθυνση: %s", "Ερμού 15, Αθήνα", "postal-address"},
		{"lakcím: %s", "Kossuth Lajos utca 12, Budapest", "postal-address"},
		{"护照号码：%s", "E12345678", "passport-number"},
		{"паспорт: %s", "AB1234567", "passport-number"},
		{"여권번호: %s", "M12345678", "passport-number"},
	} {
		got, text := "", strings.Replace(c.text, "%s", c.value, 1)
		for _, f := range detect.Default().Find("", []byte(text)) {
			if f.Rule.ID == c.rule && f.Severity > detect.Info {
				got = text[f.Start:f.End]
			}
		}
		if got != c.value {
			t.Errorf("%q gives %q, want %q", text, got, c.value)
		}
	}
	for _, text := range []string{"имя файла: Отчёт", "姓名不能为空", "地址：无", "生日快乐", "название: Москва", "адрес: 10.0.0.1:80", "イベント名: 発表会", "prénom: string", "出生率: 1.2", `x("prénom: string", "出生率")`} {
		for _, f := range detect.Default().Find("", []byte(text)) {
			if f.Confidence > detect.ConfidenceLow {
				t.Errorf("%q gives %s", text, f.Rule.ID)
			}
		}
	}
}
