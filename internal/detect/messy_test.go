package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// covers tells whether findings above information hide a value wherever it stands in a text.
func covers(path, text, value string) bool {
	hidden := make([]bool, len(text))
	for _, f := range Default().Find(path, []byte(text)) {
		if f.Severity > Info {
			for i := f.Start; i < f.End; i++ {
				hidden[i] = true
			}
		}
	}
	for from := 0; ; {
		at := strings.Index(text[from:], value)
		if at < 0 {
			return from > 0
		}
		for i := range len(value) {
			if !hidden[from+at+i] {
				return false
			}
		}
		from += at + 1
	}
}

// settings are the ways in which a name is given a value, by the file in which they stand.
var settings = []struct{ path, form string }{
	{".env", "%s=%s"}, {".env", "%s=%q"}, {"a.yml", "%s: %q"}, {"a.yml", "  %s: '%s'"}, {"a.json", "{%q: %q}"}, {"a.py", "%s = %q"}, {"a.toml", "%s = %q"}, {"", "-  %s: '%s'"}, {"", "-%s=%s"}, {"", "+%s=%s"},
	{"a.sh", "export %s='%s'"}, {"a.java", "String %s = %q;"}, {"a.php", "$%s = '%s';"}, {"a.xml", "<%[1]s>%[2]s</%[1]s>"}, {"", "     7\t%s = %q"}, {"a.log", "2026-01-07T10:11:12Z INFO %s=%s"},
}

// TestChosenPasswords: what lists of words have, and people take all the same, is hidden whole where a password stands.
func TestChosenPasswords(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	pick := func(list string) string { words := strings.Fields(list); return words[r.IntN(len(words))] }
	draw := []func() string{
		func() string { return "hunter" + strconv.Itoa(r.IntN(100)) },
		func() string {
			return pick("letmein qwerty welcome admin root secret password") + strconv.Itoa(1+r.IntN(9999))
		},
		func() string {
			return pick("Summer Winter Monday Katharina") + strconv.Itoa(1990+r.IntN(40)) + pick("! ? #")
		},
		func() string { return pick("P@ssw0rd Passw0rd pa55word P4ssw0rd") + pick("! 1 12 99!") },
		func() string {
			words := strings.Fields("correct horse battery staple river orange tiger monkey")
			r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			return strings.Join(words[:3+r.IntN(2)], "-")
		},
	}
	for range 400 {
		v, name, s := draw[r.IntN(len(draw))](), pick("PASSWORD DB_PASSWORD db_password adminPassword SMTP_PASS PASSWORD_BACKUP"), settings[r.IntN(len(settings))]
		for _, end := range []string{"", "\n", "\r\n"} {
			if text := fmt.Sprintf(s.form, name, v) + end; len(v) >= 6 {
				if !covers(s.path, text, v) {
					t.Errorf("%s: %q leaves %q", s.path, text, v)
				}
			}
		}
	}
	for _, form := range []string{"The password for postgres is %s.", "password is `%s`", `My password is "%s", please`, "the root password: %s", "psql://app:%s@db.acme.dev/x"} {
		v := pick("letmein welcome hunter") + strconv.Itoa(r.IntN(1000)) + pick("! 7")
		if text := fmt.Sprintf(form, v); !covers("", text, v) {
			t.Errorf("left in %q", text)
		}
	}
}

// TestDummyPasswords: what only says that a password belongs there is none.
func TestDummyPasswords(t *testing.T) {
	for _, v := range strings.Fields("changeme your-password-here xxx xxxxxxxx example <password> ${VAR} password $PASSWORD {{password}} CHANGE_ME your_password ******** secret test placeholder null changeit <your-password> TODO example123 changeme1 your-secret-123 admin root postgres") {
		for _, s := range settings {
			if text := fmt.Sprintf(s.form, "DB_PASSWORD", v); !strings.ContainsAny(v, `<"`) || !strings.HasPrefix(s.form, "<") {
				for _, f := range Default().Find(s.path, []byte(text)) {
					if f.Severity > Info {
						t.Errorf("%s: %q: %s", s.path, text, f.Rule.ID)
					}
				}
			}
		}
	}
}

// asJSON writes a text as a string of JSON in which all beyond ASCII is escaped, some levels deep.
func asJSON(t *testing.T, text string, levels int) string {
	for range levels {
		raw, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, r := range string(raw) {
			if r < 0x80 {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		text = `{"content": ` + b.String() + `}`
	}
	return text
}

// TestUnicodeEscapes: a label in any language and a number set with any blank are read where a writer of JSON has escaped what
// is beyond ASCII, in a string of many lines too.
func TestUnicodeEscapes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	password := "kT9" + string(letters.AppendFolded(nil, []byte("QXPVW"))) + strconv.Itoa(1000+r.IntN(9000))
	date := func(form string) string { return fmt.Sprintf(form, 10+r.IntN(19), 10+r.IntN(3), 1940+r.IntN(60)) }
	for label, v := range map[string]string{
		"пароль": password, "パスワード": password, "비밀번호": password, "كلمة المرور": password, "jelszó": password, "şifre": password, "senha：": password, "κωδικός": password, "hasło": password,
		"дата рождения": date("%[1]d.%[2]d.%[3]d"), "生年月日": date("%[3]d-%[2]d-%[1]d"), "data de nascimento：": date("%[1]d/%[2]d/%[3]d"), "doğum tarihi": date("%[1]d.%[2]d.%[3]d"),
		"телефон": fmt.Sprintf("8 (916) 1%d-45-67", 10+r.IntN(90)), "téléphone": fmt.Sprintf("06 42 68 %d 55", 10+r.IntN(90)), "电话": fmt.Sprintf("138 1234 5%d", 100+r.IntN(900)),
		"passeport n°": "18AB" + strconv.Itoa(10000+r.IntN(9000)),
	} {
		for levels := range 3 {
			text := asJSON(t, strings.Repeat("чужой текст без имён\n", 3)+label+": "+v+"\nend", levels)
			if !covers("", text, v) {
				t.Errorf("%d deep, %s: left in %s", levels, label, text)
			}
		}
	}
	for _, blank := range []string{"\u00a0", "\u2009", "\u202f"} {
		number := strings.Join([]string{"4539", "1488", "0343", "6467"}, blank)
		for levels := range 3 {
			text := asJSON(t, "card "+number+" was declined", levels)
			found := Default().Find("", []byte(text))
			if len(found) != 1 || found[0].Rule.ID != "payment-card" || !strings.HasPrefix(text[found[0].Start:], "4539") || !strings.HasSuffix(text[:found[0].End], "6467") {
				t.Errorf("%d deep: %v in %s", levels, found, text)
			}
		}
	}
}

// TestCodeBehindCard: what is missing to pay stands behind the number without a label, too.
func TestCodeBehindCard(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	card := strings.Join([]string{"4539", "1488", "0343", "6467"}, "")
	for _, form := range []string{"%s 04/27 %s", "%s, 04/27, %s", "card=%s|04|2027|%s", "%s;12/28;%s", "%s\t0428\t%s", "%s,%s", "%s;%s\n", "x: %s 11-2029 %s."} {
		code := strconv.Itoa(310 + 17*r.IntN(30))
		if !covers("", fmt.Sprintf(form, card, code), code) {
			t.Errorf(form+": the code is left", "...", code)
		}
	}
	for _, text := range []string{card + " 321 items", card + ", 14/27, 321", card + " 04/27 32", card + ",321.5", "1" + card + ", 04/27, 321"} {
		for _, f := range Default().Find("", []byte(text)) {
			if f.Rule.ID == "card-verification-code" {
				t.Errorf("%s: %v", text[16:], f.Span)
			}
		}
	}
}

// TestLinesInStrings: what stands in the next line of a string belongs to its name as in a file.
func TestLinesInStrings(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, form := range []string{
		"- name: DB_PASSWORD\n  value: %s\n", "- name: DB_PASSWORD\n  value: \"%s\"\n", "passwords:\n  - %s\n", "secrets:\n  one: %s\n", "[secrets]\na = \"%s\"\n", "[credentials]\nfoo=%s\n",
		"<property>\n  <name>db.password</name>\n  <value>%s</value>\n</property>\n", "<key>API_TOKEN</key>\n<string>%s</string>\n", "<adminPassword>\n  <![CDATA[%s]]>\n</adminPassword>\n", "kind: x\nspec:\n  passwords:\n    - %s\n",
	} {
		for levels := range 3 {
			v := "kT" + strconv.Itoa(r.IntN(10)) + "QxPv" + strconv.Itoa(r.IntN(100)) + "wZ" + strconv.Itoa(r.IntN(10)) + "mLcR"
			text := asJSON(t, "total 3\n"+strings.Replace(form, "%s", v, 1)+"end\n", levels)
			if !covers("", text, v) {
				t.Errorf("%d deep: left in %s", levels, text)
			}
		}
	}
}

// TestAsTextsHaveIt: values in places where tools, diffs, comments and strings put something before or around them.
func TestAsTextsHaveIt(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 5))
	key := func() string { return fmt.Sprintf("kT%dQxPv%dwZ%dmLcR", r.IntN(10), r.IntN(100), r.IntN(10)) }
	body := func() string {
		b := make([]byte, 64)
		for i := range b {
			b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[r.IntN(64)]
		}
		return string(b)
	}
	card := strings.Join([]string{"4539", "1488", "0343", "6467"}, "")
	name := []string{"Katharina", "Sophie", "Robert", "Lukas"}[r.IntN(4)]
	for _, x := range []struct{ path, form, value string }{
		{"", "     1\t[credentials]\n     2\tfoo=%s\n", key()}, {"", "     1→[secrets]\n     2→a = \"%s\"", key()}, {"", "-[secrets]\n+a = \"%s\"\n", key()}, {"", "+%s\n", card},
		{"", "     1\t- name: DB_PASSWORD\n     2\t  value: %s\n", key()}, {"", "+- name: DB_PASSWORD\n+  value: %s\n", key()}, {"", "    9\tpasswords:\n   10\t  - %s\n", key()}, {"", "     1\t<key>API_TOKEN</key>\n     2\t<string>%s</string>\n", key()},
		{"", "     1→secrets:\n     2→  one: %s\n", key()}, {"", "     1→db:\n     2→  password:\n     3→    value: %s", key()}, {"", "     1\t  - value: \"%s\"\n     2\t    name: db.password\n", key()}, {"", "- name: DB_PASSWORD\n  value: %s\n", key()}, {"", "passwords:\n- %s\n", key()}, {"", "@@ -1 +1 @@\n-%s, 04/27\n", card},
		{"a.java", "String s = \"<db_password>%s</db_password>\";", key()}, {"a.go", "s := \"<pwd>%s</pwd>\"", key()}, {"a.json", `{"c": "password = b\"%s\"\n"}`, key()}, {"a.json", `{"c": "{\"pass\": \"%s\"}"}`, key()},
		{"", "# -----BEGIN PRIVATE KEY-----\n# MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + body() + "\n# %s\n# " + body(), body()}, {"", "// -----BEGIN EC PRIVATE KEY-----\n// MHcCAQEEI" + body() + "\n// %s", body()}, {"a.yml", "\"taxjarKEY\": \"%s\"\n", key()}, {"", "taxjarKEY = \"%s\"", key()},
		{"a.toml", "PASSWORD = \"%s\"", "/plc" + strconv.Itoa(r.IntN(10)) + "SN^nQk##Q"}, {"", "use the password %s to log in", "Silver" + strconv.Itoa(1000+r.IntN(9000)) + "!"}, {"a.json", `{"CREDS": "%s"}`, "FtBkocgEo"},
		{"", "Dear %s,\n\nthank you", name}, {"", "it works\nBest,\n%s\n", name}, {"", `{"c": "it works\nBest,\n%s\n"}`, name}, {"", `{"c": "so\n%s said that it works"}`, name}, {"", "%s called me yesterday", name},
		{"", "cardholder: %s", "MARIA " + "KOWALSKA"}, {"", "contact_no: %s", fmt.Sprintf("415-628-%d", 1000+r.IntN(9000))}, {"", "生年月日：%s", fmt.Sprintf("昭和%d年%d月1%d日", 30+r.IntN(30), 1+r.IntN(12), r.IntN(10))},
		{"", "«%s»", "жанна" + "@" + "почта.рф"}, {"", "请联系%s。", "info" + "@" + "例子.中国"}, {"", "пишите на %s.", "иван.петров" + "@" + "почта.рф"},
	} {
		if text := strings.Replace(x.form, "%s", x.value, 1); !covers(x.path, text, x.value) {
			t.Errorf("%s: left in %q", x.path, text)
		}
	}
	for _, text := range []string{"Dear Sir,", "the password sha256 of it", "the password type PBKDF2 is", "pass\\n", "compass\": 1", "{\"key\": \"cluster-autoscaler\"}", "[tokens]\ncount = 5",
		`re = "(?<user>[a-z]{1,25}):(?<password>[-a-zA-Z0-9_]{1,256})@"`, `{"RefreshTokens": {"home_account_id": "` + strings.Repeat("4b0db8c2-9f26-", 2) + key() + `"}}`} {
		for _, f := range Default().Find("", []byte(text)) {
			if f.Severity > Info {
				t.Errorf("%q: %s", text, f.Rule.ID)
			}
		}
	}
}
