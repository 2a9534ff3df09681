// Package packed writes and reads what the rules come to: numbers as varints, and texts with their length before them.
package packed

import (
	"encoding/binary"
	"fmt"
)

// Writer appends to Bytes.
type Writer struct{ Bytes []byte }

func (w *Writer) Number(n int) { w.Bytes = binary.AppendUvarint(w.Bytes, uint64(n)) }
func (w *Writer) Text(s string) {
	w.Number(len(s))
	w.Bytes = append(w.Bytes, s...)
}

func (w *Writer) Texts(list []string) {
	w.Number(len(list))
	for _, s := range list {
		w.Text(s)
	}
}

// Reader takes from Rest, and panics where that ends early.
type Reader struct{ Rest string }

func (r *Reader) Number() int {
	var n uint64
	for i := 0; i < len(r.Rest) && i < binary.MaxVarintLen64; i++ {
		b := r.Rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.Rest = r.Rest[i+1:]
			return int(n)
		}
	}
	panic(fmt.Sprintf("rules/compiled.bin ends %d bytes early", len(r.Rest)))
}

// Text is a part of what is read, not a copy.
func (r *Reader) Text() string {
	n := r.Number()
	s := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return s
}

func (r *Reader) Texts() []string {
	n := r.Number()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.Text()
	}
	return list
}
