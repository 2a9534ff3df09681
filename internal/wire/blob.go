package wire

import (
	"bytes"
	"slices"
)

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
	head := text[:min(len(text), maxHead)]
	for at := 0; at+len(mark) <= len(head); at++ {
		if head[at] == ';' && bytes.EqualFold(head[at:at+len(mark)], []byte(mark)) {
			return at + len(mark)
		}
	}
	return 0
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

// mediaTypes are the names under which formats say what a blob is that stands in the same object.
var mediaTypes = []string{"media_type", "mimeType", "mime_type"}

// near is how many strings beside a blob are looked at.
const near = 16

// Declared is what a request says of a blob: a media type that stands in the same object, with nothing nested between;
// and names, the blob's own after that of the object that it is in, as far as they are near. Either may be empty.
func (q *Request) Declared(n int) (mediaType, names string) {
	if q.Spans[n].Key < 0 {
		return "", ""
	}
	names = string(q.Text(q.Spans[q.Spans[n].Key], nil))
	if q.media != nil {
		return q.media[n], names
	}
	for i := n; i > max(0, n-near); i-- {
		before := q.Spans[i-1]
		between := q.body[before.End:q.Spans[i].Start]
		if before.IsKey && i-1 != q.Spans[n].Key && bytes.IndexByte(between, '{') >= 0 && !bytes.ContainsAny(between, "}[]") {
			names = string(q.Text(before, nil)) + "." + names
		}
		if bytes.ContainsAny(between, "{}[]") {
			break
		}
		if mediaType == "" {
			mediaType = q.mediaType(before)
		}
	}
	for i := n; mediaType == "" && i+1 < min(len(q.Spans), n+near) && !bytes.ContainsAny(q.body[q.Spans[i].End:q.Spans[i+1].Start], "{}[]"); i++ {
		mediaType = q.mediaType(q.Spans[i+1])
	}
	return mediaType, names
}

// mediaType is the text of a span that its name says is one.
func (q *Request) mediaType(sp Span) string {
	if sp.IsKey || sp.Key < 0 || !slices.Contains(mediaTypes, string(q.Text(q.Spans[sp.Key], nil))) {
		return ""
	}
	return string(q.Text(sp, nil))
}
