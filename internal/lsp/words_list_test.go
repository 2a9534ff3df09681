package lsp

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/words.md anew")

const wordsPage = "../../docs/words.md"

// places say of each file where its texts stand, and when they are shown. A new file with texts needs a line here.
var places = map[string]struct{ place, when string }{
	"actions.go":     {"Code actions", "while the cursor or a selection touches a finding"},
	"apply.go":       {"Messages", "when an edit that was asked for could not be made, or does not show"},
	"arrived.go":     {"Diagnostics", "in code that arrived at once"},
	"ask.go":         {"Questions", "when an assistant is about to send a file that nobody here can read"},
	"check.go":       {"Answers to an assistant's tools", "when it asks what is sensitive in a file or a text"},
	"commands.go":    {"Messages", "when a command cannot be done"},
	"diagnostics.go": {"Diagnostics", "at the beginning of a file, of the file as a whole"},
	"doubts.go":      {"Diagnostics", "in .scrubjay.yaml, where something is said in vain"},
	"environment.go": {"Messages and questions", "after Use an environment variable"},
	"events.go":      {"Status and messages", "when the daemon cannot be reached, or a policy was not taken"},
	"exchanges.go":   {"Hover", "below a finding, once its value was kept from a provider"},
	"hover.go":       {"Hover", "over a placeholder"},
	"ignore.go":      {"Messages", "after Not sensitive"},
	"judge.go":       {"Hover", "as a reason, when a repository or a failure decides"},
	"leftovers.go":   {"Diagnostics, code actions and messages", "where an assistant left a placeholder"},
	"lifecycle.go":   {"Code actions and status", "beside the list of actions; without a daemon"},
	"pause.go":       {"Messages", "when scrubbing cannot be paused"},
	"redact.go":      {"Messages", "when Redact or Restore cannot be done"},
	"reference.go":   {"Code actions, questions and messages", "for a secret that could be kept in a store"},
	"repository.go":  {"Diagnostics", "in .scrubjay.yaml, where it cannot be read"},
	"review.go":      {"Questions", "when policy wants a person to see a request first"},
	"rules.go":       {"Diagnostics", "in .scrubjay.yaml, at a file of rules that cannot be used"},
	"save.go":        {"Messages", "when a file is saved or renamed and something could not follow"},
	"selection.go":   {"Code actions and messages", "for a selection with findings"},
	"settings.go":    {"Messages", "when the editor's settings cannot be read"},
	"status.go":      {"Status", "always: the one thing to know, and why"},
	"sweep.go":       {"Progress and messages", "while a folder is looked through"},
	"sync.go":        {"Errors to the editor", "when an editor breaks the protocol"},
	"traffic.go":     {"Lenses", "over a file's beginning, and over lines that were sent"},
	"views.go":       {"Views", "after Show what AI vendors would see, and after a click on a lens"},
	"words.go":       {"Diagnostics and hover", "at a finding"},
	"completions.go": {"Messages", "once, when no completion can be had"},
	"answers.ts":     {"Messages of VS Code", "after a command"},
	"binary.ts":      {"Messages of VS Code", "when the program is not there or cannot be started"},
	"check.ts":       {"Answers to an assistant's tools", "when it asks what is sensitive in a file or a text"},
	"mcp.ts":         {"Messages of VS Code", "after Scrub What This Folder's MCP Servers Say"},
	"pause.ts":       {"Dialog and messages of VS Code", "before and after a pause of scrubbing"},
	"tools.ts":       {"Chat view of VS Code", "while an assistant asks Scrubjay"},
	"try.ts":         {"Box and page of VS Code", "after Try It"},
	"format.ts":      {"Chat view of VS Code", "when an answer breaks off"},
	"gemini.ts":      {"Chat view of VS Code", "when an answer breaks off"},
	"results.ts":     {"Answers to an assistant's tools", "in the place of an image"},
	"commands.ts":    {"Messages and lists of VS Code", "after a command of the palette"},
	"extension.ts":   {"Log of VS Code", "when the extension starts"},
	"models.ts":      {"Chat view of VS Code", "at a model that is asked through Scrubjay"},
	"paste.ts":       {"Paste widget of VS Code", "when something with secrets is pasted"},
	"server.ts":      {"Messages and log of VS Code", "when the server starts or stops"},
	"statusItems.ts": {"Status of VS Code", "always"},
	"view.ts":        {"Status of VS Code", "always"},
	"config.lua":     {"Messages of Neovim", "when the settings are wrong"},
	"edit.lua":       {"Messages of Neovim", "when an edit is refused"},
	"health.lua":     {":checkhealth scrubjay", "when it is asked for"},
	"init.lua":       {"Messages of Neovim", "after a command"},
	"paste.lua":      {"Messages of Neovim", "when something is pasted"},
	"pause.lua":      {"Questions and messages of Neovim", "before and after a pause of scrubbing"},
	"answers.lua":    {"Messages of Neovim", "after a command"},
	"scan.lua":       {"Messages of Neovim", "while a folder is looked through"},
	"status.lua":     {":Scrubjay status", "when it is asked for"},
}

// spoken is a text of three words or more. Shorter ones are names.
func spoken(text string) bool {
	plain := strings.TrimSpace(text)
	return strings.Count(plain, " ") >= 2 && regexp.MustCompile(`[a-z]{2,} .*[a-z]{2,}`).MatchString(plain) && !strings.HasPrefix(plain, "^") && !strings.HasPrefix(plain, "(?") && !strings.HasPrefix(plain, ".")
}

// textsOf are what a Go file says to a person: not to the log.
func textsOf(t *testing.T, file string) (texts []string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	logged := map[ast.Node]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok {
				if in, ok := f.X.(*ast.SelectorExpr); ok && in.Sel.Name == "log" {
					for _, a := range call.Args {
						logged[a] = true
					}
				}
			}
		}
		return true
	})
	ast.Inspect(parsed, func(n ast.Node) bool {
		if logged[n] {
			return false
		}
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil && spoken(text) {
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}

var quotedText = regexp.MustCompile("'((?:[^'\\\\\n]|\\\\.)*)'|\"((?:[^\"\\\\\n]|\\\\.)*)\"|`((?:[^`\\\\]|\\\\.)*)`")

// quotedIn are the texts in quotes of a client's file.
func quotedIn(t *testing.T, file string) (texts []string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		if plain := strings.TrimSpace(line); strings.HasPrefix(plain, "//") || strings.HasPrefix(plain, "--") || strings.HasPrefix(plain, "*") || strings.HasPrefix(plain, "/*") || strings.HasPrefix(plain, "import ") {
			continue
		}
		for _, m := range quotedText.FindAllStringSubmatch(line, -1) {
			if text := cmp.Or(m[1], m[2], m[3]); spoken(text) {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// TestWordsPage: docs/words.md has every text that a person reads in an editor, where it stands and when it is shown.
// -update writes it.
func TestWordsPage(t *testing.T) {
	by := map[string][]string{} // texts, by place and when
	for _, pattern := range []string{"*.go", "../../clients/vscode/src/*.ts", "../../clients/vscode/src/chat/*.ts", "../../clients/neovim/lua/scrubjay/*.lua"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			read := quotedIn
			if strings.HasSuffix(file, ".go") {
				read = textsOf
			}
			texts := read(t, file)
			at, known := places[filepath.Base(file)]
			if len(texts) > 0 && !known {
				if !slices.Contains([]string{"languages.go", "imports.go", "lsp.go"}, filepath.Base(file)) { // names, code, and the log
					t.Errorf("%s says something to a person: say in places where it stands and when", file)
				}
				continue
			}
			by[at.place+"\x00"+at.when] = append(by[at.place+"\x00"+at.when], texts...)
		}
	}
	var page strings.Builder
	page.WriteString("# Every text that a person reads in an editor\n\nWhere it stands, and when it is shown. `%s` and the like stand for what is filled in. Written by `make generate`.\n")
	last := ""
	for _, key := range slices.Sorted(maps.Keys(by)) {
		place, when, _ := strings.Cut(key, "\x00")
		if len(by[key]) == 0 {
			continue
		}
		if place != last {
			fmt.Fprintf(&page, "\n## %s\n", place)
			last = place
		}
		fmt.Fprintf(&page, "\n%s:\n\n", strings.ToUpper(when[:1])+when[1:])
		slices.Sort(by[key])
		for _, text := range slices.Compact(by[key]) {
			fmt.Fprintf(&page, "- ``%s``\n", strings.Join(strings.Fields(text), " "))
		}
	}
	was, _ := os.ReadFile(wordsPage)
	if *update {
		if err := os.WriteFile(wordsPage, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page.String() != string(was) {
		t.Error("docs/words.md does not have these texts: run make generate")
	}
}
