package detect

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// where is a text in which values stand: testdata/corpus/shapes.txt.
type where struct {
	kind, path, text string
	line             int
}

var (
	shapeEscape = regexp.MustCompile(`\\(?:u\{([0-9a-f]+)\}|x([0-9a-f]{2})|.)`)
	shapeValue  = regexp.MustCompile(`\{(?:=([^}]*)|([PLlKGACIMHmBiSwU])(?:!|:([^}]*))?)\}`)
)

func loadShapes(t testing.TB) (all []where) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(corpusDir, "shapes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	kind := ""
	for i, line := range strings.Split(string(text), "\n") {
		path, text, ok := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, "## "):
			kind = line[3:]
		case ok:
			text = shapeEscape.ReplaceAllStringFunc(text, func(e string) string {
				m := shapeEscape.FindStringSubmatch(e)
				switch {
				case m[1] != "":
					n, _ := strconv.ParseUint(m[1], 16, 32)
					return string(rune(n))
				case m[2] != "":
					n, _ := strconv.ParseUint(m[2], 16, 8)
					return string([]byte{byte(n)})
				}
				return map[string]string{"n": "\n", "t": "\t", "r": "\r", "0": "\x00", "e": "\x1b", `\`: `\`}[e[1:]]
			})
			all = append(all, where{kind, path, text, i + 1})
		case line != "" && line[0] != '#':
			t.Fatalf("shapes.txt:%d: no tab", i+1)
		}
	}
	return all
}

// filled is the shape with values in it, and where they stand.
func (s where) filled(d *rand.Rand) (text []byte, values []Span) {
	at := 0
	for _, m := range shapeValue.FindAllStringSubmatchIndex(s.text, -1) {
		text = append(text, s.text[at:m[0]]...)
		var v string
		if m[2] >= 0 {
			v = withDigits(d, s.text[m[2]:m[3]])
		} else {
			v = shapeDraw(d, s.text[m[4]])
			if m[6] >= 0 {
				v = strings.Join(grouped(v), s.text[m[6]:m[7]])
			} else if s.text[m[5]] == '!' {
				v = strings.Map(func(r rune) rune { return r - '0' + '\uff10' }, v)
			}
		}
		values = append(values, Span{Start: len(text), End: len(text) + len(v)})
		text = append(text, v...)
		at = m[1]
	}
	return append(append(text, s.text[at:]...), '\n'), values
}

func grouped(v string) (out []string) {
	for len(v) > 4 {
		out, v = append(out, v[:4]), v[4:]
	}
	return append(out, v)
}

// withDigits has a digit for each #.
func withDigits(d *rand.Rand, text string) string {
	return strings.Map(func(r rune) rune {
		if r == '#' {
			return rune('0' + d.IntN(10))
		}
		return r
	}, text)
}

const (
	shapeLower  = "abcdefghijklmnopqrstuvwxyz"
	shapeUpper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	shapeDigits = "0123456789"
	shapeAlnum  = shapeDigits + shapeUpper + shapeLower
)

func shapeDraw(d *rand.Rand, kind byte) string {
	from := func(set string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = set[d.IntN(len(set))]
		}
		return string(b)
	}
	switch kind {
	case 'P': // as a generator makes it: every class in it
		return from(shapeUpper, 2) + from(shapeAlnum, 5) + from(shapeDigits, 2) + from(shapeAlnum, 2+d.IntN(5)) + from(shapeUpper, 1)
	case 'L':
		return from(shapeUpper, 1) + from(shapeUpper+shapeLower, 10+d.IntN(10)) + from(shapeLower, 2) + from(shapeUpper, 1)
	case 'l':
		return from(shapeLower, 16)
	case 'K':
		return from(shapeAlnum, 28) + from(shapeDigits, 2) + from(shapeLower, 2)
	case 'H':
		return from("0123456789abcdef", 32)
	case 'S': // signs that no syntax below ends a value at, one of them surely
		const signs = "!@#$%^&*()_+-=[]{}|;:,.<>?/~"
		for {
			v := from(shapeAlnum, 2) + from(shapeAlnum+signs, 10+d.IntN(18)) + from(shapeDigits, 1) + from(shapeAlnum, 2)
			if strings.ContainsAny(v, "()[]{}|;,<>&") && !strings.ContainsAny(v, "&;<") && !strings.Contains(v, "${") && !strings.Contains(v, "://") {
				return v
			}
		}
	case 'U': // in a URL, not escaped
		return from(shapeAlnum, 4) + from(",;&?=|", 1) + from(shapeAlnum, 4) + from(shapeDigits, 1) + from(",;&?=<>|", 1) + from(shapeAlnum, 3)
	case 'w':
		words := strings.Fields("harbor walnut meadow violet saddle cobalt ferry glacier lantern orchid pebble rocket thimble tractor copper canyon marble willow falcon timber velvet anchor basket candle dragon feather garden hammer island jacket kettle ladder mirror needle oyster parrot quartz ribbon silver turtle")
		return words[d.IntN(len(words))]
	case 'm':
		return from(shapeDigits+shapeLower, 26)
	case 'B':
		return from(shapeAlnum+"+/", 64)
	case 'A':
		return "AK" + "IA" + from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
	case 'G':
		body := from(shapeAlnum, 30)
		sum, out := crc32.ChecksumIEEE([]byte(body)), ""
		for ; len(out) < 6; sum /= 62 {
			out = string((shapeDigits + shapeUpper + shapeLower)[sum%62]) + out
		}
		return "gh" + "p_" + body + out
	case 'C':
		return luhned("4539" + from(shapeDigits, 11))
	case 'I', 'i':
		account := "37040044" + from(shapeDigits, 10)
		n, _ := new(big.Int).SetString(account+"131400", 10)
		iban := fmt.Sprintf("DE%02d%s", 98-new(big.Int).Mod(n, big.NewInt(97)).Int64(), account)
		if kind == 'i' {
			return strings.ToLower(iban)
		}
		return iban
	case 'M':
		return from(shapeLower, 5) + "." + from(shapeLower, 6) + "@acme-corp" + ".de"
	}
	panic(kind)
}

func luhned(v string) string {
	sum := 0
	for i := range len(v) {
		n := int(v[len(v)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return v + strconv.Itoa((10-sum%10)%10)
}

// shapeRounds is how often each shape is tried, with other values.
const shapeRounds = 20

// TestShapes: values are found whole where people lost them, whatever they are. Of a kind hardly any may be missed.
func TestShapes(t *testing.T) {
	e := Default()
	d := rand.New(rand.NewPCG(1, 2))
	tried, missed := map[string]int{}, map[string]int{}
	var kinds []string
	for _, s := range loadShapes(t) {
		if tried[s.kind] == 0 {
			kinds = append(kinds, s.kind)
		}
		failed := 0
		var example string
		for range shapeRounds {
			text, values := s.filled(d)
			tried[s.kind]++
			hidden := make([]byte, len(text))
			for _, f := range e.Find(s.path, text) {
				if f.Severity > Info {
					copy(hidden[f.Start:f.End], bytes.Repeat([]byte{1}, f.Len()))
				}
			}
			for _, v := range values {
				if bytes.IndexByte(hidden[v.Start:v.End], 0) >= 0 {
					failed++
					missed[s.kind]++
					example = string(text)
					break
				}
			}
		}
		if failed > 0 {
			t.Logf("shapes.txt:%d: missed %d of %d in %s: %.200q", s.line, failed, shapeRounds, s.path, example)
		}
	}
	for _, k := range kinds {
		if missed[k]*50 > tried[k] {
			t.Errorf("%s: missed %d of %d", k, missed[k], tried[k])
		}
	}
}
