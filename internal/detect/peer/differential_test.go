package peer

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/viper"
	"github.com/zricethezav/gitleaks/v8/config"
	gitleaks "github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/report"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
)

// both are one configuration in gitleaks and in Scrubjay.
type both struct {
	theirs config.Config
	ours   *detect.Engine
	ids    []string
}

func load(t *testing.T, name, text string) both {
	t.Helper()
	viper.SetConfigType("toml")
	var v config.ViperConfig
	if err := viper.ReadConfig(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if err := viper.Unmarshal(&v); err != nil {
		t.Fatal(err)
	}
	c, err := v.Translate()
	if err != nil {
		t.Fatal(err)
	}
	set, err := detect.LoadExtending(name, []byte(text), os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set)
	if err != nil {
		t.Fatal(err)
	}
	b := both{theirs: c, ours: e}
	for id := range c.Rules {
		b.ids = append(b.ids, id)
	}
	slices.Sort(b.ids)
	return b
}

// only is the configuration with one of its rules.
func (b both) only(t *testing.T, id string) both {
	t.Helper()
	e, err := b.ours.Without(slices.DeleteFunc(slices.Clone(b.ids), func(other string) bool { return other == id })...)
	if err != nil {
		t.Fatal(err)
	}
	one := both{theirs: b.theirs, ours: e, ids: []string{id}}
	one.theirs.Rules = map[string]config.Rule{id: b.theirs.Rules[id]}
	return one
}

// said is a finding, as either says it.
type said struct {
	rule, value string
	first, last int // the lines that it may be on
	start, end  int // of the value in the text
	quiet       bool
}

// find is what both find in a text; what a comment gitleaks:allow quiets is left out
// of theirs and marked in ours. Ours looks for it on the
// value's lines, gitleaks on all of the match's, so where these are several it counts in neither.
func (b both) find(path, text string) (theirs, ours []said) {
	d := gitleaks.NewDetector(b.theirs) // its decoding is off
	d.IgnoreGitleaksAllow = true
	lines := strings.Split(text, "\n")
	quiet := func(s said) bool {
		return slices.ContainsFunc(lines[s.first:s.last+1], func(l string) bool { return strings.Contains(l, "gitleaks:allow") })
	}
	type at struct {
		rule  string
		start int
	}
	many := map[at]bool{}
	for _, f := range d.Detect(gitleaks.Fragment{Raw: text, FilePath: path}) {
		s := placed(f, text)
		if quiet(s) && s.first != s.last && s.value != "" {
			many[at{s.rule, s.start}] = true
		} else if !quiet(s) || s.value == "" { // no comment quiets the finding of a file
			theirs = append(theirs, s)
		}
	}
	for _, f := range b.ours.Find(path, []byte(text)) {
		line := strings.Count(text[:f.Start], "\n")
		ours = append(ours, said{f.Rule.ID, text[f.Start:f.End], line, line, f.Start, f.End, many[at{f.Rule.ID, f.Start}] || detect.Ignored([]byte(text), f)})
	}
	return theirs, ours
}

// placed finds the value of a finding of gitleaks in the text: gitleaks tells where the match begins.
func placed(f report.Finding, text string) said {
	s := said{rule: f.RuleID, value: f.Secret, first: f.StartLine, last: f.EndLine}
	if strings.HasPrefix(f.Match, "file detected: ") {
		s.value, s.end = "", len(text)
		s.last = strings.Count(text, "\n")
		return s
	}
	feed := 0 // the line feed before its line, from which gitleaks counts columns
	for line, at := 0, 0; line < f.StartLine; line++ {
		feed = at + strings.IndexByte(text[at:], '\n')
		at = feed + 1
	}
	s.start = feed + f.StartColumn - 1
	if i := strings.Index(text[s.start:], f.Secret); i >= 0 {
		s.start += i
	}
	s.end = s.start + len(s.value)
	s.last = max(s.last, strings.Count(text[:s.start], "\n"))
	return s
}

// compare takes away what both say. What is left of theirs must overlap a finding of ours by another rule, since
// ours never overlap; what is left of ours is a difference.
func compare(theirs, ours []said) (problems []string) {
	left := slices.Clone(theirs)
	for _, o := range ours {
		if o.quiet {
			continue
		}
		same := func(g said) bool {
			return g.rule == o.rule && (g.value == o.value || g.value == "") && g.first <= o.first && o.first <= g.last
		}
		i := slices.IndexFunc(left, func(g said) bool { return same(g) && g.start == o.start })
		if i < 0 { // gitleaks tells the match's place, and the value may stand in it twice
			i = slices.IndexFunc(left, same)
		}
		if i < 0 && softEnd.MatchString(o.value) {
			continue // a mail's line end within a value, which gitleaks does not read over
		}
		if i < 0 {
			problems = append(problems, fmt.Sprintf("only ours: %s on line %d", o.rule, o.first+1))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, g := range left {
		if !slices.ContainsFunc(ours, func(o said) bool { return o.rule != g.rule && o.start < g.end && g.start < o.end }) {
			problems = append(problems, fmt.Sprintf("only gitleaks': %s on line %d", g.rule, g.first+1))
		}
	}
	return problems
}

// softEnd is the end of a line of quoted-printable that goes on in the next.
var softEnd = regexp.MustCompile(`=\r?\n.`)

// texts are mixtures of what a configuration's expressions match, whole or changed, and of other things.
type texts struct {
	*rand.Rand
	trees    map[string]*syntax.Regexp
	keywords []string
	other    []string
}

func newTexts(b both, other ...string) *texts {
	x := &texts{Rand: rand.New(rand.NewPCG(1, 2)), trees: map[string]*syntax.Regexp{}}
	x.other = append([]string{"\n", "\n", "\n", " ", "\t", "\n\n", "x", "0", "_", "-", "=", "'", `"`, ";", "é", "ß", "\xff", "# ", "// ", " gitleaks:allow\n", "the quick brown fox "}, other...)
	for _, id := range b.ids {
		r := b.theirs.Rules[id]
		if r.Regex != nil {
			x.trees[id], _ = syntax.Parse(r.Regex.String(), syntax.Perl)
		}
		x.keywords = append(x.keywords, r.Keywords...)
	}
	slices.Sort(x.keywords)
	return x
}

// of is a text for the rules of some ids.
func (x *texts) of(ids []string, pieces int) string {
	var b strings.Builder
	for range pieces {
		switch x.IntN(8) {
		case 0, 1, 2, 3:
			if tree := x.trees[ids[x.IntN(len(ids))]]; tree != nil {
				piece := []byte(x.drawn(tree))
				if x.IntN(4) == 0 && len(piece) > 0 {
					piece[x.IntN(len(piece))] = "aZ0_- \n="[x.IntN(8)]
				}
				b.Write(piece)
			}
			b.WriteString([]string{"\n", " ", "", "\n"}[x.IntN(4)])
		case 4:
			if len(x.keywords) > 0 {
				b.WriteString(x.keywords[x.IntN(len(x.keywords))])
			}
		default:
			b.WriteString(x.other[x.IntN(len(x.other))])
		}
	}
	return b.String() + "\n" // without it, gitleaks takes all of the text for the last line
}

// drawn is a text that an expression matches.
func (x *texts) drawn(re *syntax.Regexp) string {
	least, most := 1, 1
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 && x.IntN(2) == 0 {
			text = strings.ToLower(text)
		}
		return text
	case syntax.OpCharClass:
		for range 50 { // of what stands on keyboards
			c := rune(x.IntN(0x7f-0x20) + 0x20)
			for i := 0; i < len(re.Rune); i += 2 {
				if re.Rune[i] <= c && c <= re.Rune[i+1] {
					return string(c)
				}
			}
		}
		return string(re.Rune[0])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(rune(x.IntN(0x7f-0x20) + 0x20))
	case syntax.OpAlternate:
		return x.drawn(re.Sub[x.IntN(len(re.Sub))])
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(x.drawn(sub))
		}
		return b.String()
	case syntax.OpCapture:
		return x.drawn(re.Sub[0])
	case syntax.OpStar:
		least, most = 0, 20
	case syntax.OpPlus:
		least, most = 1, 20
	case syntax.OpQuest:
		least, most = 0, 1
	case syntax.OpRepeat:
		if least, most = re.Min, re.Max; most < 0 {
			most = least + 20
		}
		most = min(most, least+200)
	default:
		return ""
	}
	var b strings.Builder
	for range least + x.IntN(most-least+1) {
		b.WriteString(x.drawn(re.Sub[0]))
	}
	return b.String()
}

// TestOwnConfigurations: on files that use every key of gitleaks, both find the same.
func TestOwnConfigurations(t *testing.T) {
	t.Chdir("testdata")
	names, err := filepath.Glob("*.toml")
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains([]string{"extended.toml", "third.toml", "fourth.toml"}, n) })
	// gitleaks counts in a variable of the package how often a file was extended, so that one comes last.
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Index(a, "extending"), strings.Index(b, "extending")), cmp.Compare(a, b))
	})
	if len(names) < 5 || names[len(names)-1] != "extending.toml" {
		t.Fatalf("the files are %v", names)
	}
	paths := []string{"", "a.txt", "vendor/a.txt", "go.lock", "a_test.go", "b.yml", "deploy/b.yaml", "keys/id_rsa", "pass.kdb", `deploy\b.yaml`}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b := load(t, name, string(text))
		x := newTexts(b, "maple", "BIRCH ", "Schlüssel ", "SCHLÜSSEL", "123-456-X ", "id=spc_0a1b2c3d ", "key=spc_0a1b2c3d\n", "ash_0000 ", "ash_deadxx ", "ash_12beef ",
			"ash_sample1 ", "ash_abcd ", "ash_12ab # fine\n", "ash:1234 xyzw ", "//line-1234\n", "\n//line-1234\n", "first line-1234\n", "y_912345 ", "ng123 ", "abababababababababab ",
			"ent=aabbccdd ", "ent=abcdefgh ", "ent=aaaabbbb ", "uml=äöüßéèàç ", "uml=äääääääa ", "box_aaaa ", "box_outer ", "box_inner\n", "box_targeted ", "box_lost ",
			"off_abcdef ", "fourth_abcdef ", "third_targeted ", "zz-abc-123", "larch: ", "BEGIN CEDAR ", "END CEDAR", "\n\nyew abc\n\n", "top-123\n", "xmid12x ")
		compared := 0
		for round := range 3000 {
			text := x.of(b.ids, 2+x.IntN(24))
			path := paths[x.IntN(len(paths))]
			theirs, ours := b.find(path, text)
			compared += len(theirs)
			if problems := compare(theirs, ours); len(problems) > 0 {
				t.Fatalf("%s, text %d, path %q: %q\n%q\n%+v\n%+v", name, round, path, problems, text, theirs, ours)
			}
		}
		t.Logf("%s: %d findings", name, compared)
		if compared < 1000 {
			t.Errorf("%s: only %d findings were compared", name, compared)
		}
	}
}

// TestDefaultConfiguration: gitleaks' own rules find the same here, each alone and all together.
func TestDefaultConfiguration(t *testing.T) {
	b := load(t, "gitleaks.toml", config.DefaultConfig)
	if len(b.ids) < 200 {
		t.Fatalf("gitleaks has only %d rules", len(b.ids))
	}
	x := newTexts(b, "secret = ", "api_key: ", "token ", "EXAMPLE", "password", "Bearer ")
	compared := 0
	for _, id := range b.ids {
		one := b.only(t, id)
		for round := range 12 {
			text := x.of(one.ids, 2+x.IntN(12))
			theirs, ours := one.find("a.txt", text)
			compared += len(theirs)
			if problems := compare(theirs, ours); len(problems) > 0 {
				t.Errorf("%s alone, text %d: %q\n%q", id, round, problems, text)
				break
			}
		}
	}
	together := 0
	for round := range 150 {
		text := x.of(b.ids, 10+x.IntN(60))
		theirs, ours := b.find([]string{"a.txt", "", "node_modules/a.js", "src/config.yml"}[x.IntN(4)], text)
		together += len(theirs)
		if problems := compare(theirs, ours); len(problems) > 0 {
			t.Fatalf("text %d: %q\n%q", round, problems, text)
		}
	}
	t.Logf("%d findings of rules alone, %d of all together", compared, together)
	if compared < 2000 || together < 1000 {
		t.Errorf("only %d findings of rules alone and %d of all together were compared", compared, together)
	}
}
