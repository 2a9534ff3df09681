package detect

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// forms are the ways in which a text may be written so that no rule reads it as it stands.
var forms = map[string]func(string) string{
	"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url":  func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"hex":        func(s string) string { return hex.EncodeToString([]byte(s)) },
	"0x hex":     func(s string) string { return "0x" + strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"percent":    func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
	"percentAll": func(s string) string { return each(s, "%%%02x") },
	`\u`:         func(s string) string { return each(s, `\u%04x`) },
	`\x`:         func(s string) string { return each(s, `\x%02X`) },
	"&#":         func(s string) string { return each(s, "&#%d;") },
	"&#x":        func(s string) string { return each(s, "&#x%02X;") },
	"wrapped": func(s string) string {
		return strings.Join(slices.Collect(chunks(base64.StdEncoding.EncodeToString([]byte("a long introduction, so that there is more than one line of it: "+s)), 76)), "\n    ")
	},
	"utf-16": func(s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return base64.StdEncoding.EncodeToString(b)
	},
}

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func chunks(s string, n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for len(s) > n {
			if !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
		yield(s)
	}
}

// madeUp is a token of GitHub's form, whose checksum holds, put together here so that nothing flags this file.
func madeUp(random *rand.Rand) string {
	body := make([]byte, 30)
	for i := range body {
		body[i] = base62[random.IntN(62)]
	}
	return "ghp_" + string(body) + crc62(body)
}

// TestViews: a secret is found in every form, and in two forms one in the other, where the form stands.
func TestViews(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	secret := madeUp(random)
	for outer, write := range forms {
		for inner, first := range forms {
			if strings.Contains(inner, "wrapped") {
				continue // the outer form's own text is one line
			}
			text := "data: " + write("the token "+first(secret)+" is it") + "\n"
			if inner == outer {
				text = "data: " + write("the token "+secret+" is it") + "\n"
			}
			found := Default().Find("", []byte(text))
			if len(found) != 1 || found[0].Rule.ID != "github-pat" || !found[0].Validated {
				t.Errorf("%s in %s: %v", inner, outer, ids(found))
				continue
			}
			if at := found[0].Span; at.Start < 6 || at.End >= len(text) || inner != outer && at.Len() < len(secret) {
				t.Errorf("%s in %s: it stands at %v of %d", inner, outer, at, len(text))
			}
		}
	}
}

// TestViewsBeforeBytes: what is encoded may begin as text and go on as bytes, as a key store does.
func TestViewsBeforeBytes(t *testing.T) {
	secret := madeUp(rand.New(rand.NewPCG(11, 12)))
	for _, form := range []string{"base64", "hex"} {
		text := "data: " + forms[form]("the token "+secret+" is it\x00\x01\x02\x03")
		if found := Default().Find("", []byte(text)); len(found) != 1 || found[0].Rule.ID != "github-pat" {
			t.Errorf("%s: %v", form, ids(found))
		}
	}
}

// TestViewsGiveTheSource: what a finding spans is what says the value, no more and no less.
func TestViewsGiveTheSource(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		secret := madeUp(random)
		before, after := strings.Repeat("x", random.IntN(5))+" ", " dolor sit amet"
		for form, write := range forms {
			if form == "wrapped" || form == "utf-16" || form == "percent" {
				continue // they add to the text, or leave the token as it is
			}
			text := "= " + write(before+secret+after)
			found := Default().Find("", []byte(text))
			if len(found) != 1 {
				t.Fatalf("%s: %v", form, ids(found))
			}
			at := found[0].Span
			without := text[:at.Start] + strings.Repeat("A", at.Len()) + text[at.End:]
			if n := len(Default().Find("", []byte(without))); n != 0 {
				t.Errorf("%s: without its span there are still %d findings", form, n)
			}
			if most := len(write(secret)) + 4; at.Len() > most {
				t.Errorf("%s: it spans %d bytes, %d would do", form, at.Len(), most)
			}
		}
	}
}

// TestConcatenation: strings in pieces, as the common languages join them.
func TestConcatenation(t *testing.T) {
	secret := madeUp(rand.New(rand.NewPCG(11, 12)))
	a, b, c := secret[:11], secret[11:25], secret[25:]
	for path, text := range map[string]string{
		"a.js":   "const t = \"" + a + "\" + \"" + b + "\" +\n    \"" + c + "\";",
		"a.java": "String t = \"" + a + "\"\n    + \"" + b + "\"\n    + \"" + c + "\";",
		"a.php":  "$t = '" + a + "' . '" + b + "'\n  . '" + c + "';",
		"a.lua":  "local t = \"" + a + "\" .. \"" + b + "\" .. \"" + c + "\"",
		"a.vb":   "t = \"" + a + "\" & \"" + b + "\" & \"" + c + "\"",
		"a.py":   "t = (\"" + a + "\"\n     \"" + b + "\"\n     \"" + c + "\")",
		"b.py":   "t = '" + a + "' \\\n    '" + b + "' \\\n    '" + c + "'",
		"a.c":    "char *t = \"" + a + "\"\r\n  \"" + b + "\"\r\n  \"" + c + "\";",
		"a.sql":  "select '" + a + "' || '" + b + "' || '" + c + "'",
		"a.ex":   "t = \"" + a + "\" <> \"" + b + "\" <> \"" + c + "\"",
	} {
		found := Default().Find(path, []byte(text))
		if len(found) != 1 || found[0].Rule.ID != "github-pat" {
			t.Errorf("%s: %v", path, ids(found))
			continue
		}
		if at := text[found[0].Start:found[0].End]; !strings.HasPrefix(at, a) || !strings.HasSuffix(at, c) {
			t.Errorf("%s: it does not span from the first piece to the last", path)
		}
	}
	for path, text := range map[string]string{
		"a.go":   "import (\n\t\"" + a + "\"\n\t\"" + b + c + "\"\n)", // Go joins nothing so
		"a.json": "[\"" + a + "\",\n \"" + b + c + "\"]",
		"a.js":   "f(\"" + a + "\" - \"" + b + c + "\")",
	} {
		if found := Default().Find(path, []byte(text)); len(found) > 0 {
			t.Errorf("%s: %v", path, ids(found))
		}
	}
	password := "db_password = \"Tr7#k\" + \"q9Lm2xW\""
	found := Default().Find("a.js", []byte(password))
	if len(found) != 1 || found[0].Rule.ID != "generic-secret" || password[found[0].End:] != "\"" {
		t.Errorf("a password in pieces: %v", found)
	}
}

// TestNoView: what is no text in another form is no view, and forms deeper than three are left.
func TestNoView(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	secret := madeUp(random)
	deep := "the token " + secret
	for range viewDepth {
		deep = base64.StdEncoding.EncodeToString([]byte(deep))
	}
	if found := Default().Find("", []byte(deep)); len(found) != 1 {
		t.Errorf("three deep: %v", ids(found))
	}
	deep = base64.StdEncoding.EncodeToString([]byte(deep))
	if found := Default().Find("", []byte(deep)); len(found) != 0 {
		t.Errorf("four deep: %v", ids(found))
	}
	for _, text := range []string{
		"getElementsByTagNameAndAttributeValue someVeryLongIdentifierThatGoesOn",
		"sha256-" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x81\xfe", 16))),
		"100%25 sure, 50%2f50",
	} {
		if found := Default().Find("", []byte(text)); len(found) != 0 {
			t.Errorf("%q: %v", text, ids(found))
		}
	}
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func crc62(body []byte) string {
	sum := crc32.ChecksumIEEE(body)
	out := make([]byte, 6)
	for i := len(out) - 1; i >= 0; i-- {
		out[i], sum = base62[sum%62], sum/62
	}
	return string(out)
}
