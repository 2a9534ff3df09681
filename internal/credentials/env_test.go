package credentials

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// read are the texts of what a format reads under a name that ends so.
func read(f Format, text, name string) (all []string) {
	for _, v := range f([]byte(text)) {
		if strings.HasSuffix(v.Name, name) {
			all = append(all, string(v.Text))
		}
	}
	return all
}

// TestEnvReadings: one line, and what each program that reads such files takes its value for.
func TestEnvReadings(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"A=1\r\n", []string{"1"}},
		{" export A = two ", []string{"two", " two "}},
		{"declare -x A=two", []string{"two"}},
		{mark + "A=two", []string{"two"}},
		{"A: two\n", []string{"two"}},
		{"A=pass#word\n", []string{"pass", "pass#word"}},
		{"A=x # note\n", []string{"x", "x # note"}},
		{"A=x\t# note # more\n", []string{"x", "x\t# note"}},
		{`A="it\"s"`, []string{`it\"s`, `it\`, `it"s`, `"it\"s"`}},
		{`A='a'b`, []string{`'a'b`, "a", "ab"}},
		{`A='it'\''s'`, []string{"it's"}},
		{"A=pa$$w", []string{"pa$$w", "pa$w"}},
		{"A=pre$Tail", []string{"pre$Tail", "pre", "preail"}},
		{"A=pre\\$Tail", []string{"pre$Tail", "pre\\$Tail"}},
		{"Tail=x\nA='pre$Tail'", []string{"pre$Tail", "prex"}},
		{"A=${B:-one}\nB=two\n", []string{"${B:-one}", "one", "two"}},
		{`A="a\nb\tc"`, []string{`a\nb\tc`, "a\nb\\tc", "a\nb\tc", "a\nbtc"}},
		{"A=\"one\ntwo\"\nB=x", []string{"one\ntwo", `"one`}},
		{"A=`one\r\ntwo`\r\n", []string{"one\ntwo"}},
		{"A=one\\\ntwo", []string{"onetwo", `one\`}},
		{"; A=none\nA=x;y", []string{"x", "x;y"}},
		{"A=$'it\\'s\\x21\\041\\u0041'", []string{"it's!!A"}},
		{`A="a"b'c'`, []string{"abc"}},
		{`export C=1 A="b c" D=2`, []string{"b c"}},
		{`C=1; A=b`, []string{"b"}},
		{`A=a\ b`, []string{"a b"}},
		{`A='open`, []string{"'open"}},
		{`A=`, nil},
		{`#A=old`, nil},
		{`=g`, nil},
	} {
		got := read(Env, c.text, "A")
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%q is not read as %q, but as %q", c.text, want, got)
			}
		}
		if len(c.want) == 0 && len(got) > 0 {
			t.Errorf("%q is read as %q", c.text, got)
		}
	}
	if got := read(Env, "A=plain-value_1\nB=other\n", "A"); !slices.Equal(got, []string{"plain-value_1"}) {
		t.Errorf("a value without a sign in it has %d readings: %q", len(got), got)
	}
}

// TestEnvPieces: of a value in lines each is known, for a program that prints one; of an address its password, and of
// JSON its members.
func TestEnvPieces(t *testing.T) {
	line := strings.Repeat("Q29udGVudHM", 2)
	if got := read(Env, "A=\"-----BEGIN X-----\n"+line+"\n"+line+"2\n-----END X-----\"\n", "A"); !slices.Contains(got, line) || slices.Contains(got, "-----BEGIN X-----") {
		t.Errorf("the lines are read as %q", got)
	}
	if got := read(Env, "A=postgres://jay:p%40ss@db/x\n", "password"); !slices.Contains(got, "p@ss") || !slices.Contains(got, "p%40ss") {
		t.Errorf("an address's password is read as %q", got)
	}
	if got := read(Env, `A={"client_secret":"x\u0041"}`, "client_secret"); !slices.Contains(got, "xA") {
		t.Errorf("a member is read as %q", got)
	}
}

// awkward are the signs that readers differ about, and what stands between them.
var awkward = []string{"a", "B", "7", "word", " ", "  ", "\t", "#", " #", ";", "'", `"`, "`", `\`, `\n`, `\"`, `\'`, `\\`, `\$`, "$", "$$", "$B", "${B}", "=", ":", "é", "%40"}

// drawn makes a value of awkward pieces by the digits of a number.
func drawn(n int) string {
	var b strings.Builder
	for ; n > 0; n /= len(awkward) {
		b.WriteString(awkward[n%len(awkward)])
	}
	return b.String()
}

// TestNodeReads: whatever the real Node takes from a line is among what is read.
func TestNodeReads(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node to read the lines")
	}
	var lines []string
	for n := 1; n < 30_000_000; n = n*5/4 + 7 {
		value := drawn(n)
		lines = append(lines, value, `"`+value+`"`, "'"+value+"'", "\""+value+"\nx\"", value+" # note")
	}
	// Each file has its own process in real life; parseEnv is the same reader.
	script := `const {parseEnv}=require("node:util");const all=JSON.parse(require("fs").readFileSync(0));console.log(JSON.stringify(all.map(l=>parseEnv("A="+l+"\nB=x\n").A??"")))`
	compareWith(t, exec.CommandContext(t.Context(), node, "-e", script), lines, func(line string) []string { return read(Env, "A="+line+"\nB=x\n", "A") })
}

// TestShellReads: whatever a shell sets is among what is read. Commands that a line would start are not found.
func TestShellReads(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash to read the lines")
	}
	var lines []string
	var script strings.Builder
	for n := 1; n < 30_000_000; n = n*4/3 + 7 {
		value := drawn(n)
		for _, line := range []string{value, `"` + value + `"`, "$'" + value + "'", `x"y"` + value, value + "\\\nx"} {
			if strings.Contains(line, "$$") {
				continue // the number of its process
			}
			lines = append(lines, line)
			file := "'" + strings.ReplaceAll("A="+line+"\nB=x\n", "'", `'\''`) + "'"
			fmt.Fprintf(&script, "(A=; eval %s >/dev/null 2>&1; printf %%s \"$A\")\nprintf '\\0'\n", file)
		}
	}
	c := exec.CommandContext(t.Context(), bash)
	c.Env, c.Stdin = []string{"PATH=/nowhere"}, strings.NewReader(script.String())
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	compare(t, lines, theirs, func(line string) []string { return read(Env, "A="+line+"\nB=x\n", "A") })
}
