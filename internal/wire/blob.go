package wire

import "bytes"

// minBlob is less than the smallest image or file: a password is base64 too.
const minBlob = 64

// isDataURL tells whether text begins as one; schemes are read in any case.
func isDataURL(text []byte) bool {
	return len(text) >= len("data:") && bytes.EqualFold(text[:len("data:")], []byte("data:"))
}

// maxHead bounds what a data URL says before its data: the longest names of types are some 80 letters, and a file's
// own may be among them.
const maxHead = 1024

// DataURLHead is how much of text is the head of a data URL in base64, before the data; 0 if text is none.
func DataURLHead(text []byte) int {
	const mark = ";base64,"
	if !isDataURL(text) {
		return 0
	}
	at := bytes.Index(bytes.ToLower(text[:min(len(text), maxHead)]), []byte(mark))
	if at < 0 {
		return 0
	}
	return at + len(mark)
}

// isBlob tells whether text is base64, perhaps as a data URL. What merely stands where base64 should is text.
func isBlob(text []byte) bool {
	if len(text) < minBlob {
		return false
	}
	if isDataURL(text) {
		head := DataURLHead(text)
		if head == 0 {
			return false
		}
		text = text[head:]
	}
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			skip := escapedDigit(text[i+1:])
			if skip == 0 {
				return false
			}
			i += skip
		} else if !base64Digits[text[i]] {
			return false
		}
		n++
	}
	return n >= minBlob
}

// escapedDigit is the length of an escape, after its backslash, that stands for a slash, a plus or an equals sign,
// which some writers of JSON escape, or for the end of a line: some wrap base64. An escape of anything else is not
// written for a blob, and may be a value's.
func escapedDigit(after []byte) int {
	switch {
	case len(after) > 0 && (after[0] == '/' || after[0] == 'n' || after[0] == 'r'):
		return 1
	case len(after) > 4 && after[0] == 'u':
		switch string(bytes.ToLower(after[1:5])) {
		case "002f", "002b", "003d":
			return 5
		}
	}
	return 0
}

var base64Digits = func() (digits [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
		digits[c] = true
	}
	return digits
}()

// declarations are the names under which formats say what a blob is that stands in the same object.
var declarations = []string{"media_type", "mimeType", "mime_type", "format"}

// near is how many strings beside a blob are looked at.
const near = 16

// Declared is what the object that holds a blob says it is, by its own name: a media type, or less. Nothing if it
// says nothing. Only what stands beside it with nothing nested between is looked at.
func (q *Request) Declared(n int) string {
	if q.Spans[n].Key < 0 || q.Spans[n].layers > 1 {
		return ""
	}
	for _, step := range []int{-1, 1} {
		for i := n; i+step >= max(0, n-near) && i+step < min(len(q.Spans), n+near); i += step {
			a, b := q.Spans[min(i, i+step)], q.Spans[max(i, i+step)]
			if bytes.ContainsAny(q.body[a.End:b.Start], "{}[]") {
				break
			}
			sp := q.Spans[i+step]
			if sp.IsKey || sp.Key < 0 {
				continue
			}
			key := string(q.Text(q.Spans[sp.Key], nil))
			for _, name := range declarations {
				if key == name {
					return string(q.Text(sp, nil))
				}
			}
		}
	}
	return ""
}
