package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// bentForms are what models make of TYPE_body in prose.
func bentForms(token string) []string {
	at := strings.LastIndexByte(token, '_')
	typ, body := token[:at], token[at+1:]
	words := strings.Split(strings.ToLower(typ), "_")
	title := make([]string, len(words))
	for i, w := range words {
		title[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	camelBody := strings.ToUpper(body[:1]) + body[1:]
	return []string{
		token, strings.ToLower(token), strings.ToUpper(token), strings.Join(title, "_") + "_" + body,
		strings.ReplaceAll(token, "_", " "), strings.ReplaceAll(token, "_", "-"), strings.ReplaceAll(token, "_", `\_`), strings.ReplaceAll(token, "_", "\n"),
		strings.Join(title, " ") + " " + body, strings.Join(title, "") + camelBody, words[0] + strings.Join(title[1:], "") + camelBody,
		strings.Join(title, "-") + "-" + camelBody,
		strings.ReplaceAll(token, "_", "\u00a0"), strings.ReplaceAll(token, "_", "\u2011"), strings.ReplaceAll(token, "_", "%5F"), strings.ReplaceAll(token, "_", "%5f"),
		strings.ReplaceAll(token, "_", "&#95;"), strings.ReplaceAll(token, "_", "&#x5f;"), strings.ReplaceAll(token, "_", "_\u200b"),
		typ + "_\n  " + body, typ + "\r\n> _" + body, typ[:1] + "\n" + typ[1:] + "_" + body, typ + "_" + body[:3] + "\n" + body[3:],
		typ[:1] + "\u200b" + typ[1:] + "\u2060_" + body, typ + "_" + body[:2] + "\u00ad" + body[2:], typ + "\u200b" + body, strings.Join(strings.Split(typ, ""), "\ufeff") + "_" + body,
	}
}

func TestProse(t *testing.T) {
	values := map[string]string{}
	look := func(p string) ([]byte, bool) { v, ok := values[p]; return []byte(v), ok }
	types := []string{"EMAIL", "AWS_KEY_ID", "PERSON"}
	var tokens []string
	for i, typ := range types {
		p := placeholder(testMACs, Wire, typ, []byte{byte(i)}, 0)
		values[p] = "<" + typ + ">"
		tokens = append(tokens, p)
	}
	for i, token := range tokens {
		want := "<" + types[i] + ">"
		for _, form := range bentForms(token) {
			for around, restored := range map[string]string{
				"ask % now": "ask " + want + " now", "%": want, "`%`": "`" + want + "`", "**%**": "**" + want + "**", "the %s": "the " + want + "s", "[%]'s": "[" + want + "]'s", "get% x": "",
			} {
				if restored == "" { // a part of a longer word, which only camel case tells
					if !isUpper(form[0]) {
						continue
					}
					restored = "get" + want + " x"
				}
				text := strings.Replace(around, "%", form, 1)
				for cut := 0; cut <= len(text); cut++ {
					r := NewProse(look, types)
					got := string(r.Write([]byte(text[:cut])))
					got += string(r.Write([]byte(text[cut:])))
					if len(r.held) > MaxPlaceholder {
						t.Fatalf("it holds %d bytes", len(r.held))
					}
					if got += string(r.Flush()); got != restored {
						t.Fatalf("%q cut at %d: %q, want %q", text, cut, got, restored)
					}
				}
			}
		}
	}
	// What was never issued stays, and in a tool's arguments only the placeholder itself comes back.
	never := placeholder(testMACs, Wire, "EMAIL", []byte("never"), 0)
	for _, form := range bentForms(never) {
		r := NewProse(look, types)
		if got := string(r.Write([]byte(form))) + string(r.Flush()); got != form {
			t.Errorf("never issued: %q became %q", form, got)
		}
	}
	for _, form := range bentForms(tokens[0])[1:] {
		if got := string(Restore([]byte(form), look)); got != form {
			t.Errorf("in arguments %q became %q", form, got)
		}
	}
}

// TestProseSplits: however a text is cut, its pieces are restored as the whole is.
func TestProseSplits(t *testing.T) {
	values := map[string]string{}
	look := func(p string) ([]byte, bool) { v, ok := values[p]; return []byte(v), ok }
	types := []string{"EMAIL", "AWS_KEY_ID", "IP"}
	bits := []string{"e", "E", "email", "Email", " ", "_", "\\", "aws", "Key", "key ", "ID", "ip", "I", "s", "é", "\n", "-", "2", "\u200b", "\u00a0", "%5", "&#95", "\r"}
	for i, typ := range types {
		p := placeholder(testMACs, Wire, typ, []byte{byte(i)}, 0)
		values[p] = "<value>"
		bits = append(bits, bentForms(p)...)
		bits = append(bits, p[:len(p)-2], p[len(p)-6:])
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		var b strings.Builder
		for range random.IntN(9) {
			b.WriteString(bits[random.IntN(len(bits))])
		}
		text := b.String()
		whole := NewProse(look, types)
		want := string(whole.Write([]byte(text))) + string(whole.Flush())
		for range 20 {
			r := NewProse(look, types)
			var got strings.Builder
			for rest := text; rest != ""; {
				n := 1 + random.IntN(len(rest))
				if random.IntN(2) == 0 {
					n = 1
				}
				got.Write(r.Write([]byte(rest[:n])))
				rest = rest[n:]
				if len(r.held) > MaxPlaceholder {
					t.Fatalf("%q: it holds %d bytes", text, len(r.held))
				}
			}
			got.Write(r.Flush())
			if got.String() != want {
				t.Fatalf("%q: %q in pieces, %q whole", text, got.String(), want)
			}
		}
	}
}

// TestEdit: in a file a placeholder comes back also where a program puts it together, or a pattern escapes it, however it
// is cut; nothing else is guessed.
func TestEdit(t *testing.T) {
	token := placeholder(testMACs, Wire, "DB_PASSWORD", []byte("x"), 0)
	body := token[len("DB_PASSWORD_"):]
	look := func(p string) ([]byte, bool) { return []byte("value"), p == token }
	for text, want := range map[string]string{
		"p = '" + token + "'": "p = 'value'", `re("DB\_PASSWORD\_` + body + `")`: `re("value")`,
		`x = "DB_PASSWORD_" + "` + body + `";`: `x = "value";`, "x = 'DB_' . 'PASSWORD_' . '" + body + "'": "x = 'value'",
		`"DB_PASS"` + "\n    " + `"WORD_` + body + `"`: `"value"`, "`DB_` + `PASSWORD_" + body + "`": "`value`", `DB_""PASSWORD_` + body: "value",
		"DB_PASS\\\nWORD_" + body: "value", `"DB_PASSWORD_" & _` + "\n" + `"` + body + `"`: "",
		`"DB_PASSWORD_" + '` + body + `'`: "", `"DB_PASSWORD_" + x + "` + body + `"`: "", "DB_PASSWORD_[a-z0-9]{6}": "", `"DB_PASSWORD_" + "`: "",
		strings.ToLower(token): "", "DB_PASSWORD " + body: "", "DB_PASSWORD_\n" + body: "", `["DB", "PASSWORD_` + body + `"]`: "", "db.password": "", `"DB`: "", "DB\\": "",
	} {
		if want == "" {
			want = text
		}
		for cut := 0; cut <= len(text); cut++ {
			r := NewEdit(look, []string{"DB_PASSWORD"})
			got := string(r.Write([]byte(text[:cut])))
			got += string(r.Write([]byte(text[cut:])))
			if len(r.held) > MaxPlaceholder {
				t.Fatalf("it holds %d bytes", len(r.held))
			}
			if got += string(r.Flush()); got != want {
				t.Fatalf("%q cut at %d: %q, want %q", text, cut, got, want)
			}
		}
	}
}

// TestInURL: another lookup answers within a URL, however the text is cut.
func TestInURL(t *testing.T) {
	token := placeholder(testMACs, Wire, "SECRET", []byte("x"), 0)
	look := func(p string) ([]byte, bool) { return []byte("value"), p == token }
	none := func(string) ([]byte, bool) { return nil, false }
	for text, want := range map[string]string{
		"see % now": "see value now", "https://a.example/?k=%&l=%": "", "https://a.example/ %": "https://a.example/ value", `"http://%@h/" '%'`: `"http://%@h/" 'value'`,
		"a:/%": "a:/value", "a: //%": "a: //value", "://%": "", "x%://y": "xvalue://y",
	} {
		if want == "" {
			want = text
		}
		text, want = strings.ReplaceAll(text, "%", token), strings.ReplaceAll(want, "%", token)
		for cut := 0; cut <= len(text); cut++ {
			r := NewRestorer(look).InURL(none)
			got := string(r.Write([]byte(text[:cut])))
			got += string(r.Write([]byte(text[cut:]))) + string(r.Flush())
			if got != want {
				t.Fatalf("%q cut at %d: %q, want %q", text, cut, got, want)
			}
		}
	}
}
