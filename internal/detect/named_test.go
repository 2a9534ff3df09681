package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/find"
	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
)

// names are what stands in front of a text in a request: the vendor's words, a tool's, and some that say secret.
var textNames = []string{"content", "text", "output", "arguments", "stdout", "value", "note", "password", "db_password", "clientSecret", "token", "customerName", "nhs_number"}

// uncovered is what of some spans no finding of others covers; nothing if all of it is covered.
func uncovered(text []byte, spans, by []Finding) string {
	hidden := bytes.Clone(text)
	for _, f := range by {
		for i := f.Start; i < f.End; i++ {
			hidden[i] = 0
		}
	}
	for _, f := range spans {
		if left := bytes.Trim(hidden[f.Start:f.End], "\x00"); len(left) > 0 {
			return string(left)
		}
	}
	return ""
}

// TestANameTakesNothingAway: what is found in a text is found under every name, too, on one line and between others:
// a prompt or a tool's answer of one line is a text, and no value of its name.
func TestANameTakesNothingAway(t *testing.T) {
	c := loadCorpus(t)
	check := func(rule string, text []byte) int {
		text = bytes.TrimRight(text, "\n")
		if len(text) > find.ValueLimit || bytes.IndexByte(text, '\n') >= 0 {
			return 0
		}
		plain := c.engine.Find("", text)
		for _, name := range textNames {
			if left := uncovered(text, plain, c.engine.FindNamed([]byte(name), text)); left != "" {
				t.Errorf("%s under %s: %q is left of %q", rule, name, left, text)
			}
		}
		return len(plain)
	}
	tried := 0
	for _, fam := range c.families {
		for _, r := range fam.rules {
			d := newDrawer(r.ID)
			name, before := c.name(r)
			if slices.Contains(c.OwnForm, fam.name) || slices.Contains(c.OwnForm, r.ID) {
				for _, example := range r.Examples {
					tried += check(r.ID, []byte(example))
				}
				continue
			}
			for i := range c.Contexts {
				text, _ := c.Contexts[i].place(name, before, c.sample(t, d, r))
				tried += check(r.ID, text)
			}
		}
	}
	if tried < 1000 {
		t.Fatalf("only %d findings were looked at", tried)
	}
	d := newDrawer("shapes")
	for range 20 {
		p := strings.Map(func(r rune) rune {
			if strings.ContainsRune(`"'\{}<>`, r) {
				return 'x'
			}
			return r
		}, string(d.password()))
		for _, shape := range oneLineShapes {
			text := fmt.Sprintf(shape, p)
			at := strings.Index(text, p)
			whole := []Finding{{Span: letters.Between(at, at+len(p))}}
			if left := uncovered([]byte("x\n"+text+"\ny"), []Finding{{Span: letters.Between(at+2, at+2+len(p))}}, c.engine.Find("", []byte("x\n"+text+"\ny"))); left != "" {
				t.Errorf("%q is left of %s between other lines", left, text)
			}
			for _, name := range textNames {
				if left := uncovered([]byte(text), whole, c.engine.FindNamed([]byte(name), []byte(text))); left != "" {
					t.Errorf("%q is left of %s under %s", left, text, name)
				}
			}
		}
	}
}

// oneLineShapes are texts of one line that hold a name and its value themselves.
var oneLineShapes = []string{
	`{"name":"DB_PASSWORD","value":"%s"}`,
	`db_password = \"%s\"`,
	`Config { user: "x", password: "%s" }`,
	`{"log":"{\"db_password\":\"%s\"}"}`,
	`password: %s`,
	`{"password":"%s"}`,
	`export ADMIN_PASSWORD="%s"`,
	`<password>%s</password>`,
	`psql postgres://app:%s@db.internal/prod`,
}
