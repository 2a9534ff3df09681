package find

import (
	"bytes"
	"maps"
	"slices"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
	"github.com/scrubjay-dev/scrubjay/rules"
)

// A given name alone is a person where somebody is addressed, or says something. It stays in doubt.

const (
	nameAfter  = iota // Hi Anna,
	nameBefore        // Anna wrote
	nameBelow         // Regards, and the name on the next line
)

// addressing are the words beside a given name, by where it stands.
var addressing = func() map[string]int {
	m := map[string]int{}
	for how, list := range [...]string{
		nameAfter:  "hi |dear |hello |hey |hallo |hola |ciao |bonjour |liebe |lieber |moin |olá |cześć |ahoj |hei |hej |to: |cc: |bcc: |assigned to |thanks |thank you |ask |ping |cc ",
		nameBefore: " wrote| called me| called us| wants to | reported that| thinks that| said| asked| replied| says| told | emailed| mentioned| suggested| schrieb| sagte| fragte| escribió| dijo| a écrit| ha scritto",
		nameBelow:  "regards,|thanks,|cheers,|best,|sincerely,|grüße|gruß|saludos,|cordialement,|saluti,|lg,|vg,",
	} {
		for word := range bytes.SplitSeq([]byte(list), []byte("|")) {
			m[string(word)] = how
		}
	}
	return m
}()

// addressingWhich numbers them.
var (
	addressingWords = slices.Sorted(maps.Keys(addressing))
	addressingWhich = letters.ListOfAll(addressingWords)
)

// findFirstName reads a given name beside a word that addresses or quotes somebody.
func findFirstName(c *look.Text, at letters.Span, how int) {
	if c.File.Code || c.File.Quiet {
		return
	}
	text, from := c.Bytes, at.End
	switch how {
	case nameBefore:
		if letters.IsAlpha(c.ByteAt(at.End)) && text[at.End-1] != ' ' {
			return
		}
		from = at.Start
		for from > 0 && at.Start-from < nameLongest && (letters.IsAlpha(text[from-1]) || text[from-1] >= 0x80) {
			from--
		}
	case nameBelow:
		for n := 0; n < 12 && from < len(text) && (bytes.IndexByte([]byte("\r\n ,\\"), text[from]) >= 0 || text[from-1] == '\\' && (text[from] == 'n' || text[from] == 'r')); n++ {
			from++
		}
	}
	if how == nameBefore {
		from = letters.AfterEscape(text, from, at.Start)
	}
	if letters.IsWord(c.Before(at.Start)) && how != nameBefore || from >= len(text) || !letters.IsUpper(text[from]) && text[from] < 0xc3 || letters.IsWord(c.Before(from)) {
		return
	}
	v, tokens := readName(c, from)
	name := text[v.Start:v.End]
	if tokens != 1 || how == nameBefore && v.End != at.Start || !nameLists().given[string(name)] && !inLines(rules.GivenNames, name) {
		return
	}
	after := c.ByteAt(v.End)
	switch {
	case after == ' ' && how == nameAfter && (letters.IsUpper(c.ByteAt(v.End+1)) || nameLists().common[string(name)]), how == nameBelow && after != 0 && after != '\n' && after != '\r' && after != '\\' && after != '"':
		return
	case nameLists().common[string(name)] && how == nameBefore:
		return
	}
	c.Doubt(v, v, name)
}
