package proxy

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// draw makes values up.
type draw struct{ *rand.Rand }

const (
	digits  = "0123456789"
	hexa    = "0123456789abcdef"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	word62  = digits + letters + "abcdefghijklmnopqrstuvwxyz"
)

func (d *draw) of(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(b)
}

// number is one of n digits that does not begin with 0.
func (d *draw) number(n int) string { return d.of(1, digits[1:]) + d.of(n-1, digits) }

// luhn appends the check digit.
func luhn(s string) string {
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return s + string(digits[(10-sum%10)%10])
}

// checked appends a checksum as GitHub does.
func checked(s string) string {
	check, sum := make([]byte, 6), crc32.ChecksumIEEE([]byte(s))
	for i := range check {
		check[5-i] = word62[sum%62]
		sum /= 62
	}
	return s + string(check)
}

// kind is one kind of value. make answers with the text that it stands in and the value, of at least eight characters.
type kind struct {
	name string
	make func(*draw) (text, value string)
}

// alone is for a value that is known for what it is wherever it stands.
func alone(value func(*draw) string) func(*draw) (string, string) {
	return func(d *draw) (string, string) {
		v := value(d)
		return "see " + v + " here", v
	}
}

func prefixed(prefix string, n int, alphabet string) func(*draw) (string, string) {
	return alone(func(d *draw) string { return prefix + d.of(n, alphabet) })
}

func called(before string, value func(*draw) string) func(*draw) (string, string) {
	return func(d *draw) (string, string) {
		v := value(d)
		return before + v + ", as said", v
	}
}

// shaped is a text with a generated password in the place of %.
func shaped(text string) func(*draw) (string, string) {
	return func(d *draw) (string, string) {
		v := d.of(4, word62) + d.of(2, digits) + d.of(6, word62) + d.of(2, digits) + d.of(2, letters)
		return strings.Replace(text, "%", v, 1), v
	}
}

var kinds = []kind{
	// Credentials.
	{"AWS key", prefixed("AK"+"IA", 16, base32Letters)},
	{"GitHub token", alone(func(d *draw) string { return "gh" + "p_" + checked(d.of(30, word62)) })},
	{"GitLab token", prefixed("gl"+"pat-", 20, word62)},
	{"Slack token", alone(func(d *draw) string {
		return "xo" + "xb-" + d.number(12) + "-" + d.number(12) + "-" + d.of(24, word62)
	})},
	{"Stripe key", prefixed("sk_"+"live_", 24, word62)},
	{"OpenAI key", alone(func(d *draw) string { return "sk-" + "proj-" + d.of(74, word62) + "T3Blbk" + "FJ" + d.of(74, word62) })},
	{"Anthropic key", alone(func(d *draw) string { return "sk-" + "ant-api03-" + d.of(93, word62) + "AA" })},
	{"Google key", prefixed("AI"+"za"+"Sy", 33, word62)},
	{"npm token", alone(func(d *draw) string { return "np" + "m_" + checked(d.of(30, word62)) })},
	{"SendGrid key", alone(func(d *draw) string { return "S" + "G." + d.of(22, word62) + "." + d.of(43, word62) })},
	{"Hugging Face token", prefixed("h"+"f_", 34, letters+strings.ToLower(letters))},
	{"DigitalOcean token", prefixed("do"+"p_v1_", 64, hexa)},
	{"Shopify token", prefixed("sh"+"pat_", 32, hexa)},
	{"JSON web token", alone(func(d *draw) string {
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		return part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(`{"sub":"`+d.number(10)+`","iat":1}`) + "." + d.of(43, word62)
	})},
	{"private key", func(d *draw) (string, string) {
		v := d.of(64, word62)
		return "-----BEGIN " + "PRIVATE KEY-----\n" + v + "\n" + d.of(48, word62) + "\n-----END " + "PRIVATE KEY-----", v
	}},
	{"password", called("db_password = ", func(d *draw) string { return d.of(6, word62) + "!" + d.of(3, digits) + d.of(5, word62) })},
	{"database's address", func(d *draw) (string, string) {
		v := d.of(14, word62) + d.of(2, digits)
		return "postgres://" + "app:" + v + "@db.acme.dev:5432/app", v
	}},
	// Texts of one line, which could be read as a value.
	{"pair", shaped(`{"name":"DB_PASSWORD","value":"%"}`)},
	{"pair the other way", shaped(`{"value":"%","name":"DB_PASSWORD"}`)},
	{"assignment in quotes", shaped(`db_password = \"%\"`)},
	{"JSON in JSON", shaped(`{"log":"{\"db_password\":\"%\"}"}`)},
	{"struct", shaped(`Config { user: "x", password: "%" }`)},
	{"variable", shaped(`DB_PASSWORD=%`)},
	{"coloured variable", shaped("\x1b[1mDB_PASSWORD\x1b[0m=\x1b[32m%\x1b[0m")},
	{"fallback", shaped(`const p = process.env.DB_PASSWORD || '%';`)},
	{"list", shaped(`passwords: ["%"]`)},
	// Persons.
	{"email address", alone(func(d *draw) string { return d.of(7, lowerLetters) + "@" + d.of(6, lowerLetters) + ".com" })},
	// Numbers from 555 0100 are nobody's, and no finding.
	{"telephone", called("phone: ", func(d *draw) string { return "+1 415 " + d.of(1, "2346789") + d.of(2, digits) + " " + d.of(4, digits) })},
	{"social security number", called("SSN: ", func(d *draw) string {
		return fmt.Sprintf("%03d-%02d-%04d", 100+d.IntN(500), 10+d.IntN(80), 1000+d.IntN(9000))
	})},
	{"IBAN", called("IBAN ", func(d *draw) string {
		bban := d.number(18)
		n, _ := new(big.Int).SetString(bban+"131400", 10) // DE00
		return fmt.Sprintf("DE%02d%s", 98-new(big.Int).Mod(n, big.NewInt(97)).Int64(), bban)
	})},
	{"date of birth", called("date of birth: ", func(d *draw) string {
		return fmt.Sprintf("%d-%02d-%02d", 1940+d.IntN(60), 1+d.IntN(12), 10+d.IntN(18))
	})},
	{"passport", called("passport number: ", func(d *draw) string { return d.of(1, letters) + d.number(8) })},
	// Cards.
	{"Visa", called("card ", func(d *draw) string { return luhn("4" + "5" + d.of(13, digits)) })},
	{"Mastercard", called("card ", func(d *draw) string { return luhn("5" + "3" + d.of(13, digits)) })},
	{"American Express", called("card ", func(d *draw) string { return luhn("3" + "7" + d.of(12, digits)) })},
	{"card in groups", called("card number ", func(d *draw) string {
		v := luhn("4" + "5" + d.of(13, digits))
		return v[:4] + " " + v[4:8] + " " + v[8:12] + " " + v[12:]
	})},
	// Health.
	{"medical record", called("MRN: ", func(d *draw) string { return d.number(10) })},
	{"provider's number", called("NPI: ", func(d *draw) string {
		v := "1" + d.of(8, digits)
		return luhn("80840" + v)[5:]
	})},
	{"Medicare number", called("Medicare MBI: ", func(d *draw) string {
		const a = "ACDEFGHJKMNPQRTUVWXY"
		const an = a + digits
		return d.of(1, digits[1:]) + d.of(1, a) + d.of(1, an) + d.of(1, digits) + d.of(1, a) + d.of(1, an) + d.of(1, digits) + d.of(2, a) + d.of(2, digits)
	})},
	{"prescriber's number", called("DEA number: ", func(d *draw) string {
		v := d.of(6, digits)
		n := func(i int) int { return int(v[i] - '0') }
		return d.of(1, "ABFM") + d.of(1, letters) + v + string(digits[(n(0)+n(2)+n(4)+2*(n(1)+n(3)+n(5)))%10])
	})},
}

// TestKindsAreFound: a canary that no rule knows would prove nothing.
func TestKindsAreFound(t *testing.T) {
	e := detect.Default()
	d := &draw{rand.New(rand.NewPCG(1, 2))}
	for _, k := range kinds {
		missed, example := 0, ""
		for range 300 {
			text, value := k.make(d)
			rest := []byte(text)
			for _, f := range e.Find("", []byte(text)) {
				copy(rest[f.Start:f.End], strings.Repeat("*", f.End-f.Start))
			}
			if strings.Contains(string(rest), value) {
				missed++
				example = text
			}
		}
		if missed > 0 {
			t.Errorf("%s: %d of 300 are not found, such as %s", k.name, missed, example)
		}
	}
}
