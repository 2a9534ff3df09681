package jsontext

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzText: what Encode writes encoding/json reads as the text, and Decode too; a place of the text and the place that Locate
// finds for it have the same text before them.
func FuzzText(f *testing.F) {
	f.Add("a\"\\\n\x00é🐦/", 3)
	f.Fuzz(func(t *testing.T, text string, place int) {
		if !utf8.ValidString(text) {
			return // a body that holds such is refused
		}
		raw := Encode(nil, []byte(text))
		if n := CanonicalPrefix(raw); n != len(raw) {
			t.Errorf("only %d of %q are spelled as Encode spells them", n, raw)
		}
		if again := Decode(nil, raw); string(again) != text {
			t.Errorf("%q is read as %q", raw, again)
		}
		quoted := `"` + string(raw) + `"`
		var theirs string
		if err := json.Unmarshal([]byte(quoted), &theirs); err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		if theirs != text {
			t.Errorf("%s is %q for encoding/json, not %q", quoted, theirs, text)
		}
		if place < 0 || place > len(text) {
			return
		}
		edits := []Edit{{Start: place, End: len(text)}}
		Locate(raw, edits)
		if e := edits[0]; e.End != len(raw) || len(Decode(nil, raw[:e.Start])) > place {
			t.Errorf("place %d of %q is %d to %d of %q", place, text, e.Start, e.End, raw)
		}
	})
}

// TestEscapes: each spelling of a character is one escape, and half of one is none.
func TestEscapes(t *testing.T) {
	for raw, want := range map[string]string{`\n`: "\n", `\/`: "/", `\u0041`: "A", `\ud83d\udc26`: "🐦", `\ud83d`: "\ufffd"} {
		if n := EscapeLen([]byte(raw + "x")); n != len(raw) {
			t.Errorf("%s is %d long", raw, n)
		}
		if got := string(Decode(nil, []byte(raw))); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
	for _, raw := range []string{`\`, `\x41`, `\u00`, `\u00zz`, `a`} {
		if n := EscapeLen([]byte(raw)); n != 0 {
			t.Errorf("%s is an escape of %d", raw, n)
		}
	}
}

// TestNames: a name is taken once in each object, however it is spelled and however many there are.
func TestNames(t *testing.T) {
	var n Names
	outer := n.Open()
	for i := range 100 {
		name := []byte{'a', byte('0' + i/10), byte('0' + i%10)}
		if !n.Add(outer, name, false) {
			t.Errorf("%s is new", name)
		}
		inner := n.Open()
		if !n.Add(inner, name, false) {
			t.Errorf("%s is new in another object", name)
		}
		n.Close(inner)
	}
	if n.Add(outer, []byte(`\u006142`), true) {
		t.Error("a42 is there already, spelled otherwise")
	}
}
