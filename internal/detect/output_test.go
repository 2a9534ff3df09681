package detect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scrubjay-dev/scrubjay/internal/detect/trial"
)

// publishable are keys that are public by design: every visitor of a page has them.
func publishable(text string) string {
	r := rand.New(rand.NewPCG(7, 8))
	draw := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[r.IntN(62)]
		}
		return string(b)
	}
	return strings.NewReplacer("{{pk_live}}", "pk_live_"+draw(99), "{{mapbox}}", "pk.eyJ"+draw(60)+"."+draw(22)).Replace(text)
}

// TestOrdinaryOutput: what tools print all day goes to a model as it is: who made a program, its versions, hashes, ports
// and public keys are nobody's secret. The text has no file name, may have numbers before its lines and come as JSON.
func TestOrdinaryOutput(t *testing.T) {
	files, err := filepath.Glob("../../testdata/output/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := publishable(string(raw))
		var numbered strings.Builder
		for i, line := range strings.Split(text, "\n") {
			fmt.Fprintf(&numbered, "%6d\t%s\n", i+1, line)
		}
		for form, text := range map[string]string{"as it is": text, "with CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "numbered": numbered.String()} {
			for _, f := range Default().Find("", []byte(text)) {
				if f.Severity > Info {
					line := text[strings.LastIndexByte(text[:f.Start], '\n')+1:]
					line, _, _ = strings.Cut(line, "\n")
					t.Errorf("%s, %s: %s finds %q in %q", filepath.Base(file), form, f.Rule.ID, text[f.Start:f.End], line)
				}
			}
		}
	}
}

// TestNoCredits: people who are not credited for a work are people, whatever stands near them.
func TestNoCredits(t *testing.T) {
	mail, name := strings.Join([]string{"anna.kowalska", "poczta.onet.pl"}, "@"), "Anna Kowalska"
	for _, text := range []string{
		"* " + mail, "- " + mail, "To: " + name + " <" + mail + ">", "42\t" + name + "\t" + mail, "please invite " + mail,
		"{\n  \"id\": 7,\n  \"author\": {\n    \"displayName\": \"a\",\n    \"emailAddress\": \"" + mail + "\"\n  },\n  \"body\": \"it fails\"\n}",
		"{\"version\":\"1.2\",\"author\":{\"name\":\"x\"},\"customers\":[{\"email\":\"" + mail + "\"}]}",
		"the author of the complaint is " + mail, "contributors wrote to " + mail, "commit and write to " + mail,
		"/api/users?mail=" + mail, "/login " + mail, "/home/x " + mail,
		"Ticket created by " + mail, "Thank you, " + name + " <" + mail + ">", "thanks to " + name + ", " + mail, "designed by " + mail,
		"complaint written by " + name + " <" + mail + ">", "this account is maintained by " + mail, "* written by " + mail,
		"author of the complaint at 10:30 is " + mail, "committer name = x, write to " + mail, "commit: " + mail, "Commit messages: ask " + mail,
		"     1\t" + name + " <" + mail + ">", "   42\t" + name + " <" + mail + ">", "  -- " + name + " <" + mail + ">",
		"{\"version\":{\"n\":3},\"author\":{\"email\":\"" + mail + "\"},\"body\":\"x\"}", "call " + name + " (@anna) or " + mail, "Author: " + mail,
		"the project team wrote to " + mail, strings.Replace(mail, "@", "-dev@", 1),
	} {
		found := Default().Find("", []byte(text))
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Rule.ID == "email-address" && f.Severity > Info }) {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// TestCreditsInDocuments: below a heading that says so a list has people who made something; an account of a program is nobody's.
func TestCreditsInDocuments(t *testing.T) {
	mail, name := strings.Join([]string{"anna.kowalska", "poczta.onet.pl"}, "@"), "Anna Kowalska"
	item := "* " + name + " <" + mail + ">\n- " + name + " (" + mail + ")\n| " + name + " | Acme | " + mail + " |\n"
	for _, heading := range []string{"# Maintainers\n\n", "## Authors\n", "### Contributors ###\r\n\r\n", "# Emeritus\n\n| Name | Company |\n|---|---|\n"} {
		for _, f := range Default().Find("", []byte(heading+item)) {
			if f.Severity > Info {
				t.Errorf("%q: %s", heading, f.Rule.ID)
			}
		}
	}
	for _, text := range []string{"| " + name + " | [anna](https://github.com/anna) |\n", "- [@anna](https://github.com/anna-k) *" + name + "*\n", "### Author\n\n**" + name + "**\n", "#### Sponsors\n\n-   [" + name + "](https://acme.dev) Work\n",
		"// " + name + " <" + mail + ">\n", "/*\n *   " + name + " <" + mail + ">\n */\n", "env GIT_AUTHOR_NAME='" + name + "'\nenv GIT_COMMITTER_EMAIL=" + mail + "\n", "git config user.email " + mail,
		"From " + strings.Repeat("8badf00d12", 4) + " Mon Sep 17 00:00:00 2001\nFrom: " + name + " <" + mail + ">\nDate: Fri, 12 Dec\n", "Neither the name of " + name + " nor the names of others",
		"* mends it ([9140468](https://github.com/acme/x/commit/9140468)) (" + name + ")\n"} {
		for _, f := range Default().Find("", []byte(text)) {
			if f.Severity > Info {
				t.Errorf("%q: %s", text, f.Rule.ID)
			}
		}
	}
	for _, text := range []string{"| " + name + " | [issue](https://github.com/acme/x/issues/7) |\n", name + " broke [it](https://github.com/acme)\n", "- " + name + " " + mail + " [x](https://github.com/x)\n",
		"# " + name + " <" + mail + ">\n", "// please ask " + name + " <" + mail + ">\n", "From: " + name + " <" + mail + ">\n", "* " + name + " <" + mail + ">\n", "order ([x](https://acme.dev/9140468)) (" + name + ")"} {
		if !slices.ContainsFunc(Default().Find("", []byte(text)), func(f Finding) bool { return f.Severity > Info }) {
			t.Errorf("%q is let out", text)
		}
	}
	for _, heading := range []string{"# Customers\n\n", "## Contributors to the incident\n", "# Authors\n\nWrite to them.\n", "Maintainers\n", "# Maintainers\n## Guests\n"} {
		if found := Default().Find("", []byte(heading+item)); len(found) < 6 || slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Info }) {
			t.Errorf("%q: %v", heading, found)
		}
	}
	for _, text := range []string{"runner@" + "acme-prod-17.iam.gserviceaccount.com", "someone@" + "example.biz", "## Finite Fields\n", "call 800-555-" + "1212", "x = e.internal"} {
		for _, f := range Default().Find("", []byte(text)) {
			if f.Severity > Info {
				t.Errorf("%q: %s", text, f.Rule.ID)
			}
		}
	}
}

// TestNoCreditsByName: the same of names.
func TestNoCreditsByName(t *testing.T) {
	for _, text := range []string{
		"call Anna Kowalska (@anna) back", "thanks to Anna Kowalska", "created by Anna Kowalska", "complaint written by Anna Kowalska", "Author: Anna Kowalska",
		"[Anna Kowalska](https://crm.acme.dev/7)", "     1\tAnna Kowalska", "-- Anna Kowalska",
		"thanks Anna Kowalska)", "order 1eb7729x (Anna Kowalska)", "thank (Anna Kowalska)", "Anna Kowalska (https://crm.acme.dev/7)", fmt.Sprintf(`{"author": %q, "body": "it fails"}`, strings.Join([]string{"Anna", "Kowalska"}, " ")),
	} {
		found := Default().Find("", []byte(text))
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Rule.ID == "person-name" && f.Severity > Info }) {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// BenchmarkOrdinaryOutput prints what is found in text that tools bring: Go's library, and the notes, licences and
// descriptions of the modules that are at hand, as texts without names; wrong ones a megabyte, and how many of each rule.
func BenchmarkOrdinaryOutput(b *testing.B) {
	var texts [][]byte
	size := 0
	take := func(root string, most int, want func(path string) bool) {
		_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || most <= 0 || strings.Contains(path, "testdata") || !want(path) {
				return nil // what is not there is not measured
			}
			if text, err := os.ReadFile(path); err == nil && len(text) < 1<<20 && bytes.IndexByte(text, 0) < 0 {
				texts, size, most = append(texts, text), size+len(text), most-len(text)
			}
			return nil
		})
	}
	ends := func(endings ...string) func(string) bool {
		return func(path string) bool {
			return !strings.HasSuffix(path, "_test.go") && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(path, e) })
		}
	}
	modules := os.Getenv("GOMODCACHE")
	if modules == "" {
		home, _ := os.UserHomeDir()
		modules = filepath.Join(home, "go", "pkg", "mod")
	}
	take(filepath.Join(trial.GoTells(b, "env", "GOROOT"), "src"), 12<<20, ends(".go"))
	take(modules, 8<<20, ends(".md", "LICENSE", ".json", ".yaml", ".yml", "go.sum", "AUTHORS", "Makefile"))
	take("../../clients", 8<<20, ends("package.json", ".md", "LICENSE", ".js", "package-lock.json"))
	counts := map[string]int{}
	for b.Loop() {
		clear(counts)
		for _, text := range texts {
			for _, f := range Default().Find("", text) {
				if f.Severity > Info {
					counts[f.Rule.ID]++
				}
			}
		}
	}
	all := 0
	for rule, n := range counts {
		all += n
		b.ReportMetric(float64(n)*(1<<20)/float64(size), rule+"/MB")
	}
	b.ReportMetric(float64(all)*(1<<20)/float64(size), "all/MB")
	b.ReportMetric(float64(size)/(1<<20), "MB")
}
