package detect

import (
	"bytes"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// foreignLabels are what other scripts and letters call a secret or a number, by the check that they wake. Those of ASCII
// letters alone are among the checks' own triggers.
var foreignLabels = []struct {
	find, labels string
}{
	{"assignment", `密码 密碼 口令 密钥 密鑰 パスワード 暗証番号 비밀번호 암호 пароль Пароль ПАРОЛЬ κωδικός Κωδικός κωδικος Κωδικος κωδικός_πρόσβασης Κωδικός_πρόσβασης
		סיסמה סיסמא كلمة_المرور كلمة_السر hasło Hasło HASŁO jelszó Jelszó şifre Şifre şifreniz Şifreniz parolanız Parolanız lösenord Lösenord LÖSENORD mật_khẩu Mật_khẩu รหัสผ่าน รหัส contraseña Contraseña
		הסיסמה 提取码 パス 비번 패스워드 гасло Гасло парола Парола лозинка Лозинка συνθηματικό Συνθηματικό كلمة_مرور الرقم_السري رمز_عبور ` + "پاس\u200cورد" + ` گذرواژه पासवर्ड পাসওয়ার্ড கடவுச்சொல்
		parolă Parolă slaptažodis Slaptažodis lykilorð Lykilorð fjalëkalimi Fjalëkalimi`},
	{"said", `токен Токен ключ_API Ключ_API API-ключ секретный_ключ Секретный_ключ APIキー アクセストークン トークン 秘密鍵 访问令牌 令牌 API_키 API키 토큰
		clé_API Clé_API clé_d'API clé_secrète Clé_secrète API-Schlüssel Schlüssel: κλειδί_API`},
	{"home-phone", `電話 電話番号 携帯 携帯電話 手机 手机号 手机号码 手機 电话 电话号码 电話 联系电话 휴대폰 전화 전화번호 핸드폰 연락처 тел Тел телефон Телефон моб τηλέφωνο Τηλέφωνο τηλ
		telefón Telefón llámame Llámame mon_numéro Mon_numéro mi_número Mi_número meu_número Meu_número llámeme फ़ोन मोबाइल telemóvel Telemóvel โทร komórka Komórka farsími Farsími sími Sími τηλ. Τηλ κινητό Κινητό мобільний мобильный Мобильный сотовый номер_телефону номер_телефона
		טלפון נייד פלאפון هاتف جوال موبايل تلفون tél Tél Tél. téléphone Téléphone móvil Móvil teléfono Teléfono điện_thoại โทรศัพท์`},
	{"birth", `datum_narození Datum_narození dátum_narodenia Dátum_narodenia születési_idő Születési_idő születési_dátum Születési_dátum született szül. Szül. doğum_tarihi Doğum_tarihi Doğum_Tarihi född Född
		født Født syntymäaika Syntymäaika дата_рождения Дата_рождения родился родилась дата_народження Дата_народження народився народилася ημερομηνία_γέννησης Ημερομηνία_γέννησης Ημερομηνία_Γέννησης
		תאריך_לידה تاريخ_الميلاد تاريخ_الولادة 出生日期 出生年月日 出生 生日 生年月日 誕生日 생년월일 생일 ngày_sinh Ngày_sinh วันเกิด วันเดือนปีเกิด`},
	{"address", `lakcím Lakcím cím: Cím: adresă Adresă адрес Адрес адреса Адреса διεύθυνση Διεύθυνση כתובת عنوان العنوان 地址 住址 住所 주소 địa_chỉ Địa_chỉ ที่อยู่`},
	{"passport-number", `паспорт Паспорт 护照 護照 护照号 護照號 护照号码 護照號碼 パスポート パスポート番号 旅券番号 여권 여권번호 διαβατήριο Διαβατήριο דרכון جواز_السفر hộ_chiếu Hộ_chiếu útlevél Útlevél`},
	{"person", `姓名 名字 联系人 聯絡人 收件人 客户姓名 氏名 名前 お名前 担当者 이름 성명 담당자 имя Имя фамилия Фамилия ФИО фио клиент: Клиент: пациент: Пациент: прізвище Прізвище ПІБ ім'я Ім'я όνομα Όνομα ονοματεπώνυμο Ονοματεπώνυμο επώνυμο Επώνυμο
		שם: שם_מלא שם_פרטי שם_משפחה الاسم اسم: imię Imię imię_i_nazwisko Imię_i_nazwisko jméno Jméno příjmení Příjmení prénom Prénom név: Név: adı Adı soyadı Soyadı ad_soyadı họ_tên Họ_tên họ_và_tên Họ_và_tên ชื่อ`},
}

type foreignLabel struct {
	word string
	// at is where its first character beyond ASCII stands.
	at, find int
}

// labelTable has the labels by their first character beyond ASCII.
type labelTable struct {
	// heads are those characters, and groups has the labels of each, in the order of the characters.
	heads  characters
	groups []labelGroup
	// before counts the heads before each 64 characters.
	before [len(characters{})]uint16
	// wakes are the heads and all signs of typesetting.
	wakes characters
}

// labelGroup has the labels of one first character, the longest first.
type labelGroup struct {
	labels []foreignLabel
	// goesOn tells most words at once by the second byte behind that character, a bit for its last six.
	goesOn uint64
}

// foreignTable is made when a text has something that is not ASCII.
var foreignTable = sync.OnceValue(func() *labelTable {
	t := &labelTable{}
	m := map[rune][]foreignLabel{}
	for n, list := range foreignLabels {
		for w := range strings.FieldsSeq(list.labels) {
			w = strings.ReplaceAll(w, "_", " ")
			at := strings.IndexFunc(w, func(r rune) bool { return r >= 0x80 })
			head := foreignHead([]byte(w), at)
			t.heads.add(head)
			all := m[head]
			i := 0
			for i < len(all) && len(all[i].word) >= len(w) {
				i++
			}
			m[head] = slices.Insert(all, i, foreignLabel{w, at, n})
		}
	}
	t.groups = make([]labelGroup, 0, len(m))
	for _, head := range slices.Sorted(maps.Keys(m)) {
		g := labelGroup{labels: m[head]}
		for _, l := range g.labels {
			if i := l.at + utf8.RuneLen(head) + 1; i < len(l.word) {
				g.goesOn |= 1 << (l.word[i] & 63)
			} else {
				g.goesOn = ^uint64(0)
			}
		}
		t.groups = append(t.groups, g)
	}
	n := 0
	for i, set := range t.heads {
		t.before[i] = uint16(n)
		n += bits.OnesCount64(set)
	}
	t.wakes = t.heads
	for _, signs := range typesetSigns {
		for r := signs[0]; r <= signs[1]; r++ {
			t.wakes.add(r)
		}
	}
	return t
})

// characters is a set of characters of two or three bytes, a bit each.
type characters [1 << 16 / 64]uint64

func (h *characters) add(r rune) { h[r>>6] |= 1 << (r & 63) }

func (h *characters) has(r rune) bool { return h[r>>6]&(1<<(r&63)) != 0 }

// foreignHead is the character of two or three bytes at i, 0 for any other.
func foreignHead(text []byte, i int) rune {
	switch b := text[i]; {
	case b < 0xe0 && i+1 < len(text):
		return rune(b&0x1f)<<6 | rune(text[i+1]&0x3f)
	case b < 0xf0 && i+2 < len(text):
		return rune(b&0xf)<<12 | rune(text[i+1]&0x3f)<<6 | rune(text[i+2]&0x3f)
	}
	return 0
}

// of has the labels of a head, nil if it is none.
func (t *labelTable) of(head rune) *labelGroup {
	if !t.heads.has(head) {
		return nil
	}
	return &t.groups[int(t.before[head>>6])+bits.OnesCount64(t.heads[head>>6]&(1<<(head&63)-1))]
}

// foreignReach is how far a check that a label wakes looks, to either side.
const foreignReach = 2<<10 + 64

// inWord tells whether a letter of two bytes stands before i: what has two bytes there as well goes on with a word of an
// alphabet, and no label begins within one. Only those scripts have such letters.
func (c *check) inWord(i int) bool {
	return i > 1 && c.Bytes[i-1] >= 0x80 && c.Bytes[i-2] >= 0xc3 && c.Bytes[i-2] < 0xe0
}

// foreign wakes the check of a label whose first byte beyond ASCII stands at i.
func (c *check) foreign(i int) {
	head := foreignHead(c.Bytes, i)
	group := foreignTable().of(head)
	if group == nil || group.goesOn&(1<<(c.ByteAt(i+utf8.RuneLen(head)+1)&63)) == 0 || c.Bytes[i] < 0xe0 && c.inWord(i) {
		return
	}
	for _, l := range group.labels {
		if from := i - l.at; from >= 0 && bytes.HasPrefix(c.Bytes[from:], []byte(l.word)) {
			if l.at > 0 && letters.IsWord(c.Before(from)) {
				continue
			}
			r := c.engine.finds[foreignLabels[l.find].find]
			if r == nil {
				return
			}
			span := letters.Between(from, from+len(l.word))
			c.anchor, c.back, c.reach = i, foreignReach, foreignReach
			switch foreignLabels[l.find].find {
			case "assignment":
				c.rule = r
				find.Labelled(&c.Text, span)
				if c.rule = c.engine.finds["said"]; c.rule != nil {
					find.Foreign(&c.Text, span, false)
				}
			case "said": // keys
				c.rule = r
				find.Foreign(&c.Text, span, true)
			default:
				r.run(c, r, span)
			}
			return
		}
	}
}
