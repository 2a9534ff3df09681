package workspace

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// inUTF16 writes a text as Windows' programs do.
func inUTF16(text string, mark, big bool) (out []byte) {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// TestUTF16: a text in UTF-16 is read, its findings stand where they do in the file, and it can be written again.
func TestUTF16(t *testing.T) {
	key := "AK" + strings.ToUpper("iaq7wm3zxk2plt5vbn")
	text := "# größer als 𝄞\r\n$x = \"" + key + "\"\r\n"
	for _, mark := range []bool{true, false} {
		for _, big := range []bool{true, false} {
			content := inUTF16(text, mark, big)
			var found []Found
			s := &Scanner{Engine: detect.Default(), Found: func(f Found) { found = append(found, f) }}
			w := s.worker(t.Context())
			w.outermost(input{name: "a.ps1", path: "a.ps1", r: bytes.NewReader(content)})
			if len(found) != 1 || len(found[0].Findings) != 1 {
				t.Fatalf("mark %v, big %v: %+v", mark, big, found)
			}
			f := found[0].Findings[0]
			if want := inUTF16(key, false, big); !bytes.Equal(content[f.From.Offset:f.To.Offset], want) || f.From.Line != 2 {
				t.Errorf("mark %v, big %v: at %+v", mark, big, f.From)
			}
			wide, ok := WideOf(content)
			said, err := wide.Decode(content)
			again, eerr := wide.Encode(said)
			if !ok || err != nil || eerr != nil || string(said) != text || !bytes.Equal(again, content) {
				t.Errorf("mark %v, big %v: %q, %v, %v", mark, big, said, err, eerr)
			}
		}
	}
}

// TestWhatIsText: NULs and escapes may stand between texts; programs, images and archives are none.
func TestWhatIsText(t *testing.T) {
	for text, binary := range map[string]bool{
		"A=b\x00C=d\x00": false, "a\x1b[0mb\x0c": false, "plain": false, "\x7fELF\x02\x01\x01\x00": true, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR": true,
		"a\x00\xff\xfe\xfd\xfc": true, strings.Repeat("a\x00\x00\x00", 1000): true,
	} {
		if got := isBinary([]byte(text)); got != binary {
			t.Errorf("%.20q is binary: %v", text, got)
		}
	}
}
