package jsontext

// Edit replaces the bytes from Start to End.
type Edit struct {
	Start, End int
	Text       []byte
}

// Splice applies edits, which are in order and do not overlap. Without edits the body itself is returned.
func Splice(body []byte, edits []Edit) []byte {
	if len(edits) == 0 {
		return body
	}
	size := len(body)
	for _, e := range edits {
		size += len(e.Text) - (e.End - e.Start)
	}
	return AppendSplice(make([]byte, 0, size), body, edits)
}

// AppendSplice is Splice to the end of dst.
func AppendSplice(dst, body []byte, edits []Edit) []byte {
	at := 0
	for _, e := range edits {
		dst = append(dst, body[at:e.Start]...)
		dst = append(dst, e.Text...)
		at = e.End
	}
	return append(dst, body[at:]...)
}
