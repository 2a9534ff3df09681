package detect

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestBreaks: a token and a password are found wherever their medium breaks them, once, and no more is taken than what
// says them.
func TestBreaks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	mail := "This line of a mail is as long as one of a mail may be, and then goes on to say "
	for range 50 {
		token, password := madeUp(random), madeUp(random)[4:18]+"7x"
		cut := 1 + random.IntN(len(password)-3)
		a, b := password[:cut], password[cut:]
		c, d := token[:cut+4], token[cut+4:]
		for _, test := range []struct {
			name, text string
			want       []string
		}{
			{"wrapped html", "<td>" + c + "<wbr>" + d + "</td>", []string{c + "<wbr>" + d}},
			{"soft hyphen", "<td>" + c + "&shy;" + d + "</td>", []string{c + "&shy;" + d}},
			{"zero width entity", "the token " + c + "&#8203;" + d + " is it", []string{c + "&#8203;" + d}},
			{"html attribute", `<div data-props="{&quot;id&quot;:1,&quot;password&quot;:&quot;` + password + `&quot;,&quot;x&quot;:&quot;y&quot;}">`, []string{password}},
			{"html blanks", "{&#34;id&#34;: 1, &#34;password&#34;: &#34;" + password + "&#34;}", []string{password}},
			{"mail", mail[:70-len(a)-9] + " password=3D" + a + "=\n" + b + "\nand more\n", []string{a + "=\n" + b}},
			{"mail crlf", mail[:72-len(c)] + " " + c + "=\r\n" + d + "\r\nand more\r\n", []string{c + "=\r\n" + d}},
			{"word diff", "password = [-" + password + "-]{+${PASSWORD}+}\n", []string{password}},
			{"word diff added", "password = [-none-]{+" + password + "+}\n", []string{password}},
			{"word diff within", "the token " + c + "[-" + d + "-]{+ is gone+}\n", []string{c + "[-" + d}},
			{"word diff deep", "x [-a-]{+b+} y, the token " + c + "[-0-]{+" + d + "+} is it\n", []string{c + "[-0-]{+" + d}},
		} {
			var found []string
			for _, f := range Default().Find("", []byte(test.text)) {
				if f.Rule.Class == Credential {
					found = append(found, test.text[f.Start:f.End])
				}
			}
			if !slices.Equal(found, test.want) {
				t.Errorf("%s: %q gives %q, not %q", test.name, test.text, found, test.want)
			}
		}
	}
}

// TestBreaksThatAreNone: what looks like a break and is the text's own.
func TestBreaksThatAreNone(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, text := range []string{
		"PASSWORD=\nBAR=" + madeUp(random)[4:20] + "\n",
		"a[-1] = b[-2]; c = {+1}\npassword = x[-1]\n",
		"- [-] open\n- [+] done\n",
		"&quot;the password&quot;: he said &quot;nothing&quot; of it",
		"<p>password:&nbsp;&quot;your password here&quot;</p>",
		"IBAAKC is a word, and mhccaqee another",
	} {
		if found := Default().Find("", []byte(text)); len(found) > 0 {
			t.Errorf("%q: %v", text, ids(found))
		}
	}
}

// TestKeyBodies: a private key is found without its BEGIN line, in lines or in one, and its end is where it ends.
func TestKeyBodies(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 9))
	for _, head := range []string{
		"\x30\x82\x04\xa3\x02\x01\x00\x02\x82\x01\x01\x00",
		"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82\x04\xa8",
		"\x30\x77\x02\x01\x01\x04\x20",
		"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20",
		"openssh-key-v1\x00\x00\x00\x00\x04none\x00\x00\x00\x04none\x00",
	} {
		body := []byte(head)
		for len(body) < 48+random.IntN(1200) {
			body = append(body, byte(random.IntN(256)))
		}
		said := base64.StdEncoding.EncodeToString(body)
		for _, width := range []int{64, 70, 76, 1 << 20} {
			for _, end := range []string{"\n", "\r\n", `\n`, "\n    "} {
				key := strings.Join(slices.Collect(chunks(said, width)), end)
				for _, tail := range []string{"", end + "-----END PRIVATE KEY-----"} {
					text := "It was:" + strings.ReplaceAll(end, `\n`, " ") + key + tail + "\nThat is all of it\n"
					found := Default().Find("", []byte(text))
					if len(found) != 1 || found[0].Rule.ID != "private-key" || text[found[0].Start:found[0].End] != key+tail {
						t.Errorf("%q, %d: %v of %q", end, width, ids(found), text)
					}
				}
			}
		}
	}
}
