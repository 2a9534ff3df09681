package letters

// What begins behind an escape begins anew: the n of \n is no letter of the word after it, and nor is the m that ends the
// sequence by which a terminal turns green. Escapes are seen as they are written in strings of programs and JSON (\n, \t,
// \x22, \u0022, \033), in URLs (%0A), in mails (=3D), and as the control sequences themselves.

// EndsEscape tells whether an escape ends before i.
func EndsEscape(text []byte, i int) bool {
	if i < 2 {
		return false
	}
	last := text[i-1]
	switch {
	case text[i-2] == '\\':
		return isEscapeLetter(last) || last >= '0' && last <= '7'
	case IsHex(last) && IsHex(text[i-2]) && i >= 3:
		switch text[i-3] {
		case '%':
			return true
		case '=':
			return isMailEscape(text[i-2], last)
		case 'x':
			return i >= 4 && text[i-4] == '\\'
		case '\\':
			return isOctal(text[i-2 : i])
		}
		if i >= 6 && text[i-5] == 'u' && text[i-6] == '\\' && IsHex(text[i-3]) && IsHex(text[i-4]) {
			return true
		}
		if i >= 4 && text[i-4] == '\\' && isOctal(text[i-3:i]) {
			return true
		}
		if i >= 10 && text[i-10] == '\\' && text[i-9] == 'U' && allHex(text[i-8:i]) { // \U0000000a of Python
			return true
		}
	}
	if last == 'B' || last == '0' { // the set of characters is set back: ESC(B
		if text[i-2] == '(' && escBefore(text, i-2) >= 0 {
			return true
		}
	}
	return IsAlpha(last) && sequence(text, i-1) >= 0
}

// isEscapeLetter: what may stand behind a backslash in JSON and in most languages' strings.
func isEscapeLetter(b byte) bool {
	switch b {
	case 'n', 't', 'r', 'f', 'b', 'v', 'a', 'e':
		return true
	}
	return false
}

// isMailEscape tells the two digits of quoted-printable's =3D and =0A from those of a value after its sign: only a sign
// or a control character is written so, and in capitals.
func isMailEscape(high, low byte) bool {
	return high >= '0' && high <= '3' && !IsLower(low) && (high != '3' || low == 'D' || low == 'F')
}

func allHex(v []byte) bool { return AllOf(v, IsHex) }

func isOctal(v []byte) bool {
	for _, b := range v {
		if b < '0' || b > '7' {
			return false
		}
	}
	return true
}

// sequenceLongest bounds the parameters of a control sequence: 38;2;255;255;255.
const sequenceLongest = 24

// sequence is where a control sequence begins whose last byte, a letter, stands at i; -1 if none does. Its ESC may be
// written as an escape: \x1b[, \u001b[, \033[, \e[, ^[[.
func sequence(text []byte, i int) int {
	from := i
	for from > 0 && i-from < sequenceLongest && (IsDigit(text[from-1]) || text[from-1] == ';' || text[from-1] == ':' || text[from-1] == '?') {
		from--
	}
	if from >= 2 && text[from-1] == 0x9b && text[from-2] == 0xc2 { // ESC and [ as one character
		return from - 2
	}
	if from < 2 || text[from-1] != '[' {
		return -1
	}
	return escBefore(text, from-1)
}

var escapes = []string{"\x1b", `\x1b`, `\x1B`, `\u001b`, `\u001B`, `\033`, `\e`, `\E`, `\N{ESC}`, `\u{1b}`, "^["}

// escBefore is where an ESC begins that ends before i, in whatever spelling; -1 if none does.
func escBefore(text []byte, i int) int {
	for _, e := range escapes {
		if from := i - len(e); from >= 0 && string(text[from:i]) == e {
			return from
		}
	}
	return -1
}

// Sequence is the length of the control sequence that begins at i, with its ESC as itself or written as an escape; 0 if
// none does.
func Sequence(text []byte, i int) int {
	end := 0
	for _, e := range escapes {
		if n := i + len(e); n < len(text) && string(text[i:n]) == e && text[n] == '[' {
			end = n + 1
			break
		}
	}
	if end == 0 {
		return 0
	}
	if last := SequenceEnd(text, end); last > end {
		return last - i
	}
	return 0
}

// SequenceEnd is where a control sequence ends whose parameters begin at i; i itself if they are none.
func SequenceEnd(text []byte, i int) int {
	for j := i; j < len(text) && j-i <= sequenceLongest; j++ {
		switch b := text[j]; {
		case IsAlpha(b):
			return j + 1
		case !IsDigit(b) && b != ';' && b != ':' && b != '?':
			return i
		}
	}
	return i
}

// AfterEscape is where a word begins that was read back from to as far as from: behind the escape that begins before
// from and ends within, if there is one.
func AfterEscape(text []byte, from, to int) int {
	if from == 0 {
		return from
	}
	end := from
	switch text[from-1] {
	case '\\':
		switch {
		case from >= len(text):
		case text[from] == 'u':
			end = from + 5
		case text[from] == 'x':
			end = from + 3
		case text[from] >= '0' && text[from] <= '7':
			for end < len(text) && end-from < 3 && text[end] >= '0' && text[end] <= '7' {
				end++
			}
		case isEscapeLetter(text[from]):
			end = from + 1
		}
	case '%', '=':
		end = from + 2
	case '[', ';', ':', '?':
		for end < len(text) && IsDigit(text[end]) {
			end++
		}
		end++
	}
	if end > from && end <= to && EndsEscape(text, end) {
		return end
	}
	return from
}

// Sequences is the length of the control sequences that stand one behind another at i.
func Sequences(text []byte, i int) int {
	from := i
	for i < len(text) && (text[i] == 0x1b || text[i] == '\\' || text[i] == '^') {
		n := Sequence(text, i)
		if n == 0 {
			break
		}
		i += n
	}
	return i - from
}

// EndsValue tells what ends a value that has no quotes: a blank, the end of a line or of a record, whatever it is made of.
func EndsValue(text []byte, i int) bool {
	b := text[i]
	if b <= ' ' || b == 0x7f {
		return true
	}
	if b < 0x80 {
		return false
	}
	rest := text[i:min(len(text), i+3)]
	return string(rest[:min(2, len(rest))]) == "\u00a0" || string(rest) == "\u2028" || string(rest) == "\u2029" || string(rest) == "\u3000" || string(rest[:min(2, len(rest))]) == "\u0085"
}
