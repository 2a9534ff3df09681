// Package letters is what the other rooms of detection ask of single bytes and short words: which class a byte is of,
// whether a word stands somewhere in any case of letters, which list it is in. It also has the span, which says where
// something stands in a text. It knows nothing of what is looked for.
package letters

// kinds tells what a byte is by one look-up: these questions are asked of every byte near a trigger.
const (
	digitKind = 1 << iota
	upperKind
	lowerKind
	hexKind
	underKind
	blankKind
	lineKind
	signKind // + and /
)

var kinds = func() (of [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			of[c] = digitKind | hexKind
		case c >= 'A' && c <= 'Z':
			of[c] = upperKind
		case c >= 'a' && c <= 'z':
			of[c] = lowerKind
		case c == '_':
			of[c] = underKind
		case c == ' ' || c == '\t':
			of[c] = blankKind
		case c == '\n' || c == '\r':
			of[c] = lineKind
		case c == '+' || c == '/':
			of[c] = signKind
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' {
			of[c] |= hexKind
		}
	}
	return of
}()

func IsDigit(b byte) bool     { return kinds[b]&digitKind != 0 }
func IsUpper(b byte) bool     { return kinds[b]&upperKind != 0 }
func IsLower(b byte) bool     { return kinds[b]&lowerKind != 0 }
func IsAlpha(b byte) bool     { return kinds[b]&(upperKind|lowerKind) != 0 }
func IsAlnum(b byte) bool     { return kinds[b]&(digitKind|upperKind|lowerKind) != 0 }
func IsWord(b byte) bool      { return kinds[b]&(digitKind|upperKind|lowerKind|underKind) != 0 }
func IsHex(b byte) bool       { return kinds[b]&hexKind != 0 }
func IsBlank(b byte) bool     { return kinds[b]&blankKind != 0 }
func IsSpace(b byte) bool     { return kinds[b]&(blankKind|lineKind) != 0 }
func IsBase64URL(b byte) bool { return IsWord(b) || b == '-' }
func IsBase64(b byte) bool    { return kinds[b]&(digitKind|upperKind|lowerKind|signKind) != 0 }

func IsText(b byte) bool { return b >= ' ' && b < 0x7f || b == '\n' || b == '\t' || b == '\r' }

// AfterBlanks is a text without the blanks before it.
func AfterBlanks(v []byte) []byte {
	for len(v) > 0 && IsBlank(v[0]) {
		v = v[1:]
	}
	return v
}
