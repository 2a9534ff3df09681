package workspace

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// Wide is the way in which a text in UTF-16 is written: PowerShell, Registry Editor and SQL Server write such files.
type Wide struct {
	order unicode.Endianness
	bom   int // how many bytes of it stand at the beginning
}

// wideSample is how much of a file is looked at for how it is written, if it does not say so itself.
const wideSample = 512

// WideOf tells whether content is text in UTF-16: by its mark, or because every second byte is zero and the others are not.
func WideOf(content []byte) (Wide, bool) {
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe, 0, 0}), len(content) < 2:
		return Wide{}, false // the mark of UTF-32
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		return Wide{unicode.LittleEndian, 2}, true
	case bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return Wide{unicode.BigEndian, 2}, true
	}
	var zeros [2]int
	sample := content[:min(len(content), wideSample)&^1]
	for i, b := range sample {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(sample) / 2
	switch {
	case half < 4:
	case zeros[0] == 0 && zeros[1]*10 >= half*7:
		return Wide{unicode.LittleEndian, 0}, true
	case zeros[1] == 0 && zeros[0]*10 >= half*7:
		return Wide{unicode.BigEndian, 0}, true
	}
	return Wide{}, false
}

// Decode is the text in UTF-8.
func (w Wide) Decode(content []byte) ([]byte, error) {
	return unicode.UTF16(w.order, unicode.IgnoreBOM).NewDecoder().Bytes(content[w.bom:])
}

// Encode writes a text as it was written.
func (w Wide) Encode(text []byte) ([]byte, error) {
	out, err := unicode.UTF16(w.order, unicode.IgnoreBOM).NewEncoder().Bytes(text)
	if w.bom == 0 || err != nil {
		return out, err
	}
	mark := []byte{0xff, 0xfe}
	if w.order == unicode.BigEndian {
		mark = []byte{0xfe, 0xff}
	}
	return append(mark, out...), nil
}

// offset is where a place of the text stands in the file.
func (w Wide) offset(text []byte, at int) int {
	n := w.bom
	for _, r := range string(text[:at]) {
		if n += 2; r > 0xffff {
			n += 2
		}
	}
	return n
}

// TextOf is what a file says, in UTF-8; false if it is no text.
func TextOf(content []byte) ([]byte, bool) {
	if wide, ok := WideOf(content); ok {
		text, err := wide.Decode(content)
		return text, err == nil
	}
	return content, !isBinary(content)
}

// isBinary tells a file that is no text by its beginning. A text may have NULs where something else would have line ends, as
// the variables of a process; then all else in it is text.
func isBinary(head []byte) bool {
	head = head[:min(len(head), sniffed)]
	nul := bytes.IndexByte(head, 0)
	if nul <= 0 {
		return nul == 0
	}
	nuls := 0
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && size == 1 && len(head) >= utf8.UTFMax:
			return true
		case r == 0:
			nuls++
		case r < ' ' && !(r >= '\t' && r <= '\r') && r != 0x1b && r != 0x1e && r != 0x1f && r != 0x1c && r != 0x1d, r == 0x7f:
			return true
		}
		head = head[size:]
	}
	return nuls*8 > sniffed
}
