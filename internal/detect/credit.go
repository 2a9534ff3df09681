package detect

import (
	"bytes"
	"strings"
)

// creditLine is how far before a value its line is looked at for what makes it a credit.
const creditLine = 160

// creditMarks begin lines that say in public who made something: licences, and what git adds to a commit.
var creditMarks = func() (marks [][]byte) {
	for m := range strings.FieldsSeq("opyright COPYRIGHT © @author -by: -By:") {
		marks = append(marks, []byte(m))
	}
	return marks
}()

// emitCredit emits a name or an address. Who is credited for a work is named in public: that is
// information, not a warning.
func (c *check) emitCredit(r *Rule, v Span) {
	before := len(c.found)
	c.emit(r, v, v)
	if len(c.found) > before && c.isCredit(v) {
		c.found[before].Severity = Info
	}
}

func (c *check) isCredit(v Span) bool {
	if c.file.credits {
		return true
	}
	line := c.text[max(0, v.Start-creditLine):v.Start]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	for _, mark := range creditMarks {
		if bytes.Contains(line, mark) {
			return true
		}
	}
	return false
}
