package find

import (
	"bytes"

	"github.com/scrubjay-dev/scrubjay/internal/detect/guess"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/internal/detect/proof"
)

// manifestSpan is how far from its kind a Secret's values may stand.
const manifestSpan = 4 << 10

// findManifest reads a Kubernetes Secret, in YAML or JSON of one member a line: all its values are secret,
// whatever they are called. Those under data are base64, those under stringData are not.
func findManifest(c *look.Text, at letters.Span) {
	if letters.IsWord(c.ByteAt(at.End)) {
		return // SecretList, SecretStore
	}
	from, to := max(0, at.Start-manifestSpan), min(len(c.Bytes), at.End+manifestSpan)
	if i := bytes.LastIndex(c.Bytes[from:at.Start], []byte("\n---")); i >= 0 {
		from += i + 1
	}
	if i := bytes.Index(c.Bytes[at.End:to], []byte("\n---")); i >= 0 {
		to = at.End + i + 1
	}
	inside, depth, plain := false, 0, false
	for from < to {
		end := bytes.IndexByte(c.Bytes[from:to], '\n')
		if end < 0 {
			if to < len(c.Bytes) {
				return // the line goes on where we do not look
			}
			end = to - from
		}
		line := c.Bytes[from : from+end]
		name, value, indent := member(line)
		switch {
		case name.Len() == 0:
		case inside && indent > depth:
			manifestValue(c, value.Moved(from), plain)
		default:
			key := line[name.Start:name.End]
			plain = string(key) == "stringData"
			inside, depth = plain || string(key) == "data", indent
		}
		from += end + 1
	}
}

// member reads name: value of a line, each without its quotes.
func member(line []byte) (name, value letters.Span, indent int) {
	for indent < len(line) && letters.IsBlank(line[indent]) {
		indent++
	}
	colon := bytes.IndexByte(line[indent:], ':')
	if colon < 0 {
		return letters.Span{}, letters.Span{}, indent
	}
	trim := func(s letters.Span, cut string) letters.Span {
		for s.Start < s.End && bytes.IndexByte([]byte(cut), line[s.Start]) >= 0 {
			s.Start++
		}
		for s.End > s.Start && bytes.IndexByte([]byte(cut), line[s.End-1]) >= 0 {
			s.End--
		}
		return s
	}
	return trim(letters.Between(indent, indent+colon), "\"' \t"), trim(letters.Between(indent+colon+1, len(line)), "\"', \t\r"), indent
}

func manifestValue(c *look.Text, value letters.Span, plain bool) {
	v := c.Bytes[value.Start:value.End]
	if len(v) == 0 || len(v) > ValueLimit {
		return
	}
	if !plain {
		raw := proof.Base64Text(v)
		if raw == nil {
			return
		}
		if !letters.AllOf(raw, letters.IsText) {
			if len(raw) >= 16 && len(raw) <= 64 && guess.Distinct(raw) >= 8 {
				c.Emit(value, value) // a key as it is
			}
			return
		}
		v = bytes.TrimSpace(raw)
	}
	if guess.IsSecret(v, nil, true) {
		c.Emit(value, value)
	}
}
