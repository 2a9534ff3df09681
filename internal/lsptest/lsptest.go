// Package lsptest tests the language server with a fake editor. It is for tests only.
//
// The tests are archives, testdata/lsp/*.txtar. A new one needs no Go. It begins with one sentence that
// says what it shows; then come files:
//
//	-- script --      what happens, a step a line; without one, every file is opened and its marks are checked
//	-- init.json --   the editor's initializationOptions
//	-- policy --      lines CLASS VERDICT SHOWN [DESTINATION]; before them everything is scrubbed and a warning
//	-- vault --       lines PLACEHOLDER VALUE: what the daemon has issued before
//	-- want/NAME --   a text to compare with
//	-- NAME --        any other file is on disk in the folder that the editor has open
//
// Values must not look like secrets to those who scan this repository, so they are made up at run time:
// {{key "aws"}} gives one, {{key "aws" 2}} another, in every file of the archive the same. There are aws, awssecret,
// github, openai, email, card. {{placeholder "AWS_KEY_ID" 1}} is the first placeholder of that type that the
// daemon issues, {{fingerprint "aws" "SALT"}} a fingerprint of a repository, {{key "aws" | quote}} a regular
// expression for a text.
//
// Marks stand at the end of a line behind #@ and speak of that line; on a line of their own they speak of the
// line before. They are taken out before anybody sees the text. Together the diag marks of a file say exactly
// what is shown of it.
//
//	diag("TEXT", "code", severity, "MESSAGE")     what it covers and says; MESSAGE may be left out
//	hover("TEXT", "SAYS"...)                      over each occurrence of TEXT in the line
//	nohover("TEXT")
//	actions("TEXT", "TITLE"...)                   exactly these are offered at TEXT, in this order
//	noaction("TEXT", "TITLE")                     no such one is offered
//
// Upper case stands for regular expressions; those of TEXT and TITLE have to match all of it, the others a
// part. In marks and steps an argument is a "string", a `string` or a word.
//
// The steps:
//
//	open FILE               opens it, and checks its marks if it is as the archive has it
//	close FILE
//	edit FILE "old" "new"   types over the first occurrence
//	replace FILE want/NAME  sends a whole new text
//	write FILE want/NAME    writes to disk and tells the server
//	diags FILE code...      exactly these are shown now, in this order
//	act FILE "TEXT" "TITLE" does the one action of that title while TEXT is selected
//	only KIND FILE "TEXT" "TITLE"...   exactly these are offered for TEXT when only that kind is asked for
//	want FILE want/NAME     compares its text: the editor's if it is open, otherwise the disk's
//	hover FILE "TEXT" "SAYS"... - "SAYS"...   what the hover over TEXT says, and, behind a dash, what it does not
//	message "TEXT"...       exactly these were told to the person since the last such step
//	status FILE class=n... verdict=v   what the status last sent of the file says
//	answer "title"          what the person will click when asked
//	meanwhile FILE "old" "new"   types when the server next wants something edited, before that is looked at
//	settings JSON           sends workspace/didChangeConfiguration
//	policy CLASS VERDICT SHOWN [DESTINATION]   as the file of that name, and tells of a new policy
//	event JSON              an event of the daemon
//	said ID=ANSWER...       exactly these the daemon was answered since the last such step
//	daemon down             and up again
//	later DURATION          time passes
//
// Each archive runs in every encoding, with "\n" and "\r\n" at the ends of lines, with diagnostics pushed and
// pulled. In all of it no value may appear in a message or in the log, but in edits.
package lsptest

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// worlds are how each archive is run.
var worlds = []struct {
	name string
	Options
	crlf bool
}{
	{name: "utf-8", Options: Options{Encoding: "utf-8"}},
	{name: "utf-16", Options: Options{Encoding: "utf-16"}},
	{name: "utf-32", Options: Options{Encoding: "utf-32"}},
	{name: "nothing agreed", Options: Options{}},
	{name: "pull", Options: Options{Encoding: "utf-16", Pull: true}},
	{name: "utf-8 crlf", Options: Options{Encoding: "utf-8"}, crlf: true},
	{name: "utf-16 crlf", Options: Options{Encoding: "utf-16"}, crlf: true},
	{name: "utf-32 crlf pull", Options: Options{Encoding: "utf-32", Pull: true}, crlf: true},
}

// Run runs every archive that pattern finds.
func Run(t *testing.T, pattern string) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s finds no archives: %v", pattern, err)
	}
	if _, err := metaModel(); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := readArchive(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range worlds {
				t.Run(w.name, func(t *testing.T) {
					folder := t.TempDir()
					synctest.Test(t, func(t *testing.T) { a.run(t, w.Options, w.crlf, folder) })
				})
			}
		})
	}
}

// Prepare does what cannot be done in a bubble of time.
func Prepare(t testing.TB) {
	t.Helper()
	if _, err := metaModel(); err != nil {
		t.Fatal(err)
	}
}
