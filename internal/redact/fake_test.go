package redact

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestFake: a fake has the form of its value and comes from a range that is kept free; the same seed gives the same one,
// and it never is the value.
func TestFake(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	digit := func() string { return string(rune('1' + r.IntN(9))) }
	draw := func(form string) string {
		var out strings.Builder
		for _, c := range form {
			if c == '#' {
				out.WriteString(digit())
			} else {
				out.WriteRune(c)
			}
		}
		return out.String()
	}
	for _, row := range []struct{ typ, form, want string }{
		{"EMAIL", "anna##@firm#.org", `^user\d{1,5}@example\.com$`},
		{"PERSON", "Anna#", `^\S+ \S+$`},
		{"IP", "81.#.#.#", `^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}$`},
		{"IP", "2a02::#", `^2001:db8::[0-9a-f]{1,4}$`},
		{"PHONE", "(212) 4##-####", `^\(202\) 555-01\d\d$`},
		{"PHONE", "+1 212 4## ####", `^\+1 202 555 01\d\d$`},
		{"PHONE", "+44 7### ######", `^\+44 7700 900\d{3}$`},
		{"PHONE", "01 4# ## ## ##", `^01 99 00 \d\d \d\d$`},
		{"PHONE", "+49 30 #### ####", `^\+49 30 2312 5\d{3}$`},
		{"PHONE", "+81 3-####-####", `^\+1 202-555-01\d\d$`},
		{"CARD", "4### #### #### ####", `^4242 4242 4242 4242$`},
		{"CARD", "37##-######-#####", `^3782-8224` + `63-10005$`},
		{"CARD", "6###############", `^(4242424242424242|5555555555554444|4000056655665556)$`},
		{"SSN", "2##-##-####", `^987-65-432\d$`},
		{"MAC", "#2:5a:7e:1b:9c:0#", `^00:00:5e:00:53:[0-9a-f]{2}$`},
		{"MAC", "#25a.7e1b.9c0#", `^0000\.5e00\.53[0-9a-f]{2}$`},
		{"IBAN", "DE## #### #### #### #### ##", `^DE` + `89 3704 0044 0532 0130 00$`},
		{"IBAN", "MT##MALT011000012345MTLCAST###S", `^DE` + `893704`},
		{"HOST", "db#.intra", `^host\d{1,5}\.example\.com$`},
	} {
		value, seed := draw(row.form), draw("i:########")
		fake, ok := Fake(row.typ, []byte(value), seed)
		again, _ := Fake(row.typ, []byte(value), seed)
		if !ok || !regexp.MustCompile(row.want).MatchString(fake) || fake != again || fake == value {
			t.Errorf("%s %q: %q, then %q, %v; want %s", row.typ, value, fake, again, ok, row.want)
		}
	}
	if fake, ok := Fake("AWS_KEY_ID", []byte("x"), "s"); ok {
		t.Errorf("nothing is kept free for keys, and yet %q", fake)
	}
}
