package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/letters"
	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// material is what random texts are made of: every rule's examples, and what lies between.
func material(t testing.TB) []string {
	pieces := []string{"\n", " ", "\t", "x", "=", "\"", "password", "token: ", "1.", "12", "3456", "@", "+49 ", "-----BEGIN ", "://", "é", "😀", "\xff", "\r\n", strings.Repeat("7", 30), "the quick brown fox\n"}
	all, _ := loaded(t)
	for _, r := range all.Rules() {
		pieces = append(pieces, r.Examples...)
		pieces = append(pieces, r.Negatives...)
	}
	secret := madeUp(rand.New(rand.NewPCG(17, 18)))
	for _, write := range forms {
		pieces = append(pieces, write("the token "+secret), write(write("password: Tr7#kq9Lm2xW")))
	}
	pieces = append(pieces, "1,jay,Tr7#kq9Lm2\n", "id,user,password\n", "INSERT INTO users (id, password) VALUES (1, 'Tr7#kq9Lm2'), ", "(2, 'wX8!pq4ZsL'),\n",
		"| user | password |\n|---|---|\n| jay | Tr7#kq9Lm2 |\n", "COPY users (id, password) FROM stdin;\n1\tTr7#kq9Lm2\n")
	return append(pieces, "\""+secret[:9]+"\" +\n \""+secret[9:]+"\"", "'", "\" + \"", "\"\n\"", strings.Repeat("Zm9vYmFy", 12), "%41", `\u0041`)
}

// TestEditEqualsOpen: after any edit, the findings are those of a scan from scratch.
func TestEditEqualsOpen(t *testing.T) {
	pieces := material(t)
	r := rand.New(rand.NewPCG(1, 2))
	e := Default()
	for round := range 60 / trial.Thorough {
		path := []string{"", "users.csv", "a.py"}[round%3]
		var text []byte
		if path == "users.csv" {
			text = []byte("id,user,password\n")
		}
		for range []int{30, 300, 900}[round/3%3] {
			text = append(text, pieces[r.IntN(len(pieces))]...)
		}
		scan := e.Open(path, text)
		for step := range 40 {
			at := r.IntN(len(text) + 1)
			end := min(len(text), at+r.IntN(1+[]int{1, 3, 40, 2000}[r.IntN(4)]))
			insert := ""
			switch r.IntN(3) {
			case 0:
				insert = pieces[r.IntN(len(pieces))]
			case 1:
				p := pieces[r.IntN(len(pieces))]
				insert = p[:r.IntN(len(p)+1)]
			}
			text = slices.Concat(text[:at], []byte(insert), text[end:])
			scan = scan.Edit(text, letters.Between(at, end), len(insert))
			want := e.Open(path, text).Findings()
			if !slices.Equal(scan.Findings(), want) {
				t.Fatalf("step %d: after replacing %d bytes at %d by %d others\n got %v\nwant %v", step, end-at, at, len(insert), scan.Findings(), want)
			}
		}
	}
}

// TestPublished: documented examples are information, whatever rule finds them.
func TestPublished(t *testing.T) {
	for _, text := range []string{"key = AKIA" + "IOSFODNN7EXAMPLE", "card 4242 4242 4242 4242", "ssn 078-05-1120", "iban GB82 WEST 1234 5698 7654 32"} {
		found := Default().Find("", []byte(text))
		if len(found) != 1 || found[0].Severity != Info {
			t.Errorf("%q gives %v, want one finding of severity info", text, found)
		}
	}
}

// TestIgnored: a comment on the line or alone on the line before quiets a finding, for all rules or one.
func TestIgnored(t *testing.T) {
	key := strings.Join([]string{"AKIA", "Q3EGRZ5TPLW7MNX2"}, "")
	for _, c := range []struct {
		text string
		want bool
	}{
		{"k = " + key + " # scrubjay:allow", true},
		{"k = " + key + " // scrubjay:allow aws-access-key-id", true},
		{"k = " + key + " // scrubjay:allow github-pat", false},
		{"# scrubjay:allow\nk = " + key, true},
		{"x = 1 # scrubjay:allow\nk = " + key, false},
		{"k = " + key + "\n# scrubjay:allow", false},
		{"k = " + key + " <!-- gitleaks:allow -->", true},
		{"k = " + key + " // scrubjay:allow github-pat, aws-access-key-id", true},
		{"k = " + key + " // scrubjay:allow github-pat,aws-access-key-id: of the sandbox", true},
		{"k = " + key + " // scrubjay:allow github-pat, npm-token", false},
		{"k = " + key + " // scrubjay:allow aws-access-key-id: github-pat is another matter", true},
		{"k = " + key + " // scrubjay:allow iban", false},
		{"k = " + key + " /* scrubjay:allow aws-access-key-id*/", true},
		{"k = " + key + " /* scrubjay:allow*/", true},
		{"k = " + key + " <!-- scrubjay:allow aws-access-key-id-->", true},
		{"k = " + key + " <!-- scrubjay:allow github-pat-->", false},
		{"k = " + key + " <!-- scrubjay:allow-->", true},
		{"k = " + key + " # scrubjay:allow: it is the sandbox's", true},
		{"k = " + key + " # scrubjay:allow it is a well-known one", true},
	} {
		found := Default().Find("", []byte(c.text))
		if len(found) != 1 {
			t.Fatalf("%d findings in a text with one", len(found))
		}
		if got := Ignored([]byte(c.text), found[0]); got != c.want {
			t.Errorf("%q: ignored is %v", strings.ReplaceAll(c.text, key, "KEY"), got)
		}
	}
}

// TestBadRuleFiles: a malformed file is refused with its place and what to do.
func TestBadRuleFiles(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"[[rules]]\nid = 'x'\nregex = 5", "rules.toml:3:9: key \"rules.regex\" is of kind integer and must be a text in quotes"},
		{"[[rules]]\nid = 'x'\nregex = 'a'\nkeywords = 'a'", "rules.toml:4:12: key \"rules.keywords\" is of kind string and must be a list of texts"},
		{"\ufeff[[rules]]\nid = 'x'\nregex = '('\nkeywords=['a']", "rules.toml:2: rule \"x\": regex: "},
		{"[[rules]]\nid = 'x'\nregex = '('\nkeywords=['a']", "rules.toml:2: rule \"x\": regex: "},
		{"[[rules]]\nid = 'x'\nregexp = 'a'", "rules.toml:3: key \"rules.regexp\" is not known"},
		{"[[rules]\n", "rules.toml:1:"},
		{"[[rules]]\nregex = 'a'", "it has no id"},
		{"[[rules]]\nid='x'\nregex = 'a'\nclass = 'secret'", "none of"},
		{"[[rules]]\nid='x'\nregex = 'a*'", "matches the empty text"},
		{"[[rules]]\nid='x'\nregex = 'ab'\nvalidate='crc'", "no checksum"},
	} {
		_, err := Load("rules.toml", []byte(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error is %v, want %q in it", c.file, err, c.want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, p := range material(f) {
		f.Add([]byte(p))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		end := 0
		for _, x := range Default().Find("a.go", text) {
			if x.Start < end || x.End <= x.Start || x.End > len(text) {
				t.Fatalf("finding %v after %d in %d bytes", x.Span, end, len(text))
			}
			end = x.End
		}
	})
}

// TestFindNamed: a key gives its value away, though they are two strings.
func TestFindNamed(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        int
	}{
		{"password", "Tr7#kq9Lm2", 1}, {"db_password", "line one", 0}, {"clientSecret", "a8Kx02LqPz71mVbn4RtY", 1},
		{"note", "Tr7#kq9Lm2", 0}, {"passwordHint", "Tr7#kq9Lm2", 0}, {"password", "string", 0}, {"token", "see maria@poczta.onet.pl", 1},
		{"password", "a\"b'c`d7\\", 1}, {"password", "Tr7#kq9Lm2\r\n", 1}, {"password", "Tr7#kq9Lm2\nand more", 0},
	} {
		if got := Default().FindNamed([]byte(c.name), []byte(c.value)); len(got) != c.want {
			t.Errorf("%s: %d findings, want %d", c.name, len(got), c.want)
		}
	}
}

// TestAddedRules: a file that is added quiets no built-in rule, neither by its allow-list nor by a wider
// finding that is information.
func TestAddedRules(t *testing.T) {
	set, err := Load("extra.toml", []byte("[allowlist]\nregexes = ['.*']\n[[rules]]\nid = 'wide'\nregex = 'key [A-Z0-9]+ end'\nkeywords = ['key ']\nseverity = 'info'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	set, err = Load("wide.toml", []byte("[[rules]]\nid = 'wide'\nregex = 'key [A-Z0-9]+ end'\nkeywords = ['key ']\nseverity = 'info'\n"))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []*Engine{e, wide} {
		if got := ids(e.Find("", []byte("key "+strings.Join([]string{"AK", "IAQ3EGRZ5TPLW7MNX2"}, "")+" end"))); !slices.Equal(got, []string{"aws-access-key-id"}) {
			t.Errorf("found %v", got)
		}
	}
}

// TestAddedNumbers: a rule that is added for a kind of number that we know takes the place of none of ours, whether
// it is for other files, for nothing that counts, or one of many.
func TestAddedNumbers(t *testing.T) {
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "[[rules]]\nid = 'a-%d'\nfind = 'us-ssn'\nclass = 'pii'\npath = 'elsewhere'\n", i)
	}
	for _, file := range []string{
		"[[rules]]\nid = 'a'\nfind = 'us-ssn'\nclass = 'pii'\npath = 'elsewhere'\n",
		"[[rules]]\nid = 'a'\nfind = 'us-ssn'\nclass = 'pii'\nseverity = 'info'\n",
		many.String(),
	} {
		set, err := Load("extra.toml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		e, err := Default().With(set)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(e.Find("a.txt", []byte("ssn: "+"536-22-"+"8146"))); !slices.Equal(got, []string{"us-ssn"}) {
			t.Errorf("with %.60q: found %v", file, got)
		}
	}
	set, err := Load("extra.toml", []byte("[[rules]]\nid = 'staff'\nfind = 'us-mbi'\nclass = 'phi'\npath = 'staff'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(e.Find("staff.txt", []byte(strings.Join([]string{"mbi: 1EG4-", "TE5-", "MK73"}, "")))); !slices.Equal(got, []string{"staff"}) {
		t.Errorf("where it counts, found %v", got) // it is as good as ours, and its id is the smaller
	}
}

// TestAddedNames: a rule that is added for names takes the place of ours no more than one for numbers.
func TestAddedNames(t *testing.T) {
	set, err := Load("extra.toml", []byte("[[rules]]\nid = 'a'\nfind = 'person'\nclass = 'pii'\npath = 'nowhere'\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Default().With(set)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("Maria " + "Kowalska called.")
	if got, want := ids(e.Find("", text)), ids(Default().Find("", text)); len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// TestEditInCode: in code, where the line before a value counts, an edit gives what a new scan gives.
func TestEditInCode(t *testing.T) {
	pieces := append(material(t), "// ", "\"", "'", "`", "/*", "Copyright ", "Signed-off-by: ", "x := ", "diagnosis ", "phone: ", "name: ")
	r := rand.New(rand.NewPCG(9, 10))
	e := Default()
	for range 40 / trial.Thorough {
		var text []byte
		for range 30 {
			text = append(text, pieces[r.IntN(len(pieces))]...)
		}
		scan := e.Open("a.go", text)
		for step := range 30 {
			at := r.IntN(len(text) + 1)
			end := min(len(text), at+r.IntN(1+[]int{1, 3, 40, 400}[r.IntN(4)]))
			insert := pieces[r.IntN(len(pieces))]
			text = slices.Concat(text[:at], []byte(insert), text[end:])
			scan = scan.Edit(text, letters.Between(at, end), len(insert))
			if want := e.Open("a.go", text).Findings(); !slices.Equal(scan.Findings(), want) {
				t.Fatalf("step %d: got %v, want %v", step, scan.Findings(), want)
			}
		}
	}
}
