package detect

import "testing"

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
	} {
		for i, v := range vectors {
			if got := validators[name]([]byte(v)); got != proved {
				t.Errorf("%s: vector %d gives %d", name, i, got)
			}
			wrong := []byte(v)
			at := len(wrong) / 2
			if wrong[at] == 'a' {
				wrong[at] = 'c'
			} else {
				wrong[at] = 'a'
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
