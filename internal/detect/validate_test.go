package detect

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
			if got := validators[name]([]byte(v)); got != proved {
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
			if got := validators[name](wrong); got == proved {
				t.Errorf("%s: vector %d is proved with a character changed", name, i)
			}
		}
	}
	if got := marvin32([]byte("abc"), 0xd53cd9cecd0893b7); got != 0x6be02a86 {
		t.Errorf("marvin32 is %#x", got)
	}
	for _, v := range []string{"", "a.b", "e30.e30.x", "eyJhbGciOjF9.e30.x"} {
		if jwtStructure([]byte(v)) == proved {
			t.Errorf("%q is a token", v)
		}
	}
}

// TestValidatorsOfAnything: validate stands in rules of anybody's, whose values may be of any length.
func TestValidatorsOfAnything(t *testing.T) {
	for name, validate := range validators {
		for n := range 100 {
			for _, fill := range []string{"1", "7", "A", "z", "_", "é", "<", "1A", "-4"} {
				value := strings.Repeat(fill, n)
				func() {
					defer func() {
						if p := recover(); p != nil {
							t.Errorf("%s panics at %d times %q: %v", name, n, fill, p)
						}
					}()
					if n == 0 && validate(nil) == proved {
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
		want        proof
	}{
		{"base64-32", text(strings.Repeat("k", 32)), unproved}, {"base64-32", text(strings.Repeat("k", 31)), failed},
		{"ses-smtp", text("\x04", strings.Repeat("k", 32)), unproved}, {"ses-smtp", text("\x05", strings.Repeat("k", 32)), failed},
		{"elastic-api-key", text("VuaCfGcBCdbkQm-e5aOx", ":", "ui2lp2axTNmsyakw9tvNnw"), unproved}, {"elastic-api-key", text("VuaCfGcBCdbkQm-e5aOx", ":", "short"), failed},
		{"atlassian-pat", text("840173625", ":", "randombytesrandom"), unproved}, {"atlassian-pat", text("eightdigits", ":", "randombytesrandom"), failed},
		{"basic-auth", text("svc:q8Zp3vLx1"), unproved}, {"basic-auth", text("user:password"), failed}, {"basic-auth", text("nobody"), failed},
		{"clerk-host", "pk_live_" + text("clerk.acme.dev$"), unproved}, {"clerk-host", "pk_live_" + text("clerk.acme.dev"), failed},
		{"discord-id", text("184930274650192837") + ".x.y", unproved}, {"discord-id", text("not a snowflake at all") + ".x.y", failed},
		{"grafana-cloud", "glc_" + text(`{"o":"1","n":"x","k":"y"}`), proved}, {"grafana-cloud", "glc_" + text(`{"o":"1"}`), failed},
		{"grafana-legacy", text(`{"k":"y","n":"x","id":1}`), proved}, {"grafana-legacy", text(`[1]`), failed},
		{"sentry-org", "sntrys_" + text(`{"iat":1,"org":"acme"}`) + "_rest", proved}, {"sentry-org", "sntrys_" + text(`{}`) + "_rest", failed}, {"sentry-org", "sntryu_x", unproved},
		{"1password-json", "ops_" + text(`{"email":"x"}`), proved}, {"1password-json", "ops_" + text(`email`), failed},
		{"secp256k1", strings.Repeat("5a", 32), unproved}, {"secp256k1", strings.Repeat("0", 63) + "1", failed}, {"secp256k1", strings.Repeat("f", 64), failed},
	} {
		if got := validators[c.name]([]byte(c.value)); got != c.want {
			t.Errorf("%s: %d of %q, want %d", c.name, got, c.value, c.want)
		}
	}
}

// TestNumbers: the checks of personal and payment numbers, at their edges.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"4012 8888 8888 1881", 1}, {"371449635398431", 1}, {"4012888888881882", 0}, {"1234567890123452", 0}, // cards; the good ones are published
		{"GR16 0110 1050 0000 1054 7023 795", 1}, {"GB82WEST12345698765433", 0}, {"DE8937040044053201300", 0},
		{"536-90-4399", 1}, {"219-09-9998", 1}, {"666-12-3456", 0}, {"000-12-3456", 0},
		{"+44 20 7031 3000", 1}, {"+1790000000000", 0}, {"8.20.15.1", 1}, {"256.1.1.1", 0}, {"192.0.2.7", 0},
	} {
		if got := Default().Find("", []byte("value "+c.text+" there")); len(got) != c.want {
			t.Errorf("%s: %d findings, want %d", c.text, len(got), c.want)
		}
	}
}
