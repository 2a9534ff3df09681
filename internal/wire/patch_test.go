package wire

import (
	"strings"
	"testing"
)

// TestPatched: in a program a value comes back into the patch that one of its strings holds, spelled for that string,
// and nowhere else, however the text is cut.
func TestPatched(t *testing.T) {
	const token, value = "SECRET_sy8cab", "a\"'`$\\\nb"
	values := map[string]string{token: value}
	restore := func(l Lane) Restorer {
		if l.Tool.Kind == ToolCommand {
			return nil
		}
		spelled := map[string]string{}
		for p, v := range values {
			if s, ok := l.Spell([]byte(v)); ok {
				spelled[p] = string(s)
			}
		}
		return &exact{values: spelled}
	}
	for text, want := range map[string]string{
		"run(\"curl SECRET_sy8cab\")":                                                "",
		"// *** Begin Patch SECRET_sy8cab\nrun(`SECRET_sy8cab`)":                     "",
		"/* \" *** Begin Patch SECRET_sy8cab */ 'SECRET_sy8cab'":                     "",
		"*** Begin Patch SECRET_sy8cab":                                              "",
		`p("*** Begin Patch\n+k=SECRET_sy8cab\n*** End Patch"); sh("SECRET_sy8cab")`: `p("*** Begin Patch\n+k=a\"'` + "`" + `$\\\nb\n*** End Patch"); sh("SECRET_sy8cab")`,
		`p('*** Begin Patch\n+k=SECRET_sy8cab')`:                                     `p('*** Begin Patch\n+k=a"\'` + "`" + `$\\\nb')`,
		"p(`*** Begin Patch\n+k=SECRET_sy8cab`, `SECRET_sy8cab`)":                    "p(`*** Begin Patch\n+k=a\"'\\`\\$\\\\\nb`, `SECRET_sy8cab`)",
		"p(String.raw`*** Begin Patch\n+k=SECRET_sy8cab`)":                           "", // it cannot stand there
		`p("*** Begin Patch \" SECRET_sy8cab")`:                                      `p("*** Begin Patch \" a\"'` + "`" + `$\\\nb")`,
		`p("*** Begin Patch *** End Patch SECRET_sy8cab")`:                           "",
		`p("x"); q("*** Begin Patch SECRET_sy8")`:                                    "",
	} {
		if want == "" {
			want = text
		}
		for cut := 0; cut <= len(text); cut++ {
			p := newPatched(Lane{Tool: Tool{"exec", ToolCommand}}, restore)
			got := string(p.Write([]byte(text[:cut])))
			got += string(p.Write([]byte(text[cut:])))
			if got += string(p.Flush()); got != want {
				t.Fatalf("%s cut at %d:\n%s, want\n%s", text, cut, got, want)
			}
		}
	}
	if v, ok := (Lane{Literal: RawLiteral}).Spell([]byte(`a\b c`)); !ok || string(v) != `a\b c` {
		t.Errorf("in a raw literal: %q %v", v, ok)
	}
	if v, _ := (Lane{Literal: '"'}).Spell([]byte("\x01\r\t")); strings.Contains(string(v), "\x01") || string(v) != `\x01\r`+"\t" {
		t.Errorf("control characters: %q", v)
	}
}
