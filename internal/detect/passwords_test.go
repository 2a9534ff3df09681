package detect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestPasswordsWhole: what generators make of letters, of letters and digits, and of all printable signs is found under a
// password's name to its last sign, however the file writes it. Of a kind hardly any may be missed.
func TestPasswordsWhole(t *testing.T) {
	d := rand.New(rand.NewPCG(3, 4))
	draw := func(set string, least, most int) string {
		b := make([]byte, least+d.IntN(most-least+1))
		for i := range b {
			b[i] = set[d.IntN(len(set))]
		}
		return string(b)
	}
	var printable strings.Builder
	for c := byte('!'); c < 0x7f; c++ {
		printable.WriteByte(c)
	}
	quoted := func(v string) string {
		b, _ := json.Marshal(v)
		return string(b[1 : len(b)-1])
	}
	twice := func(v string) string { return quoted(quoted(v)) }
	plain := func(v string) string { return v }
	single := func(v string) string { return strings.ReplaceAll(v, "'", "") }
	for _, kind := range []struct {
		name string
		make func() string
	}{
		{"letters", func() string { return draw(shapeUpper+shapeLower, 8, 32) }},
		{"lower case", func() string { return draw(shapeLower, 12, 32) }},
		{"letters and digits", func() string { return draw(shapeLower+shapeDigits, 12, 50) }},
		{"printable", func() string { return draw(printable.String(), 12, 50) }},
	} {
		for _, form := range []struct {
			name, path, text string
			write            func(string) string
		}{
			{".env", ".env", "A=b\nDB_PASSWORD=%s\nC=d\n", plain},
			{".env in quotes", ".env", "A=b\nDB_PASSWORD='%s'\nC=d\n", single},
			{"JSON", "a.json", "{\"user\":\"app\",\"password\":\"%s\",\"port\":1}\n", quoted},
			{"YAML", "a.yml", "db:\n  password: '%s'\n  port: 1\n", single},
			{"JSON in JSON", "a.json", "{\"SecretString\":\"{\\\"user\\\":\\\"app\\\",\\\"password\\\":\\\"%s\\\",\\\"port\\\":1}\"}\n", twice},
		} {
			const rounds = 400
			missed, tails := 0, 0
			var example string
			for range rounds {
				v := form.write(kind.make())
				before, after, _ := strings.Cut(form.text, "%s")
				text := []byte(before + v + after)
				hidden := make([]byte, len(text))
				for _, f := range Default().Find(form.path, text) {
					copy(hidden[f.Start:f.End], bytes.Repeat([]byte{1}, f.Len()))
				}
				left := bytes.Count(hidden[len(before):len(before)+len(v)], []byte{0})
				if left > 0 {
					missed++
					example = string(text)
					if left < len(v) {
						tails++
						example = "tail: " + example
					}
				}
			}
			report := fmt.Sprintf("%s in %s: missed %d of %d, %d of them in part: %.140q", kind.name, form.name, missed, rounds, tails, example)
			if missed*50 > rounds {
				t.Error(report)
			} else if missed > 0 {
				t.Log(report)
			}
		}
	}
}
