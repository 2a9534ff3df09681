package console

import (
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// placed is a placeholder with its check character.
func placed(head string) string {
	return head + string(detect.PlaceholderCheck([]byte(head)))
}

func render(s shown) string {
	var out strings.Builder
	for _, p := range s.Parts {
		if p.Mark != "" {
			p.Text = "[" + p.Mark[:1] + ":" + p.Text + "]"
		}
		out.WriteString(p.Text)
	}
	return out.String()
}

// TestMarks: placeholders are marked in what was sent, and in what was typed the values that they stand for, wherever what stands
// around them tells.
func TestMarks(t *testing.T) {
	a, b := placed("AWS_KEY_sy8ca"), placed("EMAIL_3kq7b")
	for name, c := range map[string]struct{ typed, sent, wantTyped, wantSent string }{
		"none":         {"hello", "hello", "hello", "hello"},
		"one":          {"use swordfish, please", "use " + a + ", please", "use [v:swordfish], please", "use [p:" + a + "], please"},
		"two":          {"use swordfish, and write to seahorse, please", "use " + a + ", and write to " + b + ", please", "use [v:swordfish], and write to [v:seahorse], please", ""},
		"JSON":         {`{"k":"swordfish"}`, `{"k":"` + a + `"}`, "{\n  \"k\": \"[v:swordfish]\"\n}", "{\n  \"k\": \"[p:" + a + "]\"\n}"},
		"side by side": {"swordfish seahorse", a + " " + b, "swordfish seahorse", "[p:" + a + "] [p:" + b + "]"},
		"a note added": {`{"m":"use swordfish, please"}`, `{"n":1,"m":"use ` + a + `, please"}`, "{\n  \"m\": \"use swordfish, please\"\n}", ""},
		"nothing sent": {"swordfish", "", "swordfish", ""},
		"a bad JSON":   {`{"k":"swordfish", nothing}`, `{"k":"` + a + `", nothing}`, `{"k":"[v:swordfish]", nothing}`, ""},
	} {
		if got := render(show([]byte(c.typed), values([]byte(c.sent)))); got != c.wantTyped {
			t.Errorf("%s, typed: %s", name, got)
		}
		if got := render(show([]byte(c.sent), placeholders)); c.wantSent != "" && got != c.wantSent {
			t.Errorf("%s, sent: %s", name, got)
		}
	}
}

// TestMarksInAnswer: what came back with a value has it marked, and a placeholder that did not become one.
func TestMarksInAnswer(t *testing.T) {
	a, b := placed("AWS_KEY_sy8ca"), placed("EMAIL_3kq7b")
	typed := show([]byte("use swordfish, please"), values([]byte("use "+a+", please")))
	if got := render(show([]byte("swordfish, "+b+" and swordfish"), typed.again)); got != "[v:swordfish], [p:"+b+"] and [v:swordfish]" {
		t.Error(got)
	}
}

// TestHeard: the texts of an answer stand one below the other, and a value that had escapes where it was typed is marked without.
func TestHeard(t *testing.T) {
	text := heard([]control.Heard{{Text: []byte("use two\nlines")}, {Tool: "Bash", Key: "command", Text: []byte("ls")}, {}, {Tool: "Bash", Text: []byte("x")}})
	typed := show([]byte(`{"k":"two\nlines"}`), values([]byte(`{"k":"`+placed("AWS_KEY_sy8ca")+`"}`)))
	if got := render(show(text, typed.again)); got != "use [v:two\nlines]\n\nBash, command: ls\n\nBash: x" {
		t.Errorf("%q", got)
	}
}

// FuzzMarks: whatever the texts are, none of a text is lost or told twice.
func FuzzMarks(f *testing.F) {
	f.Add([]byte("use swordfish"), []byte("use "+placed("AWS_KEY_sy8ca")))
	f.Add([]byte(`{"a":[1,2]}`), []byte(`{"a":[1,2]}`))
	f.Fuzz(func(t *testing.T, typed, sent []byte) {
		var out strings.Builder
		for _, p := range show(typed, values(sent)).Parts {
			out.WriteString(p.Text)
		}
		if want := string(readable(typed)); out.String() != want && len(want) <= mostShown {
			t.Errorf("%q is shown as %q", want, out.String())
		}
	})
}
