package automaton

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// TestAutomaton: four streams over blocks find what a naive search finds, in the order of the text.
func TestAutomaton(t *testing.T) {
	words := []string{"ab", "abab", "b", "token", "ken", "akia", "@", FourDigits, DigitDot, PlusDigit}
	b := NewBuilder()
	for n, w := range words {
		b.Add(w, int32(n))
	}
	a, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 7, streamFrom - 1, streamFrom, streamFrom + 3, block - 1, block, block + 1, 2*block + 17} {
		text := make([]byte, n)
		for i := range text {
			text[i] = "aAbBtokenKIA@0123456789.+ "[r.IntN(26)]
		}
		var got, want []string
		a.Scan(text, letters.Between(0, n), func(tr *Trigger, at letters.Span) { got = append(got, words[tr.Wakes[0]]+"@"+string(rune(at.Start))) })
		lower := strings.ToLower(string(text))
		for end := 1; end <= n; end++ {
			var here []string
			for _, w := range words {
				start, ok := end-len(w), false
				switch w {
				case FourDigits:
					start = end - 4
					ok = start >= 0 && allDigits(text[start:end]) && (start == 0 || !letters.IsDigit(text[start-1]))
				case DigitDot:
					start = end - 3
					ok = start >= 0 && letters.IsDigit(text[start]) && text[start+1] == '.' && letters.IsDigit(text[start+2])
				case PlusDigit:
					start = end - 2
					ok = start >= 0 && text[start] == '+' && letters.IsDigit(text[start+1])
				default:
					ok = start >= 0 && lower[start:end] == w
				}
				if ok {
					here = append(here, w+"@"+string(rune(start)))
				}
			}
			slices.Sort(here)
			want = append(want, here...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d bytes: %d hits, want %d", n, len(got), len(want))
		}
	}
}

func allDigits(v []byte) bool {
	for _, b := range v {
		if !letters.IsDigit(b) {
			return false
		}
	}
	return true
}

// TestLettersBeyondASCII: a trigger wakes at its capitals, too, and one without a letter of ASCII seldom at other words.
func TestLettersBeyondASCII(t *testing.T) {
	b := NewBuilder()
	triggers := []string{"contraseña", "für", "numéro", "żółw", "пароль", "κωδικός", "パスワード"}
	for n, w := range triggers {
		b.Add(w, int32(n))
	}
	a, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	woken := func(text string, n int) (times int) {
		a.Scan([]byte(text), letters.Between(0, len(text)), func(tr *Trigger, _ letters.Span) {
			if slices.Contains(tr.Wakes, int32(n)) {
				times++
			}
		})
		return times
	}
	for n, w := range triggers {
		for _, text := range []string{w, strings.ToUpper(w), "x " + strings.ToTitle(w) + " y"} {
			if woken(text, n) != 1 {
				t.Errorf("%s does not wake %s once", text, w)
			}
		}
	}
	const prose = "設定ファイルを確認してください。サーバーのログを見る。データベースのバックアップはストレージにあります。東京都は日本の首都である。"
	if times := woken(prose, len(triggers)-1); times > len(prose)/50 {
		t.Errorf("prose of %d bytes wakes %s %d times", len(prose), triggers[len(triggers)-1], times)
	}
}
