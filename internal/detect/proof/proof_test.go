package proof

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// TestValidators: each recipe accepts its vector and refuses it with one character changed. The vectors
// were made with an independent program; Marvin32's is Microsoft's own.
func TestValidators(t *testing.T) {
	const fill = "Scrubjay"
	for name, vectors := range map[string][]string{
		"github-crc32":    {"gh" + "p_" + fill + fill + fill + "Scrubj33JBEk", "np" + "m_" + fill + fill + fill + "Scrubj33JBEk"},
		"gitlab-routable": {"gl" + "pat-bzoxCnU6MlNjcnViamF5U2NydWJqYXkQ.01.0w1tbupjk"},
		"grafana-crc32":   {"gl" + "sa_" + fill + fill + fill + fill + "_86776442"},
		"atlassian-crc32": {"AT" + "BB" + fill + fill + fill + "F884853F"},
		"azure-marvin32":  {fill + fill + fill + fill + fill + fill + fill + fill + fill + "Scru+AStiDNJ8A=="},
		"age-bech32":      {"AGE-SECRET-" + "KEY-130MSDWZ0D5LT9RMQ9YC62FLWW2C0E8A2M5MPXTZ2SS0KXHVX7QFQ5DPMMP"},
		"confluent-crc32": {"cf" + "lt" + fill + fill + fill + fill + fill + fill + "ScrubjVeTpKQ"},
		"matrix-crc32":    {"mat" + "_" + fill + fill + fill + "Scrubj_UdCrm1"},
		"synapse-crc32":   {"syt" + "_c2NydWJqYXk_" + fill + fill + "Scru_3a3Zgm"},
		"entra-marvin32":  {"Scr8" + "Q~" + fill + fill + fill + "ScrubjabYv"},
		// the rest hold the key SHA-256("scrubjay")
		"azure-devops-pat": {"knr5w4tvmjva7xlb" + "pfjwg4tvmjvgc6ktmnzci5lcnjqxsu3doj2q"},
		"nkey-crc16":       {"SUAIX5YGXBHW2PVS" + "R5QCSMNFE7XHFMH4T6VN2NQTFRFIIH3DLWDPAEVRTQ"},
		"stellar-crc16":    {"SCF7OBVYJ5WT5MUP" + "MAUTDJJH5ZZLB7E7VLOTMEZMJKCB6Y25Q3YBE6ZC"},
		"nsec-bech32":      {"nsec" + "130msdwz0d5lt9rmq9yc62flww2c0e8a2m5mpxtz2ss0kxhvx7qfqave8gu"},
		"base58check": {
			"L1unT8gpHfZxXJC7" + "8Cn1Q1DAC8SKEJ52jqBMmNmknY5kKACfiWHT", "cSGmv3gfijGDgjf" + "NWcb8mKiDpMjitkAiosKpsoEGHejkZuGBXyUJ",
			"5JsvoFRt3R9NeDx" + "XqkuLaJiixY9141hLRf6yMvsU93xuQfE6edh",
			"xprv" + "9s21ZrQH143K3XsBixuKbykV3aFPpTGKdDWxMTW3k2ycGK5L8jYyCJD27gG9fS2rgb217qFGGPkFNroq7B2st5NL355E8csSYS51JjLbDmp",
		},
		"xrp-seed": {"sheQhWz1kPt6W" + "ReiFjrkNnE9HR5hr", "sEd7EPhRg1Kq" + "yziTQnjtHywbmVxGPXp"},
		"bip39":    {"fat breeze outer shadow plastic royal " + "eternal hour install battle obscure view"},
	} {
		for i, v := range vectors {
			if got := Checks[name]([]byte(v)); got != Proved {
				t.Errorf("%s: vector %d gives %d", name, i, got)
			}
			wrong := []byte(v)
			at := len(wrong) / 2
			switch wrong[at] {
			case 'a':
				wrong[at] = 'c'
			case 'A':
				wrong[at] = 'C'
			default:
				if wrong[at]--; !letters.IsAlnum(wrong[at]) {
					wrong[at] = 'd'
				}
			}
			if got := Checks[name](wrong); got == Proved {
				t.Errorf("%s: vector %d is proved with a character changed", name, i)
			}
		}
	}
	if got := marvin32([]byte("abc"), 0xd53cd9cecd0893b7); got != 0x6be02a86 {
		t.Errorf("marvin32 is %#x", got)
	}
	for _, v := range []string{"", "a.b", "e30.e30.x", "eyJhbGciOjF9.e30.x"} {
		if JWT([]byte(v)) == Proved {
			t.Errorf("%q is a token", v)
		}
	}
}

// TestValidatorsOfAnything: validate stands in rules of anybody's, whose values may be of any length.
func TestValidatorsOfAnything(t *testing.T) {
	for name, validate := range Checks {
		for n := range 100 {
			for _, fill := range []string{"1", "7", "A", "z", "_", "é", "<", "1A", "-4"} {
				value := strings.Repeat(fill, n)
				func() {
					defer func() {
						if p := recover(); p != nil {
							t.Errorf("%s panics at %d times %q: %v", name, n, fill, p)
						}
					}()
					if n == 0 && validate(nil) == Proved {
						t.Errorf("%s proves nothing at all", name)
					}
					validate([]byte(value))
				}()
			}
		}
	}
}

// TestStructures: what has a structure instead of a checksum is refused without it.
func TestStructures(t *testing.T) {
	text := func(parts ...string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "")))
	}
	for _, c := range []struct {
		name, value string
		want        Result
	}{
		{"base64-32", text(strings.Repeat("k", 32)), Unproved}, {"base64-32", text(strings.Repeat("k", 31)), Failed},
		{"ses-smtp", text("\x04", strings.Repeat("k", 32)), Unproved}, {"ses-smtp", text("\x05", strings.Repeat("k", 32)), Failed},
		{"elastic-api-key", text("VuaCfGcBCdbkQm-e5aOx", ":", "ui2lp2axTNmsyakw9tvNnw"), Unproved}, {"elastic-api-key", text("VuaCfGcBCdbkQm-e5aOx", ":", "short"), Failed},
		{"atlassian-pat", text("840173625", ":", "randombytesrandom"), Unproved}, {"atlassian-pat", text("eightdigits", ":", "randombytesrandom"), Failed},
		{"basic-auth", text("svc:q8Zp3vLx1"), Unproved}, {"basic-auth", text("user:password"), Failed}, {"basic-auth", text("nobody"), Failed},
		{"clerk-host", "pk_live_" + text("clerk.acme.dev$"), Unproved}, {"clerk-host", "pk_live_" + text("clerk.acme.dev"), Failed},
		{"discord-id", text("184930274650192837") + ".x.y", Unproved}, {"discord-id", text("not a snowflake at all") + ".x.y", Failed},
		{"grafana-cloud", "glc_" + text(`{"o":"1","n":"x","k":"y"}`), Proved}, {"grafana-cloud", "glc_" + text(`{"o":"1"}`), Failed},
		{"grafana-legacy", text(`{"k":"y","n":"x","id":1}`), Proved}, {"grafana-legacy", text(`[1]`), Failed},
		{"sentry-org", "sntrys_" + text(`{"iat":1,"org":"acme"}`) + "_rest", Proved}, {"sentry-org", "sntrys_" + text(`{}`) + "_rest", Failed}, {"sentry-org", "sntryu_x", Unproved},
		{"1password-json", "ops_" + text(`{"email":"x"}`), Proved}, {"1password-json", "ops_" + text(`email`), Failed},
		{"secp256k1", strings.Repeat("5a", 32), Unproved}, {"secp256k1", strings.Repeat("0", 63) + "1", Failed}, {"secp256k1", strings.Repeat("f", 64), Failed},
	} {
		if got := Checks[c.name]([]byte(c.value)); got != c.want {
			t.Errorf("%s: %d of %q, want %d", c.name, got, c.value, c.want)
		}
	}
}
