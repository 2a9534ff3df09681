package letters

import "testing"

func TestEscapesEndBeforeWords(t *testing.T) {
	for _, c := range []struct {
		before string
		ends   bool
	}{
		{`\n`, true}, {`\r\n`, true}, {`\t`, true}, {`\\n`, true}, {`\u0022`, true}, {`\x22`, true}, {`\0`, true}, {`\012`, true}, {`%0A`, true}, {`%22`, true},
		{`=3D`, true}, {`=0A`, true}, {"\x1b[33m", true}, {"\x1b[m", true}, {"\x1b[01;31m\x1b[K", true}, {`\u001b[1;33m`, true}, {`\033[0m`, true}, {`\e[1m`, true}, {`\x1b[38;2;1;2;3m`, true}, {"^[[33m", true},
		{"an", false}, {"n", false}, {`\q`, false}, {`\u00`, false}, {"0A", false}, {"=ab", false}, {"=41", false}, {"[33m", false}, {"a[0m", false}, {`u0022`, false}, {"", false}, {`%zz`, false},
	} {
		text := []byte(c.before + "word")
		if got := EndsEscape(text, len(c.before)); got != c.ends {
			t.Errorf("before a word, %q ends an escape: %v", c.before, got)
		}
		from := len(c.before)
		for from > 0 && IsWord(text[from-1]) {
			from--
		}
		got := AfterEscape(text, from, len(c.before))
		if want := map[bool]int{true: len(c.before), false: from}[c.ends]; got != want {
			t.Errorf("behind %q the word begins at %d, not at %d", c.before, got, want)
		}
	}
}

func TestSequence(t *testing.T) {
	for text, want := range map[string]int{
		"\x1b[33mx": 5, "\x1b[mx": 3, `\u001b[0mx`: 9, `\033[1;31mx`: 10, "\x1b[Kx": 3, "\x1b[33": 0, "[33m": 0, "\x1b]0;x": 0, "\x1b[3 m": 0, `\e[?25hx`: 7, "x": 0,
	} {
		if got := Sequence([]byte(text), 0); got != want {
			t.Errorf("%q: %d, not %d", text, got, want)
		}
	}
}
