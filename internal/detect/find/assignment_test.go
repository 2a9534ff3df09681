package find

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/look"
)

// emitted is a sink that keeps the values that it is handed.
type emitted struct {
	text   []byte
	values []string
}

func (e *emitted) Emit(value, _ letters.Span) bool {
	e.values = append(e.values, string(e.text[value.Start:value.End]))
	return true
}
func (e *emitted) EmitSaid(value, whole letters.Span, _ []byte) { e.Emit(value, whole) }
func (e *emitted) Doubt(value, whole letters.Span, _ []byte)    { e.Emit(value, whole) }
func (e *emitted) Inform()                                      {}

// TestEachSecretWordFindsItsValue: whatever letters a word ends in and whatever stands before it, in any case of letters.
func TestEachSecretWordFindsItsValue(t *testing.T) {
	for _, w := range secretWords {
		for _, written := range []string{w.word, strings.ToUpper(w.word)} {
			if strings.HasPrefix(written, "PASS:") {
				continue // what a test says that passed
			}
			if strings.HasPrefix(written, "key") || strings.HasPrefix(written, "KEY") {
				continue // it needs another word before it
			}
			if strings.HasSuffix(w.word, "encoding=") || w.word == "auth =" || strings.HasSuffix(w.word, " \"") {
				continue // read by a syntax of their own
			}
			value := "q7Wm3Zx" + "K9pLt2VbN8rYc"
			if w.password {
				value = "winter" + "-storm7" // it need not be random
			}
			for _, before := range []string{"", "{\"", "  ", "db_"} {
				if before == "" && strings.IndexByte("_-", w.word[0]) >= 0 || before == "db_" && strings.IndexByte("_-", w.word[0]) >= 0 {
					before = "db"
				}
				for _, after := range []string{"=VALUE\n", "=\"VALUE\"", ": 'VALUE'", "\": \"VALUE\"}"} {
					if w.signed {
						if w.word[len(w.word)-1] != after[0] {
							continue
						}
						after = after[1:]
					}
					text := []byte("x\n" + before + written + strings.Replace(after, "VALUE", value, 1))
					found := &emitted{text: text}
					c := look.TextOf(text, look.File{}, found)
					start := len("x\n" + before)
					findAssignment(&c, letters.Between(start, start+len(written)))
					if len(found.values) != 1 || found.values[0] != value {
						t.Errorf("%q: %q, want %q", text, found.values, value)
					}
				}
			}
		}
	}
}
