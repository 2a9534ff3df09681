package proxy

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// attachment is a file that stands in a request as base64, perhaps as a data URL. One that holds text - notes, JSON,
// CSV, code - is scrubbed like text, and encoded again as it was. What else it may be, nobody reads here: policy
// decides by its kind (file).
type attachment struct {
	head     int              // where the base64 begins in the span's text
	encoding *base64.Encoding // nil if it is no base64 after all
	text     []byte
	first    []byte // the first bytes of one that is no text
	// loose says that it is not written as base64 should be, so that it may be text as well.
	loose bool
}

// file is an attachment that nobody here can read.
type file struct {
	span, head int
	kind       policy.Attachment
	media      string
	size       int
	permission policy.Permission
}

// sniffed is how much of a file is decoded to see what it is.
const sniffed = 512

// smallest is the size from which an image can show something: below are single pixels, whose bytes are scanned as they
// are.
const smallest = 96

// openAttachment decodes a span's text; readable is false for one that is no text, such as an image.
func openAttachment(span []byte) (a attachment, readable bool) {
	a.head = wire.DataURLHead(span)
	data := span[a.head:]
	if bytes.ContainsAny(data, "\r\n") {
		a.loose = true
		data = slices.DeleteFunc(slices.Clone(data), func(c byte) bool { return c == '\r' || c == '\n' })
	}
	a.encoding = base64.StdEncoding
	if bytes.ContainsAny(data, "-_") {
		a.encoding = base64.URLEncoding
	}
	// Most are images, whose first bytes tell.
	n := min(len(data), sniffed/3*4) / 4 * 4
	first, err := a.encoding.AppendDecode(nil, data[:n])
	if n < len(data) && err == nil && !isTextFile(first, true) {
		a.first = first
	}
	if len(data)%4 != 0 {
		a.encoding = a.encoding.WithPadding(base64.NoPadding)
	}
	if end := bytes.IndexByte(data, '='); len(data)%4 == 1 || end >= 0 && end < len(data)-2 {
		return a.noBase64(span)
	}
	if a.first != nil {
		return a, false
	}
	text, err := a.encoding.AppendDecode(nil, data)
	if err != nil {
		return a.noBase64(span)
	}
	if pixel := len(text) < smallest && strings.HasPrefix(sniff(text), "image/"); !pixel && !isTextFile(text, false) {
		a.first = text[:min(len(text), sniffed)]
		return a, false
	}
	a.text = text
	return a, true
}

// noBase64 is what stands where base64 should: text, unless it begins like a file. Some readers take whatever they can
// decode.
func (a attachment) noBase64(span []byte) (attachment, bool) {
	if sniff(a.first) != "" {
		a.loose = true
		return a, false
	}
	return attachment{text: slices.Clone(span)}, true
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

// opened is a span of base64: what it holds, and what stands around it.
type opened struct {
	attachment
	// plain is the data URL's head, or all of it if it is no clean base64; inside is the text that it holds.
	plain, inside told
	readable      bool
	// unread is the file that it is if it cannot be read, or nil.
	unread *file
}

func openBlob(req *wire.Request, n int, span []byte) *opened {
	o := &opened{}
	o.attachment, o.readable = openAttachment(span)
	o.plain.text, o.inside.text = span[:o.head], o.text
	if o.loose && !o.readable {
		o.plain.text = span
	}
	for _, t := range []*told{&o.plain, &o.inside} {
		t.key = keyOf(nil, 0, t.text, 0)
	}
	if o.readable {
		return o
	}
	declared, names := req.Declared(n)
	if o.head > 0 {
		declared, _, _ = strings.Cut(string(span[len("data:"):o.head]), ";")
	}
	o.unread = &file{span: n, head: o.head, size: (len(span) - o.head) / 4 * 3}
	o.unread.kind, o.unread.media = kindOf(o.first, declared, names)
	return o
}

// sent is a file that a request brings as it is; nil if it is text like any other.
func sent(req *wire.Request, n int, content []byte) *opened {
	if sniff(content) == "" && isTextFile(content, false) {
		return nil
	}
	declared, names := req.Declared(n)
	o := &opened{unread: &file{span: n, size: len(content)}}
	o.plain.key = keyOf(nil, 0, nil, 0)
	o.unread.kind, o.unread.media = kindOf(content[:min(len(content), sniffed)], declared, names)
	return o
}

// texts are what of it is looked at.
func (o *opened) texts() []*told {
	if !o.readable {
		return []*told{&o.plain}
	}
	return []*told{&o.plain, &o.inside}
}

// attached adds what is sensitive in an attachment, and in what a data URL says of it.
func (o *opened) attached(out []secret, r *reading, n int) []secret {
	for _, t := range o.texts() {
		first := len(out)
		out = merge(out, n, t.has, nil, r.engine)
		for i := range out[first:] {
			s := &out[first+i]
			s.value.Bytes = t.text[s.at.Start:s.at.End]
			if t == &o.inside {
				s.in = &o.attachment
			}
		}
	}
	return out
}
