package wire

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// ErrMultipart is a body of parts that two parsers could read differently.
var ErrMultipart = errors.New("malformed multipart body")

// maxParts is far more than any request has.
const maxParts = 1024

// Multipart reads a body of form-data, as files and audio are sent. Its spans stand in it as they are, without escapes:
// each part's name, its file's name and what it holds, which is a File if it has a name or is no text.
func Multipart(body []byte, boundary string) (*Request, error) {
	q := &Request{Tools: new(Tools), body: body, media: map[int]string{}}
	bad := func(what string) (*Request, error) { return nil, fmt.Errorf("%w: %s", ErrMultipart, what) }
	delimiter := []byte("\r\n--" + boundary)
	rest, ok := bytes.CutPrefix(body, delimiter[2:])
	if !ok || boundary == "" {
		return bad("it does not begin with its boundary")
	}
	for n := 0; ; n++ {
		if end, ok := bytes.CutPrefix(rest, []byte("--")); ok {
			if len(bytes.Trim(end, "\r\n")) > 0 {
				return bad("something stands behind its end")
			}
			return q, nil
		}
		if rest, ok = bytes.CutPrefix(rest, []byte("\r\n")); !ok || n == maxParts {
			return bad("a boundary does not end its line, or there are more than 1,024")
		}
		head, after, ok := bytes.Cut(rest, []byte("\r\n\r\n"))
		if !ok {
			return bad("a part has no blank line behind its header")
		}
		content, next, ok := bytes.Cut(after, delimiter)
		if !ok {
			return bad("it ends within a part")
		}
		at := len(body) - len(rest)
		if what := q.part(at, head, len(body)-len(after), content); what != "" {
			return bad(what)
		}
		rest = next
	}
}

// part lists a part's spans. It says what is wrong with it, if anything is.
func (q *Request) part(at int, head []byte, begins int, content []byte) string {
	named, media := false, ""
	key, file := -1, false
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || bytes.ContainsAny(line, "\r\n\x00") || bytes.ContainsAny(name, " \t") {
			return "a line of a part's header is none"
		}
		from := at + len(line) - len(value)
		at += len(line) + 2
		switch strings.ToLower(string(name)) {
		case "content-disposition":
			if named {
				return "a part has two names"
			}
			named = true
			what := ""
			if key, file, what = q.disposition(from, value); what != "" {
				return what
			}
		case "content-type":
			if media != "" {
				return "a part has two types"
			}
			var err error
			if media, _, err = mime.ParseMediaType(string(value)); err != nil || strings.HasPrefix(media, "multipart/") {
				return "a part's type cannot be read"
			}
		case "content-transfer-encoding":
			if e := strings.ToLower(string(bytes.TrimSpace(value))); e != "binary" && e != "8bit" && e != "7bit" {
				return "a part is encoded: send it as it is"
			}
		}
	}
	if key < 0 {
		return "a part has no name"
	}
	sp := Span{Start: begins, End: begins + len(content), Key: key}
	if file || !utf8.Valid(content) {
		sp.Kind = File
		q.media[len(q.Spans)] = media
	} else if string(q.Text(q.Spans[key], nil)) == "model" {
		q.Model = string(content)
		q.models = append(q.models, Edit{Start: sp.Start, End: sp.End})
	}
	q.Spans = append(q.Spans, sp)
	return ""
}

// disposition lists the names in the header that has them.
func (q *Request) disposition(at int, value []byte) (key int, file bool, what string) {
	rest := bytes.TrimLeft(value, " ")
	rest, ok := bytes.CutPrefix(rest, []byte("form-data"))
	if !ok {
		return 0, false, "a part is no form-data"
	}
	key = -1
	for len(rest) > 0 {
		if rest[0] != ';' {
			return 0, false, "a part's names cannot be read"
		}
		rest = bytes.TrimLeft(rest[1:], " ")
		name, quoted, ok := bytes.Cut(rest, []byte("="))
		if !ok || len(quoted) == 0 || quoted[0] != '"' {
			return 0, false, "a part's name is not in quotes"
		}
		from := at + len(value) - len(quoted) + 1
		n := 1
		for n < len(quoted) && quoted[n] != '"' {
			if quoted[n] == '\\' {
				n++
			}
			n++
		}
		if n >= len(quoted) {
			return 0, false, "a part's name does not end"
		}
		rest = quoted[n+1:]
		sp := Span{Start: from, End: from + n - 1, Key: key}
		switch string(name) {
		case "name":
			if key >= 0 || file {
				return 0, false, "a part's name comes first and once"
			}
			key, sp.IsKey = len(q.Spans), true
		case "filename":
			if file || key < 0 {
				return 0, false, "a part's file has its name behind the part's, and once"
			}
			file = true
		default: // filename* would be another name of the same file
			return 0, false, "a part's header names something unknown"
		}
		q.Spans = append(q.Spans, sp)
	}
	return key, file, ""
}
