package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/redact"
)

// mostShown is how much of one text is shown.
const mostShown = 256 << 10

// part is a piece of a text. Mark says what it is, if it is not just text: placeholder or value.
type part struct{ Text, Mark string }

// shown is a text on the page.
type shown struct {
	Parts []part
	// Cut says how much is not shown, if that is so.
	Cut string
}

// show makes a text readable: JSON with a line for each member, and what marks finds in it marked.
func show(text []byte, marks func([]byte) []span) (s shown) {
	text = readable(text)
	if len(text) > mostShown {
		s.Cut = fmt.Sprintf("The first %d KiB of %d are shown.", mostShown>>10, len(text)>>10)
		text = text[:mostShown]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) { // no half of a letter
			text = text[:len(text)-1]
		}
	}
	at := 0
	for _, m := range marks(text) {
		if m.start < at {
			continue
		}
		if m.start > at {
			s.Parts = append(s.Parts, part{Text: string(text[at:m.start])})
		}
		s.Parts = append(s.Parts, part{string(text[m.start:m.end]), m.what})
		at = m.end
	}
	if at < len(text) {
		s.Parts = append(s.Parts, part{Text: string(text[at:])})
	}
	return s
}

// mostDeep is how deep JSON may go: each line begins with as many spaces.
const mostDeep = 100

// readable is JSON with a line for each member, and anything else as it is.
func readable(text []byte) []byte {
	deep := 0
	for _, c := range text { // what stands in strings counts too, which does no harm
		switch c {
		case '{', '[':
			deep++
		case '}', ']':
			deep--
		}
		if deep > mostDeep {
			return text
		}
	}
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return text
	}
	return out.Bytes()
}

// marked tells whether something of it is.
func (s shown) marked() bool {
	return slices.ContainsFunc(s.Parts, func(p part) bool { return p.Mark != "" })
}

type span struct {
	start, end int
	what       string
}

// placeholders are those of a text.
func placeholders(text []byte) (all []span) {
	for _, p := range redact.Find(text) {
		all = append(all, span{p.Start, p.End, "placeholder"})
	}
	return all
}

// again are the values that are marked in a text, wherever they stand in another, and its placeholders.
func (s shown) again(text []byte) []span {
	all := placeholders(text)
	seen := map[string]bool{}
	for _, p := range s.Parts {
		if p.Mark != "value" || seen[p.Text] {
			continue
		}
		seen[p.Text] = true
		spellings := []string{p.Text}
		var plain string
		if json.Unmarshal([]byte(`"`+p.Text+`"`), &plain) == nil && plain != p.Text && plain != "" {
			spellings = append(spellings, plain)
		}
		for _, value := range spellings {
			for at := 0; ; {
				n := bytes.Index(text[at:], []byte(value))
				if n < 0 {
					break
				}
				all = append(all, span{at + n, at + n + len(value), "value"})
				at += n + len(value)
			}
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.start - b.start })
	return all
}

// heard puts the texts of an answer one below the other, each that a tool was handed with the tool's name.
func heard(texts []control.Heard) (all []byte) {
	for _, h := range texts {
		if len(h.Text) == 0 {
			continue
		}
		if len(all) > 0 {
			all = append(all, "\n\n"...)
		}
		if h.Tool != "" {
			all = append(all, strings.TrimSuffix(h.Tool+", "+h.Key, ", ")+": "...)
		}
		all = append(all, h.Text...)
		if len(all) > mostShown {
			break
		}
	}
	return all
}

// leastAround is how many bytes around a value say where it stands.
const leastAround = 8

// values finds in the text that was typed what placeholders stand for in the text that was sent: everything around them is the
// same. Where that is not enough to tell, nothing is marked.
func values(sent []byte) func([]byte) []span {
	sent = readable(sent)
	return func(typed []byte) (all []span) {
		at, from := 0, 0 // how far typed and sent have come
		marks := redact.Find(sent)
		for i, p := range marks {
			before := sent[from:p.Start]
			if !bytes.HasPrefix(typed[at:], before) {
				return all
			}
			next := len(sent)
			if i+1 < len(marks) {
				next = marks[i+1].Start
			}
			after := sent[p.End:next]
			start := at + len(before)
			n := bytes.Index(typed[start:], after[:min(len(after), 4*leastAround)])
			if n <= 0 || len(after) < leastAround && i+1 < len(marks) {
				return all
			}
			all = append(all, span{start, start + n, "value"})
			at, from = start+n, p.End
		}
		return all
	}
}
