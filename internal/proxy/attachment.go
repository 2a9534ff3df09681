package proxy

import (
	"bytes"
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// attachment is a file that stands in a request as base64, perhaps as a data URL. One that holds text - notes, JSON,
// CSV, code - is scrubbed like text, and encoded again as it was; what else it may be, nobody reads here.
type attachment struct {
	head     int              // where the base64 begins in the span's text
	encoding *base64.Encoding // nil if it is no base64 after all
	text     []byte
}

// openAttachment decodes a span's text; ok is false for one that is no text, such as an image.
func openAttachment(span []byte) (a attachment, ok bool) {
	if bytes.HasPrefix(span, []byte("data:")) {
		const mark = ";base64,"
		a.head = max(0, bytes.Index(span, []byte(mark))+len(mark))
	}
	data := span[a.head:]
	a.encoding = base64.StdEncoding
	if bytes.ContainsAny(data, "-_") {
		a.encoding = base64.URLEncoding
	}
	if len(data)%4 != 0 {
		a.encoding = a.encoding.WithPadding(base64.NoPadding)
	}
	if end := bytes.IndexByte(data, '='); len(data)%4 == 1 || end >= 0 && end < len(data)-2 {
		return attachment{text: slices.Clone(span)}, true // it is no base64, so what stands there is the text
	}
	// Most are images, whose first bytes tell.
	if n := min(len(data), 512) / 4 * 4; n > 0 && n < len(data) {
		if head, err := a.encoding.AppendDecode(nil, data[:n]); err == nil && !isTextFile(head, true) {
			return a, false
		}
	}
	text, err := a.encoding.AppendDecode(nil, data)
	if err != nil {
		return attachment{text: slices.Clone(span)}, true
	}
	a.text = text
	return a, isTextFile(text, false)
}

// isTextFile tells a text in UTF-8, of which more may follow, from an image or a document that only its program reads.
func isTextFile(b []byte, more bool) bool {
	if bytes.HasPrefix(b, []byte("%PDF-")) || bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	for n := 0; more && n < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b); n++ {
		b = b[:len(b)-1] // a letter that is cut in two
	}
	return utf8.Valid(b)
}

// with is the attachment as it stands in the span's text, with edits to what it holds.
func (a attachment) with(edits []wire.Edit) []byte {
	text := wire.Splice(a.text, edits)
	if a.encoding == nil {
		return text
	}
	return a.encoding.AppendEncode(nil, text)
}

// attached finds what is sensitive in an attachment, and in what a data URL says of it.
func (p *Proxy) attached(n int, span []byte, engine *detect.Engine) []secret {
	a, ok := openAttachment(span)
	head := span[:a.head]
	findings, known := p.seen.find(engine, p.Vault, nil, head)
	found := merge(n, head, findings, known, nil, engine)
	if !ok {
		return found
	}
	findings, known = p.seen.find(engine, p.Vault, nil, a.text)
	for _, s := range merge(n, a.text, findings, known, nil, engine) {
		s.in = &a
		found = append(found, s)
	}
	return found
}
